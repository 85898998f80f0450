"""What the schemas cannot say of objects, extensions and picklists."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kernel.documents.catalog import Catalog, Report, target_of, type_of
from kernel.fields.text import bad_regex
from kernel.fields.type import Draft, ValueFault
from kernel.model import ALIASES, SYSTEM_FIELDS

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from kernel.fields.type import FieldType

# The first step of paths under /api, and of pages of the UI, that an object must not take.
RESERVED_OBJECTS = frozenset(
    ("aggregate", "batch", "export", "graphql", "import", "imports", "openapi", "query", "search")
)
# Query parameters of a list, which a short filter (?field=value) must not hide.
PARAMETERS = ("columns", "count", "cursor", "deleted", "expand", "fields", "filter", "format", "limit", "q", "sort")
RESERVED_FIELDS = frozenset((*SYSTEM_FIELDS, *ALIASES, *PARAMETERS))
SEPARATOR = "__"
MOST_SEARCHABLE = 50  # the expression that is searched grows with them


def check_object(report: Report, catalog: Catalog) -> None:
    name = report.get("name")
    if name in RESERVED_OBJECTS:
        report.add("/name", "object_reserved", {"name": name})
    _check_fields(report, catalog, taken=())
    own = {field["name"]: field for _, field in report.items("fields")}
    _check_name_field(report, own)
    for key in ("unique_keys", "indexes"):
        for pointer, item in report.items(key):
            for position, field_name in enumerate(item["fields"]):
                _check_keyed(report, catalog, f"{pointer}/fields/{position}", field_name, unique=key == "unique_keys")


def check_extension(report: Report, catalog: Catalog) -> None:
    name, target = report.get("name"), report.get("object")
    prefix = None
    if name is not None:
        prefix, separator, rest = name.partition(SEPARATOR)
        if not separator or not rest or not prefix:
            report.add("/name", "extension_unprefixed")
            prefix = None
    if target is not None and not catalog.has("object", target):
        report.add("/object", "object_unknown", {"object": target})
    _check_fields(report, catalog, taken=_taken(report, catalog, target))
    if prefix is not None:
        for pointer, field in report.items("fields"):
            if not field["name"].startswith(prefix + SEPARATOR):
                report.add(f"{pointer}/name", "extension_prefix", {"prefix": prefix + SEPARATOR})


def check_picklist(report: Report, catalog: Catalog) -> None:
    _check_values(report, report.items("values"))


def check_related_names(catalog: Catalog) -> None:
    """Two lookups to one object must not call their records by the same name."""
    seen: set[tuple[str, str]] = set()
    for (kind, _), report in catalog.reports.items():
        if kind not in ("object", "extension"):
            continue
        for pointer, field in report.items("fields"):
            target, name = target_of(field), field.get("related_name")
            if target is None or not isinstance(name, str):
                continue
            if (target, name) in seen:
                report.add(f"{pointer}/related_name", "related_duplicate", {"object": target, "name": name})
            seen.add((target, name))


def _check_fields(report: Report, catalog: Catalog, taken: Iterable[str]) -> None:
    seen = set(taken)
    for pointer, name in report.names("fields"):
        if name in RESERVED_FIELDS:
            report.add(pointer, "field_reserved", {"name": name})
        if name in seen:
            report.add(pointer, "duplicate_field", {"name": name})
        seen.add(name)
    searchable = 0
    for pointer, field in report.items("fields"):
        _check_field(report, catalog, pointer, field)
        searchable += bool(field.get("searchable"))
        if field.get("searchable") and searchable == MOST_SEARCHABLE + 1:
            report.add(f"{pointer}/searchable", "too_many_searchable", {"max": MOST_SEARCHABLE})


def _check_field(report: Report, catalog: Catalog, pointer: str, field: Mapping[str, Any]) -> None:
    kind = type_of(field)
    for flag, allowed in (("unique", kind.unique), ("searchable", kind.searchable), ("index", kind.indexable)):
        if field.get(flag) and not allowed:
            report.add(f"{pointer}/{flag}", f"{flag}_unsupported")
    for low, high in (("min", "max"), ("min_length", "max_length")):
        if low in field and high in field and field[low] > field[high]:
            report.add(f"{pointer}/{low}", "min_above_max")
    if "pattern" in field:
        reason = bad_regex(field["pattern"])
        if reason is not None:
            report.add(f"{pointer}/pattern", "bad_regex", {"reason": reason})
            return
    target = target_of(field)
    if target is not None and not catalog.has("object", target):
        report.add(f"{pointer}/object", "object_unknown", {"object": target})
    if kind.name in ("picklist", "multi_picklist"):
        _check_choices(report, catalog, pointer, field)
    if field.get("default") is not None:
        _check_default(report, catalog, pointer, field, kind)


def _check_choices(report: Report, catalog: Catalog, pointer: str, field: Mapping[str, Any]) -> None:
    if "picklist" in field and "values" in field:
        report.add(f"{pointer}/values", "picklist_values_both")
    elif "picklist" in field:
        if not catalog.has("picklist", field["picklist"]):
            report.add(f"{pointer}/picklist", "picklist_unknown", {"picklist": field["picklist"]})
    elif "values" not in field:
        report.add(f"{pointer}/values", "picklist_values_missing")
    else:
        _check_values(report, [(f"{pointer}/values/{at}", one) for at, one in enumerate(field["values"])])


def _check_values(report: Report, values: Iterable[tuple[str, Mapping[str, Any]]]) -> None:
    seen = set()
    for pointer, one in values:
        if one["value"] in seen:
            report.add(f"{pointer}/value", "duplicate_value", {"value": one["value"]})
        seen.add(one["value"])


def _check_default(report: Report, catalog: Catalog, pointer: str, field: Mapping[str, Any], kind: FieldType) -> None:
    try:
        kind.decode(Draft(field, catalog.values(field)), field["default"])
    except ValueFault as fault:
        report.add(f"{pointer}/default{fault.pointer}", fault.code, fault.parameters)


def _check_name_field(report: Report, own: Mapping[str, Mapping[str, Any]]) -> None:
    name = report.get("name_field")
    if name is None or not report.sound("/fields"):
        return
    if name not in own:
        report.add("/name_field", "field_unknown", {"object": report.key[1], "field": name})
    else:
        kind = type_of(own[name])
        if not (kind.searchable and kind.sortable):
            report.add("/name_field", "field_not_textual", {"field": name})


def _check_keyed(report: Report, catalog: Catalog, pointer: str, name: str, *, unique: bool) -> None:
    field = catalog.fields(report.key[1]).get(name)
    if field is None:
        if report.sound("/fields"):
            report.add(pointer, "field_unknown", {"object": report.key[1], "field": name})
        return
    kind = type_of(field)
    if not kind.indexable or kind.index_method != "btree":
        report.add(pointer, "unique_unsupported" if unique else "index_unsupported")


def _taken(report: Report, catalog: Catalog, target: Any) -> set[str]:
    """Names of the fields that the object and earlier extensions of it have."""
    taken: set[str] = set()
    for (kind, name), other in catalog.reports.items():
        if other is report:
            if kind == "extension":
                break
            continue
        if (kind == "object" and name == target) or (kind == "extension" and other.get("object") == target):
            taken |= {field["name"] for _, field in other.items("fields")}
    return taken
