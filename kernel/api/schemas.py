"""OpenAPI schemas of one object: records as answered, as created and updated, filters, and field paths."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from kernel.fields.choice import MultiPicklist
from kernel.fields.type import EMPTINESS
from kernel.model import ALIASES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from kernel.access import Access
    from kernel.model import FieldModel, Model, ObjectModel

Schema = dict[str, Any]

NEVER_NULL = ("id", "version", "created_at", "updated_at")
MOST_LISTED = 20  # values of a list in generated filters; more are understood
BUCKETS = ("day", "week", "month", "quarter", "year")
RELATED: Schema = {
    "type": "object",
    "description": "A record that a lookup leads to, with the fields asked for.",
    "required": ["id", "_name"],
    "properties": {
        "id": {"type": "string", "format": "uuid"},
        "_name": {"type": ["string", "null"], "description": "The value of its name field."},
        "_deleted": {"const": True, "description": "It is in the recycle bin."},
    },
}


def reference(name: str) -> Schema:
    return {"$ref": f"#/components/schemas/{name}"}


def nullable(schema: Schema) -> Schema:
    return {"anyOf": [schema, {"type": "null"}]}


def object_schemas(model: Model, access: Access, item: ObjectModel) -> dict[str, Schema]:
    """The components of one object by name: ``account.read``, ``account.create``, ..."""
    paths = _paths(model, access, item)
    readable = [one for one in item.fields.values() if one.name in access.readable(item.name)]
    name = item.name
    found = {
        f"{name}.read": read_schema(item, readable),
        f"{name}.path": _choice([path for path, _ in paths]),
        f"{name}.sort": _choice([sign + path for path, one in paths if one.type.sortable for sign in ("", "-")]),
        f"{name}.list": {
            "type": "object",
            "required": ["data", "next"],
            "properties": {
                "data": {"type": "array", "items": reference(f"{name}.read")},
                "next": {"type": ["string", "null"], "description": "Cursor of the next page."},
                "count": {"type": "integer", "minimum": 0, "description": "Of all records that match, when asked for."},
            },
            "additionalProperties": False,
        },
        f"{name}.filter": _group_schema(name),
        f"{name}.rule": {"anyOf": list(_rules(readable))},
        f"{name}.query": _query_schema(name, paged=True),
        f"{name}.export": _query_schema(name, paged=False),
        f"{name}.aggregate": _aggregate_schema(name, readable),
    }
    lookups = _choice([path for path, one in paths if one.target is not None])
    found[f"{name}.lookup"] = lookups
    writable = [one for one in item.fields.values() if one.name in access.writable(name)]
    if writable:
        found[f"{name}.create"] = write_schema(item, writable, creating=True)
        found[f"{name}.update"] = write_schema(item, writable, creating=False)
    return found


def read_schema(item: ObjectModel, fields: Iterable[FieldModel]) -> Schema:
    """A record as answered. Which properties are there depends on ``fields`` and ``expand``."""
    properties: dict[str, Schema] = {}
    for one in fields:
        schema = _titled(one, one.type.read_schema(one))
        if one.target is not None:
            schema = {"anyOf": [schema, reference("Related"), {"type": "null"}]}
        elif one.name not in NEVER_NULL:
            schema = nullable(schema)
        properties[one.name] = schema
    for alias, name in ALIASES.items():
        if name in properties:
            properties[alias] = properties[name]
    return {
        "type": "object",
        "title": item.label["en"],
        "required": ["id"],
        "properties": properties,
        "additionalProperties": False,
    }


def write_schema(item: ObjectModel, fields: Iterable[FieldModel], *, creating: bool) -> Schema:
    """A record in a request; null clears a field."""
    properties: dict[str, Schema] = {}
    required = []
    for one in fields:
        schema = _titled(one, one.type.write_schema(one))
        if creating and one.default is not None:
            schema["default"] = one.default
        if creating and one.required and one.default is None:
            required.append(one.name)
        properties[one.name] = schema if one.required else nullable(schema)
    found: Schema = {
        "type": "object",
        "title": item.label["en"],
        "properties": properties,
        "additionalProperties": False,
    }
    return {**found, "required": required} if required else found


def filter_value(one: FieldModel) -> Schema:
    """One value of a filter in a URL (``?stage=Won``)."""
    return one.type.filter_schema(one)


def _titled(one: FieldModel, schema: Schema) -> Schema:
    titled: Schema = {"title": one.label["en"], **schema}
    if one.help.get("en"):
        titled["description"] = one.help["en"]
    return titled


def _choice(values: list[str]) -> Schema:
    return {"type": "string", "enum": values} if values else {"not": {}}


def _paths(model: Model, access: Access, item: ObjectModel) -> list[tuple[str, FieldModel]]:
    """Fields and the fields that lookups lead to in one step."""
    own = [one for one in item.fields.values() if one.name in access.readable(item.name)]
    found = [(one.name, one) for one in own]
    for one in own:
        if one.target is None:
            continue
        allowed = access.readable(one.target)
        target = model.objects[one.target]
        found += [(f"{one.name}.{name}", inner) for name, inner in target.fields.items() if name in allowed]
    return found


def _group_schema(name: str) -> Schema:
    part = {"anyOf": [reference(f"{name}.rule"), reference(f"{name}.filter")]}
    return {
        "type": "object",
        "description": "A rule group as react-querybuilder has it; paths over lookups may stand for fields.",
        "required": ["combinator", "rules"],
        "properties": {
            "id": {"type": "string", "maxLength": 100},
            "combinator": {"type": "string", "enum": ["and", "or"]},
            "not": {"type": "boolean"},
            "rules": {"type": "array", "maxItems": 20, "items": part},
        },
        "additionalProperties": False,
    }


def _rules(fields: Iterable[FieldModel]) -> Iterable[Schema]:
    """Schemas of rules; fields that are compared alike share one."""
    alike: dict[str, tuple[Schema, tuple[str, ...], bool, list[str]]] = {}
    for one in fields:
        schema, operators = filter_value(one), one.type.operators
        many = isinstance(one.type, MultiPicklist)
        key = json.dumps([schema, operators, many], sort_keys=True)
        alike.setdefault(key, (schema, operators, many, []))[3].append(one.name)
    for schema, operators, many, names in alike.values():
        single = [operator for operator in operators if operator in _COMPARING]
        listing = {"type": "array", "items": schema, "maxItems": MOST_LISTED}
        if single:
            yield _rule(names, single, {"anyOf": [schema, listing]} if many else schema)
        for group, value in (
            (("in", "notIn"), listing),
            (("between", "notBetween"), {**listing, "minItems": 2, "maxItems": 2}),
        ):
            chosen = [operator for operator in operators if operator in group]
            if chosen:
                yield _rule(names, chosen, value)
        empty = [operator for operator in operators if operator in EMPTINESS]
        if empty:
            yield _rule(names, empty, None)


_COMPARING = (
    *("=", "!=", "<", "<=", ">", ">="),
    *("contains", "doesNotContain", "beginsWith", "doesNotBeginWith", "endsWith", "doesNotEndWith"),
)


def _rule(names: list[str], operators: list[str], value: Schema | None) -> Schema:
    properties: dict[str, Schema] = {
        "id": {"type": "string", "maxLength": 100},
        "field": {"type": "string", "enum": names},
        "operator": {"type": "string", "enum": operators},
        "valueSource": {"const": "value"},
        "value": {} if value is None else value,
    }
    required = ["field", "operator"] if value is None else ["field", "operator", "value"]
    return {"type": "object", "required": required, "properties": properties, "additionalProperties": False}


def _query_schema(name: str, *, paged: bool) -> Schema:
    listed: Callable[[str, int], Schema] = lambda part, most: {  # noqa: E731
        "type": "array",
        "items": reference(f"{name}.{part}"),
        "maxItems": most,
    }
    properties: dict[str, Schema] = {
        "filter": nullable(reference(f"{name}.filter")),
        "sort": listed("sort", 5),
        "q": {"type": "string", "maxLength": 200, "pattern": r"^[^\u0000]*$"},
        "deleted": {"enum": ["only", None]},
    }
    if paged:
        properties |= {
            "fields": listed("path", 100),
            "expand": listed("lookup", 20),
            "cursor": {"type": ["string", "null"], "maxLength": 20_000},
            "limit": {"type": "integer", "minimum": 1, "maximum": 200, "default": 50},
            "count": {"type": "boolean"},
        }
    else:
        properties |= {"format": {"type": "string", "enum": ["csv", "xlsx"]}, "columns": listed("path", 100)}
    return {"type": "object", "properties": properties, "additionalProperties": False}


def _aggregate_schema(name: str, fields: Iterable[FieldModel]) -> Schema:
    fields = list(fields)
    output = {"type": "string", "pattern": "^[a-z][a-z0-9_]{0,47}$"}
    dates = [one.name for one in fields if one.type.name in ("date", "datetime")]
    grouped = [one.name for one in fields if one.type.groupable]
    numeric = [one.name for one in fields if one.type.numeric]
    ordered = [one.name for one in fields if one.type.sortable]
    measures = [
        _measure(["count"], None, output),
        _measure(["count", "count_distinct"], grouped, output),
        _measure(["min", "max"], ordered, output),
    ]
    if numeric:
        measures.append(_measure(["sum", "avg"], numeric, output))
    group = [
        _closed({"field": {"type": "string", "enum": grouped}, "as": output}, ["field"]),
        _closed(
            {"field": {"type": "string", "enum": dates}, "bucket": {"enum": list(BUCKETS)}, "as": output},
            ["field", "bucket"],
        ),
    ]
    direction = {"type": "string", "enum": ["asc", "desc"]}
    return _closed(
        {
            "group": {"type": "array", "maxItems": 5, "items": {"anyOf": group}},
            "measures": {"type": "array", "maxItems": 20, "items": {"anyOf": measures}},
            "filter": nullable(reference(f"{name}.filter")),
            "sort": {
                "type": "array",
                "maxItems": 5,
                "items": _closed({"field": {"type": "string"}, "direction": direction}, ["field"]),
            },
            "limit": {"type": "integer", "minimum": 1, "maximum": 10_000, "default": 1000},
            "time_zone": {"type": "string", "maxLength": 64, "description": "IANA name, for buckets of moments."},
        },
        [],
    )


def _measure(functions: list[str], fields: list[str] | None, output: Mapping[str, Any]) -> Schema:
    properties: dict[str, Any] = {"function": {"type": "string", "enum": functions}, "as": output}
    if fields is None:
        return _closed(properties, ["function"])
    return _closed({**properties, "field": {"type": "string", "enum": fields}}, ["function", "field"])


def _closed(properties: dict[str, Any], required: list[str]) -> Schema:
    return {"type": "object", "properties": properties, "required": required, "additionalProperties": False}
