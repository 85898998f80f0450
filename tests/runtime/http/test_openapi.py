"""The OpenAPI document: valid, complete, and without a database for what all tenants share."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import jsonschema_rs
import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from httpx import AsyncClient


def references(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        if isinstance(value.get("$ref"), str):
            yield value["$ref"]
        for item in value.values():
            yield from references(item)
    elif isinstance(value, list):
        for item in value:
            yield from references(item)


def check(document: dict[str, Any]) -> None:
    """Every reference leads somewhere, every operation has a name of its own, every schema is one."""
    assert document["openapi"].startswith("3.1")
    for reference in set(references(document)):
        found: Any = document
        for part in reference.removeprefix("#/").split("/"):
            found = found[part.replace("~1", "/").replace("~0", "~")]
    names = [
        operation["operationId"]
        for path in document["paths"].values()
        for method, operation in path.items()
        if method != "parameters"
    ]
    assert len(names) == len(set(names))
    for schema in document["components"]["schemas"].values():
        jsonschema_rs.meta.validate(schema)


def test_the_static_part_needs_no_database() -> None:
    done = subprocess.run(
        [sys.executable, "-W", "error", "-m", "runtime.http.openapi"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    document = json.loads(done.stdout)
    check(document)
    assert {"/api/{object}", "/auth/sign-in", "/meta/changes/{id}/publish"} <= set(document["paths"])
    assert {"Session", "Import", "ChangeSet", "Description", "SavedView", "Problem"} <= set(
        document["components"]["schemas"]
    )


async def test_the_tenants_document_has_its_objects(client: AsyncClient) -> None:
    document = (await client.get("/openapi.json")).json()
    check(document)
    assert {"/api/account", "/api/account/{id}", "/api/opportunity/aggregate"} <= set(document["paths"])


async def test_nobodys_document_is_the_static_part(anonymous_client: AsyncClient) -> None:
    document = (await anonymous_client.get("/openapi.json")).json()
    assert "/api/{object}" in document["paths"]
    assert "/api/account" not in document["paths"]


@pytest.mark.parametrize("method", ["get", "post", "patch", "put", "delete"])
async def test_every_operation_of_the_document_is_routed(client: AsyncClient, method: str) -> None:
    document = (await client.get("/openapi.json")).json()
    for path, operations in document["paths"].items():
        if method in operations and "sign-out" not in path:
            address = path.format_map(
                {"id": "x", "object": "x", "kind": "x", "name": "x", "value": "x", "field": "name"}
            )
            answer = await client.request(method, address)
            assert answer.status_code not in {405, 500}, (path, answer.text)
