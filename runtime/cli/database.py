"""``db``: the bundled PostgreSQL."""

from __future__ import annotations

import os
from typing import Annotated

from cyclopts import App, Parameter

from runtime import settings as settings_module
from runtime.cli.terminal import Failed, say, show
from runtime.postgres import Postgres, binaries

db = App(name="db", help="The bundled PostgreSQL.")


def add(app: App) -> None:
    app.command(db)


@db.command
def start() -> None:
    """Start it in the background."""
    server = _server()
    started = server.start()
    server.ensure_database()
    say(f"PostgreSQL {'started' if started else 'was running'}: {server.url()}")


@db.command
def stop() -> None:
    """Stop it; who is connected is disconnected."""
    server = _server()
    if server.pid() is None:
        say("PostgreSQL was not running")
        return
    server.stop()
    say("PostgreSQL stopped")


@db.command
def status() -> int:
    """Say whether it runs: exit code 0 when it does, 3 when it does not."""
    pid = _server().pid()
    show("stopped" if pid is None else f"running, process {pid}")
    return 3 if pid is None else 0


@db.command
def url() -> None:
    """Print the address of the database."""
    chosen = settings_module.load()
    show(chosen.database_url or Postgres(chosen.home / "postgres").url())


@db.command
def psql(*words: Annotated[str, Parameter(allow_leading_hyphen=True)]) -> None:
    """Open psql on the database; further words are given to psql."""
    chosen = settings_module.load()
    if not chosen.database_url and _server().pid() is None:
        raise Failed("PostgreSQL does not run; start it with `tangram db start` or `tangram run`")
    address = chosen.database_url or _server().url()
    program = binaries() / "psql"
    os.execv(program, [str(program), "-d", address, *words])  # noqa: S606  # the user's own psql session


def _server() -> Postgres:
    chosen = settings_module.load()
    if chosen.database_url:
        raise Failed("TANGRAM_DATABASE_URL is set: the database is yours to start and stop")
    return Postgres(chosen.home / "postgres")
