"""Global search, history and export."""

from __future__ import annotations

import csv
import io
import json
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

import openpyxl
import pytest

from runtime import records
from runtime.records import Query

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from runtime.call import Call

    Make = Callable[..., Awaitable[dict[str, Any]]]


async def hits(call: Call, q: str, **options: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(await records.search(call, q, **options))["data"]
    return found


async def file_of(call: Call, object_name: str, **options: Any) -> bytes:
    query = Query.parse(options.pop("query", {}))
    return b"".join([piece async for piece in await records.export(call, object_name, query, **options)])


async def table_of(call: Call, object_name: str, **options: Any) -> list[list[str]]:
    data = await file_of(call, object_name, format="csv", **options)
    assert data.startswith(b"\xef\xbb\xbf")
    return list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")))


async def test_search_looks_in_every_object_and_puts_beginnings_first(call: Call, make: Make) -> None:
    inside = await make("account", name="The Acme Group")
    begins = await make("account", name="acme")
    contact = await make("contact", name="Ann", email="ann@acme.test")
    await make("note", title="other")
    found = await hits(call, "ACME")
    assert [one["id"] for one in found] == [begins["id"], inside["id"], contact["id"]]
    assert found[2] == {"object": "contact", "id": contact["id"], "label": "Ann", "detail": "ann@acme.test"}
    assert [one["id"] for one in await hits(call, "acme", limit=1)] == [begins["id"]]
    assert [one["object"] for one in await hits(call, "acme", objects=["contact", "note"])] == ["contact"]
    await records.delete(call, "account", UUID(begins["id"]))
    assert len(await hits(call, "acme")) == 2


async def test_search_understands_chinese_and_odd_characters(call: Call, make: Make) -> None:
    await make("account", name="上海触点科技")
    assert [one["label"] for one in await hits(call, "触点")] == ["上海触点科技"]
    for q in ("%", "_", "\\", "'", '"', "   ", "a" * 200):
        assert await hits(call, q) == []
    for q in ("\x00", "a" * 201, "\ud800", " ".join("abcdefghijkl")):
        with pytest.raises(records.BadQuery):
            await hits(call, q)
    with pytest.raises(records.NotFound):
        await hits(call, "x", objects=["nothing"])
    with pytest.raises(records.BadQuery):
        await hits(call, "x", limit=0)


async def test_history_comes_in_pages_the_latest_first(call: Call, make: Make) -> None:
    account = UUID((await make("account", name="A"))["id"])
    for number in range(5):
        await records.update(call, "account", account, {"employees": number})
    seen: list[int] = []
    cursor = None
    while True:
        page = json.loads(await records.history(call, "account", account, limit=2, cursor=cursor))
        seen += [one["version"] for one in page["data"]]
        cursor = page["next"]
        if cursor is None:
            break
    assert seen == [6, 5, 4, 3, 2, 1]
    first = json.loads(await records.history(call, "account", account, limit=1))["data"][0]
    assert first["by"] == {"id": str(call.identity.user_id), "name": "Ada Admin"}
    assert (first["action"], first["source"]) == ("updated", "api")
    assert first["changes"] == {"employees": {"old": 3, "new": 4}}
    await records.delete(call, "account", account)
    assert json.loads(await records.history(call, "account", account, limit=1))["data"][0]["action"] == "deleted"


async def test_history_of_nothing_is_not_found_and_odd_cursors_are_refused(call: Call, make: Make) -> None:
    account = await make("account", name="A")
    with pytest.raises(records.NotFound):
        await records.history(call, "account", uuid4())
    with pytest.raises(records.NotFound):
        await records.history(call, "contact", UUID(account["id"]))
    for cursor in ("x", "", "!!!"):
        with pytest.raises(records.BadQuery):
            await records.history(call, "account", UUID(account["id"]), cursor=cursor)


async def test_export_writes_the_list_as_csv(call: Call, make: Make) -> None:
    account = await make("account", name='Ac"me, Inc', sector="retail")
    await make(
        "opportunity", name="two\nlines", amount=12.5, account=account["id"], close_date="2026-03-01", stage="Won"
    )
    await make("opportunity", name="lost", stage="Lost")
    columns = ["name", "account", "account.sector", "owner.name", "amount", "close_date"]
    table = await table_of(call, "opportunity", columns=columns, query={"stage": "Won"})
    assert table[0] == ["Name", "Account", "Account / Sector", "Owner / Name", "Close value", "Close date"]
    assert len(table) == 2
    assert table[1][:4] == ["two\nlines", 'Ac"me, Inc', "retail", "Ada Admin"]
    assert table[1][4].startswith("12.5")
    assert table[1][5] == "2026-03-01"
    assert len(await table_of(call, "opportunity")) == 3


async def test_export_speaks_the_callers_language(platform: Any, call: Call) -> None:
    chinese = await platform.call("demo", call.identity, locale="zh-CN")
    assert (await table_of(chinese, "opportunity", columns=["account", "account.sector"]))[0] == ["客户", "客户 / 行业"]


async def test_cells_that_look_like_formulas_are_made_harmless(call: Call, make: Make) -> None:
    for name in ("=1+1", "+cmd|x", "-2+3", "@SUM(A1)", "\tx", "plain"):
        await make("note", title=name)
    cells = {row[0] for row in (await table_of(call, "note", columns=["title"]))[1:]}
    assert cells == {"'=1+1", "'+cmd|x", "'-2+3", "'@SUM(A1)", "'\tx", "plain"}
    await make("contact", name="n", phone="+8613800138000")
    assert (await table_of(call, "contact", columns=["phone"]))[1] == ["+8613800138000"]


async def test_export_writes_numbers_and_days_into_spreadsheets(call: Call, make: Make) -> None:
    await make("opportunity", name="=1+1", probability=50, amount=3, close_date="2026-03-01")
    await make("contact", name="x", do_not_contact=True)
    data = await file_of(
        call, "opportunity", format="xlsx", columns=["name", "probability", "close_date", "created_at"]
    )
    rows = list(openpyxl.load_workbook(io.BytesIO(data)).active.iter_rows(values_only=True))
    assert rows[0] == ("Name", "Probability", "Close date", "Created at")
    assert rows[1][0] == "=1+1"
    assert rows[1][1] == 50
    assert rows[1][2].isoformat() == "2026-03-01T00:00:00"
    assert (
        openpyxl.load_workbook(io.BytesIO(await file_of(call, "contact", format="xlsx", columns=["do_not_contact"])))
        .active["A2"]
        .value
        is True
    )


async def test_an_export_streams_more_than_one_piece(call: Call) -> None:
    await records.batch(call, [{"op": "create", "object": "note", "data": {"title": f"N{n}"}} for n in range(2500)])
    pieces = [piece async for piece in await records.export(call, "note", Query(), format="csv", columns=["title"])]
    assert len(pieces) == 4
    assert len(list(csv.reader(io.StringIO(b"".join(pieces).decode("utf-8-sig"))))) == 2501


@pytest.mark.parametrize(
    ("options", "pointer"),
    [
        ({"format": "pdf"}, "/format"),
        ({"format": "csv", "columns": []}, "/columns"),
        ({"format": "csv", "columns": ["nothing"]}, "/columns"),
        ({"format": "csv", "query": {"nothing": "1"}}, "/nothing"),
        ({"format": "csv", "query": {"sort": "address"}}, "/sort"),
    ],
)
async def test_a_bad_export_is_refused_before_it_begins(call: Call, options: dict[str, Any], pointer: str) -> None:
    with pytest.raises(records.BadQuery) as caught:
        await file_of(call, "account", **options)
    assert caught.value.faults[0].pointer == pointer
