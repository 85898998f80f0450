"""From an upload to a mapping: store, sniff, suggest, let the user change it, show what would be."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from pathlib import PurePath
from typing import TYPE_CHECKING, Any

import msgspec
from uuid_utils.compat import uuid7

from kernel.fields.type import ValueFault
from runtime.imports import files, plan, register, sniff, xlsx
from runtime.imports import mapping as mappings
from runtime.imports.cells import storable
from runtime.imports.errors import Unreadable, WrongState
from runtime.imports.examine import NEW, Examiner
from runtime.imports.links import Links
from runtime.imports.reports import message
from runtime.imports.rows import Table
from runtime.imports.source import Source
from runtime.imports.suggest import suggest, undecided

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence
    from pathlib import Path
    from uuid import UUID

    import asyncpg

    from kernel.model import FieldModel, ObjectModel
    from runtime.call import Call
    from runtime.imports.cells import Draft
    from runtime.imports.files import Upload
    from runtime.imports.mapping import Column, Options
    from runtime.imports.plan import Plan
    from runtime.imports.register import Entry, Import

SIZE_LIMIT = 300_000_000
SAMPLES = 5
SAMPLE_ROWS = 200
LONGEST_SAMPLE = 200
SHARE_KNOWN = 0.5
LARGEST_PREVIEW = 200
OPTION_AT_FAULT = {
    "import_encoding": "/options/encoding",
    "import_encoding_unknown": "/options/encoding",
    "import_sheet_unknown": "/options/sheet",
}


async def create(
    call: Call, object_name: str, file_name: str, stream: AsyncIterator[bytes], limit: int = SIZE_LIMIT
) -> Import:
    """Store an upload, find out how to read it and suggest a mapping. Nothing of it stays where that fails.

    Args:
        file_name: as the user calls it; only shown.
        limit: bytes.

    Raises:
        NotFound, AccessDenied: of the object.
        TooLarge, NoSpace: of the upload.
        Unreadable: it is no table.
    """
    target = register.target(call, object_name)
    import_id = uuid7()
    path = register.folder(call) / str(import_id)
    table = path.with_name(f"{path.name}.csv")
    try:
        upload = await files.store(stream, path, limit=limit)
        source, read_from = await _read(path, table, upload, mappings.Options())
        samples = await asyncio.to_thread(sniff.sample_rows, read_from, source, SAMPLE_ROWS)
        columns, options = await _suggested(call, target, source, samples)
        entry = register.Entry(
            id=import_id,
            object=object_name,
            file_name=PurePath(file_name.replace("\\", "/")).name[:255] or "import",
            file_path=path.name,
            format=source.format,
            state="uploaded",
            dry_run=False,
            total_rows=source.rows,
            done_rows=0,
            created_rows=0,
            updated_rows=0,
            skipped_rows=0,
            failed_rows=0,
            created_by=call.identity.user_id,
            created_at=datetime.now(UTC),
            started_at=None,
            finished_at=None,
            source=source,
            options=options,
            mapping=columns,
            columns=_shown(source, samples),
            position=None,
            error=None,
        )
        async with call.db.transaction() as connection:
            await register.insert(connection, call, entry)
    except BaseException:
        path.unlink(missing_ok=True)
        table.unlink(missing_ok=True)
        raise
    return register.shown(call, entry)


async def configure(call: Call, import_id: UUID, mapping: Any = None, options: Any = None) -> Import:
    """Change the mapping, the options, or both; what is not given stays.

    Options that say how the file is read have it read anew. Where that shows other columns and no mapping is given,
    mapping, key and mode are suggested anew and, as after an upload, only checked at the start: nobody chose them yet.

    Args:
        mapping: a list of columns as in ``mapping.Column``; ``options``: as in ``mapping.Options``; both as JSON gives
            them, or as Structs.

    Raises ``NotFound``, ``AccessDenied``, ``WrongState``, ``Unreadable``, or ``Invalid`` with all that is wrong.
    """
    return await _configure(call, import_id, mapping, options)


async def _configure(call: Call, import_id: UUID, given: Any, given_options: Any) -> Import:
    async with call.db.connection() as connection:
        entry = await register.fetch(connection, call, import_id)
    register.require(entry, "configure")
    target = register.target(call, entry.object)
    options = entry.options if given_options is None else mappings.read_options(msgspec.to_builtins(given_options))
    changes: dict[str, Any] = {"options": options}
    if not options.reads_as(entry.options):
        if entry.state not in ("uploaded", "mapped", "undone") and not entry.dry_run:
            raise WrongState("configure", entry.state)  # rows of it are written, and faulty ones kept as they were read
        try:
            changes |= await _read_again(call, entry, target, options)
        except Unreadable as error:
            fault = error.fault
            raise Unreadable(fault.code, fault.parameters, pointer=OPTION_AT_FAULT.get(fault.code, "")) from error
    suggested = given is None and "mapping" in changes
    if given is not None:
        changes |= {"mapping": mappings.read_mapping(msgspec.to_builtins(given)), "options": options}
    columns = changes.get("columns", entry.columns)
    wanted: list[Column] = changes.get("mapping", entry.mapping)
    if not suggested:
        mappings.check(call.model, call.access, target, [one.name for one in columns], wanted, options)
    changes["mapping"] = [_complete(call, target, one) for one in wanted]
    async with call.db.transaction() as connection:
        entry = await register.fetch(connection, call, import_id, lock=True)
        register.require(entry, "configure")
        if entry.state == "uploaded":
            changes["state"] = "mapped"
        await register.change(connection, call, import_id, **changes)
        return register.shown(call, await register.fetch(connection, call, import_id))


async def preview(call: Call, import_id: UUID, rows: int = 20) -> dict[str, Any]:
    """The first rows as they would be imported: ``{"rows": [{"row", "cells", "data", "faults", "action"}]}``.

    ``data`` holds JSON values by field; a lookup is ``{"id", "_name"}`` with the id None where the record would be
    created. Raises as ``configure`` does.
    """
    async with call.db.connection() as connection:
        entry = await register.fetch(connection, call, import_id)
    register.require(entry, "preview")
    await register.require_file(call, entry)
    compiled = await asyncio.to_thread(plan.compile, call, entry)
    drafts = await asyncio.to_thread(_first_drafts, compiled, min(rows, LARGEST_PREVIEW))
    texts = [dict(draft.links) for draft in drafts]
    async with call.db.connection() as connection:
        await Examiner(compiled).examine(connection, drafts)
    return {"rows": [_preview_row(compiled, *one) for one in zip(drafts, texts, strict=True)]}


async def _read(path: Path, table: Path, upload: Upload, options: Options) -> tuple[Source, Path]:
    """How to read the stored file, and the file that the rows are read from."""
    kind = await asyncio.to_thread(sniff.format_of, path)
    if kind == "csv":
        source = await asyncio.to_thread(
            sniff.sniff_csv,
            path,
            upload,
            encoding=options.encoding,
            delimiter=options.delimiter,
            header=options.header,
        )
        return source, path
    answer = await xlsx.convert(path, options.sheet, table)
    source = Source(format="xlsx", sheets=list(answer["sheets"]), sheet=str(answer["sheet"]))  # type: ignore[call-overload]
    rows = int(str(answer["rows"]))
    return await asyncio.to_thread(sniff.finish, table, rows, source, header=options.header), table


async def _read_again(call: Call, entry: Entry, target: ObjectModel, options: Options) -> dict[str, Any]:
    await register.require_file(call, entry)
    path, table = register.original(call, entry), register.table_path(call, entry)
    upload = await asyncio.to_thread(files.look, path)
    source, read_from = await _read(path, table, upload, options)
    samples = await asyncio.to_thread(sniff.sample_rows, read_from, source, SAMPLE_ROWS)
    changes: dict[str, Any] = {"source": source, "columns": _shown(source, samples), "total_rows": source.rows}
    if source.columns != [one.name for one in entry.columns]:
        changes["mapping"], suggested = await _suggested(call, target, source, samples)
        changes["options"] = msgspec.structs.replace(options, key=suggested.key, mode=suggested.mode)
    return changes


async def _suggested(
    call: Call, target: ObjectModel, source: Source, samples: Sequence[Sequence[str]]
) -> tuple[list[Column], Options]:
    writable = call.access.writable(target.name)
    columns, options = suggest(call.model, target, writable, source.columns, samples)
    names, references = undecided(target, writable, columns)
    if not names or not references:
        return columns, options
    known: dict[tuple[str, str], str] = {}
    async with call.db.connection() as connection:
        for name in names:
            position = source.columns.index(name)
            values = {row[position].strip() for row in samples} - {""}
            for field in references:
                if await _are_known(call, connection, target, name, field, values):
                    known[name, field.name] = call.model.objects[str(field.target)].name_field
                    break
    return suggest(call.model, target, writable, source.columns, samples, known)


async def _are_known(
    call: Call, connection: asyncpg.Connection[Any], target: ObjectModel, name: str, field: FieldModel, values: set[str]
) -> bool:
    """Whether most of the values are names of records that the lookup could point at."""
    texts = {value for value in values if not value.replace(".", "").isdigit()}
    if not texts or not call.access.may(str(field.target), "read"):
        return False
    links = Links(call.model, target, mappings.Column(name, field.name))
    missing = await links.resolve(connection, texts)
    return len(missing) < len(texts) * SHARE_KNOWN


def _complete(call: Call, target: ObjectModel, column: Column) -> Column:
    """Write out what a lookup is matched by."""
    field = target.fields.get(column.field or "")
    if field is None or field.target is None or field.type.name not in mappings.REFERENCE_TYPES:
        return column
    lookup = column.lookup or mappings.Lookup()
    match = lookup.match or call.model.objects[field.target].name_field
    return msgspec.structs.replace(column, lookup=mappings.Lookup(match, lookup.create_missing))


def _shown(source: Source, samples: Sequence[Sequence[str]]) -> list[register.Sample]:
    """The columns with their first different values."""
    found = []
    for position, name in enumerate(source.columns):
        values = dict.fromkeys(row[position].strip()[:LONGEST_SAMPLE] for row in samples)
        values.pop("", None)
        found.append(register.Sample(name, [storable(value) for value in list(values)[:SAMPLES]]))
    return found


def _first_drafts(compiled: Plan, rows: int) -> list[Draft]:
    path = register.table_path(compiled.call, compiled.entry)
    with Table(path, compiled.entry.source) as table:
        return compiled.drafts(table.batch(rows))


def _preview_row(compiled: Plan, draft: Draft, texts: dict[str, str]) -> dict[str, Any]:
    call = compiled.call
    data: dict[str, Any] = {}
    for reader in compiled.readers.columns:
        name = reader.field.name
        if name in texts:
            found = draft.values.get(name)
            data[name] = {"id": None if found is NEW else found, "_name": texts[name]}
        elif name in draft.values:
            text = reader.replace(draft.cells[reader.position])
            data[name] = None if text is None else _json_value(reader.field, text, reader.form)
    faults = [
        {"column": one.column, "field": one.field, "code": one.code, "message": message(call, one)}
        for one in draft.problems
    ]
    cells = [storable(cell) for cell in draft.cells]
    return {"row": draft.row, "cells": cells, "data": data, "faults": faults, "action": draft.action}


def _json_value(field: FieldModel, text: str, form: Any) -> Any:
    try:
        return field.type.parse(field, text, form)
    except ValueFault:
        return text  # the fault is among the row's
