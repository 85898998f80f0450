"""The two roles of a process: ``serve`` answers HTTP, ``work`` runs jobs. Both end cleanly on SIGTERM and SIGINT."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import importlib
import logging
import os
import signal
import socket
import threading
from typing import TYPE_CHECKING, Any

import uvicorn
import uvloop

from runtime.platform import Platform

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Iterator

    from runtime.settings import Settings

GRACE_SECONDS = 10
FORCE_SECONDS = 15
AT_EASE_SECONDS = 3.0  # after its start, when the first requests are answered, a process loads what few will ask for
LOG_FORMAT = "%(asctime)s %(levelname)s %(name)s: %(message)s"


def configure_log(settings: Settings) -> None:
    """Log to standard error; of libraries and requests only warnings, unless the level is ``debug``."""
    level = getattr(logging, settings.log_level.upper())
    logging.basicConfig(level=level, format=LOG_FORMAT, datefmt="%H:%M:%S")
    if level > logging.DEBUG:
        for name in ("procrastinate", "uvicorn", "alembic", "asyncio", "psycopg", "casbin", "tangram.access"):
            logging.getLogger(name).setLevel(max(level, logging.WARNING))


def serve(settings: Settings, *, descriptor: int | None = None, url: str | None = None) -> None:
    """Answer HTTP until a signal comes.

    Args:
        descriptor: a listening socket to inherit; without one a socket is opened on the settings' host and port.
        url: address of the database, default that of the settings.
    """

    async def role() -> None:
        from runtime.http import create_app  # noqa: PLC0415  # a worker needs no web framework

        async with Platform.open(settings, database_url=url, migrate=True, name="tangram web") as platform:
            config = uvicorn.Config(
                create_app(platform),
                host=settings.host,
                port=settings.port,
                http="httptools",
                log_config=None,
                access_log=False,
                server_header=False,
                date_header=True,
                timeout_graceful_shutdown=GRACE_SECONDS,
                timeout_keep_alive=75,
            )
            server = _Server(config)
            _on_signals(lambda: setattr(server, "should_exit", True))
            _quiet_collector()
            asyncio.get_running_loop().call_later(AT_EASE_SECONDS, _load_for_publishing)
            await server.serve(sockets=None if descriptor is None else [socket.socket(fileno=descriptor)])
            if not server.started:
                raise SystemExit(1)

    _run(role())


def work(settings: Settings, *, url: str | None = None) -> None:
    """Run jobs until a signal comes."""

    async def role() -> None:
        from runtime import job_worker  # noqa: PLC0415  # the web process needs no queue

        async with Platform.open(settings, database_url=url, migrate=True, name="tangram worker") as platform:
            stop = asyncio.Event()
            _on_signals(stop.set)
            _quiet_collector()
            await job_worker.work(platform, jobs_at_a_time=settings.worker_jobs, stop=stop)
            if not stop.is_set():
                raise SystemExit(1)  # it lost the database: whoever watches over us starts us again

    _run(role())


class _Server(uvicorn.Server):
    """uvicorn would end the process by the signal itself before the platform is closed."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def _on_signals(act: Callable[[], None]) -> None:
    loop = asyncio.get_running_loop()

    def end() -> None:
        # Without its database the job queue waits for it at every step of its end, and where the supervisor is gone
        # too nobody is there to kill us.
        by_force = threading.Timer(FORCE_SECONDS, os._exit, (1,))
        by_force.daemon = True
        by_force.start()
        act()

    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, end)


def _load_for_publishing() -> None:
    """Load what publishing needs beside all else, in a thread, so that the first publish need not wait for it."""
    loop = asyncio.get_running_loop()
    for name in ("kernel.migration", "sqlalchemy.ext.asyncio"):
        loop.run_in_executor(None, importlib.import_module, name)


def _quiet_collector() -> None:
    """What is there now stays: keep the garbage collector from walking through it again and again.

    It takes a third of the CPU of an import otherwise, and pauses requests.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)


def _run(role: Coroutine[Any, Any, None]) -> None:
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(role)
