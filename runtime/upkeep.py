"""Upkeep: what nobody needs any more is removed, tenant by tenant, a little at a time, every ten minutes."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import asyncpg

from runtime import jobs
from runtime.imports import leftovers

if TYPE_CHECKING:
    from pathlib import Path

    from runtime.database import Database
    from runtime.platform import Platform
    from runtime.tenants import Tenant

KEYS_KEPT = timedelta(hours=24)
DISCARDED_DRAFTS_KEPT = timedelta(days=30)
BATCH_ROWS = 5_000
EVERY = "*/10 * * * *"
TENANT_IS_GONE = (asyncpg.UndefinedTableError, asyncpg.InvalidSchemaNameError)
log = logging.getLogger(__name__)


@dataclass(slots=True)
class Tidied:
    """How much was removed: rows, and files of imports."""

    idempotency_keys: int = 0
    sessions: int = 0
    drafts: int = 0
    files: int = 0


@jobs.periodic("upkeep", cron=EVERY)
async def upkeep(platform: Platform) -> None:
    """The job: every tenant, one after the other."""
    now = datetime.now(UTC)
    for tenant in await platform.tenants.listing():
        try:
            done = await tidy(platform.db, tenant, platform.files, now)
        except TENANT_IS_GONE:
            log.info("tenant %s was dropped meanwhile", tenant.name)
            continue
        if done != Tidied():
            log.info("upkeep of tenant %s: %s", tenant.name, done)


async def tidy(db: Database, tenant: Tenant, files: Path, now: datetime) -> Tidied:
    """Remove what is too old at the moment ``now``.

    Idempotency keys after ``KEYS_KEPT``, sessions when they end, discarded change sets after
    ``DISCARDED_DRAFTS_KEPT``, uploaded files as ``runtime.imports.leftovers`` says. Each batch is a transaction of
    its own, so that nobody waits and a killed worker loses nothing.

    Args:
        files: the folder of uploaded files of all tenants.
    """
    return Tidied(
        idempotency_keys=await _delete(db, tenant, "idempotency_key", "created_at < $1", now - KEYS_KEPT),
        sessions=await _delete(db, tenant, "session", "expires_at < $1", now),
        drafts=await _delete(
            db, tenant, "change_set", "state = 'discarded' AND updated_at < $1", now - DISCARDED_DRAFTS_KEPT
        ),
        files=await leftovers.remove(db, tenant, files, now),
    )


async def _delete(db: Database, tenant: Tenant, table: str, old: str, before: datetime) -> int:
    """Delete rows in batches; ``table`` and ``old`` are this module's own words."""
    place = f'"{tenant.schema}"."{table}"'
    removed = 0
    while True:
        async with db.connection() as connection:
            count = _count(
                await connection.execute(
                    f"DELETE FROM {place} WHERE ctid = ANY(ARRAY("
                    f"SELECT ctid FROM {place} WHERE {old} LIMIT {BATCH_ROWS} FOR UPDATE SKIP LOCKED))",
                    before,
                )
            )
        removed += count
        if count < BATCH_ROWS:
            return removed
        await asyncio.sleep(0)


def _count(status: Any) -> int:
    """``DELETE 17`` gives 17."""
    return int(str(status).rpartition(" ")[2])
