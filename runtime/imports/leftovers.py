"""Uploaded files that are not needed any more. The imports themselves, their counts and their faults stay."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import TYPE_CHECKING

from runtime.imports.register import folder_of

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from runtime.database import Database
    from runtime.tenants import Tenant

FILES_KEPT = timedelta(days=30)
"""After the end of an import, or after the upload where it was never started."""
PARTS_KEPT = timedelta(hours=24)
"""After the last byte of an upload that broke off with the process."""
BATCH_FILES = 500
AT_REST = ("uploaded", "mapped", "done", "failed", "cancelled", "undone")


async def remove(db: Database, tenant: Tenant, files: Path, now: datetime) -> int:
    """Remove a tenant's old files and return how many.

    A file goes by the row of its import, which is locked meanwhile, so that an import that is just being started keeps
    its file. Files of no import are left alone: they may belong to another database that shares the folder.
    """
    folder = folder_of(files, tenant.name)
    names = iter(await asyncio.to_thread(_names, folder))
    removed = 0
    while batch := list(islice(names, BATCH_FILES)):
        parts = [name for name in batch if name.endswith(".part")]
        whole = [name for name in batch if not name.endswith(".part")]
        removed += await asyncio.to_thread(_unlink_older, folder, parts, now - PARTS_KEPT)
        removed += await _remove_finished(db, tenant, folder, whole, now - FILES_KEPT)
    return removed


async def _remove_finished(db: Database, tenant: Tenant, folder: Path, names: Sequence[str], before: datetime) -> int:
    async with db.transaction() as connection:
        rows = await connection.fetch(
            f'SELECT file_path FROM "{tenant.schema}"."import" WHERE file_path = ANY($1) AND state = ANY($2)'
            " AND coalesce(finished_at, created_at) < $3 FOR NO KEY UPDATE SKIP LOCKED",
            list({name.removesuffix(".csv") for name in names}),
            AT_REST,
            before,
        )
        old = {row["file_path"] for row in rows}
        return await asyncio.to_thread(_unlink, folder, [one for one in names if one.removesuffix(".csv") in old])


def _names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir()) if folder.is_dir() else []


def _unlink(folder: Path, names: Sequence[str]) -> int:
    for name in names:
        (folder / name).unlink(missing_ok=True)
    return len(names)


def _unlink_older(folder: Path, names: Sequence[str], before: datetime) -> int:
    def changed(path: Path) -> datetime:
        return datetime.fromtimestamp(path.stat().st_mtime, UTC)

    return _unlink(folder, [name for name in names if (folder / name).is_file() and changed(folder / name) < before])
