"""The ``tangram`` command. Each module of this folder holds the commands of one subject."""

from __future__ import annotations

import sys
from importlib.metadata import PackageNotFoundError, version

import asyncpg
from cyclopts import App, CycloptsError
from rich.console import Console

from kernel.faults import Invalid
from runtime.cli import data, database, server, tenants
from runtime.cli.terminal import Failed, locale, show_faults
from runtime.database import DatabaseUnusable
from runtime.postgres import PostgresFailed
from runtime.revisions import Conflict, LossesNotAccepted
from runtime.run import CannotRun
from runtime.settings import BadSetting
from runtime.tenants import BadTenantName, TenantExists

_KNOWN = (
    Failed,
    CannotRun,
    PostgresFailed,
    DatabaseUnusable,
    BadSetting,
    BadTenantName,
    TenantExists,
    asyncpg.PostgresConnectionError,
)
EXIT_FAILED = 1
EXIT_USAGE = 2
EXIT_INTERRUPTED = 130


def _version() -> str:
    try:
        return version("tangram")
    except PackageNotFoundError:
        return "development"


app = App(
    name="tangram",
    help="Tangram: a low-code, metadata-driven CRM platform.",
    version=_version,
    help_format="plaintext",
    result_action="return_value",
)
server.add(app)
tenants.add(app)
database.add(app)
data.add(app)


def main(words: list[str] | None = None) -> None:
    """Run a command and end the process with its exit code: 0 done, 1 failed, 2 wrong use, 130 interrupted."""
    sys.exit(run(sys.argv[1:] if words is None else words))


def run(words: list[str]) -> int:
    """Run a command; every failure that is no bug is one line on standard error (a line for each fault)."""
    console = Console(stderr=True, soft_wrap=True, highlight=False)
    try:
        result = app(words, exit_on_error=False, error_console=Console(stderr=True))
    except KeyboardInterrupt:
        return EXIT_INTERRUPTED
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else EXIT_FAILED
    except (Invalid, Conflict, LossesNotAccepted) as error:
        show_faults(error.faults, locale())
        return EXIT_FAILED
    except _KNOWN as error:
        console.print(f"tangram: {error}", markup=False)
        return EXIT_FAILED
    except CycloptsError:
        return EXIT_USAGE  # cyclopts has said what is wrong
    return result if isinstance(result, int) else 0
