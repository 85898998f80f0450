"""OpenAPI 3.1 of a tenant's own objects, as a set of roles sees them."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

from kernel.api.schemas import RELATED, Schema, filter_value, object_schemas, reference

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from kernel.access import Access
    from kernel.model import FieldModel, Model, ObjectModel

PROBLEM = "application/problem+json"
JSON = "application/json"
STATUSES = {
    "bad-request": 400,
    "unauthenticated": 401,
    "forbidden": 403,
    "not-found": 404,
    "conflict": 409,
    "stale": 412,
    "too-large": 413,
    "unsupported-media": 415,
    "invalid": 422,
    "rate-limited": 429,
    "unavailable": 503,
}
ALWAYS = ("bad-request", "unauthenticated", "forbidden", "not-found", "rate-limited", "unavailable")
WITH_BODY = ("too-large", "unsupported-media", "invalid")
FILES = ("text/csv; charset=utf-8", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")

ID: Schema = {"name": "id", "in": "path", "required": True, "schema": {"type": "string", "format": "uuid"}}
IDEMPOTENCY: Schema = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "schema": {"type": "string", "minLength": 1, "maxLength": 200, "pattern": "^[!-~]+$"},
    "description": "Makes the write safe to repeat: the same key is answered with the first answer.",
}
IF_MATCH: Schema = {
    "name": "If-Match",
    "in": "header",
    "required": False,
    "schema": {"type": "string", "pattern": '^(\\*|(W/)?"[0-9]{1,18}")$'},
    "description": "The ETag of what the caller saw.",
}


def openapi(model: Model, access: Access, *, base: Mapping[str, Any]) -> dict[str, Any]:
    """The document of the objects that a set of roles may use, added to the platform's own.

    Args:
        base: OpenAPI document of what does not depend on objects; it is not changed. What it lacks of the shared
            components (``Problem``, responses) is added.
    """
    found: dict[str, Any] = copy.deepcopy(dict(base))
    found.setdefault("openapi", "3.1.0")
    found.setdefault("info", {"title": "Tangram", "version": str(model.revision)})
    components = found.setdefault("components", {})
    schemas = components.setdefault("schemas", {})
    schemas.setdefault("Problem", _PROBLEM)
    schemas["Related"] = RELATED
    responses = components.setdefault("responses", {})
    for slug in STATUSES:
        responses.setdefault(slug, _problem(slug))
    paths = found.setdefault("paths", {})
    tags = found.setdefault("tags", [])
    for item in model.objects.values():
        if access.actions(item.name):
            tags.append({"name": item.name, "description": item.label["en"]})
            schemas.update(object_schemas(model, access, item))
            paths.update(_paths(access, item))
    return found


def _paths(access: Access, item: ObjectModel) -> dict[str, Any]:
    root = f"/api/{item.name}"
    found: dict[str, dict[str, Any]] = {}

    def add(path: str, method: str, operation: Schema) -> None:
        found.setdefault(path, {})[method] = operation

    name = item.name
    if access.may(name, "read"):
        add(root, "get", _list(item, access))
        add(f"{root}/query", "post", _posted(item, "query", "Query records", f"{name}.query", f"{name}.list"))
        add(f"{root}/aggregate", "post", _aggregate(item))
        add(f"{root}/{{id}}", "get", _read(item))
    if access.may(name, "export"):
        add(f"{root}/export", "get", _export(item, access))
        add(f"{root}/export", "post", _export_query(item))
    if access.may(name, "create"):
        add(root, "post", _create(item))
    if access.may(name, "update"):
        add(f"{root}/{{id}}", "patch", _update(item))
    if access.may(name, "delete"):
        add(f"{root}/{{id}}", "delete", _delete(item))
        add(f"{root}/{{id}}/restore", "post", _restore(item))
    for key, *more in item.unique_keys:
        one = item.fields[key]
        if more or key not in access.readable(name):
            continue
        path = f"{root}/by/{key}/{{value}}"
        add(path, "get", _read(item, by=one))
        if access.may(name, "create") and access.may(name, "update") and key in access.writable(name):
            add(path, "put", _upsert(item, one))
    return found


def _list(item: ObjectModel, access: Access) -> Schema:
    paging: list[Schema] = [
        _query("cursor", {"type": "string", "maxLength": 20_000}, "Where to go on: `next` of the page before."),
        _query("limit", {"type": "integer", "minimum": 1, "maximum": 200, "default": 50}, "Records a page."),
        _query("count", {"type": "boolean"}, "Whether to count all records that match."),
    ]
    parameters = [*_shape(item), *paging, *_filters(item, access)]
    return _operation(item, "list", "List records", parameters, _answer(reference(f"{item.name}.list")))


def _read(item: ObjectModel, by: FieldModel | None = None) -> Schema:
    answers = _answer(reference(f"{item.name}.read"), headers=_ETAG)
    if by is not None:
        summary = f"Read the record that has a value in {by.name}"
        return _operation(item, f"read_by_{by.name}", summary, [_key(by), *_shape(item)], answers)
    answers["304"] = {"description": "The caller's copy (If-None-Match) is still right."}
    return _operation(item, "read", "Read a record", [ID, *_shape(item)], answers)


def _create(item: ObjectModel) -> Schema:
    answers = _answer(reference(f"{item.name}.read"), status=201, headers={**_ETAG, **_LOCATION})
    return _operation(
        item, "create", "Create a record", [IDEMPOTENCY], answers, body=f"{item.name}.create", problems=("conflict",)
    )


def _update(item: ObjectModel) -> Schema:
    return _operation(
        item,
        "update",
        "Change some fields of a record",
        [ID, IDEMPOTENCY, IF_MATCH],
        _answer(reference(f"{item.name}.read"), headers=_ETAG),
        body=f"{item.name}.update",
        problems=("conflict", "stale"),
    )


def _delete(item: ObjectModel) -> Schema:
    purge = _query("purge", {"type": "boolean"}, "Remove for good what is in the recycle bin; admins only.")
    answers = {"204": {"description": "Done"}}
    problems = ("conflict", "stale")
    parameters = [ID, purge, IDEMPOTENCY, IF_MATCH]
    return _operation(item, "delete", "Move a record to the recycle bin", parameters, answers, problems=problems)


def _restore(item: ObjectModel) -> Schema:
    answers = _answer(reference(f"{item.name}.read"), headers=_ETAG)
    problems = ("conflict", "invalid")
    return _operation(
        item, "restore", "Bring a record back from the recycle bin", [ID, IDEMPOTENCY], answers, problems=problems
    )


def _upsert(item: ObjectModel, key: FieldModel) -> Schema:
    schema = reference(f"{item.name}.read")
    answers = _answer(schema, headers=_ETAG) | _answer(schema, status=201, headers={**_ETAG, **_LOCATION})
    return _operation(
        item,
        f"upsert_by_{key.name}",
        f"Update the record that has a value in {key.name}, or create it",
        [_key(key), IDEMPOTENCY],
        answers,
        body=f"{item.name}.update",
        problems=("conflict",),
    )


def _posted(item: ObjectModel, name: str, summary: str, body: str, answer: str) -> Schema:
    return _operation(item, name, summary, [], _answer(reference(answer)), body=body)


def _aggregate(item: ObjectModel) -> Schema:
    answer = {
        "type": "object",
        "required": ["data"],
        "properties": {"data": {"type": "array", "items": {"type": "object", "additionalProperties": True}}},
    }
    return _operation(
        item, "aggregate", "Count, sum and the like, by groups", [], _answer(answer), body=f"{item.name}.aggregate"
    )


def _export(item: ObjectModel, access: Access) -> Schema:
    chosen = [
        _query("format", {"type": "string", "enum": ["csv", "xlsx"], "default": "csv"}, "Kind of file."),
        _several("columns", f"{item.name}.path", 100, "Field paths; all fields where not given."),
    ]
    return _operation(item, "export", "Write records as a file", [*chosen, *_filters(item, access)], _file())


def _export_query(item: ObjectModel) -> Schema:
    return _operation(
        item, "export_query", "Write records as a file, by a query", [], _file(), body=f"{item.name}.export"
    )


def _shape(item: ObjectModel) -> list[Schema]:
    return [
        _several("fields", f"{item.name}.path", 100, "Field paths to answer with; all fields where not given."),
        _several("expand", f"{item.name}.lookup", 20, "Lookups to answer with as objects."),
    ]


def _filters(item: ObjectModel, access: Access) -> list[Schema]:
    """What chooses records: the parameters of every list, and ``field=value`` for each field."""
    readable = access.readable(item.name)
    fields = [one for one in item.fields.values() if one.name in readable and "=" in one.type.operators]
    return [
        {
            "name": "filter",
            "in": "query",
            "required": False,
            "description": "A filter as react-querybuilder's JSON.",
            "content": {JSON: {"schema": reference(f"{item.name}.filter")}},
        },
        _several("sort", f"{item.name}.sort", 5, "Field paths, each with - before it for descending."),
        _query("q", {"type": "string", "maxLength": 200, "pattern": r"^[^\u0000]*$"}, "Words to find."),
        _query("deleted", {"type": "string", "enum": ["only"]}, "Only what is in the recycle bin."),
        *(
            _query(one.name, filter_value(one), f"{one.label['en']}; also {one.name}.<operator>, see the guide.")
            for one in fields
        ),
    ]


def _query(name: str, schema: Schema, description: str) -> Schema:
    return {"name": name, "in": "query", "required": False, "schema": schema, "description": description}


def _several(name: str, component: str, most: int, description: str) -> Schema:
    schema = {"type": "array", "items": reference(component), "minItems": 1, "maxItems": most, "uniqueItems": True}
    return {**_query(name, schema, description), "style": "form", "explode": False}


def _key(one: FieldModel) -> Schema:
    schema = one.type.write_schema(one)
    if schema.get("type") == "string":
        schema = {**schema, "minLength": max(1, schema.get("minLength", 1))}
    return {"name": "value", "in": "path", "required": True, "schema": schema, "description": one.label["en"]}


def _operation(
    item: ObjectModel,
    name: str,
    summary: str,
    parameters: list[Schema],
    answers: dict[str, Any],
    *,
    body: str | None = None,
    problems: Iterable[str] = (),
) -> Schema:
    slugs = [*ALWAYS, *problems, *(WITH_BODY if body is not None else ())]
    refused = {str(STATUSES[slug]): {"$ref": f"#/components/responses/{slug}"} for slug in slugs}
    found: Schema = {
        "operationId": f"{item.name}_{name}",
        "tags": [item.name],
        "summary": summary,
        "parameters": parameters,
        "responses": dict(sorted((answers | refused).items())),
    }
    if body is not None:
        found["requestBody"] = {"required": True, "content": {JSON: {"schema": reference(body)}}}
    return found


_ETAG: Schema = {"ETag": {"schema": {"type": "string"}, "description": "The record's version, for If-Match."}}
_LOCATION: Schema = {"Location": {"schema": {"type": "string"}, "description": "Where the record is."}}


def _answer(schema: Schema, *, status: int = 200, headers: Schema | None = None) -> dict[str, Any]:
    answer: Schema = {"description": "Done", "content": {JSON: {"schema": schema}}}
    if headers:
        answer["headers"] = headers
    return {str(status): answer}


def _file() -> dict[str, Any]:
    return {"200": {"description": "The file", "content": {media: {"schema": {}} for media in FILES}}}


def _problem(slug: str) -> Schema:
    return {
        "description": slug.replace("-", " ").capitalize(),
        "content": {PROBLEM: {"schema": reference("Problem")}},
    }


_PROBLEM: Schema = {
    "type": "object",
    "required": ["type", "title", "status"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["pointer", "code", "message"],
                "properties": {
                    "pointer": {"type": "string"},
                    "code": {"type": "string"},
                    "message": {"type": "string"},
                },
            },
        },
        "request_id": {"type": "string"},
    },
}
