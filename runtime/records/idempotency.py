"""Idempotency keys: a repeated write is answered with the first one's answer."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import UUID

import asyncpg
import sqlalchemy as sa

from runtime.records import traces
from runtime.records.errors import IdempotencyInProgress, IdempotencyMismatch
from runtime.statements import JsonObject, parameter

if TYPE_CHECKING:
    from runtime.call import Call

LOCK_MILLISECONDS = 10_000


@dataclass(slots=True, frozen=True)
class Idempotency:
    """The caller's key and a hash of the whole request (method, path, body), to tell a repetition from a mistake."""

    key: str
    request_hash: bytes


@dataclass(slots=True, frozen=True)
class Stored:
    """The answer that was given to the first request."""

    id: UUID | None
    version: int | None
    created: bool
    body: str


def owner(call: Call) -> UUID:
    """Whose key it is: keys of different users never meet."""
    return call.identity.user_id or UUID(traces.NOBODY)


def values(call: Call, idempotency: Idempotency) -> dict[str, Any]:
    """The parameters of ``remember``."""
    return {"_owner": owner(call), "_key": idempotency.key, "_hash": idempotency.request_hash}


def remember(schema: str, answer: Any, *, created: bool) -> sa.CTE:
    """The insert that keeps an answer: a row with ``id``, ``version`` and ``body``.

    It fails with a unique violation (see ``is_repetition``) where the key is there already, and waits where another
    transaction is just storing it.
    """
    table = traces.key_table(schema)
    headers = [("id", answer.c.id), ("version", answer.c.version), ("created", sa.literal(created, sa.Boolean()))]
    given = {
        "user_id": parameter("_owner", traces.ID),
        "key": parameter("_key", sa.Text()),
        "request_hash": parameter("_hash", sa.LargeBinary()),
        "status": sa.literal(201 if created else 200, sa.Integer()),
        "headers": JsonObject(headers, binary=True),
        "body": answer.c.body,
        "created_at": sa.func.now(),
    }
    return table.insert().from_select(list(given), sa.select(*given.values()).select_from(answer)).cte("key_made")


async def store(connection: asyncpg.Connection[Any], call: Call, idempotency: Idempotency, body: str) -> None:
    """Keep an answer of several statements, in their transaction. Raises ``asyncpg.UniqueViolationError``."""
    await connection.execute(
        f'INSERT INTO "{call.tenant.schema}".idempotency_key (user_id, key, request_hash, status, headers, body,'
        " created_at) VALUES ($1, $2, $3, 200, '{}', $4, now())",
        owner(call),
        idempotency.key,
        idempotency.request_hash,
        body,
    )


async def recall(connection: asyncpg.Connection[Any], call: Call, idempotency: Idempotency) -> Stored | None:
    """The answer given before, None if there is none. Raises ``IdempotencyMismatch``."""
    row = await connection.fetchrow(
        f'SELECT request_hash, status, headers::text AS headers, body FROM "{call.tenant.schema}".idempotency_key'
        " WHERE user_id = $1 AND key = $2",
        owner(call),
        idempotency.key,
    )
    if row is None:
        return None
    if row["request_hash"] != idempotency.request_hash:
        raise IdempotencyMismatch(idempotency.key)
    if row["body"] is None:
        raise IdempotencyInProgress(idempotency.key)
    headers = json.loads(row["headers"] or "{}")
    identity = headers.get("id")
    return Stored(
        None if identity is None else UUID(identity), headers.get("version"), row["status"] == 201, row["body"]
    )


def is_repetition(error: BaseException) -> bool:
    """Whether a write failed because its key was stored before."""
    return isinstance(error, asyncpg.UniqueViolationError) and error.table_name == "idempotency_key"
