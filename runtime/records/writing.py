"""Writing one record: create, update, delete, restore, purge. Each is one statement wherever it can be.

The statement holds the row, its history, its audit, its outbox and the idempotency key, so that it is a transaction of
its own in one round trip, and answers with the record's JSON.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import asyncpg
import sqlalchemy as sa
from uuid_utils.compat import uuid7

from runtime import statements
from runtime.records import idempotency as keys
from runtime.records import traces
from runtime.records._door import Door, enter, repeated, require_writable, write_refused
from runtime.records.errors import AccessDenied, NotFound, Stale
from runtime.records.references import alive, refuse_missing, refuse_used, restricting
from runtime.records.selection import record_json, wanted
from runtime.statements import parameter

if TYPE_CHECKING:
    from collections.abc import Mapping
    from uuid import UUID

    from kernel.model import FieldModel
    from runtime.call import Call
    from runtime.records.idempotency import Idempotency


@dataclass(slots=True, frozen=True)
class Written:
    """What a write gave.

    Attributes:
        version: of the record now; its ETag.
        body: the record as JSON.
        replayed: the answer was given before, to a request with the same idempotency key.
        created: the record is new.
    """

    id: UUID
    version: int
    body: str
    replayed: bool = False
    created: bool = False


async def create(
    call: Call,
    object: str,  # noqa: A002
    data: dict[str, Any],
    *,
    idempotency: Idempotency | None = None,
) -> Written:
    """Make a record of JSON values by field name.

    Raises ``NotFound`` (no such object), ``AccessDenied``, ``Invalid``, ``Taken``, ``IdempotencyMismatch``.
    """
    door = enter(call, object, "create")
    values = decode(door, data, "create")
    lookups = referring(door, values)
    shape = ("create", object, lookups, idempotency is not None)
    statement, blank = statements.cache.get(
        door.owners, shape, lambda: _create_statement(door, lookups, keyed=idempotency is not None)
    )
    me = call.identity.user_id
    values = {**blank, "owner_id": me, **values, "id": uuid7(), "version": 1, "created_by": me, "updated_by": me}
    row = await _run(door, statement, values, idempotency)
    if isinstance(row, Written):
        return row
    if row is None:
        await refuse_missing(door, lookups, values)
    return Written(values["id"], 1, row[0], created=True)


async def update(
    call: Call,
    object: str,  # noqa: A002
    id: UUID,  # noqa: A002
    data: dict[str, Any],
    *,
    if_match: int | None = None,
    idempotency: Idempotency | None = None,
) -> Written:
    """Change the fields given; null clears a field. A record that has these values already is left as it is.

    Args:
        if_match: the version that the caller saw; None lets the last write win.

    Raises ``NotFound``, ``AccessDenied``, ``Invalid``, ``Taken``, ``Stale``, ``IdempotencyMismatch``.
    """
    door = enter(call, object, "update")
    values = decode(door, data, "update")
    names = tuple(name for name in door.object.fields if name in data)
    lookups = referring(door, values)
    values |= {"id": id, "updated_by": call.identity.user_id, "_match": if_match}
    shape = ("update", object, names, lookups, idempotency is not None)
    statement = statements.cache.get(
        door.owners, shape, lambda: _update_statement(door, names, lookups, keyed=idempotency is not None)
    )
    row = await _run(door, statement, values, idempotency)
    if isinstance(row, Written):
        return row
    if row is None:
        raise NotFound(object, id)
    body, version, before, differs = row
    if if_match is not None and before != if_match:
        known = await _known(door, idempotency)
        if known is not None:
            return known
        raise Stale(before)
    if differs and version == before:
        await refuse_missing(door, lookups, values)
    return Written(id, version, body)


async def delete(
    call: Call,
    object: str,  # noqa: A002
    id: UUID,  # noqa: A002
    *,
    if_match: int | None = None,
    purge: bool = False,
    idempotency: Idempotency | None = None,
) -> None:
    """Move a record to the recycle bin, or with ``purge`` (admins only) out of the database with its history.

    Raises ``NotFound``, ``AccessDenied``, ``Stale``, ``InUse``, ``IdempotencyMismatch``.
    """
    door = enter(call, object, "delete")
    if purge and not call.access.admin:
        raise AccessDenied("purge", object)

    async def run() -> None:
        async with call.db.transaction() as connection:
            await delete_in(connection, door, id, if_match=if_match, purge=purge)
            if idempotency is not None:
                await keys.store(connection, call, idempotency, "")

    try:
        if purge or idempotency is not None or restricting(door, deleted_too=False):
            await repeated(run)
        else:
            await _delete_at_once(door, id, if_match)
    except (NotFound, Stale):
        if not await _is_known(door, idempotency):
            raise
    except (asyncpg.PostgresError, asyncpg.InterfaceError) as error:
        if not await _is_known(door, idempotency):
            raise write_refused(error, door) from error


async def delete_in(
    connection: asyncpg.Connection[Any], door: Door, identity: UUID, *, if_match: int | None, purge: bool = False
) -> int:
    """Delete or purge a record in the caller's transaction; returns its new version.

    Raises ``NotFound``, ``Stale``, ``InUse``.
    """
    table = door.object.table
    lock = sa.select(table.c.version, table.c.deleted_at).where(table.c.id == parameter("id", traces.ID))
    statement = statements.cache.get(
        door.owners, ("lock", door.object.name), lambda: statements.compile(lock.with_for_update())
    )
    row = await connection.fetchrow(statement.sql, *statement.arguments({"id": identity}))
    if row is None or (row[1] is not None and not purge):
        raise NotFound(door.object.name, identity)
    if if_match is not None and row[0] != if_match:
        raise Stale(row[0])
    await refuse_used(connection, door, restricting(door, deleted_too=purge), [identity])
    await _remove(connection, door, identity, purge=purge)
    return int(row[0]) + (0 if purge else 1)


async def restore(
    call: Call,
    object: str,  # noqa: A002
    id: UUID,  # noqa: A002
    *,
    idempotency: Idempotency | None = None,
) -> Written:
    """Bring a record back from the recycle bin.

    Raises ``NotFound``, ``AccessDenied``, ``Taken``, ``IdempotencyMismatch``.
    """
    door = enter(call, object, "delete")
    keyed = idempotency is not None
    statement = statements.cache.get(
        door.owners, ("restore", object, keyed), lambda: _restore_statement(door, keyed=keyed)
    )
    row = await _run(door, statement, {"id": id, "updated_by": call.identity.user_id}, idempotency)
    if isinstance(row, Written):
        return row
    if row is None:
        raise NotFound(object, id)
    return Written(id, row[1], row[0])


def decode(door: Door, data: Any, mode: Any, pointer: str = "") -> dict[str, Any]:
    """Bound values by physical column. Raises ``Invalid``."""
    values = door.object.codec.decode(data, mode=mode, pointer=pointer)
    require_writable(door, data, pointer)
    return values


def referring(door: Door, values: Mapping[str, Any]) -> tuple[str, ...]:
    """Names of the lookups that have a value; the caller himself needs no check."""
    me = door.call.identity.user_id
    return tuple(
        one.name
        for one in door.object.fields.values()
        if one.target is not None
        and not one.read_only
        and (value := values.get(one.columns[0])) is not None
        and not (one.target == "user" and value == me)
    )


async def _run(
    door: Door, statement: statements.Statement, values: dict[str, Any], idempotency: Idempotency | None
) -> Any:
    """Run a write; a ``Written`` where the idempotency key has an answer already."""
    values |= traces.values(door.call)
    if idempotency is not None:
        values |= keys.values(door.call, idempotency)
    arguments = statement.arguments(values)

    async def run() -> Any:
        async with door.call.db.connection() as connection:
            return await connection.fetchrow(statement.sql, *arguments)

    try:
        row = await repeated(run)
    except (asyncpg.PostgresError, asyncpg.InterfaceError) as error:
        known = await _known(door, idempotency)
        if known is not None:
            return known
        raise write_refused(error, door) from error
    return row if row is not None else await _known(door, idempotency)


async def _known(door: Door, idempotency: Idempotency | None) -> Written | None:
    """The first answer to a repeated request, whatever the repetition itself ran into."""
    if idempotency is None:
        return None
    async with door.call.db.connection() as connection:
        stored = await keys.recall(connection, door.call, idempotency)
    if stored is None or stored.id is None or stored.version is None:
        return None
    return Written(stored.id, stored.version, stored.body, replayed=True, created=stored.created)


async def _is_known(door: Door, idempotency: Idempotency | None) -> bool:
    """Whether a request with this key was answered before; for writes that answer nothing."""
    if idempotency is None:
        return False
    async with door.call.db.connection() as connection:
        return await keys.recall(connection, door.call, idempotency) is not None


def _create_statement(
    door: Door, lookups: tuple[str, ...], *, keyed: bool
) -> tuple[statements.Statement, dict[str, None]]:
    """The statement, and its parameters without a value."""
    item = door.object
    names = created_columns(door)
    given: dict[str, Any] = {name: parameter(name, item.table.c[name].type) for name in names}
    given |= {"created_at": sa.func.now(), "updated_at": sa.func.now()}
    row = sa.select(*given.values()).where(*alive(door, lookups))
    new = item.table.insert().from_select(list(given), row).returning(*item.table.c).cte("new")
    own = [one for one in item.fields.values() if not one.system]
    made = traces.written(door.model.schema, item, "created", new, traces.changes(own, None, new))
    answer = sa.select(new.c.id, new.c.version, body_of(door, new).label("body")).cte("answer")
    if keyed:
        made.append(keys.remember(door.model.schema, answer, created=True))
    return statements.compile(sa.select(answer.c.body).add_cte(*made)), dict.fromkeys(names)


def created_columns(door: Door) -> list[str]:
    """The columns that a new record gets values for; numbers and times come from the database."""
    own = [one for one in door.object.fields.values() if not one.system and one.type.writable]
    return [
        *("id", "version", "owner_id", "created_by", "updated_by"),
        *(column for one in own for column in one.columns),
    ]


def _update_statement(
    door: Door, names: tuple[str, ...], lookups: tuple[str, ...], *, keyed: bool
) -> statements.Statement:
    item, table = door.object, door.object.table
    fields = [item.fields[name] for name in names]
    old = locked(door).cte("old")
    given = {column: parameter(column, table.c[column].type) for one in fields for column in one.columns}
    differs = sa.or_(sa.false(), *(old.c[name].is_distinct_from(value) for name, value in given.items()))
    match = parameter("_match", sa.Integer())
    change = (
        sa.update(table)
        .where(table.c.id == old.c.id, differs, sa.or_(match.is_(None), old.c.version == match))
        .where(*alive(door, lookups))
        .values({**given, **_touched(table)})
    )
    new = change.returning(*table.c).cte("new")
    changed = traces.changes(fields, old, new)
    made = traces.written(door.model.schema, item, "updated", new, changed, fields=names)
    now = sa.union_all(sa.select(new), sa.select(old).where(~sa.exists(sa.select(new.c.id)))).cte("now")
    answer = sa.select(now.c.id, now.c.version, body_of(door, now).label("body")).cte("answer")
    if keyed:
        good = sa.select(answer).select_from(answer).join(old, sa.true())
        good = good.where(sa.or_(answer.c.version > old.c.version, ~differs))
        good = good.where(sa.or_(match.is_(None), old.c.version == match))
        made.append(keys.remember(door.model.schema, good.cte("good"), created=False))
    result = sa.select(answer.c.body, answer.c.version, old.c.version, differs).select_from(answer.join(old, sa.true()))
    return statements.compile(result.add_cte(*made))


async def _delete_at_once(door: Door, identity: UUID, if_match: int | None) -> None:
    statement = statements.cache.get(door.owners, ("delete", door.object.name), lambda: _delete_statement(door))
    values = {"id": identity, "updated_by": door.call.identity.user_id, "_match": if_match}
    row = await _run(door, statement, values, None)
    if row is None:
        raise NotFound(door.object.name, identity)
    if row[1] is None:
        raise Stale(row[0])


def _delete_statement(door: Door) -> statements.Statement:
    table = door.object.table
    old = locked(door, strongly=True).cte("old")
    match = parameter("_match", sa.Integer())
    new = (
        sa.update(table)
        .where(table.c.id == old.c.id, sa.or_(match.is_(None), old.c.version == match))
        .values(deleted_at=sa.func.now(), **_touched(table))
        .returning(table.c.id, table.c.version)
        .cte("new")
    )
    made = traces.written(door.model.schema, door.object, "deleted", new, sa.text("'{}'::jsonb"))
    result = sa.select(old.c.version, new.c.version).select_from(old.outerjoin(new, sa.true()))
    return statements.compile(result.add_cte(*made))


async def _remove(connection: asyncpg.Connection[Any], door: Door, identity: UUID, *, purge: bool) -> None:
    """Delete or purge a record that is locked and may go."""
    shape = ("purge" if purge else "delete", door.object.name)
    statement = statements.cache.get(
        door.owners, shape, lambda: _purge_statement(door) if purge else _delete_statement(door)
    )
    values = {"id": identity, "updated_by": door.call.identity.user_id, "_match": None, **traces.values(door.call)}
    if purge:
        # what the values were must not live on in the history
        await connection.execute(f'DELETE FROM "{door.model.schema}".history WHERE record_id = $1', identity)
    await connection.execute(statement.sql, *statement.arguments(values))


def _purge_statement(door: Door) -> statements.Statement:
    table = door.object.table
    gone = (
        sa.delete(table)
        .where(table.c.id == parameter("id", traces.ID))
        .returning(table.c.id, table.c.version)
        .cte("gone")
    )
    made = traces.written(door.model.schema, door.object, "purged", gone, sa.text("'{}'::jsonb"))
    return statements.compile(sa.select(gone.c.id).add_cte(*made))


def _restore_statement(door: Door, *, keyed: bool) -> statements.Statement:
    table = door.object.table
    new = (
        sa.update(table)
        .where(table.c.id == parameter("id", traces.ID), table.c.deleted_at.is_not(None))
        .values(deleted_at=None, **_touched(table))
        .returning(*table.c)
        .cte("new")
    )
    made = traces.written(door.model.schema, door.object, "restored", new, sa.text("'{}'::jsonb"))
    answer = sa.select(new.c.id, new.c.version, body_of(door, new).label("body")).cte("answer")
    if keyed:
        made.append(keys.remember(door.model.schema, answer, created=False))
    return statements.compile(sa.select(answer.c.body, answer.c.version).add_cte(*made))


def locked(door: Door, *, strongly: bool = False) -> Any:
    """The record ``id``, locked until the transaction ends.

    Args:
        strongly: also against records that begin to refer to it.
    """
    table = door.object.table
    found = sa.select(*table.c).where(table.c.id == parameter("id", traces.ID), table.c.deleted_at.is_(None))
    return found.with_for_update(key_share=not strongly)


def body_of(door: Door, row: Any) -> sa.ColumnElement[str]:
    """The JSON text that a write answers with: every field that the caller may read."""
    return sa.cast(record_json(door, wanted(door, None), row), sa.Text())


def _touched(table: sa.Table) -> dict[str, Any]:
    return {
        "version": table.c.version + 1,
        "updated_at": sa.func.now(),
        "updated_by": parameter("updated_by", traces.ID),
    }


def fields_of(door: Door, names: Mapping[str, Any]) -> list[FieldModel]:
    """The fields named, in the object's order."""
    return [one for name, one in door.object.fields.items() if name in names]
