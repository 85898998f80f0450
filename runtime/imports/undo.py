"""Taking an import back: what it created is deleted, what it changed gets its old values.

Records that somebody has changed since, or that may not be deleted because others refer to them, are left and counted.
"""

from __future__ import annotations

import logging
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

import msgspec

from kernel.faults import Invalid
from runtime import jobs
from runtime.imports import register
from runtime.imports.errors import WrongState
from runtime.records.errors import AccessDenied, NotFound
from runtime.records.removal import delete_many
from runtime.records.sets import Row, write_many

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import asyncpg

    from runtime.call import Call
    from runtime.imports.register import Entry, Import

BATCH_RECORDS = 1_000
SOURCE = "import"
log = logging.getLogger(__name__)


async def undo(call: Call, import_id: UUID) -> Import:
    """Have a worker take an import back. Raises ``NotFound``, ``AccessDenied`` or ``WrongState``."""
    async with call.db.transaction() as connection:
        entry = await register.fetch(connection, call, import_id, lock=True)
        _allow(call, entry)
        await register.change(connection, call, import_id, state="undoing", error=None, finished_at=None)
        await jobs.defer(
            connection,
            "import_undo",
            tenant=call.tenant.name,
            args={"import_id": str(import_id)},
            user_id=call.identity.user_id,
            lock=f"import:{import_id}",
            queue="imports",
            locale=call.locale,
        )
        return register.shown(call, await register.fetch(connection, call, import_id))


async def undo_now(call: Call, import_id: UUID) -> Import:
    """Take an import back in this process. Raises as ``undo``."""
    async with call.db.transaction() as connection:
        entry = await register.fetch(connection, call, import_id, lock=True)
        _allow(call, entry)
        await register.change(connection, call, import_id, state="undoing", error=None, finished_at=None)
    await run(call, import_id)
    return await register.get(call, import_id)


async def _undo_job(call: Call, **args: Any) -> None:
    try:
        await run(call, UUID(args["import_id"]))
    except NotFound:
        log.info("import %s is gone", args["import_id"])


jobs.task("import_undo", queue="imports")(_undo_job)


async def run(call: Call, import_id: UUID) -> None:
    """Go on with the undo of an import to its end; each batch of records is one transaction."""
    while await _batch(call, import_id):
        pass


async def _batch(call: Call, import_id: UUID) -> bool:
    """Take back the latest records that are left; false where there are none."""
    schema = call.tenant.schema
    async with call.db.transaction() as connection:
        entry = await register.fetch(connection, call, import_id, lock=True)
        if entry.state != "undoing":
            return False
        # the latest first, so that what refers goes before what it refers to
        rows = await connection.fetch(
            f"""SELECT object, action, record_id, version, before::text AS before FROM "{schema}".import_record
                WHERE import_id = $1 AND action IN ('created', 'updated') ORDER BY record_id DESC LIMIT $2""",
            import_id,
            BATCH_RECORDS,
        )
        if not rows:
            await _finish(connection, call, entry)
            return False
        left: list[UUID] = []
        for name in {row["object"] for row in rows}:
            mine = [row for row in rows if row["object"] == name]
            left += await _restore(connection, call, name, [row for row in mine if row["action"] == "updated"])
            left += await _remove(connection, call, name, [row for row in mine if row["action"] == "created"])
        await _settle(connection, call, import_id, [row["record_id"] for row in rows], left)
        return True


async def _restore(
    connection: asyncpg.Connection[Any], call: Call, object_name: str, records: Sequence[asyncpg.Record]
) -> list[UUID]:
    """Give records their old values; returns those that have to be left."""
    target = call.model.objects.get(object_name)
    if target is None:
        return [record["record_id"] for record in records]
    left, rows = [], []
    for record in records:
        before = msgspec.json.decode(record["before"] or "{}")
        known = {name: value for name, value in before.items() if name in target.writable}
        try:
            values = target.codec.decode(known, mode="update")
        except Invalid:  # the field does not take its old value any more
            left.append(record["record_id"])
            continue
        rows.append(Row(values, id=record["record_id"], if_match=record["version"]))
    if rows:
        results = await write_many(connection, call, object_name, rows, mode="update", key="id", source=SOURCE)
        left += [
            row.id
            for row, result in zip(rows, results, strict=True)
            if result.action in ("failed", "skipped") and row.id is not None
        ]
    return left


async def _remove(
    connection: asyncpg.Connection[Any], call: Call, object_name: str, records: Sequence[asyncpg.Record]
) -> list[UUID]:
    """Delete records; returns those that have to be left."""
    if object_name not in call.model.objects:
        return [record["record_id"] for record in records]
    versions = {record["record_id"]: record["version"] for record in records}
    if not versions:
        return []
    gone = await delete_many(connection, call, object_name, versions, source=SOURCE)
    return [record_id for record_id in versions if record_id not in gone]


async def _settle(
    connection: asyncpg.Connection[Any], call: Call, import_id: UUID, done: Sequence[UUID], left: Iterable[UUID]
) -> None:
    schema, kept = call.tenant.schema, list(left)
    await connection.execute(
        f"UPDATE \"{schema}\".import_record SET action = 'left' WHERE import_id = $1 AND record_id = ANY($2)",
        import_id,
        kept,
    )
    await connection.execute(
        f'DELETE FROM "{schema}".import_record'
        " WHERE import_id = $1 AND record_id = ANY($2) AND NOT record_id = ANY($3)",
        import_id,
        list(done),
        kept,
    )


async def _finish(connection: asyncpg.Connection[Any], call: Call, entry: Entry) -> None:
    left = await connection.fetchval(
        f'SELECT count(*) FROM "{call.tenant.schema}".import_record WHERE import_id = $1', entry.id
    )
    error = {"code": "import_undo_conflicts", "parameters": {"count": left}} if left else None
    await register.change(
        connection, call, entry.id, state="undone", error=error, position=None, finished_at=datetime.now(UTC)
    )


def _allow(call: Call, entry: Entry) -> None:
    register.require(entry, "undo")
    if entry.dry_run:
        raise WrongState("undo", "mapped")
    if entry.created_rows and not call.access.may(entry.object, "delete"):
        raise AccessDenied("delete", entry.object)
    if entry.updated_rows and not call.access.may(entry.object, "update"):
        raise AccessDenied("update", entry.object)
