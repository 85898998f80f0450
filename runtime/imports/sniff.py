"""What kind of table is this? Encoding, delimiter, quotes and the row of headings, from the bytes alone."""

from __future__ import annotations

import codecs
import csv
import re
from collections import Counter
from itertools import islice
from typing import TYPE_CHECKING

import charset_normalizer

from runtime.imports.errors import Unreadable
from runtime.imports.headings import column_names, looks_like_data
from runtime.imports.rows import Table, count, read, text
from runtime.imports.source import Source

if TYPE_CHECKING:
    from pathlib import Path

    from runtime.imports.files import Upload

SAMPLE_BYTES = 256 * 1024
FOREIGN_BYTES = 64 * 1024
SAMPLE_ROWS = 500
EXACT_BYTES = 16 * 1024 * 1024
"""Up to this size the rows are counted at once; for larger files the lines have to do until the import has run."""

DELIMITERS = (",", ";", "\t", "|")
CODECS = ["gb18030", "big5", "shift_jis", "euc_kr", "cp1251", "cp1252", "latin_1"]
BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),  # before UTF-16, whose mark it begins with
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
BINARY = (b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"%PDF", b"\x1f\x8b", b"7z\xbc\xaf", b"Rar!", b"\x7fELF", b"MZ\x90")
OLD_EXCEL = b"\xd0\xcf\x11\xe0"
FEW_BYTES = 200
ZIP = b"PK\x03\x04"
MAX_CONTROLS = 0.02
FEW_CONTROLS = 8
CONTROLS = re.compile("[\x00-\x08\x0e-\x1f\x7f\udc80-\udcff]")
SEPARATOR_LINE = re.compile(r'^"?sep=(.)"?\r?\n?$', re.IGNORECASE)


def format_of(path: Path) -> str:
    """``csv`` or ``xlsx`` by the first bytes. Raises ``Unreadable`` for what is known to be neither."""
    with path.open("rb") as file:
        head = file.read(8)
    if not head:
        raise Unreadable("import_empty")
    if head.startswith(ZIP):
        return "xlsx"
    if head.startswith(OLD_EXCEL):
        raise Unreadable("import_old_excel")
    if head.startswith(BINARY):
        raise Unreadable("import_not_a_table", {"row": 0})
    return "csv"


def sniff_csv(path: Path, upload: Upload, *, encoding: str = "", delimiter: str = "", header: int = -1) -> Source:
    """Find out how to read a CSV file.

    Args:
        encoding, delimiter: given by the user; empty to find out.
        header: spreadsheet row of the headings; 0 where there are none; -1 to find out.

    Raises ``Unreadable`` where it is no table, or is not in the encoding given.
    """
    with path.open("rb") as file:
        head = file.read(SAMPLE_BYTES)
        start = max(0, upload.foreign_at - FOREIGN_BYTES // 2)
        file.seek(start)
        foreign = _foreign_lines(file.read(FOREIGN_BYTES), begun=start > 0)
    encoding = _checked(encoding) if encoding else _encoding(head, foreign, upload)
    with text(head, encoding) as stream:
        try:
            sample = stream.read()
        except UnicodeError as error:
            raise Unreadable("import_encoding", {"row": 1, "encoding": encoding}) from error
    if len(CONTROLS.findall(sample)) > max(FEW_CONTROLS, len(sample) * MAX_CONTROLS):
        raise Unreadable("import_not_a_table", {"row": 0})
    if not sample.strip():
        raise Unreadable("import_empty")
    source = Source(format="csv", encoding=encoding)
    named = SEPARATOR_LINE.match(sample[: sample.find("\n") + 1])
    source.quote, source.escape = _quotes(sample)
    source.delimiter = delimiter or (named[1] if named else _delimiter(sample, source))
    return finish(path, upload.lines, source, header=header, skip=1 if named else 0)


def finish(path: Path, lines: int, source: Source, *, header: int = -1, skip: int = 0) -> Source:
    """Fill in the headings and the number of rows. ``skip`` rows at the top are no part of the table."""
    with path.open(encoding=source.encoding, errors="surrogateescape", newline="") as file:
        rows = [row for row in islice(read(file, source), SAMPLE_ROWS) if row[0] > skip and any(map(str.strip, row[1]))]
    if not rows:
        raise Unreadable("import_empty")
    width = _width([cells for _, cells in rows])
    if header > 0:
        source.first, source.header = header, True
    elif header == 0:
        source.first, source.header = skip + 1, False
    else:
        source.first, source.header = _heading(rows, width)
    top = next((cells for number, cells in rows if number >= source.first), [])
    while top and not top[-1].strip() and len(top) > width:
        top = top[:-1]
    source.columns = column_names(top if source.header else [""] * max(width, len(top)))
    source.exact = path.stat().st_size <= EXACT_BYTES
    source.rows = count(path, source) if source.exact else max(0, lines - source.first_data + 1)
    return source


def sample_rows(path: Path, source: Source, rows: int = 200) -> list[list[str]]:
    """The first data rows, as wide as the table."""
    with Table(path, source) as table:
        width = len(source.columns)
        return [(cells + [""] * width)[:width] for _, cells in table.batch(rows)]


def _encoding(head: bytes, foreign: bytes, upload: Upload) -> str:
    for mark, name in BOMS:
        if head.startswith(mark):
            return name
    even, odd = head[0::2].count(0), head[1::2].count(0)
    if odd > len(head) * 0.2 and even < odd / 10:
        return "utf-16-le"
    if even > len(head) * 0.2 and odd < even / 10:
        return "utf-16-be"
    if upload.utf8:
        return "utf-8-sig"
    if len(foreign) <= FEW_BYTES and _chinese(foreign):
        return "gb18030"  # a few characters tell no statistics apart, but our users
    best = charset_normalizer.from_bytes(foreign, cp_isolation=CODECS).best()
    # what begins in the middle of a character can fail; Latin-1 reads any bytes
    return best.encoding if best is not None else ("gb18030" if _paired(foreign) else "cp1252")


def _foreign_lines(data: bytes, *, begun: bool) -> bytes:
    """The lines with bytes above 0x7F, which alone tell encodings apart, but those cut off by the sample."""
    lines = data.splitlines(keepends=True)
    whole = lines[1 if begun else 0 : len(lines) - 1 if len(data) == FOREIGN_BYTES else None]
    return b"".join(line for line in whole if not line.isascii()) or data


def _paired(data: bytes) -> bool:
    """Whether the bytes above 0x7F mostly come in pairs, as those of Chinese text do."""
    runs = re.findall(rb"[\x81-\xfe]+", data)
    high = sum(map(len, runs))
    return high > 0 and sum(len(run) for run in runs if len(run) % 2 == 0) > high * 0.7


def _chinese(data: bytes) -> bool:
    """Whether all bytes above 0x7F are common Chinese characters of GB 2312 (its first level) and its punctuation."""
    rest = re.sub(rb"[\xb0-\xd7][\xa1-\xfe]|[\xa1\xa3][\xa1-\xfe]", b"", data)
    return rest.isascii() and not data.isascii()


def _checked(encoding: str) -> str:
    try:
        name = codecs.lookup(encoding).name
        " ".encode(name)
    except (LookupError, UnicodeError, TypeError) as error:
        raise Unreadable("import_encoding_unknown", {"encoding": encoding}) from error
    return "utf-8-sig" if name == "utf-8" else name


def _quotes(sample: str) -> tuple[str, str]:
    """The quote and the escape character."""
    single = len(re.findall(r"(?:^|[,;\t|])'[^'\r\n]*'(?=[,;\t|\r\n])", sample, re.MULTILINE))
    double = len(re.findall(r'(?:^|[,;\t|])"[^"\r\n]*"(?=[,;\t|\r\n])', sample, re.MULTILINE))
    quote = "'" if single > 2 and not double else '"'
    return quote, "\\" if f"\\{quote}" in sample and quote * 2 not in sample else ""


def _delimiter(sample: str, source: Source) -> str:
    """The one that cuts most rows into the same number of cells."""
    best, best_score = ",", 0.0
    lines = sample.splitlines(keepends=True)[:SAMPLE_ROWS]
    for delimiter in DELIMITERS:
        reader = csv.reader(
            lines, delimiter=delimiter, quotechar=source.quote, escapechar=source.escape or None, doublequote=True
        )
        try:
            widths = Counter(len(cells) for cells in reader if any(cells))
        except csv.Error:
            continue
        width, rows = max(widths.items(), key=lambda item: (item[1], item[0]))
        score = rows / widths.total() * (1 + min(width, 20) / 20) if width > 1 else 0.0
        if score > best_score:
            best, best_score = delimiter, score
    return best


def _width(rows: list[list[str]]) -> int:
    """Cells in most rows; of several equally common widths the larger."""
    widths = Counter(len(cells) for cells in rows)
    return max(widths, key=lambda width: (widths[width], width))


def _heading(rows: list[tuple[int, list[str]]], width: int) -> tuple[int, bool]:
    """The spreadsheet row at which the table begins, and whether that row holds headings.

    Titles above a table are narrower than it. A first row that looks like the data below it is no heading.
    """
    for index, (number, cells) in enumerate(rows):
        filled = sum(1 for cell in cells if cell.strip())
        if len(cells) >= width and filled * 2 > width:
            return number, not looks_like_data(cells, [below for _, below in rows[index + 1 :]])
    number, cells = rows[0]
    return number, not looks_like_data(cells, [below for _, below in rows[1:]])
