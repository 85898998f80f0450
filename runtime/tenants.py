"""The directory of tenants: a row that says where a tenant's schema lies, and the schema itself."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

import kernel.model
from kernel.names import Names
from runtime.migrations import upgrade_tenant

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from runtime.database import Database

NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")
CHANNEL = "tangram_revision"  # a new revision of a tenant (its number), or the tenant's end (null)
COLUMNS = "name, schema, label, server, host, created_at"


class BadTenantName(ValueError):
    """A tenant's name is a lower-case letter, then letters, digits and _ (at most 40 characters)."""

    def __init__(self, name: str) -> None:
        super().__init__(f"{name!r}: a lower-case letter, then letters, digits and _ (at most 40 characters)")


class TenantExists(Exception):
    """There is a tenant of this name already."""


@dataclass(slots=True, frozen=True)
class Tenant:
    """``server`` is None where the tenant's schema lies in the database of the directory."""

    name: str
    schema: str
    label: str
    server: str | None
    host: str | None
    created_at: datetime


class Tenants:
    """The tenants of one database."""

    def __init__(self, db: Database) -> None:
        self._db = db

    async def by_name(self, name: str) -> Tenant | None:
        return await self._one("name = $1", name)

    async def by_host(self, host: str) -> Tenant | None:
        """The tenant that a browser names by the host it calls."""
        return await self._one("host = $1", host)

    async def listing(self) -> list[Tenant]:
        async with self._db.connection() as connection:
            rows = await connection.fetch(f'SELECT {COLUMNS} FROM "tangram".tenant ORDER BY name')
        return [_tenant(row) for row in rows]

    async def create(self, name: str, label: str, *, host: str | None = None) -> Tenant:
        """Make a tenant: its schema, the platform's tables, the tables of the platform's own objects. All or nothing.

        Raises ``BadTenantName`` or ``TenantExists``.
        """
        if NAME.fullmatch(name) is None:
            raise BadTenantName(name)
        return await self._db.run_sync(lambda connection: _create(connection, name, label, host))

    async def drop(self, name: str) -> None:
        """Remove a tenant and all of its data. Raises ``LookupError``."""

        def run(connection: sa.Connection) -> None:
            schema = connection.scalar(
                sa.text('DELETE FROM "tangram".tenant WHERE name = :name RETURNING schema'), {"name": name}
            )
            if schema is None:
                raise LookupError(name)
            connection.execute(sa.schema.DropSchema(schema, cascade=True))
            message = json.dumps({"tenant": name, "revision": None})
            connection.execute(
                sa.text("SELECT pg_notify(:channel, :message)"), {"channel": CHANNEL, "message": message}
            )
            # of jobs the waiting ones are enough: one that runs finds no tenant and ends
            connection.execute(
                sa.text(
                    "DELETE FROM procrastinate.procrastinate_jobs WHERE status = 'todo' AND args->>'tenant' = :name"
                ),
                {"name": name},
            )

        await self._db.run_sync(run)

    async def _one(self, where: str, value: str) -> Tenant | None:
        async with self._db.connection() as connection:
            row = await connection.fetchrow(f'SELECT {COLUMNS} FROM "tangram".tenant WHERE {where}', value)
        return None if row is None else _tenant(row)


def _create(connection: sa.Connection, name: str, label: str, host: str | None) -> Tenant:
    from kernel import migration  # Alembic takes long to load  # noqa: PLC0415

    schema = f"t_{name}"
    row = (
        connection.execute(
            sa.text(
                'INSERT INTO "tangram".tenant (name, schema, label, host) VALUES (:name, :schema, :label, :host)'
                f" ON CONFLICT (name) DO NOTHING RETURNING {COLUMNS}"
            ),
            {"name": name, "schema": schema, "label": label, "host": host},
        )
        .mappings()
        .first()
    )
    if row is None:
        raise TenantExists(name)
    connection.execute(sa.schema.CreateSchema(schema))
    upgrade_tenant(connection, schema)
    names = Names.load([])
    model = kernel.model.compile([], schema=schema, revision=0, names=names)
    nothing = replace(model, objects={}, references={}, documents={})
    migration.apply(migration.plan(nothing, model), connection)
    for new in names.new_rows:
        connection.execute(
            sa.text(
                f'INSERT INTO "{schema}".physical_name (object, field, physical, type)'
                " VALUES (:object, :field, :physical, :type)"
            ),
            dict(new),
        )
    connection.execute(sa.text(f"INSERT INTO \"{schema}\".revision (number, comment) VALUES (0, 'tenant created')"))
    return _tenant(dict(row))


def _tenant(row: Mapping[str, Any]) -> Tenant:
    return Tenant(**{column: row[column] for column in COLUMNS.split(", ")})
