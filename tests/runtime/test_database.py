"""The database: one round trip a read, nothing left behind by a user, errors in plain words."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import asyncpg
import pytest
import sqlalchemy as sa

from runtime import migrations
from runtime.database import CONNECTION_LOST, Database, DatabaseUnusable

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path


@pytest.fixture
async def db(empty_database_url: str) -> AsyncIterator[Database]:
    opened = await Database.open(empty_database_url, min_size=1, max_size=3)
    yield opened
    await opened.close()


async def test_a_transaction_is_rolled_back_when_an_exception_passes(db: Database) -> None:
    async with db.connection() as connection:
        await connection.execute("CREATE TABLE public.t (n int)")
    with pytest.raises(RuntimeError):
        async with db.transaction() as connection:
            await connection.execute("INSERT INTO public.t VALUES (1)")
            raise RuntimeError
    async with db.connection() as connection:
        assert await connection.fetchval("SELECT count(*) FROM public.t") == 0


async def test_a_connection_left_in_a_transaction_is_clean_for_its_next_user(db: Database) -> None:
    async with db.connection() as connection:
        await connection.execute("BEGIN")
        await connection.execute("CREATE TABLE public.t (n int)")
    async with db.connection() as connection:
        assert not connection.is_in_transaction()
        assert await connection.fetchval("SELECT to_regclass('public.t')") is None


async def test_a_cancelled_request_gives_its_connection_back(db: Database) -> None:
    async def slow() -> None:
        async with db.transaction() as connection:
            await connection.execute("SELECT pg_sleep(30)")

    tasks = [asyncio.create_task(slow()) for _ in range(3)]
    await asyncio.sleep(0.2)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    async with asyncio.timeout(5), db.connection() as one, db.connection() as two, db.connection() as three:
        assert [await each.fetchval("SELECT 1") for each in (one, two, three)] == [1, 1, 1]


async def test_sessions_that_the_server_ended_are_replaced(db: Database) -> None:
    async with db.dedicated() as connection:
        await connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
    for _ in range(50):
        try:
            async with db.connection() as connection:
                assert await connection.fetchval("SELECT 1") == 1
            break
        except CONNECTION_LOST:
            await asyncio.sleep(0.05)
    else:
        pytest.fail("the pool never recovered")


async def test_ddl_runs_in_one_transaction(db: Database) -> None:
    def run(connection: sa.Connection) -> None:
        connection.execute(sa.text("CREATE TABLE public.a (n int)"))
        connection.execute(sa.text("CREATE TABLE public.a (n int)"))

    with pytest.raises(asyncpg.DuplicateTableError):
        await db.run_sync(run)
    async with db.connection() as connection:
        assert await connection.fetchval("SELECT to_regclass('public.a')") is None


@pytest.mark.parametrize("url", ["postgresql://x@127.0.0.1:1/x", "postgresql:///x?host=/nowhere", "postgresql://[bad"])
async def test_an_address_where_nothing_is_says_so(url: str) -> None:
    with pytest.raises(DatabaseUnusable, match="no connection to the database"):
        await Database.open(url)


async def test_migrating_twice_or_at_once_is_the_same_as_once(db: Database, empty_database_url: str) -> None:
    other = await Database.open(empty_database_url, min_size=1)
    changed = await asyncio.gather(*(migrations.upgrade(each) for each in (db, other, db, other)))
    await other.close()
    assert sorted(changed) == [[], [], [], ["tangram"]]
    assert await migrations.upgrade(db) == []


async def test_a_schema_is_migrated_whole_or_not_at_all(db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    await migrations.upgrade(db)
    script = migrations._script("tenant").get_revision("t0001")
    assert script is not None
    monkeypatch.setattr(script.module, "_imports", lambda: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        await db.run_sync(lambda connection: migrations.upgrade_tenant(connection, "t_broken"))
    async with db.connection() as connection:
        assert await connection.fetchval("SELECT to_regnamespace('t_broken')") is None
        assert await connection.fetchval("SELECT current_setting('search_path')") == "tangram, pg_catalog"


async def test_pg_trgm_that_was_there_already_is_taken_over(db: Database) -> None:
    async with db.connection() as connection:
        await connection.execute("CREATE EXTENSION pg_trgm SCHEMA public")
    await migrations.upgrade(db)
    async with db.connection() as connection:
        assert await connection.fetchval("SELECT tangram.similarity('abc', 'abc')") == 1


async def test_a_new_version_of_the_job_queue_brings_its_migrations(
    db: Database, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    await migrations.upgrade(db)
    assert await migrations.upgrade(db) == []
    script = tmp_path / "99.00.00_01_new_table.sql"
    script.write_text("CREATE TABLE procrastinate_new (id int); CREATE INDEX ON procrastinate_new (id);")
    newer = migrations.queue._scripts() | {script.name: script}
    monkeypatch.setattr(migrations.queue, "_scripts", lambda: newer)
    assert await migrations.upgrade(db) == ["tangram"]
    async with db.connection() as connection:
        assert await connection.fetchval("SELECT to_regclass('procrastinate.procrastinate_new') IS NOT NULL")
    assert await migrations.upgrade(db) == []
