"""The PostgreSQL server of the tests: shared by all test processes of a user, and the template databases on it."""

from __future__ import annotations

import asyncio
import fcntl
import hashlib
import os
import tempfile
import uuid
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit, urlunsplit

import psycopg

from runtime import demo, migrations
from runtime.database import Database
from runtime.platform import Platform
from runtime.postgres import Postgres
from runtime.settings import ROOT, Settings

if TYPE_CHECKING:
    from collections.abc import Iterator

FOLDER = Path(tempfile.gettempdir()) / f"tangram-tests-{os.getuid()}"
UNSAFE_AND_FAST = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "max_connections": "400",
    "max_wal_size": "4GB",
    "autovacuum_naptime": "10s",
}
TEMPLATES_KEPT = 8  # other checkouts have theirs on the same server
# what decides how the template database looks
SOURCES = ("metadata", "kernel", "runtime", "packages/crm/documents", "packages/crm/package.json")


@contextmanager
def running() -> Iterator[str]:
    """The address of a server, which the last of its users stops. ``TANGRAM_TEST_DATABASE_URL`` names another one."""
    given = os.environ.get("TANGRAM_TEST_DATABASE_URL")
    if given:
        yield given
        return
    FOLDER.mkdir(mode=0o755, exist_ok=True)
    server = Postgres(FOLDER / "postgres", options=UNSAFE_AND_FAST)
    with (FOLDER / "users").open("ab") as users:
        fcntl.flock(users, fcntl.LOCK_SH)
        server.start()
        try:
            yield server.url("postgres")
        finally:
            try:
                fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                pass  # somebody else still tests
            else:
                server.stop()


def template(server: str) -> str:
    """The name of a database with tenant ``demo`` and packages/crm in it; made once for the sources as they are."""
    name = f"template_{_digest()}"
    FOLDER.mkdir(mode=0o755, exist_ok=True)
    with (FOLDER / "template").open("ab") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with psycopg.connect(server, autocommit=True) as connection:
            if connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", (name,)).fetchone():
                return name
            draft = f"draft_{uuid.uuid4().hex[:12]}"
            connection.execute(f'CREATE DATABASE "{draft}"')
            try:
                asyncio.run(_fill(database(server, draft)))
            except BaseException:
                connection.execute(f'DROP DATABASE "{draft}" WITH (FORCE)')
                raise
            connection.execute(f'ALTER DATABASE "{draft}" RENAME TO "{name}"')
            _forget_old(connection)
    return name


@contextmanager
def clone(server: str, template_name: str) -> Iterator[str]:
    """The address of a fresh copy of a template, dropped at the end."""
    name = f"test_{uuid.uuid4().hex[:16]}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template_name}" STRATEGY FILE_COPY')
        try:
            yield database(server, name)
        finally:
            connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


def database(server: str, name: str) -> str:
    """The address of another database of the same server."""
    return urlunsplit(urlsplit(server)._replace(path=f"/{name}"))


async def _fill(url: str) -> None:
    settings = Settings(home=FOLDER / "home", database_url=url)
    db = await Database.open(url)
    try:
        await migrations.upgrade(db)
    finally:
        await db.close()
    async with Platform.open(settings, follow=False) as platform:
        await demo.ensure(platform, sample_data=False)


def _digest() -> str:
    digest = hashlib.sha256()
    for source in SOURCES:
        path = ROOT / source
        for file in sorted(path.rglob("*")) if path.is_dir() else [path]:
            if file.suffix in {".py", ".json", ".sql"}:
                digest.update(file.relative_to(ROOT).as_posix().encode())
                digest.update(file.read_bytes())
    return digest.hexdigest()[:16]


def _forget_old(connection: psycopg.Connection) -> None:
    rows = connection.execute(
        "SELECT datname FROM pg_database WHERE datname LIKE 'template\\_%%' ORDER BY oid DESC OFFSET %s",
        (TEMPLATES_KEPT,),
    ).fetchall()
    for (name,) in rows:
        connection.execute(f'DROP DATABASE IF EXISTS "{name}"')
