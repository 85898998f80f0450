"""The OpenAPI 3.1 document of what does not depend on a tenant; ``python -m runtime.http.openapi`` prints it."""

from __future__ import annotations

import re
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING, Any, get_origin

import msgspec

from runtime.http import bodies
from runtime.http.operations import JSON, Operation
from runtime.http.problems import STATUSES
from runtime.http.routing import operations

if TYPE_CHECKING:
    from collections.abc import Iterable

PROBLEM = "application/problem+json"
BINARY = "application/octet-stream"
REFERENCE = "#/components/schemas/{name}"
TITLES = {
    "records": "Records of every object",
    "imports": "Imports of CSV and XLSX files",
    "saved-views": "Views of lists that users save",
    "auth": "Signing in, preferences and API tokens",
    "meta": "Metadata: model, documents, change sets, revisions",
    "platform": "Health and this document",
}


@cache
def _prepared(records: bool) -> bytes:
    shown = [one for one in operations() if not one.hidden and (records or not one.record)]
    schemas = _Schemas(shown)
    paths: dict[str, dict[str, Any]] = {}
    for operation in shown:
        paths.setdefault(operation.path, {})[operation.method.lower()] = _operation(operation, schemas)
    document = {
        "openapi": "3.1.0",
        "info": {
            "title": "Tangram",
            "version": _version(),
            "description": "Records, metadata and sign-in over HTTP. Faults are RFC 9457 problem details.",
        },
        "servers": [{"url": "/"}],
        "security": [{"token": []}, {"session": []}],
        "tags": [{"name": name, "description": text} for name, text in TITLES.items()],
        "paths": paths,
        "components": {
            "schemas": schemas.components,
            "responses": {slug: _problem(slug) for slug in STATUSES},
            "headers": _HEADERS,
            "securitySchemes": {
                "token": {"type": "http", "scheme": "bearer", "description": "An API token."},
                "session": {"type": "apiKey", "in": "cookie", "name": "tangram_session"},
            },
        },
    }
    return msgspec.json.encode(document)


def document(*, records: bool = True) -> dict[str, Any]:
    """The document, a new copy.

    Args:
        records: with the operations on ``/api/{object}`` in general; without where the kernel adds each object's own.
    """
    found: dict[str, Any] = msgspec.json.decode(_prepared(records))
    return found


def as_bytes() -> bytes:
    """The document as JSON."""
    return _prepared(True)


class _Schemas:
    """JSON Schemas of all bodies, as components."""

    def __init__(self, shown: Iterable[Operation]) -> None:
        kinds = {bodies.Problem, *(kind for one in shown for kind in (one.body, one.answer) if _is_struct(kind))}
        ordered = sorted(kinds, key=lambda kind: kind.__name__)
        _, components = msgspec.json.schema_components(ordered, ref_template=REFERENCE)
        self.components: dict[str, Any] = {name: components[name] for name in sorted(components)}

    @staticmethod
    def of(kind: Any) -> dict[str, Any]:
        if kind is bytes:
            return {}
        if _is_struct(kind):
            return {"$ref": REFERENCE.format(name=kind.__name__)}
        if get_origin(kind) is dict:
            return {"type": "object", "additionalProperties": True}
        return msgspec.json.schema(kind)


def _is_struct(kind: Any) -> bool:
    return isinstance(kind, type) and get_origin(kind) is None and issubclass(kind, msgspec.Struct)


def _operation(operation: Operation, schemas: _Schemas) -> dict[str, Any]:
    found: dict[str, Any] = {
        "operationId": operation.name,
        "tags": [operation.tag],
        "summary": operation.summary,
        "responses": _responses(operation, schemas),
    }
    parameters = [
        {"name": name, "in": "path", "required": True, "schema": _path_schema(name)}
        for name in re.findall(r"{(\w+)}", operation.path)
    ]
    parameters += [
        {
            "name": one.name,
            "in": one.place,
            "required": one.required,
            "schema": dict(one.schema),
            "description": one.description,
        }
        for one in operation.parameters
    ]
    if parameters:
        found["parameters"] = parameters
    if operation.body is not None:
        media = BINARY if operation.body_type == "*/*" else operation.body_type
        found["requestBody"] = {
            "required": operation.body_required,
            "content": {media: {"schema": schemas.of(operation.body)}},
        }
    if not operation.signed_in:
        found["security"] = []
    return found


def _path_schema(name: str) -> dict[str, Any]:
    if name == "id":
        return {"type": "string", "format": "uuid"}
    if name in {"object", "field", "kind"}:
        return {"type": "string", "pattern": "^[a-z][a-z0-9_]{0,47}$"}
    return {"type": "string", "minLength": 1, "maxLength": 1000}


def _responses(operation: Operation, schemas: _Schemas) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for status in operation.statuses:
        answer: dict[str, Any] = {
            "description": "Not changed" if status == 304 else "Done",
            "headers": {
                "X-Request-Id": {"$ref": "#/components/headers/RequestId"},
                "Tangram-Revision": {"$ref": "#/components/headers/Revision"},
            },
        }
        if status not in {204, 304}:
            answer["content"] = {
                media: {"schema": schemas.of(operation.answer) if media == JSON and operation.answer else {}}
                for media in operation.answer_types
            }
        found[str(status)] = answer
    slugs = {"bad-request", "unavailable", *operation.problems}
    if operation.signed_in or operation.tag == "auth":
        slugs |= {"unauthenticated", "forbidden"}
    if operation.body is not None:
        slugs |= {"too-large", "unsupported-media", "invalid"}
    for slug in sorted(slugs, key=lambda slug: (STATUSES[slug], slug)):
        found.setdefault(str(STATUSES[slug]), {"$ref": f"#/components/responses/{slug}"})
    return found


def _problem(slug: str) -> dict[str, Any]:
    return {
        "description": slug.replace("-", " ").capitalize(),
        "content": {PROBLEM: {"schema": {"$ref": REFERENCE.format(name="Problem")}}},
    }


def _version() -> str:
    try:
        return version("tangram")
    except PackageNotFoundError:
        return "0"


_HEADERS = {
    "RequestId": {"description": "Names the request in logs and problems.", "schema": {"type": "string"}},
    "Revision": {"description": "The metadata's revision that served the request.", "schema": {"type": "integer"}},
}


def main() -> None:
    """Print the document."""
    import sys  # noqa: PLC0415

    sys.stdout.write(msgspec.json.format(as_bytes(), indent=2).decode() + "\n")


if __name__ == "__main__":
    main()
