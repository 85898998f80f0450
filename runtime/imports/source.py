"""How the stored file is read: what sniffing found, changed by the options that the user gave."""

from __future__ import annotations

import msgspec


class Source(msgspec.Struct, kw_only=True):
    """A table in a file.

    Attributes:
        format: ``csv`` or ``xlsx``. A sheet of a workbook is turned into CSV once, beside the upload.
        encoding: a Python codec; byte order marks are cut off by it.
        delimiter, quote, escape: of the CSV; ``quote`` and ``escape`` may be empty.
        first: spreadsheet row (from 1) of the first row that counts; what is before it is skipped.
        header: whether row ``first`` holds the names of the columns.
        columns: the names, unique and not blank, in the order of the file.
        rows: data rows that are not blank; an estimate unless ``exact``.
        sheets, sheet: names of a workbook's sheets and the one that is read.
    """

    format: str
    encoding: str = "utf-8-sig"
    delimiter: str = ","
    quote: str = '"'
    escape: str = ""
    first: int = 1
    header: bool = True
    columns: list[str] = []
    rows: int = 0
    exact: bool = False
    sheets: list[str] = []
    sheet: str = ""

    @property
    def first_data(self) -> int:
        """Spreadsheet row from which data rows are looked for."""
        return self.first + 1 if self.header else self.first
