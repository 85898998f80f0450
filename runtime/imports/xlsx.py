"""A sheet of a workbook as CSV, made once after the upload so that every run streams it.

Reading a workbook takes memory in proportion to its *unpacked* size, and a crafted one can ask for any amount.
``convert`` therefore checks the archive first and reads it in a process of its own, with a limit of memory and time:
this module is also that process's program (``python -m runtime.imports.xlsx FILE SHEET TARGET``).
"""

from __future__ import annotations

import asyncio
import csv
import datetime
import json
import re
import resource
import sys
import zipfile
from pathlib import Path

MAX_UNPACKED_BYTES = 512 * 1024 * 1024
MAX_RATIO = 300
MAX_PARTS = 5_000
MAX_CELLS = 20_000_000
MAX_MEMORY_BYTES = 3 * 1024 * 1024 * 1024
MAX_SECONDS = 300
MAX_TEXT = 32_767
BLOCK_BYTES = 1024 * 1024
REFERENCE = re.compile(rb'<(?:\w+:)?c\s[^>]{0,200}?r="([A-Z]{1,3})(\d{1,7})"')


async def convert(path: Path, sheet: str, target: Path) -> dict[str, object]:
    """Write a sheet as UTF-8 CSV and return ``{"sheets": names, "sheet": name, "rows": n}``.

    ``sheet`` empty takes the first sheet that has cells.

    Raises:
        Unreadable: it is no workbook, it is locked by a password, it has no such sheet, or it is over a limit.
    """
    from runtime.imports.errors import Unreadable  # noqa: PLC0415  the program in the other process needs none of ours

    partial = target.with_name(f"{target.name}.part")
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-I",
        str(Path(__file__)),
        str(path),
        sheet,
        str(partial),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        out, _ = await asyncio.wait_for(process.communicate(), MAX_SECONDS)
    except TimeoutError as error:
        raise Unreadable("import_workbook_too_large") from error
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
            partial.unlink(missing_ok=True)
    answer: dict[str, object] = json.loads(out) if process.returncode == 0 else {"code": "import_workbook_too_large"}
    if "code" in answer:
        partial.unlink(missing_ok=True)
        raise Unreadable(str(answer["code"]), {"sheet": sheet})
    partial.replace(target)
    return answer


class _Refused(Exception):
    """The argument is the code of a message."""


def _main(path: str, sheet: str, target: str) -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MAX_MEMORY_BYTES, MAX_MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (MAX_SECONDS, MAX_SECONDS))
    try:
        _check_archive(path)
        answer: dict[str, object] = _write(path, sheet, target)
    except _Refused as error:
        answer = {"code": str(error)}
    except MemoryError:
        answer = {"code": "import_workbook_too_large"}
    sys.stdout.write(json.dumps(answer))


def _check_archive(path: str) -> None:
    """Unpack every part once, counting: sizes in the directory of an archive can lie, and so can a sheet's extent."""
    try:
        with zipfile.ZipFile(path) as archive:
            parts = archive.infolist()
            if len(parts) > MAX_PARTS:
                raise _Refused("import_workbook_too_large")
            if not any(part.filename.startswith("xl/") for part in parts):
                raise _Refused("import_not_a_workbook")
            left = min(MAX_UNPACKED_BYTES, max(Path(path).stat().st_size * MAX_RATIO, 16 * BLOCK_BYTES))
            if sum(part.file_size for part in parts) > left:
                raise _Refused("import_workbook_too_large")
            for part in parts:
                left -= _check_part(archive, part, left)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, OSError) as error:
        # RuntimeError is how zipfile says that a part is encrypted
        raise _Refused("import_not_a_workbook") from error


def _check_part(archive: zipfile.ZipFile, part: zipfile.ZipInfo, left: int) -> int:
    size, rows, columns, tail = 0, 0, 0, b""
    sheet = part.filename.startswith("xl/worksheets/")
    with archive.open(part) as stream:
        while block := stream.read(BLOCK_BYTES):
            size += len(block)
            if size > left:
                raise _Refused("import_workbook_too_large")
            if sheet:
                for letters, number in REFERENCE.findall(tail + block):
                    rows, columns = max(rows, int(number)), max(columns, _column(letters))
                tail = block[-256:]
    if rows * columns > MAX_CELLS:
        raise _Refused("import_workbook_too_large")
    return size


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number


def _write(path: str, wanted: str, target: str) -> dict[str, object]:
    from python_calamine import CalamineError, CalamineWorkbook  # noqa: PLC0415  only after the limits are set

    try:
        with CalamineWorkbook.from_path(path) as book:
            names = book.sheet_names
            if wanted and wanted not in names:
                raise _Refused("import_sheet_unknown")
            for name in [wanted] if wanted else names:
                sheet = book.get_sheet_by_name(name)
                if wanted or sheet.total_height:
                    break
            else:
                raise _Refused("import_empty")
            with Path(target).open("w", encoding="utf-8", newline="") as file:
                writer = csv.writer(file)
                rows = 0
                # rows above the first cell are kept blank, so that row numbers are those of the spreadsheet
                for rows, cells in enumerate(sheet.iter_rows(), 1):  # noqa: B007
                    writer.writerow([_text(cell) for cell in cells])
    except (CalamineError, OSError, ValueError) as error:
        raise _Refused("import_not_a_workbook") from error
    return {"sheets": names, "sheet": name, "rows": rows}


def _text(cell: object) -> str:
    if isinstance(cell, str):
        return cell.replace("\x00", "")[:MAX_TEXT]
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, float):
        return repr(int(cell)) if cell.is_integer() and abs(cell) < 1e15 else repr(cell)
    if isinstance(cell, datetime.datetime):
        return cell.date().isoformat() if cell.time() == datetime.time() else cell.isoformat(sep=" ")
    if isinstance(cell, datetime.date | datetime.time):
        return cell.isoformat()
    return str(cell)


if __name__ == "__main__":
    _main(*sys.argv[1:4])
