"""Moving many records of one object to the recycle bin as a set: what the undo of an import does."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql as pg
from uuid_utils.compat import uuid7

from runtime import statements
from runtime.records import set_statements, traces
from runtime.records._door import Door, enter
from runtime.statements import parameter

if TYPE_CHECKING:
    from collections.abc import Mapping
    from uuid import UUID

    import asyncpg

    from runtime.call import Call
    from runtime.statements import Statement


async def delete_many(
    connection: asyncpg.Connection[Any],
    call: Call,
    object: str,  # noqa: A002
    versions: Mapping[UUID, int],
    *,
    source: str | None = None,
) -> set[UUID]:
    """Delete records inside the caller's transaction and return the ids of those that are gone.

    Left are those that have another version than the one given, that are not there, and that other records refer to
    by a lookup which forbids deleting them.

    Args:
        versions: the version of each record that the caller has seen.
        source: for history and audit; the call's own where None.

    Raises ``NotFound`` (no such object) or ``AccessDenied``.
    """
    door = enter(call, object, "delete")
    lock = statements.cache.get(door.owners, ("lock set", object), lambda: _lock(door))
    rows = await connection.fetch(lock.sql, *lock.arguments({"ids": list(versions)}))
    free = {row[0] for row in rows if row[1] == versions[row[0]]}
    for statement in statements.cache.get(door.owners, ("used", object), lambda: _used(door)):
        if free:
            used = await connection.fetch(statement.sql, *statement.arguments({"ids": list(free)}))
            free -= {row[0] for row in used}
    if not free:
        return set()
    delete = statements.cache.get(door.owners, ("delete set", object), lambda: _delete(door))
    values = {"ids": list(free), "entries": [uuid7() for _ in free], **traces.values(call)}
    values["_source"] = source or call.source
    return {row[0] for row in await connection.fetch(delete.sql, *delete.arguments(values))}


def _lock(door: Door) -> Statement:
    table = door.object.table
    found = sa.select(table.c.id, table.c.version).where(table.c.id == _ids(), table.c.deleted_at.is_(None))
    return statements.compile(found.order_by(table.c.id).with_for_update())


def _used(door: Door) -> list[Statement]:
    """For each lookup that forbids deleting: which of the ids it holds in records that are not deleted themselves."""
    found = []
    for reference in door.model.references_to(door.object.name):
        if reference.on_delete == "restrict":
            item = door.model.objects[reference.object]
            column = item.table.c[item.fields[reference.field].columns[0]]
            held = sa.select(column).where(column == _ids(), item.table.c.deleted_at.is_(None))
            found.append(statements.compile(held.distinct()))
    return found


def _delete(door: Door) -> Statement:
    table = door.object.table
    array = pg.ARRAY(traces.ID)
    asked = set_statements.unnest(
        [("id", traces.ID, parameter("ids", array)), ("entry", traces.ID, parameter("entries", array))]
    )
    gone = (
        sa.update(table)
        .where(table.c.id == asked.c.id, table.c.deleted_at.is_(None))
        .values(
            deleted_at=sa.func.now(),
            version=table.c.version + 1,
            updated_at=sa.func.now(),
            updated_by=parameter("_by", traces.ID),
        )
        .returning(table.c.id, table.c.version, asked.c.entry)
        .cte("gone")
    )
    made = set_statements.trail(door, "deleted", gone, history=(gone.c.entry, sa.literal_column("'{}'::jsonb"), gone))
    return statements.compile(sa.select(gone.c.id).add_cte(*made))


def _ids() -> Any:
    return sa.any_(parameter("ids", pg.ARRAY(traces.ID)))
