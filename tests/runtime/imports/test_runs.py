"""Runs: queued, cancelled, resumed, killed, run again for what was faulty, taken back."""

from __future__ import annotations

import asyncio
import io
import os
import signal
import subprocess
import sys
import time
from typing import TYPE_CHECKING, Any

import openpyxl
import pytest

from runtime import imports, job_worker, records
from runtime.imports import register, sniff
from runtime.imports.errors import Unreadable, WrongState
from runtime.imports.undo import undo_now

if TYPE_CHECKING:
    from pathlib import Path
    from uuid import UUID

ROWS = 15_000


def many(rows: int) -> str:
    """Accounts with a key and a link to one of ten parents among them."""
    lines = [f"Account {number},{number % 500},Account {number % 10}" for number in range(10, rows)]
    return "\n".join(["name,employees,parent", *(f"Account {number},1," for number in range(10)), *lines])


MAPPING = [{"column": name, "field": name} for name in ("name", "employees", "parent")]


async def work(platform: Any) -> None:
    """A worker that ends when there is nothing left to do."""
    await job_worker.work(platform, jobs_at_a_time=2, stop=asyncio.Event(), wait=False)


async def history_of(call: Any, import_id: UUID, action: str) -> int:
    async with call.db.connection() as connection:
        sql = f'SELECT count(*) FROM "{call.tenant.schema}".history WHERE action = $1 AND object = $2'
        return int(await connection.fetchval(sql, action, "account"))


async def test_a_worker_runs_what_is_queued(call: Any, platform: Any, upload: Any) -> None:
    made = await upload("account", "name\nA\nB\n")
    assert (await imports.start(call, made.id)).state == "queued"
    with pytest.raises(WrongState):
        await imports.start(call, made.id)
    await work(platform)
    done = await imports.get(call, made.id)
    assert (done.state, done.created_rows) == ("done", 2)
    assert done.started_at is not None
    assert done.finished_at is not None


async def test_an_import_is_cancelled_between_batches_and_resumed(call: Any, upload: Any, counted: Any) -> None:
    made = await upload("account", many(6_000))
    await imports.configure(call, made.id, MAPPING, {"key": "name"})
    running = asyncio.create_task(imports.run_now(call, made.id))
    while (await imports.get(call, made.id)).done_rows == 0:
        await asyncio.sleep(0.005)
    await imports.cancel(call, made.id)
    stopped = await running
    assert stopped.state == "cancelled"
    assert 0 < stopped.done_rows < 6_000
    assert await counted("account") == stopped.created_rows
    await imports.resume(call, made.id)
    await imports.run.run(call, made.id)  # type: ignore[attr-defined]
    done = await imports.get(call, made.id)
    assert (done.state, done.created_rows, done.done_rows) == ("done", 6_000, 6_000)
    assert await counted("account") == 6_000


async def test_what_was_faulty_is_run_again_alone(call: Any, load: Any, counted: Any) -> None:
    """Without a key, running the whole file again would make every record twice."""
    mapping: list[dict[str, Any]] = [{"column": "n", "field": "name"}, {"column": "s", "field": "sector"}]
    first = await load("account", "n,s\nA,retail\nB,shops\nC,shops\nD,x\n", mapping)
    assert (first.created_rows, first.failed_rows) == (1, 3)
    mapping[1]["values"] = {"Shops": "retail"}
    await imports.configure(call, first.id, mapping)
    again = await imports.run_now(call, first.id)
    assert (again.created_rows, again.failed_rows, again.done_rows, again.total_rows) == (3, 1, 4, 4)
    assert [one["row"] for one in (await imports.faults(call, first.id))["data"]] == [5]
    assert await counted("account") == 3


async def test_a_file_that_was_imported_is_not_read_in_another_way(call: Any, load: Any) -> None:
    done = await load("account", "name,sector\nA,x\n")
    with pytest.raises(WrongState):
        await imports.configure(call, done.id, options={"key": "name", "encoding": "gb18030"})


async def test_a_cancelled_dry_run_can_be_followed_by_the_import(call: Any, upload: Any, counted: Any) -> None:
    made = await upload("account", "name\nA\n")
    await imports.start(call, made.id, dry_run=True)
    assert (await imports.cancel(call, made.id)).state == "cancelled"
    with pytest.raises(WrongState):
        await imports.undo(call, made.id)
    assert (await imports.run_now(call, made.id)).created_rows == 1
    assert await counted("account") == 1


async def test_faults_come_in_pages(call: Any, load: Any) -> None:
    done = await load("account", "name,employees\n" + "".join(f"A{number},x\n" for number in range(5)))
    first = await imports.faults(call, done.id, limit=3)
    rest = await imports.faults(call, done.id, cursor=first["next"], limit=3)
    assert [one["row"] for one in first["data"] + rest["data"]] == [2, 3, 4, 5, 6]
    assert rest["next"] is None
    assert first["data"][0]["values"] == ["A0", "x"]
    with pytest.raises(records.BadQuery):
        await imports.faults(call, done.id, cursor="x")


WORKER = """
import asyncio, sys
from pathlib import Path
from runtime import job_worker
from runtime.platform import Platform
from runtime.settings import Settings

async def main():
    settings = Settings(home=Path(sys.argv[1]), database_url=sys.argv[2])
    async with Platform.open(settings) as platform:
        await job_worker.work(platform, jobs_at_a_time=1, stop=asyncio.Event())

asyncio.run(main())
"""


async def test_a_worker_killed_in_the_middle_loses_nothing_and_doubles_nothing(
    call: Any, platform: Any, settings: Any, upload: Any, counted: Any, tmp_path: Path
) -> None:
    made = await upload("account", many(ROWS))
    await imports.configure(call, made.id, MAPPING, {"mode": "create"})
    await imports.start(call, made.id)
    with (tmp_path / "worker.log").open("wb") as log:
        worker = subprocess.Popen(
            [sys.executable, "-c", WORKER, str(settings.home), settings.database_url],
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
        try:
            deadline = time.monotonic() + 60
            while (await imports.get(call, made.id)).done_rows < 3_000:
                assert worker.poll() is None, (tmp_path / "worker.log").read_text()
                assert time.monotonic() < deadline
                await asyncio.sleep(0.01)
        finally:
            os.kill(worker.pid, signal.SIGKILL)
            worker.wait()
    before = await imports.get(call, made.id)
    assert (before.state, before.done_rows < ROWS) == ("running", True)
    assert await counted("account") == before.created_rows
    await asyncio.sleep(job_worker.DEAD_AFTER_SECONDS + 1)
    while (done := await imports.get(call, made.id)).state == "running":
        await work(platform)  # which gives a job that takes long back to the queue
    assert (done.state, done.created_rows, done.failed_rows) == ("done", ROWS, 0)
    assert await counted("account") == ROWS
    assert await history_of(call, made.id, "created") == ROWS


async def test_an_undo_deletes_what_was_made_and_restores_what_was_changed(
    call: Any, load: Any, counted: Any, sample: Any
) -> None:
    await load("account", "name,location,employees\nA,Paris,5\nB,Rome,6\n")
    text = "name,location,employees,parent\nA,Berlin,,\nB,,7,New\nC,Oslo,1,\nA,Bern,,\n"
    mapping = [
        *({"column": name, "field": name} for name in ("name", "location", "employees")),
        {"column": "parent", "field": "parent", "lookup": {"create_missing": True}},
    ]
    done = await load("account", text, mapping, {"key": "name"})
    assert (done.created_rows, done.updated_rows) == (1, 3)
    assert await counted("account") == 4
    undone = await undo_now(call, done.id)
    assert (undone.state, undone.error) == ("undone", None)
    item = call.model.objects["account"]
    columns = ", ".join(f'"{item.fields[name].columns[0]}"' for name in ("name", "location", "employees", "parent"))
    async with call.db.connection() as connection:
        rows = await connection.fetch(
            f'SELECT {columns} FROM "{item.table.schema}"."{item.table.name}" WHERE deleted_at IS NULL ORDER BY 1'
        )
    assert [tuple(row) for row in rows] == [("A", "Paris", 5, None), ("B", "Rome", 6, None)]


async def test_an_undo_leaves_what_was_changed_since_and_what_is_in_use(call: Any, load: Any, counted: Any) -> None:
    done = await load("product", "name,unit\nA,box\nB,box\nC,box\n")
    item = call.model.objects["product"]
    async with call.db.connection() as connection:
        ids = await connection.fetch(f'SELECT id FROM "{item.table.schema}"."{item.table.name}" ORDER BY id')
    await records.update(call, "product", ids[0]["id"], {"unit": "bag"})
    await records.create(call, "opportunity", {"name": "Deal", "product": str(ids[1]["id"])})
    undone = await undo_now(call, done.id)
    assert undone.state == "undone"
    assert undone.error["code"] == "import_undo_conflicts"
    assert undone.error["message"].startswith("2 records")
    assert await counted("product") == 2
    again = await imports.run_now(call, done.id)
    assert (again.state, again.created_rows, again.updated_rows) == ("done", 1, 2)


async def test_an_undo_goes_on_in_a_worker(call: Any, platform: Any, load: Any, counted: Any) -> None:
    done = await load("account", many(2_500), MAPPING, {"key": "name"})
    assert done.created_rows == 2_500
    assert (await imports.undo(call, done.id)).state == "undoing"
    await work(platform)
    assert (await imports.get(call, done.id)).state == "undone"
    assert await counted("account") == 0
    assert await history_of(call, done.id, "deleted") == 2_500


async def test_an_import_whose_file_or_field_is_gone_fails_with_a_reason(call: Any, upload: Any) -> None:
    made = await upload("account", "name\nA\n")
    async with call.db.connection() as connection:
        entry = await register.fetch(connection, call, made.id)
    await imports.start(call, made.id)
    register.original(call, entry).unlink()
    await imports.run.run(call, made.id)
    done = await imports.get(call, made.id)
    assert (done.state, done.error["code"]) == ("failed", "import_file_missing")


async def test_a_quote_that_is_never_closed_is_refused_at_the_upload(upload: Any) -> None:
    with pytest.raises(Unreadable):
        await upload("account", 'name,location\nB,"' + "y" * 1_100_000)


async def test_in_a_large_file_it_ends_the_import_where_it_stands(load: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sniff, "EXACT_BYTES", 0)  # as for files too large to be read twice
    rows = "".join(f"A{number},x\n" for number in range(3_000))
    done = await load("account", f'name,location\n{rows}B,"' + "y" * 1_100_000, options={"key": "name"})
    assert (done.state, done.error["code"]) == ("failed", "import_cell_too_long")
    assert done.created_rows == 3_000


async def test_a_forgotten_import_leaves_no_file(call: Any, load: Any) -> None:
    done = await load("account", "name\nA\n")
    await imports.delete(call, done.id)
    with pytest.raises(records.NotFound):
        await imports.get(call, done.id)
    assert list(register.folder(call).iterdir()) == []


async def test_another_sheet_brings_its_own_mapping(call: Any, upload: Any) -> None:
    book = openpyxl.Workbook()
    book.active.append(["Read me"])
    book.active.append(["first"])
    sheet = book.create_sheet("Accounts")
    sheet.append(["name", "employees"])
    sheet.append(["A", 3])
    stream = io.BytesIO()
    book.save(stream)
    made = await upload("account", stream.getvalue(), name="book.xlsx")
    other = await imports.configure(call, made.id, options={"sheet": "Accounts"})
    assert [(one.column, one.field) for one in other.mapping] == [("name", "name"), ("employees", "employees")]
    assert other.options.key == "name"
    back = await imports.configure(call, made.id, options={"sheet": "Sheet"})
    assert [one.field for one in back.mapping] == [None]
