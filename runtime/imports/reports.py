"""What went wrong, row by row, value by value, and as a file to mend and load again."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING, Any

import msgspec

from kernel.faults import Fault
from runtime.imports.cells import Problem
from runtime.imports.nearest import Nearest
from runtime.imports.register import fetch
from runtime.records.errors import BadQuery

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence
    from uuid import UUID

    import asyncpg

    from runtime.call import Call

MAX_GROUPS = 200
PAGE_ROWS = 2_000
FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r")
PROBLEMS = msgspec.json.Decoder(list[Problem])


async def faults(call: Call, import_id: UUID, *, cursor: str | None = None, limit: int = 100) -> dict[str, Any]:
    """Faulty rows in the order of the file: ``{"data": [{"row", "values", "faults"}], "next"}``.

    ``values`` are the row's cells. Raises ``NotFound``, ``AccessDenied``, or ``BadQuery`` for a cursor that is none.
    """
    after = _row(cursor)
    async with call.db.connection() as connection:
        await fetch(connection, call, import_id)
        rows = await _rows(connection, call, import_id, after, limit + 1)
    data = [
        {
            "row": row["row"],
            "values": msgspec.json.decode(row["values"] or "[]"),
            "faults": [
                {"column": one.column, "field": one.field, "code": one.code, "message": message(call, one)}
                for one in PROBLEMS.decode(row["faults"])
            ],
        }
        for row in rows[:limit]
    ]
    return {"data": data, "next": str(data[-1]["row"]) if len(rows) > limit else None}


async def fault_groups(call: Call, import_id: UUID) -> dict[str, Any]:
    """Faults by column, reason and value, the most frequent first, each with close values that would do."""
    schema = call.tenant.schema
    async with call.db.connection() as connection:
        entry = await fetch(connection, call, import_id)
        rows = await connection.fetch(
            f"""SELECT f->>'column' AS "column", f->>'field' AS field, f->>'code' AS code, f->>'value' AS value,
                       count(*) AS count, (array_agg(f ORDER BY i."row"))[1]::text AS first
                FROM "{schema}".import_fault i CROSS JOIN LATERAL jsonb_array_elements(i.faults) f
                WHERE i.import_id = $1 GROUP BY 1, 2, 3, 4 ORDER BY count(*) DESC, 1, 4 LIMIT $2""",
            import_id,
            MAX_GROUPS,
        )
        groups = [(row["count"], msgspec.json.decode(row["first"], type=Problem)) for row in rows]
        nearest = Nearest(call, entry)
        close = await nearest.values(connection, [problem for _, problem in groups])
    return {
        "data": [
            {
                "column": one.column,
                "field": one.field,
                "code": one.code,
                "message": message(call, one),
                "value": one.value,
                "count": count,
                "suggestions": close.get((one.column, one.value), []),
            }
            for count, one in groups
        ]
    }


async def faults_csv(call: Call, import_id: UUID) -> AsyncIterator[bytes]:
    """The faulty rows as CSV with a byte order mark: the file's own columns, the row number and the reasons.

    Cells that a spreadsheet would take for a formula get an apostrophe in front; the import takes it away again.
    """
    async with call.db.connection() as connection:
        entry = await fetch(connection, call, import_id)
    names = [sample.name for sample in entry.columns]
    titles = [Fault("", code).message(call.locale) for code in ("import_row_number", "import_reason")]
    yield b"\xef\xbb\xbf" + _lines([[*names, *titles]])
    after = 0
    while True:
        async with call.db.connection() as connection:
            rows = await _rows(connection, call, import_id, after, PAGE_ROWS)
        if not rows:
            return
        after = rows[-1]["row"]
        yield _lines([_line(call, row, len(names)) for row in rows])


def message(call: Call, problem: Problem) -> str:
    """The reason in the caller's language, objects called as users know them."""
    parameters = dict(problem.parameters)
    item = call.model.objects.get(str(parameters.get("object")))
    if item is not None:
        parameters["object"] = item.label.get(call.locale, item.label["en"])
    return Fault("", problem.code, parameters).message(call.locale)


def _line(call: Call, row: asyncpg.Record, width: int) -> list[str]:
    cells = [str(cell) for cell in msgspec.json.decode(row["values"] or "[]")]
    cells = (cells + [""] * width)[:width]
    reasons = "; ".join(
        f"{one.column}: {message(call, one)}" if one.column else message(call, one)
        for one in PROBLEMS.decode(row["faults"])
    )
    return [*cells, str(row["row"]), reasons]


def _lines(rows: Sequence[Sequence[str]]) -> bytes:
    text = io.StringIO()
    csv.writer(text).writerows([harmless(cell) for cell in row] for row in rows)
    return text.getvalue().encode()


def harmless(cell: str) -> str:
    """A cell that no spreadsheet runs as a formula. Numbers such as ``-5`` stay as they are."""
    if not cell.startswith(FORMULA_SIGNS):
        return cell
    try:
        float(cell)
    except ValueError:
        return f"'{cell}"
    return cell


async def _rows(
    connection: asyncpg.Connection[Any], call: Call, import_id: UUID, after: int, limit: int
) -> list[asyncpg.Record]:
    found: list[asyncpg.Record] = await connection.fetch(
        f'SELECT "row", "values"::text AS "values", faults::text AS faults FROM "{call.tenant.schema}".import_fault'
        ' WHERE import_id = $1 AND "row" > $2 ORDER BY "row" LIMIT $3',
        import_id,
        after,
        limit,
    )
    return found


def _row(cursor: str | None) -> int:
    if cursor is None:
        return 0
    if not cursor.isascii() or not cursor.isdigit() or len(cursor) > 9:
        raise BadQuery([Fault("/cursor", "cursor_invalid")])
    return int(cursor)
