"""The tables of the job queue: they come from procrastinate itself, in the version that is installed."""

from __future__ import annotations

from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

if TYPE_CHECKING:
    from collections.abc import Iterable

SCHEMA = "procrastinate"
# without importing it: a process that only serves HTTP has no use for it
FOLDER = Path(str(find_spec("procrastinate").origin)).parent / "sql"  # type: ignore[union-attr]  # it is a dependency


KNOWN = 'SELECT name FROM "tangram".queue_migration'


def names() -> set[str]:
    """The migrations of the installed version."""
    return set(_scripts())


def behind(connection: sa.Connection) -> bool:
    """Whether the queue's tables lack a migration of the installed version."""
    return not _scripts().keys() <= _known(connection)


def upgrade(connection: sa.Connection) -> bool:
    """Bring the queue's tables to the installed version inside the caller's transaction; returns whether it changed.

    A new database takes the whole schema; another one the migrations that came since (procrastinate names them by
    version, each is run once). ``tangram.queue_migration`` keeps which ones are in.
    """
    scripts, known = _scripts(), _known(connection)
    missing = sorted(scripts.keys() - known)
    if not missing:
        return False
    connection.execute(sa.text("SELECT set_config('search_path', :path, true)"), {"path": f"{SCHEMA}, pg_catalog"})
    for script in [scripts[name] for name in missing] if known else [FOLDER / "schema.sql"]:
        _run(connection, script.read_text("utf-8"))
    _fix_search_path(connection)
    _note(connection, missing)
    return True


@cache
def _scripts() -> dict[str, Path]:
    return {one.name: one for one in (FOLDER / "migrations").iterdir() if one.name.endswith(".sql")}


def _known(connection: sa.Connection) -> set[str]:
    return set(connection.scalars(sa.text(KNOWN)))


def _run(connection: sa.Connection, script: str) -> None:
    driver: Any = connection.connection.dbapi_connection
    driver.run_async(lambda raw: raw.execute(script))  # many statements: not for a prepared one


def _fix_search_path(connection: sa.Connection) -> None:
    """Its functions name their tables without a schema, and we call them with a search_path of our own."""
    functions = sa.text(
        "SELECT oid::regprocedure::text FROM pg_proc WHERE pronamespace = CAST(:schema AS regnamespace)"
    )
    for signature in list(connection.scalars(functions, {"schema": SCHEMA})):
        connection.execute(sa.text(f"ALTER FUNCTION {signature} SET search_path = {SCHEMA}, pg_catalog"))


def _note(connection: sa.Connection, names: Iterable[str]) -> None:
    connection.execute(
        sa.text('INSERT INTO "tangram".queue_migration (name, applied_at) VALUES (:name, now())'),
        [{"name": name} for name in names],
    )
