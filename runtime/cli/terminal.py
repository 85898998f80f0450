"""What commands share with the terminal: language, output, and a platform to work on."""

from __future__ import annotations

import os
import sys
from contextlib import asynccontextmanager, contextmanager
from typing import TYPE_CHECKING

from rich.console import Console

from kernel.faults import known_locale
from runtime import settings as settings_module
from runtime.platform import Platform
from runtime.postgres import Postgres

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterable, Iterator
    from pathlib import Path

    from kernel.faults import Fault
    from runtime.call import Call
    from runtime.settings import Settings


class Failed(Exception):
    """A command cannot do what it was asked; the text is shown as it is."""


def locale() -> str:
    """The language of the terminal, ``en`` or ``zh-CN``."""
    words = os.environ.get("LC_ALL") or os.environ.get("LC_MESSAGES") or os.environ.get("LANG") or "en"
    return known_locale(words.partition(".")[0].replace("_", "-"))


def say(text: str) -> None:
    """A line of progress, on standard error: standard output is for results."""
    Console(stderr=True, soft_wrap=True, highlight=False).print(text, markup=False, style="dim")


def show(text: str) -> None:
    """A line of the result."""
    sys.stdout.write(f"{text}\n")


def show_faults(faults: Iterable[Fault], language: str) -> None:
    """A line for each fault: the document, the place in it, the text."""
    console = Console(stderr=True, soft_wrap=True, highlight=False)
    for fault in faults:
        where = " ".join(fault.document) if fault.document else ""
        place = " ".join(part for part in (where, fault.pointer) if part)
        console.print(f"{place}: {fault.message(language)}" if place else fault.message(language), markup=False)


@contextmanager
def database(settings: Settings) -> Iterator[str]:
    """The address of the database. The bundled server is started for the command if it does not run."""
    if settings.database_url:
        yield settings.database_url
        return
    server = Postgres(settings.home / "postgres")
    started = server.start(child=True)
    try:
        if started:
            server.ensure_database()
        yield server.url()
    finally:
        if started:
            server.stop()


@asynccontextmanager
async def platform() -> AsyncIterator[Platform]:
    """The platform as a command uses it, its tables brought up to date."""
    settings = settings_module.load()
    with database(settings) as url:
        async with Platform.open(settings, database_url=url, follow=False, migrate=True, name="tangram cli") as opened:
            yield opened


async def call(opened: Platform, tenant: str) -> Call:
    """A call by the system; raises ``Failed`` where there is no such tenant."""
    try:
        return await opened.call(tenant, locale=locale(), source="cli")
    except LookupError as error:
        raise Failed(f"there is no tenant {tenant}; `tangram tenant list` shows all") from error


def existing_folder(path: Path) -> Path:
    if not path.is_dir():
        raise Failed(f"there is no folder {path}")
    return path


def existing_file(path: Path) -> Path:
    if not path.is_file():
        raise Failed(f"there is no file {path}")
    return path
