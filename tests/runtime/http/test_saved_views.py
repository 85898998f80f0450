"""Saved views: one's own, shared ones, and who may change them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.runtime.http.test_bad_input import problem

if TYPE_CHECKING:
    from httpx import AsyncClient

DEFINITION: dict[str, Any] = {
    "columns": ["name", {"field": "owner.name", "width": 120}],
    "filter": {"combinator": "and", "rules": [{"field": "sector", "operator": "=", "value": "retail"}]},
    "sort": [{"field": "name", "direction": "desc"}],
}


async def save(client: AsyncClient, label: str = "Retail", **more: Any) -> dict[str, Any]:
    body = {"object": "account", "label": label, "definition": DEFINITION, **more}
    answer = await client.post("/api/saved-views", json=body)
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


async def labels(client: AsyncClient, **params: str) -> list[str]:
    return [one["label"] for one in (await client.get("/api/saved-views", params=params)).json()["data"]]


async def test_a_view_comes_back_as_it_was_saved(client: AsyncClient) -> None:
    made = await save(client)
    assert (made["definition"], made["mine"], made["shared"]) == (DEFINITION, True, False)
    assert (await client.get("/api/saved-views")).json()["data"] == [made]
    assert await labels(client, object="contact") == []


async def test_others_see_only_what_is_shared_and_cannot_change_it(
    client: AsyncClient, member_client: AsyncClient
) -> None:
    await save(client, "Mine")
    shared = await save(client, "Ours", shared=True)
    assert await labels(member_client) == ["Ours"]
    place = f"/api/saved-views/{shared['id']}"
    problem(await member_client.patch(place, json={"label": "Theirs"}), 404, "not-found")
    problem(await member_client.delete(place), 404, "not-found")
    assert (await client.get("/api/saved-views")).json()["data"][1]["mine"] is True


async def test_an_admin_can_change_what_others_share(client: AsyncClient, member_client: AsyncClient) -> None:
    private = await save(member_client, "Private")
    problem(await client.patch(f"/api/saved-views/{private['id']}", json={"label": "X"}), 404, "not-found")
    shared = await save(member_client, "Shared", shared=True)
    changed = await client.patch(f"/api/saved-views/{shared['id']}", json={"label": "Renamed", "shared": False})
    assert (changed.json()["label"], changed.json()["mine"]) == ("Renamed", False)
    assert changed.json()["definition"] == DEFINITION


async def test_a_deleted_view_is_gone(client: AsyncClient) -> None:
    place = f"/api/saved-views/{(await save(client))['id']}"
    assert (await client.delete(place)).status_code == 204
    problem(await client.delete(place), 404, "not-found")


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"label": ""}, "/label"),
        ({"label": 5}, "/label"),
        ({"definition": []}, "/definition"),
        ({"definition": {"columns": [5]}}, "/definition/columns/0"),
        ({"definition": {"columns": ["a"] * 61}}, "/definition/columns"),
        ({"definition": {"nothing": 1}}, "/definition/nothing"),
        ({"definition": {"filter": {"rules": 5}}}, "/definition/filter"),
        ({"definition": {"sort": [{"direction": "asc"}]}}, "/definition/sort/0/field"),
    ],
)
async def test_a_view_of_another_form_is_refused_with_a_pointer(
    client: AsyncClient, change: dict[str, Any], pointer: str
) -> None:
    body = {"object": "account", "label": "A", "definition": DEFINITION} | change
    answer = problem(await client.post("/api/saved-views", json=body), 422, "invalid")
    assert answer["errors"][0]["pointer"] == pointer
    made = await save(client)
    problem(await client.patch(f"/api/saved-views/{made['id']}", json=change), 422, "invalid")


async def test_a_view_of_an_unknown_object_is_not_found(client: AsyncClient) -> None:
    body = {"object": "nothing", "label": "A", "definition": DEFINITION}
    problem(await client.post("/api/saved-views", json=body), 404, "not-found")
