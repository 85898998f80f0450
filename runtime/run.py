"""``tangram run``: the whole platform on one machine, watched over by one process.

The supervisor starts PostgreSQL, brings tables and demo up to date, and then keeps a web server and a worker running.
It holds the listening socket, so that a web server that is started anew misses no connection.
"""

from __future__ import annotations

import asyncio
import errno
import logging
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from runtime import demo
from runtime.platform import Platform
from runtime.postgres import Postgres, PostgresFailed, die_with_parent

if TYPE_CHECKING:
    from collections.abc import Callable

    from runtime.settings import Settings

TICK_SECONDS = 0.2
PORT_SECONDS = 5.0  # a web server of a run that was killed still lets go of it
READY_SECONDS = 60.0
STOP_SECONDS = 20.0
HEALTHY_SECONDS = 30.0  # who ran this long starts with the shortest pause again
LONGEST_PAUSE_SECONDS = 15.0
FAILURES_BEFORE_READY = 3
PR_DEATH = signal.SIGTERM
log = logging.getLogger(__name__)


class CannotRun(Exception):
    """The platform cannot be started; the text says why and what to do."""


@dataclass(slots=True)
class _Child:
    """A process that has to run: started anew when it ends, after a pause that grows with each failure."""

    name: str
    words: list[str]
    descriptors: tuple[int, ...] = ()
    process: subprocess.Popen[bytes] | None = None
    started_at: float = 0.0
    failures: int = 0
    next_start: float = 0.0

    def tend(self, environment: dict[str, str]) -> None:
        now = time.monotonic()
        if self.process is not None and self.process.poll() is not None:
            if now - self.started_at > HEALTHY_SECONDS:
                self.failures = 0
            pause = min(0.25 * 2**self.failures, LONGEST_PAUSE_SECONDS)
            log.warning(
                "%s ended (%s); starting it again in %.1f s", self.name, _reason(self.process.returncode), pause
            )
            self.failures += 1
            self.next_start = now + pause
            self.process = None
        if self.process is None and now >= self.next_start:
            self.started_at = now
            self.process = subprocess.Popen(
                [sys.executable, "-m", "runtime.cli", *self.words],
                env=environment,
                stdin=subprocess.DEVNULL,
                pass_fds=self.descriptors,
                start_new_session=True,  # Ctrl-C is for the supervisor, which ends its children in order
                preexec_fn=die_with_parent(PR_DEATH) if sys.platform == "linux" else None,  # noqa: PLW1509
            )

    def end(self) -> None:
        if self.process is not None:
            with suppress(ProcessLookupError):
                self.process.terminate()

    def wait(self, seconds: float) -> None:
        if self.process is None:
            return
        try:
            self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            log.warning("%s does not end; killing it", self.name)
            self.process.kill()
            self.process.wait()


@dataclass(slots=True)
class Supervisor:
    """Runs everything until ``stop`` is called or a signal comes.

    Args:
        say: told what is going on, in a line.
        ready: called once with the address when the first request was answered.
    """

    settings: Settings
    say: Callable[[str], None]
    ready: Callable[[str], None]
    with_demo: bool = True
    _stopping: bool = False
    _children: list[_Child] = field(default_factory=list)
    _postgres: Postgres | None = None
    _owns_postgres: bool = False

    def run(self) -> None:
        """Raises ``CannotRun``, ``PostgresFailed`` or ``DatabaseUnusable`` where it cannot start."""
        with ExitStack() as stack:
            self._catch_signals(stack)
            listener = stack.enter_context(_listen(self.settings.host, self.settings.port))
            stack.callback(self._end)
            url = self._database()
            if self._stopping:
                return
            asyncio.run(self._prepare(url))
            if not self._stopping:
                self._watch(url, listener)

    def stop(self) -> None:
        self._stopping = True

    def _catch_signals(self, stack: ExitStack) -> None:
        def handle(number: int, frame: object) -> None:
            if self._stopping:
                raise KeyboardInterrupt  # a second Ctrl-C does not wait
            self._stopping = True
            if not self._children:
                raise KeyboardInterrupt  # nothing to end in order yet: leave the preparations at once

        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            stack.callback(signal.signal, number, signal.signal(number, handle))

    def _database(self) -> str:
        if self.settings.database_url:
            return self.settings.database_url
        self.say("Starting PostgreSQL")
        self._postgres = Postgres(self.settings.home / "postgres")
        self._owns_postgres = self._postgres.start(child=True)
        self._postgres.ensure_database()
        return self._postgres.url()

    async def _prepare(self, url: str) -> None:
        async with Platform.open(
            self.settings, database_url=url, follow=False, migrate=True, name="tangram run"
        ) as platform:
            if self.with_demo:
                await demo.ensure(platform, say=self.say)

    def _watch(self, url: str, listener: socket.socket) -> None:
        environment = os.environ | self.settings.environment() | {"TANGRAM_DATABASE_URL": url}
        web = ["serve", "--socket", str(listener.fileno())]
        self._children = [_Child("web server", web, (listener.fileno(),)) for _ in range(self.settings.web_processes)]
        self._children.append(_Child("worker", ["worker"]))
        address = _address(self.settings)
        deadline = time.monotonic() + READY_SECONDS
        answered = False
        while not self._stopping:
            self._tend_postgres()
            for child in self._children:
                child.tend(environment)
            if not answered:
                answered = _answers(f"{address}/health/ready")
                if answered:
                    self.ready(address)
                elif time.monotonic() > deadline or self._children[0].failures > FAILURES_BEFORE_READY:
                    raise CannotRun("the web server does not answer; what it printed above says why")
            time.sleep(TICK_SECONDS if answered else 0.02)

    def _tend_postgres(self) -> None:
        if self._postgres is None or self._postgres.pid() is not None:
            return
        log.warning("PostgreSQL ended; starting it again")
        try:
            self._owns_postgres = self._postgres.start(child=True) or self._owns_postgres
        except PostgresFailed as error:
            log.error("%s", error)  # tried again at the next tick, after the time-out that just passed
            time.sleep(1)

    def _end(self) -> None:
        for child in self._children:
            child.end()
        deadline = time.monotonic() + STOP_SECONDS
        for child in self._children:
            child.wait(max(deadline - time.monotonic(), 0.1))
        if self._postgres is not None and self._owns_postgres:
            self._postgres.stop()


def _listen(host: str, port: int) -> socket.socket:
    """Open the listening socket; raises ``CannotRun`` where the port is taken."""
    deadline = time.monotonic() + PORT_SECONDS
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    while True:
        listener = socket.socket(family, socket.SOCK_STREAM)
        try:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.bind((host, port))
            listener.listen(1024)
        except OSError as error:
            listener.close()
            if error.errno != errno.EADDRINUSE:
                raise CannotRun(f"cannot listen on {host} port {port}: {error.strerror}") from error
            if time.monotonic() > deadline:
                raise CannotRun(
                    f"port {port} is in use. End the program that uses it (another `tangram run`?),"
                    " or choose another port: TANGRAM_PORT=8001"
                ) from error
            time.sleep(TICK_SECONDS)
        else:
            return listener


def _address(settings: Settings) -> str:
    host = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(settings.host, settings.host)  # noqa: S104
    return f"http://{f'[{host}]' if ':' in host and not host.startswith('[') else host}:{settings.port}"


def _answers(url: str) -> bool:
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(url, timeout=1) as response:
            return bool(response.status == 200)
    except (OSError, urllib.error.URLError):
        return False


def _reason(code: int) -> str:
    return f"signal {signal.Signals(-code).name}" if code < 0 else f"exit code {code}"
