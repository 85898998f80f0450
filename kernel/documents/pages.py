"""What the schemas cannot say of layouts, views, apps, roles and translations: that what they name is there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kernel.documents.catalog import Catalog, Report, target_of, type_of
from kernel.fields.type import Draft, ValueFault
from kernel.translations import places
from metadata import core_documents

if TYPE_CHECKING:
    from collections.abc import Mapping


def check_layout(report: Report, catalog: Catalog) -> None:
    target = _object(report, catalog)
    names: set[str] = set()
    shown: set[str] = set()
    for pointer, section in report.items("sections"):
        _once(report, f"{pointer}/name", section["name"], names)
        for position, name in enumerate(section["fields"]):
            place = f"{pointer}/fields/{position}"
            if target is not None and name not in catalog.fields(target):
                report.add(place, "field_unknown", {"object": target, "field": name})
            _once(report, place, name, shown)
    for pointer, related in report.items("related"):
        _check_related(report, catalog, pointer, related, target)


def check_view(report: Report, catalog: Catalog) -> None:
    target = _object(report, catalog)
    if target is None:
        return
    for pointer, column in report.items("columns"):
        _path(report, catalog, f"{pointer}/field", target, column["field"])
    group = report.get("filter")
    if group is not None:
        _check_group(report, catalog, "/filter", target, group)
    _check_sort(report, catalog, "/sort", target, report.get("sort"))


def check_app(report: Report, catalog: Catalog) -> None:
    for pointer, item in report.items("items"):
        inner = [(f"{pointer}/items/{at}", one) for at, one in enumerate(item["items"])] if "group" in item else None
        for place, entry in inner if inner is not None else [(pointer, item)]:
            name, view = entry["object"], entry.get("view")
            if not catalog.has("object", name):
                report.add(f"{place}/object", "object_unknown", {"object": name})
            elif view is not None:
                found = catalog.reports.get(("view", view))
                if found is None or found.get("object") not in (name, None):
                    report.add(f"{place}/view", "view_unknown", {"object": name, "view": view})


def check_role(report: Report, catalog: Catalog) -> None:
    core = {one["name"] for one in core_documents() if one["kind"] == "object"}
    for pointer, permission in report.items("permissions"):
        name = permission["object"]
        if name != "*" and not catalog.has("object", name):
            report.add(f"{pointer}/object", "object_unknown", {"object": name})
        if name in core and set(permission["actions"]) - {"read"}:
            report.add(f"{pointer}/actions", "core_read_only", {"object": name})


def check_translation(report: Report, catalog: Catalog) -> None:
    texts = report.get("texts")
    if texts is None:
        return
    # Documents that are not well formed cannot be searched for texts; their faults come first anyway.
    sound = {key: one.document for key, one in catalog.reports.items() if one.sound("") and not one.faults}
    known = places(sound)
    broken = {name for (kind, name), one in catalog.reports.items() if (kind, name) not in sound}
    for path in texts:
        if path not in known and path.split(".")[1] not in broken:
            report.add(f"/texts/{path.replace('~', '~0').replace('/', '~1')}", "text_unknown", {"path": path})


def _object(report: Report, catalog: Catalog) -> str | None:
    """The object that a document is about; None, with a fault, where it is not there."""
    name: str | None = report.get("object")
    if name is not None and not catalog.has("object", name):
        report.add("/object", "object_unknown", {"object": name})
        return None
    return name


def _once(report: Report, pointer: str, value: str, seen: set[str]) -> None:
    if value in seen:
        report.add(pointer, "duplicate_value", {"value": value})
    seen.add(value)


def _path(report: Report, catalog: Catalog, pointer: str, target: str, path: str) -> Mapping[str, Any] | None:
    field, fault = catalog.find(target, path)
    if fault is not None:
        report.add(pointer, fault.code, fault.parameters)
    return field


def _check_related(
    report: Report, catalog: Catalog, pointer: str, related: Mapping[str, Any], target: str | None
) -> None:
    name = related["object"]
    if not catalog.has("object", name):
        report.add(f"{pointer}/object", "object_unknown", {"object": name})
        return
    field = catalog.fields(name).get(related["field"])
    if field is None:
        report.add(f"{pointer}/field", "field_unknown", {"object": name, "field": related["field"]})
    elif target is not None and target_of(field) != target:
        report.add(f"{pointer}/field", "field_not_lookup", {"object": target, "field": related["field"]})
    for position, path in enumerate(related.get("columns", ())):
        _path(report, catalog, f"{pointer}/columns/{position}", name, path)
    _check_sort(report, catalog, f"{pointer}/sort", name, related.get("sort"))


def _check_sort(report: Report, catalog: Catalog, pointer: str, target: str, sort: Any) -> None:
    for position, one in enumerate(sort or ()):
        field = _path(report, catalog, f"{pointer}/{position}/field", target, one["field"])
        if field is not None and not type_of(field).sortable:
            report.add(f"{pointer}/{position}/field", "field_not_sortable", {"field": one["field"]})


def _check_group(report: Report, catalog: Catalog, pointer: str, target: str, group: Mapping[str, Any]) -> None:
    for position, rule in enumerate(group["rules"]):
        place = f"{pointer}/rules/{position}"
        if "rules" in rule:
            _check_group(report, catalog, place, target, rule)
            continue
        field = _path(report, catalog, f"{place}/field", target, rule["field"])
        if field is not None:
            _check_rule(report, catalog, place, field, rule)


def _check_rule(
    report: Report, catalog: Catalog, pointer: str, field: Mapping[str, Any], rule: Mapping[str, Any]
) -> None:
    kind, operator, value = type_of(field), rule["operator"], rule.get("value")
    if operator not in kind.operators:
        report.add(f"{pointer}/operator", "operator_unknown", {"operator": operator, "field": rule["field"]})
        return
    given = value if isinstance(value, list) else [value]
    if any(isinstance(one, str) and one.startswith("$") for one in given):
        return  # $me, $today-7d: known when the view is used
    try:
        kind.operands(Draft(field, catalog.values(field)), operator, value)
    except ValueFault as fault:
        report.add(f"{pointer}/value{fault.pointer}", fault.code, fault.parameters)
