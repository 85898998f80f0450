"""Alembic migrations of the platform's own tables, and running them.

Two histories: ``control`` (the schema ``tangram``, once a database) and ``tenant`` (a schema a tenant). Each keeps its
version in the table ``alembic_version`` of the schema that it migrates. Objects of the documents are not migrated
here: the kernel plans their DDL from the difference of two Models.

A process nearly always finds everything migrated; that is found out without Alembic, which takes long to load.
"""

from __future__ import annotations

import re
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING

import asyncpg
import sqlalchemy as sa

from runtime.database import SEARCH_PATH
from runtime.migrations import queue

if TYPE_CHECKING:
    from typing import Any

    from alembic.script import ScriptDirectory

    from runtime.database import Database

CONTROL_SCHEMA = "tangram"
FOLDER = Path(__file__).parent
_ONE_AT_A_TIME = 7_264_501  # key of the advisory lock
_LINK = re.compile(r'^(revision|down_revision)(?:: [^=]+)? = (?:"(\w+)"|None)$', re.MULTILINE)


async def upgrade(db: Database) -> list[str]:
    """Bring the control schema and every tenant's schema to the newest version.

    Returns the schemas that were changed. Safe to call from several processes at once; a schema is migrated whole or
    not at all.
    """
    if await _is_newest(db):
        return []
    changed = ["tangram"] if await db.run_sync(upgrade_control) else []
    async with db.connection() as connection:
        schemas = [row["schema"] for row in await connection.fetch('SELECT schema FROM "tangram".tenant ORDER BY name')]
    changed += [schema for schema in schemas if await db.run_sync(partial(upgrade_tenant, schema=schema))]
    return changed


@cache
def head(branch: str) -> str:
    """The newest version of a history, ``control`` or ``tenant``: the one that no other comes after."""
    links = [dict(_LINK.findall(file.read_text("utf-8"))) for file in (FOLDER / branch / "versions").glob("*.py")]
    (newest,) = {one["revision"] for one in links} - {one["down_revision"] for one in links}
    return str(newest)


async def _is_newest(db: Database) -> bool:
    async with db.connection() as connection:
        try:
            if await _version_of(connection, CONTROL_SCHEMA) != head("control"):
                return False
            if not queue.names() <= {row["name"] for row in await connection.fetch(queue.KNOWN)}:
                return False
            for row in await connection.fetch('SELECT schema FROM "tangram".tenant'):
                if await _version_of(connection, row["schema"]) != head("tenant"):
                    return False
        except asyncpg.UndefinedTableError:
            return False
    return True


async def _version_of(connection: asyncpg.Connection[Any], schema: str) -> Any:
    return await connection.fetchval(f'SELECT version_num FROM "{schema}".alembic_version')


def upgrade_control(connection: sa.Connection) -> bool:
    """Migrate the control schema inside the caller's transaction; returns whether anything changed."""
    changed = _upgrade(connection, "control", CONTROL_SCHEMA)
    return _upgrade_queue(connection) or changed


def upgrade_tenant(connection: sa.Connection, schema: str) -> bool:
    """Migrate one tenant's schema inside the caller's transaction; returns whether anything changed."""
    return _upgrade(connection, "tenant", schema)


def _upgrade_queue(connection: sa.Connection) -> bool:
    if not queue.behind(connection):
        return False
    connection.execute(sa.text("SELECT pg_advisory_xact_lock(:key)"), {"key": _ONE_AT_A_TIME})
    changed = queue.upgrade(connection)
    _use(connection, SEARCH_PATH)
    return changed


def _upgrade(connection: sa.Connection, branch: str, schema: str) -> bool:
    from alembic.config import Config  # noqa: PLC0415
    from alembic.runtime.environment import EnvironmentContext  # noqa: PLC0415

    newest = head(branch)
    if _version(connection, schema) == newest:
        return False
    connection.execute(sa.text("SELECT pg_advisory_xact_lock(:key)"), {"key": _ONE_AT_A_TIME})
    if _version(connection, schema) == newest:
        return False
    script = _script(branch)
    connection.execute(sa.schema.CreateSchema(schema, if_not_exists=True))
    _use(connection, f'"{schema}", {SEARCH_PATH}')
    environment = EnvironmentContext(Config(), script)
    environment.configure(
        connection=connection,
        version_table_schema=schema,
        fn=lambda revision, context: script._upgrade_revs("head", revision),
        transactional_ddl=False,  # the transaction is the caller's
    )
    environment.run_migrations()
    _use(connection, SEARCH_PATH)
    return True


def _use(connection: sa.Connection, path: str) -> None:
    connection.execute(sa.text("SELECT set_config('search_path', :path, true)"), {"path": path})


def _version(connection: sa.Connection, schema: str) -> str | None:
    # not to_regclass(): within a transaction it may answer from before the lock was waited for
    there = sa.text(
        "SELECT EXISTS (SELECT FROM pg_tables WHERE schemaname = :schema AND tablename = 'alembic_version')"
    )
    if not connection.scalar(there, {"schema": schema}):
        return None
    found: Any = connection.scalar(sa.text(f'SELECT version_num FROM "{schema}".alembic_version'))
    return None if found is None else str(found)


@cache
def _script(branch: str) -> ScriptDirectory:
    from alembic.script import ScriptDirectory  # noqa: PLC0415

    return ScriptDirectory(str(FOLDER / branch))
