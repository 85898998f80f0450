from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import jsonschema_rs
import pytest

from kernel.api import openapi
from tests.kernel.samples import EVERY_TYPE, compiled

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kernel.model import Model

ID = "0190f5fe-7c00-7a00-8000-000000000001"


@pytest.fixture(scope="module")
def model(crm: list[dict[str, Any]]) -> Model:
    return compiled(*crm, EVERY_TYPE)


@pytest.fixture(scope="module")
def document(model: Model) -> dict[str, Any]:
    return openapi(model, model.roles_access(frozenset({"admin"})), base={})


def references(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        if "$ref" in value:
            yield value["$ref"]
        for one in value.values():
            yield from references(one)
    elif isinstance(value, list):
        for one in value:
            yield from references(one)


def fits(document: dict[str, Any], component: str, value: Any) -> bool:
    schema = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$ref": f"#/components/schemas/{component}",
        "components": document["components"],
    }
    validator = jsonschema_rs.validator_for(schema)
    return validator.is_valid(value)


def test_every_reference_leads_somewhere(document: dict[str, Any]) -> None:
    for reference in set(references(document)):
        here: Any = document
        for step in reference.removeprefix("#/").split("/"):
            here = here[step]


def test_every_object_has_its_operations_with_names_of_their_own(document: dict[str, Any]) -> None:
    paths = document["paths"]
    names = [operation["operationId"] for path in paths.values() for operation in path.values()]
    assert len(names) == len(set(names))
    assert set(paths["/api/thing"]) == {"get", "post"}
    assert set(paths["/api/thing/{id}"]) == {"get", "patch", "delete"}
    assert set(paths["/api/thing/by/code/{value}"]) == {"get", "put"}
    for rest in ("/query", "/aggregate", "/export", "/{id}/restore"):
        assert f"/api/thing{rest}" in paths


def test_every_operation_documents_its_problems(document: dict[str, Any]) -> None:
    for path in document["paths"].values():
        for method, operation in path.items():
            assert {"400", "401", "403", "404", "429"} <= set(operation["responses"])
            if "requestBody" in operation:
                assert {"413", "415", "422"} <= set(operation["responses"])
            if method in ("patch", "delete"):
                assert {"409", "412"} <= set(operation["responses"])
    assert "Problem" in document["components"]["schemas"]


def test_the_platforms_own_part_is_kept_and_not_changed(model: Model) -> None:
    base = {"info": {"title": "T"}, "paths": {"/health": {}}, "components": {"schemas": {"Problem": {"title": "own"}}}}
    before = json.dumps(base)
    found = openapi(model, model.roles_access(frozenset({"admin"})), base=base)
    assert json.dumps(base) == before
    assert found["paths"]["/health"] == {}
    assert found["components"]["schemas"]["Problem"] == {"title": "own"}


def test_only_what_the_roles_may_do_is_there(model: Model) -> None:
    rep = openapi(model, model.roles_access(frozenset({"sales_rep"})), base={})
    assert set(rep["paths"]["/api/product"]) == {"get"}
    assert "/api/product/export" in rep["paths"]
    assert "/api/user/export" not in rep["paths"]
    assert "product.create" not in rep["components"]["schemas"]
    assert openapi(model, model.roles_access(frozenset()), base={})["paths"] == {}


RECORD = {
    "id": ID,
    "owner_id": None,
    "created_at": "2026-01-01T00:00:00.000000Z",
    "version": 1,
    "text": "x",
    "currency": {"amount": 12.5, "currency": "EUR"},
    "integer": None,
    "decimal": 1.5,
    "date": "2026-01-01",
    "datetime": None,
    "picklist": "retired value",
    "many": ["a"],
    "lookup": ID,
    "number": "T001",
    "json": {"anything": [1]},
}


@pytest.mark.parametrize(
    ("change", "good"),
    [
        ({}, True),
        ({"lookup": {"id": ID, "_name": "x", "_deleted": True, "text": "y"}}, True),
        ({"lookup": {"id": ID}}, False),
        ({"owner": {"id": ID, "_name": None, "team": {"id": ID, "_name": "T"}}}, True),
        ({"json": None}, True),
        ({"version": None}, False),
        ({"currency": 5}, False),
        ({"surprise": 1}, False),
    ],
)
def test_what_a_record_looks_like(document: dict[str, Any], change: dict[str, Any], good: bool) -> None:
    assert fits(document, "thing.read", RECORD | change) == good
    assert fits(document, "thing.list", {"data": [RECORD | change], "next": None, "count": 1}) == good


@pytest.mark.parametrize(
    ("record", "good"),
    [
        ({"text": "x"}, True),
        ({"text": "x", "currency": 5, "date": None, "many": []}, True),
        ({"text": "x", "currency": {"amount": 5, "currency": "USD"}}, True),
        ({}, False),
        ({"text": None}, False),
        ({"text": " "}, False),
        ({"text": "x", "id": ID}, False),
        ({"text": "x", "number": "T001"}, False),
        ({"text": "x", "picklist": "nix"}, False),
        ({"text": "x", "decimal": 1001}, False),
        ({"text": "x", "code": "lower"}, False),
        ({"text": "x", "currency": {"amount": 5, "currency": "XXX"}}, False),
    ],
)
def test_what_may_be_written(document: dict[str, Any], record: dict[str, Any], good: bool) -> None:
    assert fits(document, "thing.create", record) == good


@pytest.mark.parametrize(
    ("rule", "good"),
    [
        ({"field": "text", "operator": "contains", "value": "x"}, True),
        ({"field": "integer", "operator": "between", "value": [1, 2]}, True),
        ({"field": "integer", "operator": "between", "value": [1]}, False),
        ({"field": "integer", "operator": "contains", "value": 1}, False),
        ({"field": "owner_id", "operator": "=", "value": "$me"}, True),
        ({"field": "date", "operator": ">=", "value": "$today-7d"}, True),
        ({"field": "boolean", "operator": "null"}, True),
        ({"field": "nix", "operator": "null"}, False),
    ],
)
def test_what_may_be_asked(document: dict[str, Any], rule: dict[str, Any], good: bool) -> None:
    group = {"combinator": "and", "rules": [{"combinator": "or", "rules": [rule]}]}
    assert fits(document, "thing.filter", group) == good
    query = {"filter": group, "fields": ["text", "lookup.text"], "sort": ["-text"], "expand": ["lookup"]}
    assert fits(document, "thing.query", query) == good


@pytest.mark.parametrize(
    ("request_body", "good"),
    [
        ({"measures": [{"function": "count", "as": "n"}]}, True),
        ({"measures": [{"function": "sum", "field": "currency", "as": "n"}], "group": [{"field": "picklist"}]}, True),
        ({"measures": [{"function": "sum", "field": "text", "as": "n"}]}, False),
        ({"measures": [{"function": "count", "as": "n"}], "group": [{"field": "date", "bucket": "month"}]}, True),
        ({"measures": [{"function": "count", "as": "n"}], "group": [{"field": "text", "bucket": "month"}]}, False),
        ({"measures": [{"function": "sum", "as": "n"}]}, False),
    ],
)
def test_what_may_be_aggregated(document: dict[str, Any], request_body: dict[str, Any], good: bool) -> None:
    assert fits(document, "thing.aggregate", request_body) == good
