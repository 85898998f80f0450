"""Documents: whether they are well formed and fit together. Everything that is wrong comes at once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from kernel.documents.catalog import Catalog, Report
from kernel.documents.objects import check_extension, check_object, check_picklist, check_related_names
from kernel.documents.pages import check_app, check_layout, check_role, check_translation, check_view
from kernel.documents.shapes import DEEPEST, field_schema, shape_faults
from kernel.faults import Fault, escape
from metadata import core_documents

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

_CHECKS: dict[str, Callable[[Report, Catalog], None]] = {
    "object": check_object,
    "extension": check_extension,
    "picklist": check_picklist,
    "layout": check_layout,
    "view": check_view,
    "app": check_app,
    "role": check_role,
    "translation": check_translation,
}


def check(documents: Iterable[Any]) -> list[Fault]:
    """Everything that is wrong with a tenant's documents, taken together.

    Give all documents, the platform's own among them. Each fault names its document and the place in it.
    """
    reports = [Report(document, shape_faults(document)) for document in documents]
    core = {(one["kind"], one["name"]) for one in core_documents()}
    known: dict[tuple[str, str], Report] = {}
    for report in reports:
        if not report.named:
            continue
        if report.key in known:
            report.add("/name", *_duplicate(report.key, core))
        else:
            known[report.key] = report
    catalog = Catalog(known)
    for report in known.values():
        if report.key[0] in _CHECKS:
            _CHECKS[report.key[0]](report, catalog)
    check_related_names(catalog)
    return [fault for report in reports for fault in report.faults]


@dataclass(slots=True, frozen=True)
class Change:
    """One difference between two versions of a document: the value at ``pointer`` before and after.

    ``action`` is ``added``, ``removed`` or ``changed``; what is not there is None.
    """

    pointer: str
    action: str
    old: Any
    new: Any


def diff(old: Mapping[str, Any] | None, new: Mapping[str, Any] | None) -> list[Change]:
    """What changed between two versions of a document; None is no document.

    Lists of named things (fields, sections, values) are compared by name, so a moved field is no change of others.
    """
    if old is None or new is None:
        return [] if old is new else [Change("", "added" if old is None else "removed", old, new)]
    return list(_differences("", old, new))


def _differences(pointer: str, old: Any, new: Any) -> Iterator[Change]:
    if isinstance(old, dict) and isinstance(new, dict):
        yield from _of_maps(pointer, old, new)
    elif isinstance(old, list) and isinstance(new, list) and (names := _identity(old, new)) is not None:
        before = {one[names]: one for one in old}
        after = {one[names]: one for one in new}
        yield from _of_maps(pointer, before, after)
        if [name for name in before if name in after] != [name for name in after if name in before]:
            yield Change(pointer, "changed", list(before), list(after))
    elif old != new or type(old) is not type(new):
        yield Change(pointer, "changed", old, new)


def _of_maps(pointer: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Change]:
    for name, value in old.items():
        here = f"{pointer}/{escape(str(name))}"
        if name in new:
            yield from _differences(here, value, new[name])
        else:
            yield Change(here, "removed", value, None)
    for name, value in new.items():
        if name not in old:
            yield Change(f"{pointer}/{escape(str(name))}", "added", None, value)


def _identity(old: list[Any], new: list[Any]) -> str | None:
    """The property that tells the items of two lists apart, None where there is none."""
    for name in ("name", "value", "field"):
        if all(
            all(isinstance(one, dict) and isinstance(one.get(name), str) for one in items)
            and len({one[name] for one in items}) == len(items)
            for items in (old, new)
        ):
            return name
    return None


def _duplicate(key: tuple[str, str], core: set[tuple[str, str]]) -> tuple[str, dict[str, Any]]:
    kind, name = key
    if key not in core:
        return "duplicate_document", {"kind": kind, "name": name}
    if kind == "object":
        return "object_package", {"object": name, "owner": "tangram"}
    return "document_reserved", {"kind": kind, "name": name}


__all__ = ["DEEPEST", "Change", "check", "diff", "field_schema"]
