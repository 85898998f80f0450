"""All documents while they are checked: what is known of each, and finding fields along paths."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kernel.faults import Fault
from kernel.fields import SYSTEM_TYPES, TYPES
from kernel.model import ALIASES, SYSTEM_FIELDS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kernel.fields.type import FieldType

Key = tuple[str, str]


class Report:
    """One document and what was found wrong with it so far."""

    def __init__(self, document: Any, faults: list[Fault]) -> None:
        self.document: Any = document
        self.faults = faults
        self._bad = {fault.pointer for fault in faults}
        named = isinstance(document, dict) and all(isinstance(document.get(part), str) for part in ("kind", "name"))
        self.named = named
        self.key: Key = (document["kind"], document["name"]) if named else ("", "")

    def add(self, pointer: str, code: str, parameters: Mapping[str, Any] | None = None) -> None:
        fault = Fault(pointer, code, parameters or {}, self.key if self.named else None)
        self.faults.append(fault)

    def sound(self, pointer: str) -> bool:
        """Whether the place and all within it have the shape that the kind's schema asks for."""
        below = pointer + "/"
        return not any(bad == pointer or bad.startswith(below) or bad == "" for bad in self._bad)

    def get(self, name: str) -> Any:
        """A property of the document, None where it is missing or not well formed."""
        if not isinstance(self.document, dict) or not self.sound(f"/{name}"):
            return None
        return self.document.get(name)

    def items(self, name: str) -> list[tuple[str, Any]]:
        """The well-formed items of a list with their pointers."""
        items = self.document.get(name) if isinstance(self.document, dict) else None
        if not isinstance(items, list) or f"/{name}" in self._bad:
            return []
        pairs = [(f"/{name}/{position}", item) for position, item in enumerate(items)]
        return [(pointer, item) for pointer, item in pairs if self.sound(pointer)]

    def names(self, name: str) -> list[tuple[str, str]]:
        """The well-formed names of the items of a list with their pointers, whatever else is wrong with the items."""
        items = self.document.get(name) if isinstance(self.document, dict) else None
        if not isinstance(items, list):
            return []
        named = [(f"/{name}/{at}/name", one["name"]) for at, one in enumerate(items) if _has_name(one)]
        return [(pointer, value) for pointer, value in named if self.sound_alone(pointer)]

    def sound_alone(self, pointer: str) -> bool:
        """Whether the place itself is well formed, whatever is wrong elsewhere."""
        return pointer not in self._bad


class Catalog:
    """The documents by kind and name, and the fields of each object, those of extensions and of the system too."""

    def __init__(self, reports: Mapping[Key, Report]) -> None:
        self.reports = reports
        self._fields: dict[str, dict[str, Mapping[str, Any]]] = {}
        for (kind, name), report in reports.items():
            if kind == "object":
                self._fields[name] = {key: {"name": key, **own} for key, own in SYSTEM_FIELDS.items()}
                self._fields[name] |= self._declared(report)
        for (kind, _), report in reports.items():
            if kind == "extension" and report.get("object") in self._fields:
                for name, field in self._declared(report).items():
                    self._fields[report.get("object")].setdefault(name, field)

    def has(self, kind: str, name: Any) -> bool:
        return (kind, name) in self.reports

    def fields(self, object_name: str) -> Mapping[str, Mapping[str, Any]]:
        """Documents of an object's fields by name; empty for an unknown object."""
        return self._fields.get(object_name, {})

    def objects(self) -> list[str]:
        return list(self._fields)

    def values(self, field: Mapping[str, Any]) -> list[Mapping[str, Any]]:
        """The values of a picklist field, those well formed."""
        if "picklist" in field:
            report = self.reports.get(("picklist", field["picklist"]))
            return [] if report is None else [item for _, item in report.items("values")]
        values = field.get("values", [])
        return values if isinstance(values, list) else []

    def find(self, object_name: str, path: str) -> tuple[Mapping[str, Any] | None, Fault | None]:
        """The field at the end of a path over lookups, or the fault that it is not there."""
        *lookups, last = path.split(".")
        here = object_name
        for step in lookups:
            field = self.fields(here).get(ALIASES.get(step, step))
            if field is None:
                return None, Fault("", "field_unknown", {"object": here, "field": step})
            target = target_of(field)
            if target is None:
                return None, Fault("", "path_too_deep", {"path": path, "field": step})
            if target not in self._fields:
                return None, None  # the lookup itself has the fault
            here = target
        found = self.fields(here).get(last) or self.fields(here).get(ALIASES.get(last, last))
        if found is None:
            return None, Fault("", "field_unknown", {"object": here, "field": last})
        return found, None

    @staticmethod
    def _declared(report: Report) -> dict[str, Mapping[str, Any]]:
        found: dict[str, Mapping[str, Any]] = {}
        for _, field in report.items("fields"):
            if field["type"] in TYPES:
                found.setdefault(field["name"], field)
        return found


def _has_name(item: Any) -> bool:
    return isinstance(item, dict) and isinstance(item.get("name"), str)


def target_of(field: Mapping[str, Any]) -> str | None:
    """The object that a lookup or user field points at."""
    if field["type"] == "user":
        return "user"
    target: str | None = field.get("object") if field["type"] == "lookup" else None
    return target


def type_of(field: Mapping[str, Any]) -> FieldType:
    name = field["type"]
    return TYPES[name] if name in TYPES else SYSTEM_TYPES[name]
