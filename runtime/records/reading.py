"""Reading: one record, a record by a unique field, a page of a list."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql as pg

from kernel.faults import Fault
from kernel.fields.type import ValueFault
from runtime import statements
from runtime.records import listings
from runtime.records._door import UNANSWERABLE, Door, enter, question_refused
from runtime.records.errors import BadQuery, Invalid, NotFound
from runtime.records.filters import prepare
from runtime.records.paths import Source
from runtime.records.query import Query, Rule
from runtime.records.selection import record_json, wanted

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from uuid import UUID

    from runtime.call import Call

UUID_TYPE = pg.UUID(as_uuid=True)


async def read(
    call: Call,
    object: str,  # noqa: A002  # the word of the platform's API
    id: UUID,  # noqa: A002
    *,
    fields: Sequence[str] | None = None,
    expand: Sequence[str] = (),
    deleted: bool = False,
) -> tuple[str, int]:
    """One record as JSON, and its version.

    Args:
        fields: paths to answer with; None for all.
        expand: lookups to answer as objects.
        deleted: find it in the recycle bin, too.

    Raises ``NotFound``, ``AccessDenied`` or ``BadQuery``.
    """
    door = enter(call, object, "read")
    shape = ("read", object, None if fields is None else tuple(fields), tuple(expand), deleted)
    statement = statements.cache.get(door.owners, shape, lambda: _read_statement(door, fields, expand, deleted=deleted))
    async with call.db.connection() as connection:
        row = await connection.fetchrow(statement.sql, *statement.arguments({"id": id}))
    if row is None:
        raise NotFound(object, id)
    return row[0], row[1]


def _read_statement(
    door: Door, fields: Sequence[str] | None, expand: Sequence[str], *, deleted: bool
) -> statements.Statement:
    table = door.object.table.alias("t")
    body = record_json(door, wanted(door, fields, expand, deleted=deleted), table)
    statement = sa.select(sa.cast(body, sa.Text()), table.c.version).where(
        table.c.id == statements.parameter("id", UUID_TYPE)
    )
    return statements.compile(statement if deleted else statement.where(table.c.deleted_at.is_(None)))


async def read_by(
    call: Call,
    object: str,  # noqa: A002
    field: str,
    value: str,
    *,
    fields: Sequence[str] | None = None,
    expand: Sequence[str] = (),
) -> tuple[str, int]:
    """The record with that value of a unique field, as JSON, and its version.

    Raises ``NotFound``, ``AccessDenied`` or ``BadQuery`` (``field_not_unique``, or a value that does not fit).
    """
    door = enter(call, object, "read")
    return await read(call, object, await find_by(door, field, value), fields=fields, expand=expand)


async def find_by(door: Door, field: str, value: Any) -> UUID:
    """The id of the record with that value of a unique field. Raises ``NotFound`` or ``BadQuery``."""
    key = unique_field(door, field)
    filters = prepare(door, [Rule(key, "=", value, f"/{key}", short=True)])

    def build() -> statements.Statement:
        source = Source(door.object, door.model.objects)
        condition: Any = filters.condition(source)
        table = source.root
        return statements.compile(sa.select(table.c.id).where(condition, table.c.deleted_at.is_(None)).limit(1))

    statement = statements.cache.get(door.owners, ("find", door.object.name, filters.shape), build)
    try:
        async with door.call.db.connection() as connection:
            found = await connection.fetchval(statement.sql, *statement.arguments(filters.values))
    except UNANSWERABLE as error:
        raise question_refused(error) from error
    if found is None:
        raise NotFound(door.object.name, value)
    result: UUID = found
    return result


def unique_field(door: Door, name: str) -> str:
    """The name again, if records can be told apart by it. Raises ``BadQuery``."""
    if name not in door.readable:
        raise BadQuery([Fault("", "field_unknown", {"field": name, "object": door.object.name})])
    if name != "id" and (name,) not in door.object.unique_keys:
        raise BadQuery([Fault("", "field_not_unique", {"field": name})])
    return name


def key_value(door: Door, name: str, text: str) -> Any:
    """The JSON value of a unique field that stands in a URL as text. Raises ``Invalid``."""
    target = door.object.fields[name]
    try:
        return target.type.parse(target, text)
    except ValueFault as fault:
        raise Invalid([Fault(f"/{name}", fault.code, fault.parameters)]) from fault


async def listing(call: Call, object: str, query: Query) -> str:  # noqa: A002
    """A page of records: the whole body ``{"data": [...], "next": cursor or null, "count": n when asked}``.

    Raises ``NotFound`` (no such object), ``AccessDenied`` or ``BadQuery``.
    """
    door = enter(call, object, "read")
    return await listings.page(door, listings.prepared(door, query))


async def listing_of(call: Call, object: str, text: bytes, parse: Callable[[], Query]) -> str:  # noqa: A002
    """``listing`` by a query string, which is read only once as long as it means the same.

    Args:
        parse: makes the query of the text, and of nothing else; what it raises passes.
    """
    door = enter(call, object, "read")
    return await listings.page(door, listings.asked(door, text, parse))
