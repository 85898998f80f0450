"""Tenants do not see each other."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from runtime import demo, security
from tests.runtime.http.test_bad_input import problem

if TYPE_CHECKING:
    from httpx import AsyncClient

    from runtime.platform import Platform

PASSWORD = "another password"


@pytest.fixture
async def other(platform: Platform) -> str:
    """An API token of another tenant's admin, who has the same address as the demo's."""
    tenant = await platform.tenants.create("other", "Other")
    call = await platform.call("other")
    user_id = await security.create_user(call, demo.ADMIN, "Olga Other", PASSWORD, ["admin"])
    return await security.create_token(platform.db, tenant, user_id, "test")


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


async def test_a_record_of_one_tenant_is_not_there_for_another(
    client: AsyncClient, anonymous_client: AsyncClient, other: str
) -> None:
    made: dict[str, Any] = (await client.post("/api/account", json={"name": "Secret"})).json()
    team = (await client.post("/api/team", json={"name": "Secret team"})).json()
    problem(await anonymous_client.get(f"/api/account/{made['id']}", headers=bearer(other)), 404, "not-found")
    problem(await anonymous_client.get(f"/api/team/{team['id']}", headers=bearer(other)), 404, "not-found")
    assert (await anonymous_client.get("/api/search?q=Secret", headers=bearer(other))).json()["data"] == []
    described = (await anonymous_client.get("/meta/model", headers=bearer(other))).json()
    assert {one["name"] for one in described["objects"]} == {"user", "team"}


async def test_a_token_cannot_be_turned_to_another_tenant(anonymous_client: AsyncClient, other: str) -> None:
    turned = other.replace("tgm_other_", "tgm_demo_")
    problem(await anonymous_client.get("/api/team", headers=bearer(turned)), 401, "unauthenticated")
    headers = bearer(other) | {"Tangram-Tenant": "demo"}
    problem(await anonymous_client.get("/api/team", headers=headers), 403, "forbidden")
    # also right after the token was recognised as what it is
    assert (await anonymous_client.get("/api/team", headers=bearer(other))).status_code == 200
    problem(await anonymous_client.get("/api/team", headers=bearer(turned)), 401, "unauthenticated")


async def test_where_there_are_several_tenants_one_has_to_be_named(anonymous_client: AsyncClient, other: str) -> None:
    body = {"email": demo.ADMIN, "password": demo.PASSWORD}
    answer = problem(await anonymous_client.post("/auth/sign-in", json=body), 422, "invalid")
    assert answer["errors"][0]["pointer"] == "/tenant"
    named = await anonymous_client.post("/auth/sign-in", json=body | {"tenant": "demo"})
    assert named.json()["tenant"]["name"] == "demo"
    anonymous_client.cookies.clear()
    header = {"Tangram-Tenant": "other"}
    problem(await anonymous_client.post("/auth/sign-in", json=body, headers=header), 401, "unauthenticated")
    right = await anonymous_client.post("/auth/sign-in", json=body | {"password": PASSWORD}, headers=header)
    assert right.json()["user"]["name"] == "Olga Other"


async def test_a_host_name_can_stand_for_a_tenant(
    platform: Platform, anonymous_client: AsyncClient, other: str
) -> None:
    async with platform.db.connection() as connection:
        await connection.execute("UPDATE tangram.tenant SET host = 'other.test' WHERE name = 'other'")
    body = {"email": demo.ADMIN, "password": PASSWORD}
    answer = await anonymous_client.post("http://other.test:8000/auth/sign-in", json=body)
    assert answer.json()["tenant"]["name"] == "other"
