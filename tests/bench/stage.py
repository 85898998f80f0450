"""The stage of the benchmarks: a database with the sample data, Tangram and the hand-written server in front of it."""

from __future__ import annotations

import dataclasses
import json
import os
import pickle
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from contextlib import ExitStack, asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit
from uuid import UUID

import psutil

from runtime import demo, records, security
from runtime.platform import Platform
from runtime.records import Query as ListQuery
from runtime.settings import ROOT, Settings
from tests.bench.hand import Query, Specification

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator
    from pathlib import Path

    from runtime.call import Call

LIST = {"stage": "Won", "amount.gt": "1000", "sort": "-close_date", "limit": "50"}
LIST_PATH = "/api/opportunity?" + "&".join(f"{name}={value}" for name, value in LIST.items())
ACCOUNT = {"name": "Benchmark", "sector": "retail", "employees": 120, "location": "Berlin"}
COLUMNS = ("name", "sector", "employees", "location")
START_SECONDS = 60.0


@dataclass(slots=True)
class Server:
    """A server process."""

    port: int
    pid: int


@dataclass(slots=True)
class Stage:
    """What the measures run on.

    Attributes:
        tangram, hand: the servers. ``token``: of an admin. ``account``: id of an account to read.
    """

    settings: Settings
    environment: dict[str, str]
    tangram: Server
    hand: Server
    token: str
    account: str
    folder: Path

    @property
    def base(self) -> str:
        """Where Tangram answers."""
        return f"http://127.0.0.1:{self.tangram.port}"

    def cost(self, server: Server) -> float:
        """Seconds of CPU that a server, and PostgreSQL for this database, have used so far."""
        own = sum(psutil.Process(server.pid).cpu_times()[:2])
        name = urlsplit(self.settings.database_url or "").path[1:]
        for process in psutil.process_iter(["cmdline"]):
            words = " ".join(process.info["cmdline"] or ())
            if words.startswith("postgres:") and f" {name} " in words:
                with suppress(psutil.NoSuchProcess):
                    own += sum(process.cpu_times()[:2])
        return own


@contextmanager
def prepared(database_url: str, folder: Path) -> Iterator[Stage]:
    """Load the sample data, start both servers, stop them at the end.

    Args:
        database_url: a database with tenant ``demo`` and packages/crm in it.
        folder: for the home folder and logs.
    """
    import asyncio

    port = free_port()
    settings = Settings(home=folder / "home", database_url=database_url, port=port)
    spec, token, account = asyncio.run(_prepare(settings, database_url))
    file = folder / "hand.pickle"
    file.write_bytes(pickle.dumps(spec))
    environment = {**os.environ, **settings.environment()}
    with ExitStack() as stack:
        ours = stack.enter_context(program(["-m", "runtime.cli", "serve"], environment, folder / "tangram.log"))
        hand_port = free_port()
        words = ["-m", "tests.bench.hand", str(file), str(hand_port)]
        theirs = stack.enter_context(program(words, environment, folder / "hand.log"))
        servers = Server(port, ours.pid), Server(hand_port, theirs.pid)
        stage = Stage(settings, environment, *servers, token, account, folder)
        wait_for(f"http://127.0.0.1:{port}/api/account/{account}", token)
        wait_for(f"http://127.0.0.1:{hand_port}/account/{account}")
        yield stage


@contextmanager
def program(words: list[str], environment: dict[str, str], log: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A Python process that ends with the block."""
    with log.open("ab") as output:
        process = subprocess.Popen(
            [sys.executable, *words], env=environment, cwd=ROOT, stdout=output, stderr=output, start_new_session=True
        )
        try:
            yield process
        finally:
            process.terminate()
            try:
                process.wait(30)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def call(url: str, token: str | None = None, *, method: str = "GET", body: Any = None) -> Any:
    """The JSON of an answer. Raises ``urllib.error.URLError``."""
    data = body if isinstance(body, bytes) else None if body is None else json.dumps(body).encode()
    headers = {"Content-Type": "application/json"} | ({"Authorization": f"Bearer {token}"} if token else {})
    request = urllib.request.Request(url, data=data, headers=headers, method=method)
    try:
        with urllib.request.urlopen(request, timeout=600) as answer:
            return json.loads(answer.read() or b"null")
    except urllib.error.HTTPError as error:
        raise AssertionError(f"{method} {url}: {error.code} {error.read().decode()[:2000]}") from error


def wait_for(url: str, token: str | None = None, *, seconds: float = START_SECONDS, pause: float = 0.01) -> float:
    """Ask until there is a good answer; returns the seconds that it took."""
    began = time.perf_counter()
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    while True:
        try:
            with urllib.request.urlopen(urllib.request.Request(url, headers=headers), timeout=5) as answer:
                answer.read()
                return time.perf_counter() - began
        except (urllib.error.URLError, OSError):
            if time.perf_counter() - began > seconds:
                raise
            time.sleep(pause)


async def _prepare(settings: Settings, url: str) -> tuple[Specification, str, str]:
    async with Platform.open(settings, name="bench") as platform:
        await demo.ensure(platform)
        plain = await platform.call(demo.TENANT)
        user = await security.user_id_of(platform.db, plain.tenant, demo.ADMIN)
        token = await security.create_token(platform.db, plain.tenant, user, "bench")
        identity = security.Identity(user, "bench", demo.ADMIN, frozenset({"admin"}), "token")
        admin = await platform.call(demo.TENANT, identity, source="api")
        async with platform.db.connection() as connection:
            await connection.execute("ANALYZE")
        spec, account = await _record(admin, url)
        return spec, token, account


async def _record(admin: Call, url: str) -> tuple[Specification, str]:
    """What SQL Tangram runs for the requests that are measured."""
    recorder = _Recorder(admin.db)
    watched = dataclasses.replace(admin, db=recorder)  # type: ignore[arg-type]
    made = await records.create(watched, "account", dict(ACCOUNT))
    create = recorder.last()
    await records.read(watched, "account", made.id)
    read = recorder.last()
    await records.listing(watched, "opportunity", ListQuery.parse(dict(LIST)))
    page = recorder.last()
    item = admin.model.objects["account"]
    columns = ["id", "version", "created_at", "updated_at", *(item.fields[name].columns[0] for name in COLUMNS)]
    fresh: dict[UUID, list[int]] = {}
    for position, argument in enumerate(create.args):
        if isinstance(argument, UUID) and argument != admin.identity.user_id:
            fresh.setdefault(argument, []).append(position)
    spec = Specification(
        url=url,
        read=Query(read.query, list(read.args), []),
        page=Query(page.query, list(page.args), []),
        create=Query(create.query, list(create.args), list(fresh.values()), list(create.args).index(ACCOUNT["name"])),
        copy_schema=item.table.schema or "",
        copy_table=item.table.name,
        copy_columns=columns,
    )
    return spec, str(made.id)


class _Recorder:
    """A database that keeps the statements that are run on its connections."""

    def __init__(self, db: Any) -> None:
        self._db = db
        self._seen: list[Any] = []

    def last(self) -> Any:
        (only,) = self._seen
        self._seen = []
        return only

    @asynccontextmanager
    async def connection(self) -> AsyncIterator[Any]:
        async with self._db.connection() as connection:
            connection.add_query_logger(self._seen.append)
            try:
                yield connection
            finally:
                connection.remove_query_logger(self._seen.append)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._db, name)
