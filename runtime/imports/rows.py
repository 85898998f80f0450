"""Rows of a stored table, streamed: memory does not grow with the file."""

from __future__ import annotations

import csv
import io
from contextlib import contextmanager
from typing import TYPE_CHECKING

from runtime.imports.errors import Unreadable

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from typing import TextIO

    from runtime.imports.source import Source

MAX_CELL_CHARACTERS = 1_000_000
MAX_LINE_CHARACTERS = 8_000_000
MAX_BATCH_CHARACTERS = 8_000_000
MAX_COLUMNS = 1_000

csv.field_size_limit(MAX_CELL_CHARACTERS)

Row = tuple[int, list[str]]
"""Spreadsheet row number (from 1; blank rows are counted, as a spreadsheet counts them) and the cells as read."""


class Table:
    """The data rows of one file from a row on, in batches. Not to be shared between threads at the same time.

    ``close`` it, or use it as a context manager.
    """

    def __init__(self, path: Path, source: Source, *, after: int = 0) -> None:
        self._file = path.open(encoding=source.encoding, errors="surrogateescape", newline="")
        self._rows = self._after(read(self._file, source), max(after, source.first_data - 1))

    def __enter__(self) -> Table:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        self._file.close()

    def batch(self, size: int) -> list[Row]:
        """The next rows that are not blank: at most ``size``, fewer where they are very long, none at the end.

        Raises ``Unreadable`` where the file stops being a table; the rows before it were returned already or are
        lost with it, so a batch is all or nothing.
        """
        batch: list[Row] = []
        characters = 0
        for number, cells in self._rows:
            batch.append((number, cells))
            characters += sum(map(len, cells))
            if len(batch) >= size or characters > MAX_BATCH_CHARACTERS:
                break
        return batch

    @staticmethod
    def _after(rows: Iterator[Row], row: int) -> Iterator[Row]:
        for number, cells in rows:
            if number > row and any(cells):
                yield number, cells


def read(file: TextIO, source: Source) -> Iterator[Row]:
    """All rows of a text stream, blank ones too. Raises ``Unreadable`` for what no CSV has."""
    reader = csv.reader(
        _lines(file),
        delimiter=source.delimiter,
        quotechar=source.quote or None,
        quoting=csv.QUOTE_MINIMAL if source.quote else csv.QUOTE_NONE,
        escapechar=source.escape or None,
        doublequote=True,
    )
    number = 0
    try:
        for number, cells in enumerate(reader, 1):
            if len(cells) > MAX_COLUMNS and any(cells[MAX_COLUMNS:]):
                raise Unreadable("import_too_many_columns", {"max": MAX_COLUMNS, "row": number})
            yield number, cells
    except csv.Error as error:
        # the csv module says by words only which of its two limits was met
        code = "import_cell_too_long" if "field larger" in str(error) else "import_not_a_table"
        raise Unreadable(code, {"row": number + 1, "max": MAX_CELL_CHARACTERS}) from error
    except UnicodeDecodeError as error:
        raise Unreadable("import_encoding", {"row": number + 1, "encoding": source.encoding}) from error


def _lines(file: TextIO) -> Iterator[str]:
    """Lines, but never more of one than memory bears: a file without line ends is not a table."""
    while line := file.readline(MAX_LINE_CHARACTERS):
        if len(line) >= MAX_LINE_CHARACTERS:
            raise Unreadable("import_not_a_table", {"row": 0})
        yield line


@contextmanager
def text(data: bytes, encoding: str) -> Iterator[TextIO]:
    """A sample of a file as a text stream; a character cut in two at the end of the sample does no harm."""
    with io.TextIOWrapper(io.BytesIO(data), encoding=encoding, errors="surrogateescape", newline="") as stream:
        yield stream


def count(path: Path, source: Source) -> int:
    """Data rows that are not blank, by reading the whole file."""
    with Table(path, source) as table:
        return sum(len(batch) for batch in iter(lambda: table.batch(10_000), []))
