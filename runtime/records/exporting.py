"""Export: all records of a question as CSV or XLSX, streamed, whatever their number."""

from __future__ import annotations

import asyncio
import csv
import io
import json
import re
import tempfile
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from kernel.faults import Fault
from runtime import statements
from runtime.records import listings
from runtime.records._door import UNANSWERABLE, Door, enter, question_refused
from runtime.records.errors import BadQuery
from runtime.records.filters import Filters, prepare
from runtime.records.paths import Source, resolve
from runtime.statements import JsonObject

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Sequence

    from kernel.model import FieldModel
    from runtime.call import Call
    from runtime.records.query import Query

FORMATS = ("csv", "xlsx")
ROWS_AT_ONCE = 1000
CHUNK_BYTES = 256 * 1024
MOST_COLUMNS = 400
MOST_SHEET_ROWS = 1_048_576
LONGEST_CELL = 32_767  # characters that a spreadsheet takes in a cell
DANGEROUS = ("=", "+", "-", "@", "\t", "\r")
PLAIN_NUMBER = re.compile(r"[+-]?[0-9][0-9.,]*")
EXACT_DIGITS = 15  # that a spreadsheet keeps of a number
FIRST_SHEET_DAY = date(1900, 3, 1)  # before it, spreadsheets count a day that never was


@dataclass(slots=True, frozen=True)
class Column:
    """One column of a file.

    Attributes:
        title: in the caller's language; the labels along the path.
        fields: along the path; of a lookup, the name of the record is shown.
        shown: the field whose values are shown.
    """

    title: str
    fields: tuple[FieldModel, ...]
    shown: FieldModel

    @property
    def is_name(self) -> bool:
        """Whether the name of a record looked up is shown."""
        return self.shown is not self.fields[-1]


async def export(
    call: Call,
    object: str,  # noqa: A002
    query: Query,
    *,
    format: str,  # noqa: A002
    columns: Sequence[str] | None = None,
) -> AsyncIterator[bytes]:
    """Check the question, then give the file in pieces; ``limit`` and ``cursor`` of the query are not regarded.

    Cells that a spreadsheet would take for a formula get a ``'`` before them.

    Args:
        format: ``csv`` (UTF-8 with byte order mark) or ``xlsx``.
        columns: paths; None for ``query.fields``, or every readable field.

    Raises ``NotFound`` (no such object), ``AccessDenied`` or ``BadQuery``, all before the first piece.
    """
    door = enter(call, object, "read", "export")
    if format not in FORMATS:
        raise BadQuery([Fault("/format", "not_allowed", {"value": str(format)[:50], "allowed": FORMATS})])
    paths = list(columns) if columns is not None else list(query.fields or _every(door))
    chosen = _columns(door, paths)
    filters = prepare(door, query.filters)
    words = listings.search_words(query.q)
    order = tuple((sort.path, sort.descending) for sort in query.sort)
    shape = ("export", object, tuple(paths), filters.shape, order, len(words), query.deleted)
    statement = statements.cache.get(door.owners, shape, lambda: _compile(door, chosen, query, filters, len(words)))
    filters.values.update((f"q{index}", listings.pattern(word)) for index, word in enumerate(words))
    rows = _rows(door, statement, statement.arguments(filters.values))
    return _csv(rows, chosen, call.locale) if format == "csv" else _xlsx(rows, chosen, call.locale)


def _every(door: Door) -> list[str]:
    return [name for name in door.object.fields if name in door.readable and name != "deleted_at"]


def _columns(door: Door, paths: Sequence[str]) -> list[Column]:
    faults: list[Fault] = []
    found = []
    if not paths or len(paths) > MOST_COLUMNS:
        raise BadQuery([Fault("/columns", "too_many_items" if paths else "list_expected", {"max": MOST_COLUMNS})])
    for path in paths:
        try:
            fields = resolve(door, path, "/columns")
        except BadQuery as error:
            faults += error.faults
            continue
        shown = fields[-1]
        if shown.target is not None and door.access.may(shown.target, "read"):
            target = door.model.objects[shown.target]
            shown = target.fields[target.name_field]
        found.append(Column(" / ".join(_label(one, door.call.locale) for one in fields), fields, shown))
    if faults:
        raise BadQuery(faults)
    return found


def _label(field: FieldModel, locale: str) -> str:
    return str(field.label.get(locale) or field.label.get("en") or field.name)


def _compile(door: Door, columns: Sequence[Column], query: Query, filters: Filters, words: int) -> statements.Statement:
    source = Source(door.object, door.model.objects)
    where = listings.conditions(door, source, filters, words, deleted=query.deleted)
    order = listings.orders(door, query.sort)
    keys = [listings.order_by(one, one.key(source)) for one in order]
    pairs = []
    for index, column in enumerate(columns):
        steps = column.fields if column.is_name else column.fields[:-1]
        pairs.append((str(index), column.shown.json(source.table(steps))))
    rows = sa.select(sa.cast(JsonObject(pairs), sa.Text())).select_from(source.joined).where(*where).order_by(*keys)
    return statements.compile(rows)


async def _rows(door: Door, statement: statements.Statement, arguments: list[Any]) -> AsyncIterator[list[list[Any]]]:
    """The JSON values of the records, many at once, from a server-side cursor on a connection of its own."""
    try:
        async with door.call.db.dedicated() as connection, connection.transaction(readonly=True):
            cursor = await connection.cursor(statement.sql, *arguments)
            while rows := await cursor.fetch(ROWS_AT_ONCE):
                yield [list(json.loads(row[0], parse_float=Decimal).values()) for row in rows]
    except UNANSWERABLE as error:
        raise question_refused(error) from error


async def _csv(batches: AsyncIterator[list[list[Any]]], columns: Sequence[Column], locale: str) -> AsyncIterator[bytes]:
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\r\n")
    writer.writerow([_harmless(column.title) for column in columns])
    yield b"\xef\xbb\xbf" + buffer.getvalue().encode()
    cells = [_text_cell(column, locale) for column in columns]
    async for rows in batches:
        buffer.seek(0)
        buffer.truncate()
        writer.writerows([cell(value) for cell, value in zip(cells, row, strict=True)] for row in rows)
        yield buffer.getvalue().encode()


def _text_cell(column: Column, locale: str) -> Callable[[Any], str]:
    shown = column.shown
    return lambda value: _harmless(shown.type.format(shown, value, locale))


def _harmless(text: str) -> str:
    """Text that no spreadsheet takes for a formula; numbers, and phone numbers, are none."""
    return f"'{text}" if text.startswith(DANGEROUS) and PLAIN_NUMBER.fullmatch(text) is None else text


async def _xlsx(
    batches: AsyncIterator[list[list[Any]]], columns: Sequence[Column], locale: str
) -> AsyncIterator[bytes]:
    with tempfile.TemporaryDirectory(prefix="tangram-export-") as folder:
        path = Path(folder) / "export.xlsx"
        sheet = _Sheet(path, columns, locale)
        async for rows in batches:
            await asyncio.to_thread(sheet.write, rows)
        await asyncio.to_thread(sheet.close)
        with path.open("rb") as file:
            while chunk := await asyncio.to_thread(file.read, CHUNK_BYTES):
                yield chunk


class _Sheet:
    """A workbook written row by row to a file, so that memory does not grow; a full sheet is followed by another."""

    def __init__(self, path: Path, columns: Sequence[Column], locale: str) -> None:
        self._columns = columns
        self._locale = locale
        import xlsxwriter  # type: ignore[import-untyped]  # it has none; few ask for a workbook  # noqa: PLC0415

        self._book = xlsxwriter.Workbook(path, {"constant_memory": True, "tmpdir": str(path.parent)})
        self._bold = self._book.add_format({"bold": True})
        self._day = self._book.add_format({"num_format": "yyyy-mm-dd"})
        self._begin()

    def write(self, rows: list[list[Any]]) -> None:
        for row in rows:
            if self._next >= MOST_SHEET_ROWS:
                self._begin()
            for position, (column, value) in enumerate(zip(self._columns, row, strict=True)):
                if value is not None:
                    self._cell(position, column.shown, value)
            self._next += 1

    def close(self) -> None:
        self._book.close()

    def _begin(self) -> None:
        self._sheet = self._book.add_worksheet()
        self._sheet.freeze_panes(1, 0)
        for position, column in enumerate(self._columns):
            self._sheet.write_string(0, position, column.title, self._bold)
        self._next = 1

    def _cell(self, position: int, field: FieldModel, value: Any) -> None:
        kind = field.type.columns(field)[0]
        if isinstance(kind, sa.Integer | sa.Numeric) and _is_exact(value):
            self._sheet.write_number(self._next, position, value)
        elif isinstance(kind, sa.Boolean):
            self._sheet.write_boolean(self._next, position, value)
        elif isinstance(kind, sa.Date) and date.fromisoformat(value) >= FIRST_SHEET_DAY:
            self._sheet.write_datetime(self._next, position, date.fromisoformat(value), self._day)
        else:
            text = field.type.format(field, value, self._locale)
            self._sheet.write_string(self._next, position, text[:LONGEST_CELL])


def _is_exact(value: Any) -> bool:
    """Whether a spreadsheet keeps all digits of a number."""
    return isinstance(value, int | Decimal) and len(str(value).strip("-0").replace(".", "")) <= EXACT_DIGITS
