"""Background jobs: tasks by name, deferred inside the caller's transaction, run by ``runtime.job_worker``.

The queue is procrastinate's; it is not loaded here, because a process that only serves HTTP has no use for it.

A task must be safe to run again: a job whose worker died, or lost the database, is taken up by another worker.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

import msgspec

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from uuid import UUID

    import asyncpg

    from runtime.call import Call
    from runtime.platform import Platform

SCHEMA = "procrastinate"


class Task(Protocol):
    """What a job runs. ``call`` belongs to the user who asked for the job, or to the system."""

    def __call__(self, call: Call, **args: Any) -> Awaitable[None]: ...


@dataclass(slots=True, frozen=True)
class _Registered:
    run: Task
    queue: str


@dataclass(slots=True, frozen=True)
class _Periodic:
    run: Callable[[Platform], Awaitable[None]]
    cron: str


tasks: dict[str, _Registered] = {}
periodics: dict[str, _Periodic] = {}


def task(name: str, *, queue: str = "default") -> Callable[[Task], Task]:
    """Register a coroutine function as the task ``name``. Its modules are named in ``job_worker.TASK_MODULES``."""

    def register(run: Task) -> Task:
        tasks[name] = _Registered(run, queue)
        return run

    return register


def periodic(
    name: str, *, cron: str
) -> Callable[[Callable[[Platform], Awaitable[None]]], Callable[[Platform], Awaitable[None]]]:
    """Register a coroutine function as a job of the platform, not of a tenant, that comes again and again.

    However many workers there are, one of them runs it each time; none begins while another is at it.

    Args:
        cron: when, in UTC, such as ``*/10 * * * *``.
    """

    def register(run: Callable[[Platform], Awaitable[None]]) -> Callable[[Platform], Awaitable[None]]:
        periodics[name] = _Periodic(run, cron)
        return run

    return register


async def defer(
    connection: asyncpg.Connection[Any],
    task: str,
    *,
    tenant: str,
    args: dict[str, Any] | None = None,
    user_id: UUID | None = None,
    lock: str | None = None,
    queueing_lock: str | None = None,
    queue: str = "default",
    locale: str = "en",
) -> int:
    """Have a worker run a task once the transaction of ``connection`` is committed; returns the job's id.

    Args:
        tenant: name of the tenant.
        args: arguments of the task, values of JSON.
        user_id: whose rights the task has; None: the system's.
        lock: of all jobs with the same lock one runs at a time, in the order they were deferred.
        queueing_lock: of all jobs with the same one only one waits; another is refused (``UniqueViolationError``).
    """
    body = {"tenant": tenant, "user_id": user_id, "locale": locale, "args": args or {}}
    ids = await connection.fetchval(
        f"SELECT {SCHEMA}.procrastinate_defer_jobs_v1(ARRAY[ROW($1::text, $2::text, 0, $3::text, $4::text,"
        f" $5::text::jsonb, NULL::timestamptz)::{SCHEMA}.procrastinate_job_to_defer_v1])",
        queue,
        task,
        lock,
        queueing_lock,
        msgspec.json.encode(body).decode(),
    )
    return int(ids[0])
