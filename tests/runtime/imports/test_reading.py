"""Files as people have them: every encoding, delimiter and accident becomes a table, or a fault that says why not."""

from __future__ import annotations

import io
import zipfile
from typing import TYPE_CHECKING

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from runtime.imports import files, sniff, xlsx
from runtime.imports.errors import NoSpace, TooLarge, Unreadable
from runtime.imports.headings import column_names, date_order, decimal_form
from runtime.imports.rows import MAX_CELL_CHARACTERS, Table

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from runtime.imports.source import Source


async def chunks(data: bytes, size: int = 7_000) -> AsyncIterator[bytes]:
    for start in range(0, len(data), size):
        yield data[start : start + size]


async def read(tmp_path: Path, data: bytes, **options: object) -> tuple[Source, list[list[str]]]:
    path = tmp_path / "upload"
    upload = await files.store(chunks(data), path, limit=50_000_000)
    assert sniff.format_of(path) == "csv"
    source = sniff.sniff_csv(path, upload, **options)  # type: ignore[arg-type]
    with Table(path, source) as table:
        return source, [cells for _, cells in table.batch(10_000)]


CHINESE = "客户名称,行业\n北京科技有限公司,科技\n上海贸易公司,零售\n"
FRENCH = "name,city\nCafé Müller,Köln\nJosé,São Paulo\n"


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (CHINESE.encode(), CHINESE),
        (CHINESE.encode("utf-8-sig"), CHINESE),
        (CHINESE.encode("gb18030"), CHINESE),
        (CHINESE.encode("utf-16"), CHINESE),
        ("名称,员工数\n客户甲,5\n".encode("gb18030"), "名称,员工数\n客户甲,5\n"),
        (FRENCH.encode("utf-16-le"), FRENCH),
        (FRENCH.encode("utf-16-be"), FRENCH),
        (FRENCH.encode("latin-1"), FRENCH),
        ("name,price\nCafé “Zoë”,€ 5\n".encode("cp1252"), "name,price\nCafé “Zoë”,€ 5\n"),
        (("name,city\n" + "Acme,Berlin\n" * 40_000 + "华为,深圳\n").encode("gb18030"), None),
    ],
)
async def test_the_encoding_is_found_out(tmp_path: Path, data: bytes, expected: str | None) -> None:
    source, rows = await read(tmp_path, data)
    if expected is None:
        assert source.encoding == "gb18030"
        return
    lines = [line.split(",") for line in expected.splitlines()]
    assert source.columns == lines[0]
    assert rows == lines[1:]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
async def test_the_delimiter_is_found_out(tmp_path: Path, delimiter: str) -> None:
    text = (
        f"name{delimiter}amount{delimiter}note\nAcme{delimiter}1.5{delimiter}a, b and c\nBeta{delimiter}2{delimiter}\n"
    )
    if delimiter == ",":
        text = text.replace("a, b and c", '"a, b and c"')
    source, rows = await read(tmp_path, text.encode())
    assert source.delimiter == delimiter
    assert rows == [["Acme", "1.5", "a, b and c"], ["Beta", "2", ""]]


async def test_a_line_that_names_the_separator_is_believed_and_skipped(tmp_path: Path) -> None:
    source, rows = await read(tmp_path, b"sep=;\r\nname;value\r\na;1,5\r\n")
    assert (source.columns, rows) == (["name", "value"], [["a", "1,5"]])


async def test_quotes_hold_separators_line_ends_and_quotes(tmp_path: Path) -> None:
    _, rows = await read(tmp_path, b'name,note\n"Acme, Inc.","line 1\nline ""2"""\n')
    assert rows == [["Acme, Inc.", 'line 1\nline "2"']]


async def test_backslashes_may_escape_quotes(tmp_path: Path) -> None:
    _, rows = await read(tmp_path, b'name,note\n"Acme","say \\"hi\\", please"\n')
    assert rows == [["Acme", 'say "hi", please']]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
async def test_any_line_end_will_do(tmp_path: Path, end: str) -> None:
    source, rows = await read(tmp_path, end.join(["a,b", "1,2", "3,4", ""]).encode())
    assert rows == [["1", "2"], ["3", "4"]]
    assert source.rows == 2


async def test_titles_above_the_table_are_skipped_and_rows_keep_their_numbers(tmp_path: Path) -> None:
    path = tmp_path / "upload"
    data = b"Sales 2026\n\nname,amount\n\nAcme,1\nBeta,2\n"
    source = sniff.sniff_csv(path, await files.store(chunks(data), path, limit=1000))
    assert source.columns == ["name", "amount"]
    with Table(path, source) as table:
        assert table.batch(10) == [(5, ["Acme", "1"]), (6, ["Beta", "2"])]


async def test_a_table_without_headings_gets_names_for_its_columns(tmp_path: Path) -> None:
    source, rows = await read(tmp_path, b"Acme,1,2016-01-02\nBeta,2,2016-01-03\n")
    assert source.columns == ["Column 1", "Column 2", "Column 3"]
    assert len(rows) == 2


def test_blank_and_equal_headings_become_names_of_their_own() -> None:
    assert column_names(["Name", " name ", "", "Name", "\x00x"]) == ["Name", "name (2)", "Column 3", "Name (3)", "x"]


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "import_empty"),
        (b"\n\n  \n", "import_empty"),
        (bytes(range(256)) * 100, "import_not_a_table"),
        (b"%PDF-1.7 x", "import_not_a_table"),
        (b"\x89PNG\r\n\x1a\n" + bytes(100), "import_not_a_table"),
        (b"\xd0\xcf\x11\xe0" + bytes(100), "import_old_excel"),
        (b"x" * 9_000_000, "import_not_a_table"),
        (b'a,b\n1,"' + b"x" * (MAX_CELL_CHARACTERS + 10), "import_cell_too_long"),
        (b"a\n" + b"," * 2000 + b"x\n", "import_too_many_columns"),
    ],
)
async def test_what_is_no_table_is_refused_with_a_reason(tmp_path: Path, data: bytes, code: str) -> None:
    with pytest.raises(Unreadable) as refused:
        await read(tmp_path, data)
    assert refused.value.fault.code == code
    assert refused.value.fault.message("zh-CN") != refused.value.fault.message("en")


async def test_an_upload_over_the_limit_leaves_nothing_on_the_disk(tmp_path: Path) -> None:
    with pytest.raises(TooLarge):
        await files.store(chunks(b"x" * 20_000), tmp_path / "upload", limit=10_000)
    assert list(tmp_path.iterdir()) == []


async def test_an_upload_that_would_fill_the_disk_is_refused(tmp_path: Path) -> None:
    with pytest.raises(NoSpace):
        await files.store(chunks(b"x"), tmp_path / "upload", limit=10_000, reserve=1 << 60)
    assert list(tmp_path.iterdir()) == []


async def test_an_upload_that_breaks_off_leaves_nothing_on_the_disk(tmp_path: Path) -> None:
    async def broken() -> AsyncIterator[bytes]:
        yield b"a,b\n"
        raise ConnectionError

    with pytest.raises(ConnectionError):
        await files.store(broken(), tmp_path / "upload", limit=10_000)
    assert list(tmp_path.iterdir()) == []


async def test_reading_goes_on_after_any_row(tmp_path: Path) -> None:
    path = tmp_path / "upload"
    data = b"n\n" + b"\n".join(b"%d" % number for number in range(5000))
    source = sniff.sniff_csv(path, await files.store(chunks(data), path, limit=1_000_000))
    with Table(path, source) as table:
        first = table.batch(1234)
    with Table(path, source, after=first[-1][0]) as table:
        rest = table.batch(10_000)
    assert [cells[0] for _, cells in first + rest] == [str(number) for number in range(5000)]


def workbook(rows: list[list[object]], **sheets: list[list[object]]) -> bytes:
    book = openpyxl.Workbook()
    book.active.title = "First"
    for row in rows:
        book.active.append(row)
    for name, more in sheets.items():
        sheet = book.create_sheet(name)
        for row in more:
            sheet.append(row)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


async def test_a_sheet_becomes_csv_with_iso_dates_and_plain_numbers(tmp_path: Path) -> None:
    import datetime

    path = tmp_path / "upload"
    moment = datetime.datetime(2026, 3, 1, 14, 30)
    rows = [["name", "on", "at", "n", "x", "ok"], ["客户", datetime.date(2026, 3, 1), moment, 5, 1.25, True]]
    path.write_bytes(workbook(rows))
    assert sniff.format_of(path) == "xlsx"
    answer = await xlsx.convert(path, "", tmp_path / "table.csv")
    assert answer == {"sheets": ["First"], "sheet": "First", "rows": 2}
    text = (tmp_path / "table.csv").read_text("utf-8").splitlines()
    assert text[1] == "客户,2026-03-01,2026-03-01 14:30:00,5,1.25,true"


async def test_a_sheet_can_be_chosen_and_empty_ones_are_passed_over(tmp_path: Path) -> None:
    path = tmp_path / "upload"
    path.write_bytes(workbook([], Second=[["a"], [1]], Third=[["b"], [2]]))
    assert (await xlsx.convert(path, "", tmp_path / "table.csv"))["sheet"] == "Second"
    assert (await xlsx.convert(path, "Third", tmp_path / "table.csv"))["sheet"] == "Third"
    with pytest.raises(Unreadable) as refused:
        await xlsx.convert(path, "Fourth", tmp_path / "table.csv")
    assert refused.value.fault.code == "import_sheet_unknown"


def bomb(size: int) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", "<workbook/>")
        archive.writestr("xl/worksheets/sheet1.xml", b"0" * size)
    return stream.getvalue()


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (bomb(60_000_000), "import_workbook_too_large"),
        (b"PK\x03\x04 and no more", "import_not_a_workbook"),
        (bomb(100)[:-10], "import_not_a_workbook"),
    ],
)
async def test_a_crafted_or_broken_workbook_is_refused(tmp_path: Path, data: bytes, code: str) -> None:
    path = tmp_path / "upload"
    path.write_bytes(data)
    with pytest.raises(Unreadable) as refused:
        await xlsx.convert(path, "", tmp_path / "table.csv")
    assert refused.value.fault.code == code
    assert not (tmp_path / "table.csv").exists()


async def test_a_sheet_of_two_far_cells_takes_no_memory(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.active["A1"] = "name"
    book.active["XFD1048576"] = "far"
    book.save(tmp_path / "upload")
    with pytest.raises(Unreadable) as refused:
        await xlsx.convert(tmp_path / "upload", "", tmp_path / "table.csv")
    assert refused.value.fault.code == "import_workbook_too_large"


@pytest.mark.parametrize(
    ("values", "order"),
    [
        (["3/4/2016", "10/20/2016"], "mdy"),
        (["3/4/2016", "20/10/2016"], "dmy"),
        (["03.04.2016"], "dmy"),
        (["2016/3/4"], "ymd"),
        (["2016-03-04", "10/20/2016"], "mdy"),
        (["2016年3月4日"], "ymd"),
        (["10/20/2016", "20/10/2016"], ""),
        (["no date"], ""),
    ],
)
def test_the_order_of_dates_is_found_out(values: list[str], order: str) -> None:
    assert date_order(values) == order


@pytest.mark.parametrize(
    ("values", "form"),
    [
        (["1,234.50", "7"], "point"),
        (["1.234,50", "7"], "comma"),
        (["12,5 %"], "comma"),
        (["1,234"], "point"),
        (["€ 5,00"], "comma"),
        ([], "point"),
    ],
)
def test_the_decimal_sign_is_found_out(values: list[str], form: str) -> None:
    assert decimal_form(values) == form


CELLS = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=12)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.lists(CELLS, min_size=3, max_size=3), min_size=1, max_size=8), st.sampled_from(["utf-8", "utf-16"]))
async def test_what_the_csv_module_writes_is_read_back(tmp_path_factory, rows: list[list[str]], encoding: str) -> None:  # type: ignore[no-untyped-def]
    import csv

    text = io.StringIO()
    csv.writer(text).writerows([["one", "two", "three"], *rows])
    folder = tmp_path_factory.mktemp("csv")
    source, found = await read(folder, text.getvalue().encode(encoding), delimiter=",", header=1)
    assert source.columns == ["one", "two", "three"]
    assert found == [row for row in rows if any(row)]
