"""Jobs: deferred with the caller's transaction, run with the user's rights, taken up again when a worker dies."""

from __future__ import annotations

import asyncio
import signal
import subprocess
import sys
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

import pytest

from runtime import demo, job_worker, jobs

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from runtime.call import Call
    from runtime.platform import Platform

seen: list[Any] = []


@jobs.task("test_note")
async def note(call: Call, **args: Any) -> None:
    seen.append((call.tenant.name, call.identity.email, call.locale, call.source, args))


@jobs.task("test_hold")
async def hold(call: Call, **args: Any) -> None:
    seen.append("started")
    await asyncio.sleep(60)


@jobs.task("test_fail")
async def fail(call: Call, **args: Any) -> None:
    seen.append("failed")
    raise ValueError("bad luck")


@pytest.fixture(autouse=True)
def _nothing_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    seen.clear()
    monkeypatch.setattr(job_worker, "GRACE_SECONDS", 0.2)


@asynccontextmanager
async def working(platform: Platform) -> AsyncIterator[asyncio.Event]:
    stop = asyncio.Event()
    worker = asyncio.create_task(job_worker.work(platform, jobs_at_a_time=2, stop=stop))
    try:
        yield stop
    finally:
        stop.set()
        await worker


async def defer(call: Call, task: str, **options: Any) -> int:
    async with call.db.transaction() as connection:
        return await jobs.defer(connection, task, tenant=call.tenant.name, **options)


async def until(condition: Any, seconds: float = 15) -> None:
    async with asyncio.timeout(seconds):
        while not condition():
            await asyncio.sleep(0.01)


async def started(seconds: float = 15) -> None:
    """Until a ``test_hold`` has begun; it is forgotten then."""
    await until(lambda: "started" in seen, seconds)
    seen.clear()


async def state(call: Call, job: int) -> tuple[str, int]:
    async with call.db.connection() as connection:
        row = await connection.fetchrow(
            "SELECT status::text, attempts FROM procrastinate.procrastinate_jobs WHERE id = $1", job
        )
    return (row["status"], row["attempts"])


async def test_a_job_runs_with_the_rights_of_the_user_who_asked(platform: Platform, call: Call) -> None:
    async with working(platform):
        await defer(call, "test_note", user_id=call.identity.user_id, args={"n": 1}, locale="zh-CN")
        await defer(call, "test_note")
        await until(lambda: len(seen) == 2)
    assert sorted(seen) == [
        ("demo", "", "en", "job", {}),
        ("demo", demo.ADMIN, "zh-CN", "job", {"n": 1}),
    ]


async def test_a_job_is_there_when_the_transaction_is_committed_and_not_otherwise(
    platform: Platform, call: Call
) -> None:
    with pytest.raises(RuntimeError):
        async with call.db.transaction() as connection:
            await jobs.defer(connection, "test_note", tenant="demo")
            raise RuntimeError
    async with call.db.connection() as connection:
        assert await connection.fetchval("SELECT count(*) FROM procrastinate.procrastinate_jobs") == 0
    async with working(platform), call.db.transaction() as connection:
        await jobs.defer(connection, "test_note", tenant="demo")
        await asyncio.sleep(0.3)
        assert seen == []


async def test_jobs_with_the_same_lock_run_one_after_the_other(platform: Platform, call: Call) -> None:
    first = await defer(call, "test_hold", lock="file 1")
    second = await defer(call, "test_note", lock="file 1")
    async with working(platform):
        await started()
        await asyncio.sleep(0.3)
        assert (await state(call, first))[0] == "doing"
        assert (await state(call, second))[0] == "todo"


async def test_a_job_that_outlasts_a_stop_is_put_back(platform: Platform, call: Call) -> None:
    job = await defer(call, "test_hold")
    async with working(platform):
        await started()
    assert (await state(call, job))[0] == "todo"
    async with working(platform):
        await started()


async def test_a_job_that_fails_is_tried_later(platform: Platform, call: Call) -> None:
    job = await defer(call, "test_fail")
    async with working(platform):
        await until(lambda: seen == ["failed"])
        await asyncio.sleep(0.2)
    assert await state(call, job) == ("todo", 1)


async def test_a_job_of_a_tenant_that_is_gone_ends(platform: Platform, call: Call) -> None:
    async with call.db.transaction() as connection:
        job = await jobs.defer(connection, "test_note", tenant="acme")
    async with working(platform):
        await asyncio.sleep(1)
    assert await state(call, job) == ("succeeded", 1)
    assert seen == []


async def test_the_job_of_a_killed_worker_goes_on_within_seconds(platform: Platform, call: Call) -> None:
    program = (
        "import asyncio, sys\n"
        "from tests.runtime import test_jobs\n"
        "from runtime import job_worker, settings\n"
        "from runtime.platform import Platform\n"
        "async def main():\n"
        "    async with Platform.open(settings.load(), follow=False) as platform:\n"
        "        asyncio.get_running_loop().create_task(said())\n"
        "        await job_worker.work(platform, jobs_at_a_time=1, stop=asyncio.Event())\n"
        "async def said():\n"
        "    await test_jobs.started(60); print('doing', flush=True)\n"
        "asyncio.run(main())\n"
    )
    job = await defer(call, "test_hold")
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", program, env=platform.settings.environment(), stdout=subprocess.PIPE
    )
    assert process.stdout is not None
    assert await asyncio.wait_for(process.stdout.readline(), 60) == b"doing\n"
    process.send_signal(signal.SIGKILL)
    await process.wait()
    async with working(platform):
        await started(job_worker.DEAD_AFTER_SECONDS + 20)
        assert (await state(call, job))[0] == "doing"


async def test_a_busy_worker_is_not_taken_for_a_dead_one(platform: Platform, call: Call) -> None:
    job = await defer(call, "test_hold")
    async with working(platform):
        await started()
        async with call.db.connection() as connection:
            # its lock and its first job come independently of each other
            held = f"SELECT EXISTS (SELECT FROM pg_locks WHERE locktype = 'advisory' AND classid = {job_worker._ALIVE})"
            async with asyncio.timeout(20):
                while not await connection.fetchval(held):
                    await asyncio.sleep(0.01)
            await connection.execute(
                "UPDATE procrastinate.procrastinate_workers SET last_heartbeat = now() - interval '1 h'"
            )
        assert await job_worker.retry_stalled(platform.db) == 0
        assert (await state(call, job))[0] == "doing"


async def test_a_job_under_which_workers_die_again_and_again_is_given_up(platform: Platform, call: Call) -> None:
    job = await defer(call, "test_note")
    async with call.db.connection() as connection:
        await connection.execute(
            "UPDATE procrastinate.procrastinate_jobs SET status = 'doing', attempts = $2 WHERE id = $1",
            job,
            job_worker.RETRIES,
        )
    assert await job_worker.retry_stalled(platform.db) == 1
    assert (await state(call, job))[0] == "failed"
