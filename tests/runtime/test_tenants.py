"""Tenants: made whole, dropped whole, found by name and host."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from alembic.script import ScriptDirectory

from runtime import migrations
from runtime.tenants import BadTenantName, TenantExists

if TYPE_CHECKING:
    from runtime.platform import Platform


async def test_a_new_tenant_has_users_and_teams_and_nothing_of_others(platform: Platform) -> None:
    made = await platform.tenants.create("acme", "Acme 有限公司", host="acme.test")
    assert made.schema == "t_acme"
    assert await platform.tenants.by_name("acme") == made
    assert await platform.tenants.by_host("acme.test") == made
    model = await platform.models.get("acme")
    assert set(model.objects) == {"user", "team"}
    assert model.revision == 0
    assert [one.name for one in await platform.tenants.listing()] == ["acme", "demo"]


@pytest.mark.parametrize("name", ["", "A", "1a", "a-b", 'a"b', "a b", "pg; drop", "é", "a" * 41, "../a"])
async def test_a_name_that_is_no_name_is_refused(platform: Platform, name: str) -> None:
    with pytest.raises(BadTenantName):
        await platform.tenants.create(name, "x")


async def test_a_name_is_given_once_also_to_two_who_ask_at_once(platform: Platform) -> None:
    results = await asyncio.gather(*(platform.tenants.create("acme", "x") for _ in range(2)), return_exceptions=True)
    assert [type(one).__name__ for one in sorted(results, key=lambda one: isinstance(one, Exception))] == [
        "Tenant",
        "TenantExists",
    ]
    with pytest.raises(TenantExists):
        await platform.tenants.create("demo", "again")


async def test_a_tenant_that_cannot_be_made_leaves_nothing(platform: Platform, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kernel.migration.apply", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        await platform.tenants.create("acme", "x")
    assert await platform.tenants.by_name("acme") is None
    async with platform.db.connection() as connection:
        assert await connection.fetchval("SELECT to_regnamespace('t_acme')") is None


async def test_dropping_takes_all_of_a_tenant_and_nothing_else(platform: Platform) -> None:
    await platform.tenants.create("acme", "x")
    await platform.tenants.drop("acme")
    assert await platform.tenants.by_name("acme") is None
    async with platform.db.connection() as connection:
        assert await connection.fetchval("SELECT to_regnamespace('t_acme')") is None
    assert "account" in (await platform.models.get("demo")).objects
    with pytest.raises(LookupError):
        await platform.tenants.drop("acme")


async def test_a_process_that_served_a_dropped_tenant_forgets_it(platform: Platform) -> None:
    await platform.tenants.create("acme", "x")
    await platform.models.get("acme")
    await platform.tenants.drop("acme")
    for _ in range(100):
        try:
            await platform.call("acme")
        except LookupError:
            return
        await asyncio.sleep(0.01)
    pytest.fail("the tenant is still served")


@pytest.mark.parametrize("branch", ["control", "tenant"])
def test_the_newest_migration_is_the_one_that_alembic_knows(branch: str) -> None:
    script = ScriptDirectory(str(migrations.FOLDER / branch))
    assert migrations.head(branch) == script.get_current_head()


async def test_a_schema_that_is_behind_is_found(platform: Platform) -> None:
    assert await migrations.upgrade(platform.db) == []
    async with platform.db.transaction() as connection:
        await connection.execute('DROP SCHEMA "t_demo" CASCADE')
        await connection.execute('CREATE SCHEMA "t_demo"')
    assert await migrations.upgrade(platform.db) == ["t_demo"]
    assert await migrations.upgrade(platform.db) == []


def test_a_web_process_starts_without_what_only_others_need() -> None:
    words = "import sys, runtime.cli, runtime.serve, runtime.http.app; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", words], capture_output=True, text=True, check=True).stdout.split()
    assert not {"alembic", "procrastinate", "psycopg", "xlsxwriter", "casbin", "python_calamine"} & set(loaded)
