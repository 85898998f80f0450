"""The register of imports: each upload, what is known of it, and what it is allowed to become next."""

from __future__ import annotations

import asyncio
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

import msgspec

import runtime.settings
from kernel.faults import Fault
from runtime.imports.errors import Unreadable, WrongState
from runtime.imports.mapping import Column, Options
from runtime.imports.source import Source
from runtime.records.errors import AccessDenied, NotFound

if TYPE_CHECKING:
    from pathlib import Path

    import asyncpg

    from kernel.model import ObjectModel
    from runtime.call import Call

COUNTS = ("done_rows", "created_rows", "updated_rows", "skipped_rows", "failed_rows")
TABLE = '"{schema}"."import"'
PLAIN_COLUMNS = (
    "id, object, file_name, file_path, format, state, dry_run, total_rows, done_rows, created_rows, updated_rows,"
    " skipped_rows, failed_rows, created_by, created_at, started_at, finished_at"
)
JSON_COLUMNS = ("source", "options", "mapping", "columns", "position", "error")

ALLOWED = {
    "configure": ("uploaded", "mapped", "done", "failed", "cancelled", "undone"),
    "preview": ("uploaded", "mapped", "done", "failed", "cancelled", "undone", "running", "queued"),
    "start": ("uploaded", "mapped", "done", "undone"),
    "cancel": ("queued", "running"),
    "resume": ("cancelled", "failed"),
    "undo": ("done", "failed", "cancelled"),
    "delete": ("uploaded", "mapped", "done", "failed", "cancelled", "undone"),
}


class Sample(msgspec.Struct):
    """A column of the file with its first values."""

    name: str
    samples: list[str]


class Position(msgspec.Struct, omit_defaults=True):
    """How far a run has come: everything before it is committed.

    Attributes:
        row: spreadsheet row of the last row that was dealt with.
        again: the file is through; the faulty rows are being gone through once more, up to ``row`` so far.
        conflicts: of an undo: records that were left because somebody changed them since.
    """

    row: int = 0
    again: bool = False
    conflicts: int = 0


class Entry(msgspec.Struct):
    """An import as the database has it."""

    id: UUID
    object: str
    file_name: str
    file_path: str
    format: str
    state: str
    dry_run: bool
    total_rows: int | None
    done_rows: int
    created_rows: int
    updated_rows: int
    skipped_rows: int
    failed_rows: int
    created_by: UUID | None
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    source: Source
    options: Options
    mapping: list[Column]
    columns: list[Sample]
    position: Position | None
    error: dict[str, Any] | None


class Import(msgspec.Struct):
    """An import as callers see it; ``error`` is ``{"code", "message"}`` in the caller's language."""

    id: UUID
    object: str
    file_name: str
    format: str
    state: str
    dry_run: bool
    columns: list[Sample]
    sheets: list[str]
    mapping: list[Column]
    options: Options
    total_rows: int | None
    done_rows: int
    created_rows: int
    updated_rows: int
    skipped_rows: int
    failed_rows: int
    error: dict[str, Any] | None
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    created_by: UUID | None


def shown(call: Call, entry: Entry) -> Import:
    """What a caller sees of an import."""
    error = entry.error
    if error is not None:
        message = Fault("", error["code"], error.get("parameters", {})).message(call.locale)
        error = {"code": error["code"], "message": message}
    same = {name: getattr(entry, name) for name in Import.__struct_fields__ if name not in ("error", "sheets")}
    return Import(**same, error=error, sheets=entry.source.sheets)


def target(call: Call, object_name: str) -> ObjectModel:
    """The object that is imported into. Raises ``NotFound`` or ``AccessDenied``."""
    found = call.model.objects.get(object_name)
    if found is None:
        raise NotFound(object_name)
    if not found.features.get("import", True) or not call.access.may(object_name, "import"):
        raise AccessDenied("import", object_name)
    return found


def folder(call: Call) -> Path:
    """Where the tenant's uploads lie."""
    return folder_of(call.files or runtime.settings.load().files, call.tenant.name)


def folder_of(files: Path, tenant_name: str) -> Path:
    """Where a tenant's uploads lie in the folder of all uploaded files."""
    return files / tenant_name / "imports"


def original(call: Call, entry: Entry) -> Path:
    """The file as it was uploaded."""
    return folder(call) / entry.file_path


def table_path(call: Call, entry: Entry) -> Path:
    """The CSV that is read: the upload itself, or what was made of a workbook."""
    path = original(call, entry)
    return path.with_name(f"{path.name}.csv") if entry.format == "xlsx" else path


async def insert(connection: asyncpg.Connection[Any], call: Call, entry: Entry) -> None:
    """Store a new import."""
    await connection.execute(
        f"INSERT INTO {TABLE.format(schema=call.tenant.schema)} (id, object, file_name, file_path, format, state,"
        " dry_run, total_rows, created_by, created_at, source, options, mapping, columns) VALUES ($1, $2, $3, $4, $5,"
        " $6, $7, $8, $9, $10, $11::text::jsonb, $12::text::jsonb, $13::text::jsonb, $14::text::jsonb)",
        entry.id,
        entry.object,
        entry.file_name,
        entry.file_path,
        entry.format,
        entry.state,
        entry.dry_run,
        entry.total_rows,
        entry.created_by,
        entry.created_at,
        *(json(getattr(entry, name)) for name in ("source", "options", "mapping", "columns")),
    )


async def fetch(connection: asyncpg.Connection[Any], call: Call, import_id: UUID, *, lock: bool = False) -> Entry:
    """One import, locked until the end of the transaction if asked. Raises ``NotFound`` or ``AccessDenied``."""
    row = await connection.fetchrow(
        f"SELECT {_selected()} FROM {TABLE.format(schema=call.tenant.schema)} WHERE id = $1"
        + (" FOR NO KEY UPDATE" if lock else ""),
        import_id,
    )
    if row is None:
        raise NotFound("import", import_id)
    entry = _entry(row)
    if not call.access.may(entry.object, "import"):
        raise AccessDenied("import", entry.object)
    return entry


async def get(call: Call, import_id: UUID) -> Import:
    """Raises ``NotFound`` or ``AccessDenied``."""
    async with call.db.connection() as connection:
        return shown(call, await fetch(connection, call, import_id))


async def listing(call: Call, *, object_name: str | None = None, limit: int = 100) -> list[Import]:
    """The imports into the objects that the caller may import into, newest first."""
    allowed = [name for name in call.model.objects if call.access.may(name, "import")]
    if object_name is not None:
        target(call, object_name)
        allowed = [object_name]
    async with call.db.connection() as connection:
        rows = await connection.fetch(
            f"SELECT {_selected()} FROM {TABLE.format(schema=call.tenant.schema)} WHERE object = ANY($1)"
            " ORDER BY created_at DESC, id DESC LIMIT $2",
            allowed,
            limit,
        )
    return [shown(call, _entry(row)) for row in rows]


async def change(connection: asyncpg.Connection[Any], call: Call, import_id: UUID, **values: Any) -> None:
    """Set columns of an import. Names are this module's own, never a caller's."""
    sets, arguments = [], []
    for number, (name, value) in enumerate(values.items(), 2):
        structured = name in JSON_COLUMNS
        sets.append(f'"{name}" = ${number}{"::text::jsonb" if structured else ""}')
        arguments.append(json(value) if structured and value is not None else value)
    await connection.execute(
        f"UPDATE {TABLE.format(schema=call.tenant.schema)} SET {', '.join(sets)} WHERE id = $1", import_id, *arguments
    )


async def advance(
    connection: asyncpg.Connection[Any], call: Call, import_id: UUID, position: Position, counts: dict[str, int]
) -> None:
    """Move the position and add to the counts, in the transaction of the rows that were dealt with."""
    added = ", ".join(f'"{name}" = "{name}" + ${number}' for number, name in enumerate(COUNTS, 3))
    await connection.execute(
        f"UPDATE {TABLE.format(schema=call.tenant.schema)} SET position = $2::text::jsonb, {added} WHERE id = $1",
        import_id,
        json(position),
        *(counts.get(name, 0) for name in COUNTS),
    )


async def delete(call: Call, import_id: UUID) -> None:
    """Forget an import and remove its file; the records stay. Raises ``WrongState`` while it runs."""
    async with call.db.transaction() as connection:
        entry = await fetch(connection, call, import_id, lock=True)
        require(entry, "delete")
        await connection.execute(f"DELETE FROM {TABLE.format(schema=call.tenant.schema)} WHERE id = $1", import_id)
    for path in {original(call, entry), table_path(call, entry)}:
        await asyncio.to_thread(path.unlink, missing_ok=True)


def require(entry: Entry, action: str) -> None:
    """Raises ``WrongState`` where the import's state does not allow the action."""
    if entry.state not in ALLOWED[action]:
        raise WrongState(action, entry.state)


async def require_file(call: Call, entry: Entry) -> None:
    """Raises ``Unreadable`` where the uploaded file was removed: upkeep does so some time after the import's end."""
    if not await asyncio.to_thread(original(call, entry).is_file):
        raise Unreadable("import_file_missing")


def json(value: Any) -> str:
    """The JSON text of a value for a ``jsonb`` column."""
    return msgspec.json.encode(value).decode()


def _selected() -> str:
    return PLAIN_COLUMNS + "".join(f', "{name}"::text AS "{name}"' for name in JSON_COLUMNS)


def _entry(row: asyncpg.Record) -> Entry:
    values = dict(row)
    for name in JSON_COLUMNS:
        if values[name] is not None:
            values[name] = msgspec.json.decode(values[name])
    return msgspec.convert(values, Entry)
