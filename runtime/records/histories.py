"""The history of a record: who changed what, when, by which door."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql as pg

from runtime import statements
from runtime.records import cursors, traces
from runtime.records._door import Door, enter
from runtime.records.errors import NotFound
from runtime.records.query import limit_of
from runtime.statements import JsonObject, parameter

if TYPE_CHECKING:
    from uuid import UUID

    from runtime.call import Call

DEFAULT_LIMIT = 50
MOST_ENTRIES = 200
ORDER = "history"


async def history(
    call: Call,
    object: str,  # noqa: A002
    id: UUID,  # noqa: A002
    *,
    cursor: str | None = None,
    limit: int = DEFAULT_LIMIT,
) -> str:
    """Entries, the latest first: ``{"data": [{"id", "at", "by", "action", "version", "changes", "source"}], "next"}``.

    ``by`` is ``{"id", "name"}`` or null for the system; ``changes`` holds the fields that the caller may read.
    Records in the recycle bin have a history, too.

    Raises ``NotFound``, ``AccessDenied`` or ``BadQuery``.
    """
    door = enter(call, object, "read")
    limit = limit_of(limit, "/limit", default=DEFAULT_LIMIT, most=MOST_ENTRIES)
    after = None if cursor is None else cursors.decode(cursor, ORDER, [traces.ID])[0]
    shape = ("history", object, limit, after is not None)
    statement = statements.cache.get(door.owners, shape, lambda: _compile(door, limit, after=after is not None))
    async with call.db.connection() as connection:
        row = await connection.fetchrow(
            statement.sql, *statement.arguments({"id": id, "after": after, "readable": sorted(door.readable)})
        )
    assert row is not None
    if not row[3]:
        raise NotFound(object, id)
    following = f'"{cursors.encode(row[2], ORDER)}"' if row[1] > limit else "null"
    return f'{{"data":{row[0] or "[]"},"next":{following}}}'


def _compile(door: Door, limit: int, *, after: bool) -> statements.Statement:
    table = traces.history_table(door.model.schema)
    entries = sa.select(table).where(
        table.c.record_id == parameter("id", traces.ID), table.c.object == sa.literal(door.object.name, sa.Text())
    )
    if after:
        entries = entries.where(table.c.id < parameter("after", traces.ID))
    found = entries.order_by(table.c.id.desc()).limit(sa.literal_column(str(limit + 1))).subquery("f")
    numbered = sa.select(found, sa.func.row_number().over(order_by=found.c.id.desc()).label("n")).subquery("p")
    most: Any = sa.literal_column(str(limit))
    entry = JsonObject(
        [
            ("id", numbered.c.id),
            ("at", door.object.fields["created_at"].type.json(door.object.fields["created_at"], (numbered.c.at,))),
            ("by", _by(door, numbered)),
            ("action", numbered.c.action),
            ("version", numbered.c.version),
            ("changes", _readable(numbered)),
            ("source", numbered.c.source),
        ]
    )
    ordered = statements.in_order(entry, numbered.c.n)
    last = sa.func.json_build_array(sa.func.max(sa.cast(numbered.c.id, sa.Text())).filter(numbered.c.n == most))
    record = door.object.table
    there = sa.exists(sa.select(record.c.id).where(record.c.id == parameter("id", traces.ID)))
    answer = sa.select(
        sa.cast(sa.func.json_agg(ordered).filter(numbered.c.n <= most), sa.Text()),
        sa.func.count(),
        sa.cast(last, sa.Text()),
        there,
    )
    return statements.compile(answer.select_from(numbered))


def _by(door: Door, entry: Any) -> Any:
    """Who it was; the name of a user is shown to everybody who may see the record."""
    users = door.model.objects["user"]
    table = users.table.alias()
    shown = JsonObject([("id", table.c.id), ("name", users.fields[users.name_field].json(table))])
    return sa.select(shown).where(table.c.id == entry.c.by_id).correlate(entry).scalar_subquery()


def _readable(entry: Any) -> Any:
    """The changes of fields that the caller may read."""
    each = sa.func.jsonb_each(entry.c.changes).table_valued(
        sa.column("key", sa.Text()), sa.column("value", pg.JSONB()), name="each"
    )
    seen = sa.select(sa.func.coalesce(sa.func.jsonb_object_agg(each.c.key, each.c.value), sa.text("'{}'::jsonb")))
    seen = seen.select_from(each).where(each.c.key == sa.any_(parameter("readable", pg.ARRAY(sa.Text()))))
    return seen.correlate(entry).scalar_subquery()
