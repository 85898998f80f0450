"""Change sets: drafts of documents that an admin, a package or a program prepares before publishing."""

from __future__ import annotations

import json
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

import msgspec
from uuid_utils.compat import uuid7

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import asyncpg

    from kernel.faults import Fault
    from runtime.call import Call


class NotDraft(Exception):
    """The change set was published or discarded and cannot be changed any more."""


class LossesNotAccepted(Exception):
    """Publishing would take values from the users' sight; ``faults`` names each loss."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        super().__init__("losses not accepted")
        self.faults = list(faults)


class ChangedDocument(msgspec.Struct):
    """One document of a change set: ``body`` None deletes it; ``base_body`` is what it was when first edited."""

    kind: str
    name: str
    body: dict[str, Any] | None
    base_body: dict[str, Any] | None


class ChangeSet(msgspec.Struct):
    id: UUID
    state: str
    title: str
    base_revision: int
    revision: int | None
    created_at: datetime
    created_by: UUID | None
    documents: list[ChangedDocument]


async def create(
    call: Call, *, documents: Iterable[dict[str, Any]], deletes: Iterable[tuple[str, str]] = (), title: str = ""
) -> UUID:
    """Open a draft. Documents may be invalid as long as each has a kind and a name; ``check`` tells what is wrong."""
    change_id = uuid7()
    schema = call.tenant.schema
    async with call.db.transaction() as connection:
        await connection.execute(
            f'INSERT INTO "{schema}".change_set (id, state, title, base_revision, created_at, created_by, updated_at)'
            " VALUES ($1, 'draft', $2, $3, now(), $4, now())",
            change_id,
            title,
            call.model.revision,
            call.identity.user_id,
        )
        for document in documents:
            await _store(connection, schema, change_id, document["kind"], document["name"], document)
        for kind, name in deletes:
            await _store(connection, schema, change_id, kind, name, None)
    return change_id


async def put(call: Call, change_id: UUID, document: dict[str, Any]) -> None:
    """Add or replace a document in a draft. Raises ``LookupError`` or ``NotDraft``."""
    await _edit(call, change_id, document["kind"], document["name"], document)


async def mark_deleted(call: Call, change_id: UUID, kind: str, name: str) -> None:
    """Have the draft delete a published document. Raises ``LookupError`` or ``NotDraft``."""
    await _edit(call, change_id, kind, name, None)


async def withdraw(call: Call, change_id: UUID, kind: str, name: str) -> None:
    """Take a document out of the draft, so that publishing leaves it as it is."""
    schema = call.tenant.schema
    async with call.db.transaction() as connection:
        await _lock(connection, schema, change_id)
        await connection.execute(
            f'DELETE FROM "{schema}".change_document WHERE change_set_id = $1 AND kind = $2 AND name = $3',
            change_id,
            kind,
            name,
        )


async def discard(call: Call, change_id: UUID) -> None:
    schema = call.tenant.schema
    async with call.db.transaction() as connection:
        await _lock(connection, schema, change_id)
        await connection.execute(
            f"UPDATE \"{schema}\".change_set SET state = 'discarded', updated_at = now() WHERE id = $1", change_id
        )


async def get(call: Call, change_id: UUID) -> ChangeSet:
    """Raises ``LookupError`` for an unknown id."""
    found = await _read(call, "s.id = $1", [change_id])
    if not found:
        raise LookupError(str(change_id))
    return found[0]


async def listing(call: Call, *, state: str | None = None, mine: bool = False, limit: int = 100) -> list[ChangeSet]:
    """Change sets, newest first."""
    return await _read(
        call,
        "($1::text IS NULL OR s.state = $1) AND ($2::uuid IS NULL OR s.created_by = $2)",
        [state, call.identity.user_id if mine else None],
        limit=limit,
    )


async def _edit(call: Call, change_id: UUID, kind: str, name: str, body: dict[str, Any] | None) -> None:
    schema = call.tenant.schema
    async with call.db.transaction() as connection:
        await _lock(connection, schema, change_id)
        await _store(connection, schema, change_id, kind, name, body)
        await connection.execute(f'UPDATE "{schema}".change_set SET updated_at = now() WHERE id = $1', change_id)


async def _lock(connection: asyncpg.Connection[Any], schema: str, change_id: UUID) -> None:
    state = await connection.fetchval(f'SELECT state FROM "{schema}".change_set WHERE id = $1 FOR UPDATE', change_id)
    if state is None:
        raise LookupError(str(change_id))
    if state != "draft":
        raise NotDraft(str(change_id))


async def _store(
    connection: asyncpg.Connection[Any], schema: str, change_id: UUID, kind: str, name: str, body: dict[str, Any] | None
) -> None:
    await connection.execute(
        f"""INSERT INTO "{schema}".change_document (change_set_id, kind, name, body, base_body, updated_at)
            VALUES ($1, $2, $3, $4::text::jsonb,
                    (SELECT body FROM "{schema}".document WHERE kind = $2 AND name = $3), now())
            ON CONFLICT (change_set_id, kind, name)
            DO UPDATE SET body = excluded.body, updated_at = excluded.updated_at""",
        change_id,
        kind,
        name,
        None if body is None else json.dumps(body, ensure_ascii=False),
    )


async def _read(call: Call, where: str, parameters: list[Any], *, limit: int = 1) -> list[ChangeSet]:
    schema = call.tenant.schema
    async with call.db.connection() as connection:
        text = await connection.fetchval(
            f"""SELECT coalesce(json_agg(c), '[]')::text FROM (
                  SELECT s.id, s.state, s.title, s.base_revision, s.revision, s.created_at, s.created_by,
                         coalesce((SELECT json_agg(json_build_object('kind', d.kind, 'name', d.name, 'body', d.body,
                                                                     'base_body', d.base_body) ORDER BY d.kind, d.name)
                                   FROM "{schema}".change_document d WHERE d.change_set_id = s.id), '[]') AS documents
                  FROM "{schema}".change_set s WHERE {where} ORDER BY s.created_at DESC LIMIT {int(limit)}) c""",
            *parameters,
        )
    return msgspec.json.decode(text, type=list[ChangeSet])
