"""``run``, ``serve``, ``worker``, ``settings``."""

from __future__ import annotations

import sys
from contextlib import suppress
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter
from rich.console import Console
from rich.table import Table

from runtime import demo
from runtime import settings as settings_module
from runtime.cli.terminal import database, say

if TYPE_CHECKING:
    from cyclopts import App

WIDE = 200


def add(app: App) -> None:
    for command in (run, serve, worker, settings):
        app.command(command)


def run(*, with_demo: Annotated[bool, Parameter(name="--demo")] = True) -> None:
    """Start everything on this machine: PostgreSQL, web server, worker, demo. Ends with Ctrl-C; keeps the data.

    Parameters
    ----------
    with_demo
        Make the tenant demo with sample data if it is not there.
    """
    from runtime.run import Supervisor  # noqa: PLC0415  # each role loads what it needs
    from runtime.serve import configure_log  # noqa: PLC0415

    chosen = settings_module.load()
    configure_log(chosen)
    console = Console(soft_wrap=True, highlight=False)

    def ready(address: str) -> None:
        console.print(f"\n  Tangram is ready: [bold]{address}[/bold]")
        if with_demo:
            console.print(f"  Sign in as {demo.ADMIN} or {demo.MEMBER}, password {demo.PASSWORD}")
        console.print(f"  Data is kept in {chosen.home}. Ctrl-C ends it.\n")
        sys.stdout.flush()  # also where it goes to a file

    with suppress(KeyboardInterrupt):  # the supervisor has ended everything
        Supervisor(chosen, say, ready, with_demo=with_demo).run()


def serve(*, descriptor: Annotated[int | None, Parameter(name="--socket", show=False)] = None) -> None:
    """Answer HTTP on TANGRAM_HOST and TANGRAM_PORT; one of the roles of many machines."""
    from runtime.serve import configure_log  # noqa: PLC0415
    from runtime.serve import serve as role  # noqa: PLC0415

    chosen = settings_module.load()
    configure_log(chosen)
    with database(chosen) as url:
        role(chosen, descriptor=descriptor, url=url)


def worker() -> None:
    """Run background jobs and schedules; one of the roles of many machines."""
    from runtime.serve import configure_log, work  # noqa: PLC0415

    chosen = settings_module.load()
    configure_log(chosen)
    with database(chosen) as url:
        work(chosen, url=url)


def settings() -> None:
    """List every setting: its value, where the value comes from, what it does."""
    table = Table("Variable", "Value", "From", "Meaning", box=None, pad_edge=False)
    for row in settings_module.listing(settings_module.load()):
        table.add_row(*row)
    console = Console()
    if not console.is_terminal:
        console = Console(width=WIDE)
    console.print(table)
