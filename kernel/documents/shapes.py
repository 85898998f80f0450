"""The shape of a single document: JSON Schemas of kinds and of field types, and what their errors mean to people."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

import jsonschema_rs

from kernel.faults import Fault, escape
from kernel.fields import TYPES
from kernel.fields.structured import check_json
from kernel.fields.type import ValueFault
from metadata import KINDS, common, schemas

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

DEEPEST = 100  # levels of nesting
NAME_PATTERN = common()["$defs"]["name"]["pattern"]


def shape_faults(document: Any) -> list[Fault]:
    """What is wrong with one document by itself; faults name it where it has a kind and a name."""
    if not isinstance(document, dict):
        return [Fault("", "wrong_type", {"expected": "object"})]
    try:
        check_json(document, DEEPEST)
    except ValueFault as fault:
        return [Fault(fault.pointer, fault.code, fault.parameters, _key(document))]
    kind = document.get("kind")
    if not isinstance(kind, str):
        code = "missing_property" if "kind" not in document else "wrong_type"
        return [Fault("/kind", code, {"property": "kind", "expected": "string"}, _key(document))]
    if kind not in KINDS:
        return [Fault("/kind", "kind_unknown", {"kind": kind}, _key(document))]
    key = _key(document)
    found = [Fault(one.pointer, one.code, one.parameters, key) for one in _faults(_kinds()[kind], document)]
    if kind in ("object", "extension") and isinstance(document.get("fields"), list):
        for position, field in enumerate(document["fields"]):
            found += [Fault(one.pointer, one.code, one.parameters, key) for one in _field(field, f"/fields/{position}")]
    return found


def field_schema(type_name: str) -> dict[str, Any]:
    """The whole JSON Schema of a field of one type: common properties and the type's own."""
    kind = TYPES[type_name]
    base: dict[str, Any] = common()["$defs"]["field"]
    properties = base["properties"] | dict(kind.options) | {"type": {"const": type_name}}
    return base | {
        "properties": properties,
        "required": [*base["required"], *kind.options_required],
        "additionalProperties": False,
    }


def _field(field: Any, pointer: str) -> Iterator[Fault]:
    """The options of a field by its type; the common ones were checked with the document."""
    if not isinstance(field, dict) or not isinstance(field.get("type"), str):
        return
    if field["type"] not in TYPES:
        yield Fault(f"{pointer}/type", "type_unknown", {"type": field["type"]})
        return
    for one in _faults(_options()[field["type"]], field):
        yield one.under(pointer)


@cache
def _registry() -> Any:
    return jsonschema_rs.Registry([("common.json", common())])


@cache
def _kinds() -> dict[str, Any]:
    return {
        kind: jsonschema_rs.Draft202012Validator(schema, registry=_registry()) for kind, schema in schemas().items()
    }


@cache
def _options() -> dict[str, Any]:
    """Validators of what a type adds; common properties are let through."""
    free = dict.fromkeys(common()["$defs"]["field"]["properties"], True)
    return {
        name: jsonschema_rs.Draft202012Validator(
            {
                "$schema": "https://json-schema.org/draft/2020-12/schema",
                "$id": f"field_{name}.json",
                "properties": free | dict(kind.options),
                "required": list(kind.options_required),
                "additionalProperties": False,
            },
            registry=_registry(),
        )
        for name, kind in TYPES.items()
    }


def _faults(validator: Any, value: Any) -> Iterator[Fault]:
    for error in validator.iter_errors(value):
        pointer = "".join(f"/{escape(str(step))}" for step in error.instance_path)
        yield from _TRANSLATIONS.get(error.kind.name, _mismatch)(pointer, error)


def _mismatch(pointer: str, error: Any) -> Iterator[Fault]:
    yield Fault(pointer, "value_mismatch")


def _required(pointer: str, error: Any) -> Iterator[Fault]:
    name = error.kind.property
    yield Fault(f"{pointer}/{escape(name)}", "missing_property", {"property": name})


def _additional(pointer: str, error: Any) -> Iterator[Fault]:
    for name in error.kind.unexpected:
        yield Fault(f"{pointer}/{escape(name)}", "unknown_property", {"property": name})


def _property_names(pointer: str, error: Any) -> Iterator[Fault]:
    name = error.kind.error.instance
    yield Fault(f"{pointer}/{escape(str(name))}", "unknown_property", {"property": name})


def _pattern(pointer: str, error: Any) -> Iterator[Fault]:
    pattern = error.kind.pattern
    yield Fault(pointer, "bad_name" if pattern == NAME_PATTERN else "bad_pattern", {"pattern": pattern})


def _type(pointer: str, error: Any) -> Iterator[Fault]:
    types = error.kind.types
    yield Fault(pointer, "wrong_type", {"expected": " / ".join(types)})


def _enum(pointer: str, error: Any) -> Iterator[Fault]:
    yield Fault(pointer, "not_allowed", {"value": error.instance, "allowed": list(error.kind.options)})


def _const(pointer: str, error: Any) -> Iterator[Fault]:
    yield Fault(pointer, "not_allowed", {"value": error.instance, "allowed": [error.kind.expected_value]})


def _limit(code: str, parameter: str) -> Callable[[str, Any], Iterator[Fault]]:
    def translate(pointer: str, error: Any) -> Iterator[Fault]:
        yield Fault(pointer, code, {parameter: error.kind.value})

    return translate


_TRANSLATIONS: dict[str, Callable[[str, Any], Iterator[Fault]]] = {
    "required": _required,
    "additionalProperties": _additional,
    "propertyNames": _property_names,
    "pattern": _pattern,
    "type": _type,
    "enum": _enum,
    "const": _const,
    "minimum": _limit("below_minimum", "min"),
    "maximum": _limit("above_maximum", "max"),
    "minLength": _limit("too_short", "min"),
    "maxLength": _limit("too_long", "max"),
    "minItems": _limit("too_few_items", "min"),
    "maxItems": _limit("too_many_items", "max"),
    "minProperties": _limit("too_few_items", "min"),
    "maxProperties": _limit("too_many_items", "max"),
    "uniqueItems": _limit("not_unique_items", "value"),
}


def _key(document: dict[str, Any]) -> tuple[str, str] | None:
    kind, name = document.get("kind"), document.get("name")
    return (kind, name) if isinstance(kind, str) and isinstance(name, str) else None
