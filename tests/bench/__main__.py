"""``make bench``: the speed of the platform, as a table.

``python -m tests.bench [--rows N] [--quick] [NAME ...]``: names (``read``, ``list``, ``create``, ``bulk``, ``publish``,
``start``, ``import``) choose measures; ``--quick`` takes short rounds; ``--rows`` is the size of the import.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Table

from runtime.postgres import Postgres
from tests import server
from tests.bench import measures
from tests.bench.stage import prepared

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.bench.measures import Measure
    from tests.bench.stage import Stage

NAMES = ("read", "list", "create", "bulk", "publish", "start", "import")


def main() -> int:
    options = _options()
    console = Console()
    with tempfile.TemporaryDirectory(prefix="tangram-bench-") as name:
        folder = Path(name)
        folder.chmod(0o755)  # PostgreSQL may run as another user
        postgres = Postgres(folder / "postgres")
        with console.status("Starting PostgreSQL and loading the sample data"):
            postgres.start()
        try:
            url = postgres.url("postgres")
            with server.clone(url, server.template(url)) as database, prepared(database, folder) as stage:
                found = _run(stage, options, console)
        finally:
            postgres.stop()
    console.print(_table(found))
    return 0 if all(one.good for one in found) else 1


def _run(stage: Stage, options: argparse.Namespace, console: Console) -> list[Measure]:
    seconds, rounds = (0.4, 9) if options.quick else (0.5, 21)
    every: dict[str, Callable[[], list[Measure]]] = {
        "read": lambda: [measures.read_one(stage, seconds=seconds, rounds=rounds)],
        "list": lambda: [measures.list_fifty(stage, seconds=seconds, rounds=rounds)],
        "create": lambda: [measures.create_one(stage, seconds=seconds, rounds=rounds)],
        "bulk": lambda: [measures.bulk_create(stage)],
        "publish": lambda: [measures.publish(stage)],
        "start": lambda: [measures.start(stage)],
        "import": lambda: measures.import_accounts(stage, rows=options.rows),
    }
    found: list[Measure] = []
    for name in options.names or NAMES:
        with console.status(f"Measuring: {name}"):
            found += every[name]()
    return found


def _table(found: list[Measure]) -> Table:
    table = Table(title="Speed of Tangram")
    for heading in ("measure", "value", "wanted", "", "made of"):
        table.add_column(heading, justify="right" if heading in ("value", "wanted") else "left")
    for one in found:
        wanted = f">= {one.least:,.2f}" if one.least is not None else f"< {one.most:,.2f}"
        good = "[green]good[/]" if one.good else "[red]too slow[/]"
        table.add_row(one.name, f"{one.value:,.2f} {one.unit}", wanted, good, one.detail)
    return table


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.bench")
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(NAMES)}; all where none is given")
    parser.add_argument("--rows", type=int, default=measures.IMPORT_ROWS, help="size of the import")
    parser.add_argument("--quick", action="store_true", help="short rounds")
    options = parser.parse_args()
    if unknown := set(options.names) - set(NAMES):
        parser.error(f"unknown: {', '.join(sorted(unknown))}")
    return options


if __name__ == "__main__":
    sys.exit(main())
