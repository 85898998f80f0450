"""The measures of issue 2, "Speed": each a number, what it has to be, and how it came about."""

from __future__ import annotations

import csv
import json
import random
import statistics
import threading
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from tests.bench import load
from tests.bench.load import Target
from tests.bench.stage import ACCOUNT, LIST_PATH, Server, Stage, call, free_port, program, wait_for

if TYPE_CHECKING:
    from pathlib import Path

BULK = 1_000
IMPORT_ROWS = 750_000
IMPORT_MAPPING = {
    "account": "name",
    "sector": "sector",
    "year_established": "year_founded",
    "revenue": "revenue",
    "employees": "employees",
    "office_location": "location",
    "subsidiary_of": "parent",
}


@dataclass(slots=True)
class Measure:
    """A result.

    Attributes:
        least, most: what ``value`` has to be at least, or below; None for no such bound.
        detail: what it was made of.
    """

    name: str
    value: float
    unit: str
    detail: str
    least: float | None = None
    most: float | None = None

    @property
    def good(self) -> bool:
        return (self.least is None or self.value >= self.least) and (self.most is None or self.value < self.most)


def read_one(stage: Stage, *, seconds: float = 0.5, rounds: int = 21, by_cpu: bool = False) -> Measure:
    """GET of one record by its id."""
    ours = load.http("GET", f"/api/account/{stage.account}", token=stage.token)
    theirs = load.http("GET", f"/account/{stage.account}")
    return _ratio("read one", stage, lambda _: ours, lambda _: theirs, 0.7, seconds, rounds, by_cpu=by_cpu)


def list_fifty(stage: Stage, *, seconds: float = 0.5, rounds: int = 21, by_cpu: bool = False) -> Measure:
    """GET of 50 opportunities, filtered by a picklist and an amount, sorted by date."""
    ours = load.http("GET", LIST_PATH, token=stage.token)
    theirs = load.http("GET", "/opportunity")
    return _ratio(
        "list 50, filtered and sorted", stage, lambda _: ours, lambda _: theirs, 0.8, seconds, rounds, by_cpu=by_cpu
    )


def create_one(stage: Stage, *, seconds: float = 0.5, rounds: int = 21, by_cpu: bool = False) -> Measure:
    """POST of one account, with its history, audit and outbox on both sides."""
    run = f"{time.time_ns():x}"

    def body(number: int) -> bytes:
        return json.dumps(ACCOUNT | {"name": f"{run} {number}"}).encode()

    return _ratio(
        "create one",
        stage,
        lambda number: load.http("POST", "/api/account", body=body(number), token=stage.token),
        lambda number: load.http("POST", "/account", body=body(number)),
        0.5,
        seconds,
        rounds,
        by_cpu=by_cpu,
    )


def bulk_create(stage: Stage, *, rounds: int = 7) -> Measure:
    """1,000 creates in one batch (with history, audit and outbox) against COPY of 1,000 rows into the same table."""
    run = f"{time.time_ns():x}"

    def accounts(number: int) -> list[dict[str, Any]]:
        return [ACCOUNT | {"name": f"{run} {number} {position}"} for position in range(BULK)]

    def batch(number: int) -> bytes:
        operations = [{"op": "create", "object": "account", "data": one} for one in accounts(number)]
        return load.http("POST", "/api/batch", body=json.dumps({"operations": operations}).encode(), token=stage.token)

    ours = Target(stage.tangram.port, batch)
    theirs = Target(
        stage.hand.port, lambda number: load.http("POST", "/accounts", body=json.dumps(accounts(number)).encode())
    )
    pairs = []
    for turn in range(rounds + 1):
        times = []
        for target in (ours, theirs):
            status, body, took = load.answer(target)
            if status not in target.statuses:
                raise AssertionError(f"{status}: {body[:500]!r}")
            times.append(took)
        if turn:  # the first round compiles and caches
            pairs.append((times[0], times[1]))
    value = statistics.median(theirs / ours for ours, theirs in pairs)
    mine, copy = (statistics.median(one) * 1000 for one in zip(*pairs, strict=True))
    return Measure(f"bulk create of {BULK:,}", value, "of COPY", f"{mine:.0f} ms against {copy:.0f} ms", least=0.25)


def publish(stage: Stage, *, rounds: int = 5) -> Measure:
    """From the publish of a new object with 12 fields until the API answers for it."""
    base = stage.base
    times = []
    for turn in range(rounds):
        name = f"bench_{time.time_ns() % 10**12}_{turn}"
        change = call(f"{base}/meta/changes", stage.token, method="POST", body={"documents": [_document(name)]})
        began = time.perf_counter()
        call(f"{base}/meta/changes/{change['id']}/publish", stage.token, method="POST", body={})
        wait_for(f"{base}/api/{name}", stage.token, pause=0.002)
        times.append(time.perf_counter() - began)
    detail = ", ".join(f"{one * 1000:.0f}" for one in times) + " ms"
    return Measure("publish of 12 fields until the API answers", statistics.median(times), "s", detail, most=0.3)


def start(stage: Stage, *, rounds: int = 3) -> Measure:
    """From the start of a process, the database being up, to its first answer with a record."""
    times = []
    for turn in range(rounds):
        port = free_port()
        environment = stage.environment | {"TANGRAM_PORT": str(port)}
        began = time.perf_counter()
        with program(["-m", "runtime.cli", "serve"], environment, stage.folder / f"start{turn}.log"):
            wait_for(f"http://127.0.0.1:{port}/api/account/{stage.account}", stage.token)
            times.append(time.perf_counter() - began)
    detail = ", ".join(f"{one:.2f}" for one in times) + " s"
    return Measure("process start to first answer", statistics.median(times), "s", detail, most=3.0)


def import_accounts(stage: Stage, *, rows: int = IMPORT_ROWS) -> list[Measure]:
    """A CSV of accounts with a unique key and a lookup to their parents, by a worker of its own; speed and memory."""
    file = stage.folder / "accounts.csv"
    write_accounts(file, rows)
    base = stage.base
    made = call(f"{base}/api/account/import?file_name=accounts.csv", stage.token, method="POST", body=file.read_bytes())
    mapping = [{"column": column, "field": field} for column, field in IMPORT_MAPPING.items()]
    settings = {"mapping": mapping, "options": {"mode": "upsert", "key": "name"}}
    call(f"{base}/api/imports/{made['id']}", stage.token, method="PATCH", body=settings)
    words = ["-m", "runtime.cli", "worker"]
    with program(words, stage.environment, stage.folder / "worker.log") as worker, _Memory(worker.pid) as memory:
        server = Server(0, worker.pid)
        before = stage.cost(server)
        call(f"{base}/api/imports/{made['id']}/start", stage.token, method="POST", body={})
        while (now := call(f"{base}/api/imports/{made['id']}", stage.token))["state"] in ("queued", "running"):
            memory.share = now["done_rows"] / rows
            time.sleep(0.2)
        cpu = (stage.cost(server) - before) / rows * 1e6
    if (now["state"], now["created_rows"]) != ("done", rows):
        raise AssertionError(now)
    seconds = _seconds(now["finished_at"]) - _seconds(now["started_at"])
    early, late = memory.at(0.1), memory.at(1.0)
    return [
        Measure(
            f"import of {rows:,} accounts",
            rows / seconds,
            "rows/s",
            f"{seconds:.0f} s; CPU {cpu:.0f} us a row",
            least=4_000,
        ),
        Measure(
            "memory of the import, end against the first tenth",
            late / early,
            "times",
            f"{early:.0f} MB, {late:.0f} MB",
            most=1.25,
        ),
    ]


def write_accounts(file: Path, rows: int) -> None:
    """A table of accounts: names that are not there yet, and parents among the first 500 rows."""
    chance = random.Random(1)
    company = f"Company {time.time_ns():x} number"
    with file.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(IMPORT_MAPPING)
        for number in range(rows):
            writer.writerow(
                [
                    f"{company} {number}",
                    chance.choice(["retail", "technology", "medical", "finance", "software"]),
                    chance.randint(1950, 2020),
                    f"{chance.random() * 5000:.2f}",
                    chance.randint(1, 90_000),
                    chance.choice(["United States", "Germany", "China", "Japan", "Brazil"]),
                    f"{company} {chance.randrange(min(number, 500))}" if number else "",
                ]
            )


class _Memory:
    """Watches how much memory a process uses, by how far its work has come."""

    def __init__(self, pid: int) -> None:
        self._pid = pid
        self._seen: list[tuple[float, float]] = []
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self.share = 0.0

    def __enter__(self) -> _Memory:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._end.set()
        self._thread.join()

    def at(self, share: float) -> float:
        """Most megabytes seen up to a share of the work."""
        return max((size for when, size in self._seen if when <= share), default=0.0)

    def _watch(self) -> None:
        import psutil

        process = psutil.Process(self._pid)
        while not self._end.wait(0.1):
            self._seen.append((self.share, process.memory_info().rss / 1e6))


@dataclass(slots=True)
class _Side:
    """One side of a comparison: what it did so far, slice by slice."""

    server: Server
    target: Target
    rates: list[float] = field(default_factory=list)
    requests: float = 0.0
    cpu: float = 0.0

    def run(self, stage: Stage, seconds: float) -> None:
        before = stage.cost(self.server)
        rate = load.rate(self.target, seconds)
        self.cpu += stage.cost(self.server) - before
        self.rates.append(rate)
        self.requests += rate * seconds

    @property
    def milliseconds(self) -> float:
        """CPU of the server and of PostgreSQL for a request."""
        return self.cpu / self.requests * 1000


def _ratio(
    name: str, stage: Stage, ours: Any, theirs: Any, least: float, seconds: float, rounds: int, *, by_cpu: bool
) -> Measure:
    """Short alternating runs of both sides, so that what else the machine does falls on both.

    Args:
        by_cpu: compare the CPU that a request takes, which holds on a machine busy with other things, instead of the
            requests answered in a second.
    """
    mine = _Side(stage.tangram, Target(stage.tangram.port, ours))
    other = _Side(stage.hand, Target(stage.hand.port, theirs))
    for side in (mine, other):
        load.rate(side.target, min(seconds, 1.0))
    for turn in range(rounds):
        for side in (mine, other) if turn % 2 == 0 else (other, mine):
            side.run(stage, seconds)
    cost = other.milliseconds / mine.milliseconds
    rate = statistics.median(one / two for one, two in zip(mine.rates, other.rates, strict=True))
    detail = (
        f"{statistics.median(mine.rates):,.0f}/s against {statistics.median(other.rates):,.0f}/s;"
        f" CPU {mine.milliseconds:.2f} ms against {other.milliseconds:.2f} ms ({cost:.2f})"
    )
    return Measure(name, cost if by_cpu else rate, "of hand-written", detail, least=least)


def _document(name: str) -> dict[str, Any]:
    kinds = ["text", "long_text", "email", "phone", "url", "integer", "decimal", "percent", "boolean", "date"]
    fields: list[dict[str, Any]] = [
        {"name": f"field_{number}", "type": kind, "label": {"en": f"Field {number}"}}
        for number, kind in enumerate(kinds)
    ]
    fields[0] |= {"required": True, "searchable": True}
    fields.append({"name": "account", "type": "lookup", "object": "account", "label": {"en": "Account"}})
    fields.append({"name": "cost", "type": "currency", "currency": "USD", "label": {"en": "Cost"}})
    return {"kind": "object", "name": name, "label": {"en": name}, "name_field": "field_0", "fields": fields}


def _seconds(moment: str) -> float:
    import datetime

    return datetime.datetime.fromisoformat(moment).timestamp()
