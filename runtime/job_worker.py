"""The worker: runs the jobs of ``runtime.jobs`` on procrastinate, and finds those whose worker died."""

from __future__ import annotations

import asyncio
import importlib
import logging
from contextlib import asynccontextmanager, suppress
from typing import TYPE_CHECKING, Any
from uuid import UUID

import procrastinate
from procrastinate.retry import BaseRetryStrategy, RetryDecision
from procrastinate.worker import Worker as JobWorker

from runtime.database import CONNECTION_LOST
from runtime.jobs import SCHEMA, periodics, tasks
from runtime.security import Identity, system_identity
from runtime.security.users import user_columns

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable

    from procrastinate.jobs import Job

    from runtime.database import Database
    from runtime.jobs import Task
    from runtime.platform import Platform

TASK_MODULES = ("runtime.imports", "runtime.upkeep")
CONNECT_SECONDS = 5.0  # for a connection; a worker that ends without its database ends after this
RETRIES = 20
DEAD_AFTER_SECONDS = 5.0
HEARTBEAT_SECONDS = 2.0
SWEEP_SECONDS = 2.0
GRACE_SECONDS = 5.0
KEEP_HOURS = 24 * 7
_ALIVE = 726_451  # first key of the advisory lock that a living worker holds; the second is its id
log = logging.getLogger(__name__)


def app(platform: Platform) -> procrastinate.App:
    """The procrastinate application with all registered tasks."""
    for module in TASK_MODULES:
        importlib.import_module(module)
    connector = procrastinate.PsycopgConnector(
        conninfo=platform.db.url,
        min_size=1,
        max_size=6,
        timeout=CONNECT_SECONDS,
        kwargs={"options": f"-c search_path={SCHEMA},pg_catalog -c timezone=UTC", "application_name": "tangram worker"},
    )
    application = procrastinate.App(connector=connector)
    for name, registered in tasks.items():
        application.task(name=name, queue=registered.queue, retry=_Retry())(_runner(platform, registered.run))
    for name, one in periodics.items():
        made = application.task(name=name, queue="upkeep", lock=name, queueing_lock=name, retry=_Retry())(
            _platform_runner(platform, one.run)
        )
        application.periodic(cron=one.cron)(made)
    return application


async def work(platform: Platform, *, jobs_at_a_time: int, stop: asyncio.Event, wait: bool = True) -> None:
    """Run jobs until ``stop`` is set, or until none is left where ``wait`` is false.

    Jobs in progress are given ``GRACE_SECONDS``; those that take longer are put back for the next worker.
    """
    application = app(platform)
    async with application.open_async():
        worker = JobWorker(
            application,
            concurrency=jobs_at_a_time,
            wait=wait,
            install_signal_handlers=False,
            fetch_job_polling_interval=5.0,
            shutdown_graceful_timeout=GRACE_SECONDS,
            update_heartbeat_interval=HEARTBEAT_SECONDS,
            stalled_worker_timeout=float(KEEP_HOURS * 3600),  # dead workers are found by ``retry_stalled``
        )
        await retry_stalled(platform.db)
        side = [asyncio.create_task(_show_alive(platform.db, worker)), asyncio.create_task(_sweep(platform.db))]
        running = asyncio.create_task(worker.run())  # type: ignore[no-untyped-call]
        stopping = asyncio.create_task(stop.wait())
        try:
            await asyncio.wait({running, stopping}, return_when=asyncio.FIRST_COMPLETED)
            worker.stop()  # type: ignore[no-untyped-call]
            await running
        finally:
            for one in (*side, stopping):
                one.cancel()
            await asyncio.gather(*side, stopping, return_exceptions=True)


async def retry_stalled(db: Database) -> int:
    """Give jobs of dead workers back to the queue; returns how many.

    A worker is dead when its session is gone from the server *and* it has not been heard of for a while: a busy one
    keeps its session, one that lost its connection keeps its heartbeat.
    """
    async with db.transaction() as connection:
        stalled = await connection.fetch(
            f"""SELECT j.id, j.attempts FROM {SCHEMA}.procrastinate_jobs j
                LEFT JOIN {SCHEMA}.procrastinate_workers w ON w.id = j.worker_id
                WHERE j.status = 'doing' AND (w.id IS NULL OR {_DEAD}) FOR UPDATE OF j SKIP LOCKED"""
        )
        for job in stalled:
            if job["attempts"] >= RETRIES:
                await connection.execute(f"SELECT {SCHEMA}.procrastinate_finish_job_v1($1, 'failed', false)", job["id"])
            else:
                await connection.execute(
                    f"SELECT {SCHEMA}.procrastinate_retry_job_v2($1, now(), NULL, NULL, NULL)", job["id"]
                )
        await connection.execute(
            f"""DELETE FROM {SCHEMA}.procrastinate_workers w WHERE {_DEAD}
                AND NOT EXISTS (SELECT FROM {SCHEMA}.procrastinate_jobs j
                                WHERE j.worker_id = w.id AND j.status = 'doing')"""
        )
    if stalled:
        log.info("%d jobs of dead workers go on", len(stalled))
    return len(stalled)


_DEAD = f"""(w.last_heartbeat < now() - make_interval(secs => {DEAD_AFTER_SECONDS})
    AND NOT EXISTS (SELECT FROM pg_catalog.pg_locks l WHERE l.locktype = 'advisory' AND l.granted
                    AND l.classid = {_ALIVE} AND l.objid = w.id::int::oid
                    AND l.database = (SELECT oid FROM pg_catalog.pg_database WHERE datname = current_database())))"""


class _Retry(BaseRetryStrategy):
    """Again at once after a shutdown; later after anything else, but not for ever."""

    def get_retry_decision(self, *, exception: BaseException, job: Job) -> RetryDecision | None:
        if isinstance(exception, asyncio.CancelledError):
            return RetryDecision(retry_in={"seconds": 0})
        lost = isinstance(exception, CONNECTION_LOST)
        if job.attempts >= (RETRIES if lost else 3):
            return None
        return RetryDecision(retry_in={"seconds": min(2 ** (job.attempts + 1), 60)})


def _runner(platform: Platform, run: Task) -> Callable[..., Awaitable[None]]:
    async def job(tenant: str, args: dict[str, Any], user_id: str | None = None, locale: str = "en") -> None:
        try:
            identity = await _identity(platform, tenant, user_id)
            call = await platform.call(tenant, identity, locale=locale, source="job")
        except LookupError:
            log.info("a job of tenant %s, which is gone, ends", tenant)
            return
        await run(call, **args)

    return job


def _platform_runner(platform: Platform, run: Callable[[Platform], Awaitable[None]]) -> Callable[..., Awaitable[None]]:
    async def job(timestamp: int = 0) -> None:
        await run(platform)

    return job


async def _identity(platform: Platform, tenant_name: str, user_id: str | None) -> Identity:
    if user_id is None:
        return system_identity()
    call = await platform.call(tenant_name)
    user = user_columns(call.model)
    async with platform.db.connection() as connection:
        row = await connection.fetchrow(
            f"""SELECT u.id, u.{user.name} AS name, coalesce(c.email, '') AS email, coalesce(c.roles, '{{}}') AS roles
                FROM {user.table} u LEFT JOIN "{call.tenant.schema}".credential c ON c.user_id = u.id
                WHERE u.id = $1""",
            UUID(user_id),
        )
    if row is None:
        raise LookupError(user_id)
    return Identity(row["id"], row["name"] or "", row["email"], frozenset(row["roles"]), "system")


async def _show_alive(db: Database, worker: JobWorker) -> None:
    while worker.worker_id is None:  # procrastinate tells nobody when it has its number  # noqa: ASYNC110
        await asyncio.sleep(0.01)
    while True:
        with suppress(*CONNECTION_LOST):
            async with _holding(db, worker.worker_id) as lost:
                await lost.wait()
        await asyncio.sleep(1)


@asynccontextmanager
async def _holding(db: Database, worker_id: int) -> AsyncIterator[asyncio.Event]:
    lost = asyncio.Event()
    async with db.dedicated() as connection:
        connection.add_termination_listener(lambda *_: lost.set())
        await connection.execute("SELECT pg_advisory_lock($1, $2)", _ALIVE, worker_id)
        yield lost


async def _sweep(db: Database) -> None:
    rounds = 0
    while True:
        await asyncio.sleep(SWEEP_SECONDS)
        try:
            await retry_stalled(db)
            if rounds % 1800 == 0:
                await _forget_old(db)
        except CONNECTION_LOST as error:
            log.warning("could not look for stalled jobs: %s", error)
        rounds += 1


async def _forget_old(db: Database) -> None:
    async with db.connection() as connection:
        await connection.execute(
            f"""DELETE FROM {SCHEMA}.procrastinate_jobs j WHERE j.status NOT IN ('todo', 'doing')
                AND NOT EXISTS (SELECT FROM {SCHEMA}.procrastinate_events e
                                WHERE e.job_id = j.id AND e.at > now() - make_interval(hours => {KEEP_HOURS}))"""
        )
