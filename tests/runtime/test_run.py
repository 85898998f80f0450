"""``tangram run`` as a person starts it: keeps the data, ends cleanly, gets up again when parts of it are killed."""

from __future__ import annotations

import os
import socket
import subprocess
import time
from typing import TYPE_CHECKING

import httpx
import psutil
import pytest

from runtime import demo
from runtime.postgres import Postgres
from tests import live

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One home for all tests of this module: each starts on what the one before has left."""
    return tmp_path_factory.mktemp("run") / "home"


@pytest.fixture
def running(home: Path) -> Iterator[live.Live]:
    with live.running(home) as started:
        yield started


def processes(started: live.Live) -> dict[str, psutil.Process]:
    found = {}
    for child in psutil.Process(started.process.pid).children(recursive=False):
        words = child.cmdline()
        name = next((role for role in ("serve", "worker") if role in words), child.name())
        found[name] = child
    return found


def test_it_prints_where_it_is_and_how_to_sign_in(home: Path, running: live.Live) -> None:
    # the first start of this home: the demo is made
    log = home.parent / "home.log"
    wait_for(lambda: "Sign in as" in log.read_text("utf-8"))
    said = log.read_text("utf-8")
    assert running.url in said
    assert demo.ADMIN in said
    assert demo.MEMBER in said
    assert demo.PASSWORD in said
    answer = httpx.post(f"{running.url}/auth/sign-in", json={"email": demo.ADMIN, "password": demo.PASSWORD})
    assert answer.status_code == 200
    assert set(processes(running)) >= {"serve", "worker", "postgres"}


def test_a_second_run_keeps_the_data_and_makes_nothing_twice(home: Path) -> None:
    with live.running(home) as first, first.api() as api:
        made = api.post("/api/account", json={"name": "Kept 有限公司"}).json()
        before = api.get("/api/opportunity?count=true&limit=1").json()["count"]
    with live.running(home) as second, second.api() as api:
        assert api.get(f"/api/account/{made['id']}").json()["name"] == "Kept 有限公司"
        assert api.get("/api/opportunity?count=true&limit=1").json()["count"] == before == 8800


def test_ctrl_c_ends_every_process(home: Path) -> None:
    started = live.start(home, live.free_port())
    family = [psutil.Process(started.process.pid), *psutil.Process(started.process.pid).children(recursive=True)]
    live.stop(started)
    assert started.process.returncode == 0
    _, alive = psutil.wait_procs(family, timeout=5)
    assert alive == []
    assert "database system is shut down" in (home / "postgres" / "server.log").read_text().splitlines()[-1]


@pytest.mark.parametrize("part", ["serve", "worker", "postgres"])
def test_a_part_that_is_killed_is_started_again(running: live.Live, part: str) -> None:
    with running.api() as api:
        killed = processes(running)[part]
        killed.kill()
        wait_for(lambda: (now := processes(running).get(part)) is not None and now.pid != killed.pid)
        wait_for(lambda: ready(running))
        wait_for(lambda: api.post("/api/account", json={"name": f"After {part} {killed.pid}"}).status_code == 201)


def test_nothing_is_left_and_nothing_broken_when_the_whole_is_killed(home: Path) -> None:
    started = live.start(home, live.free_port())
    with started.api() as api:
        made = api.post("/api/account", json={"name": f"Before the end {started.process.pid}"}).json()
    children = psutil.Process(started.process.pid).children(recursive=True)
    started.process.kill()
    started.process.wait()
    _, alive = psutil.wait_procs(children, timeout=20)
    assert alive == []
    with live.running(home, int(started.url.rpartition(":")[2])) as again, again.api() as api:
        assert api.get(f"/api/account/{made['id']}").status_code == 200


def test_a_port_that_is_taken_is_told_in_one_line(home: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        environment = os.environ | {"TANGRAM_HOME": str(home), "TANGRAM_PORT": str(port)}
        done = subprocess.run(
            [str(live.tangram()), "run"], env=environment, capture_output=True, text=True, check=False, timeout=60
        )
    assert done.returncode == 1
    assert done.stderr.startswith(f"tangram: port {port} is in use")
    assert done.stderr.count("\n") == 1
    assert Postgres(home / "postgres").pid() is None


def test_commands_work_with_and_without_a_running_platform(home: Path) -> None:
    environment = os.environ | {"TANGRAM_HOME": str(home)}

    def tangram(*words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [str(live.tangram()), *words], env=environment, capture_output=True, text=True, check=False, timeout=60
        )

    assert tangram("db", "status").returncode == 3
    token = tangram("token", "create", "--tenant", "demo", "--user", demo.ADMIN, "--name", "x")
    assert token.stdout.startswith("tgm_demo_")
    assert token.stdout.count("\n") == 1
    assert tangram("db", "status").returncode == 3, "the server that the command started is stopped again"
    assert tangram("db", "start").returncode == 0
    try:
        assert tangram("db", "psql", "-Atc", "SELECT count(*) FROM tangram.tenant").stdout == "1\n"
        assert "demo" in tangram("tenant", "list").stdout
        assert tangram("tenant", "create", "acme").returncode == 0
        assert tangram("tenant", "create", "acme").stderr.count("\n") == 1
        assert tangram("tenant", "drop", "acme").returncode == 1, "not without --yes"
        assert tangram("tenant", "drop", "acme", "--yes").returncode == 0
        for words in (
            ("token", "create", "--tenant", "nowhere", "--user", "x@y.zz", "--name", "x"),
            ("token", "create", "--tenant", "demo", "--user", "x@y.zz", "--name", "x"),
            ("user", "create", "--tenant", "demo", "--email", "a@b.cc", "--name", "x", "--role", "king"),
            ("package", "install", "/nowhere", "--tenant", "demo"),
            ("import", "/nowhere.csv", "--object", "account", "--mapping", "/nowhere.json", "--tenant", "demo"),
        ):
            failed = tangram(*words)
            assert failed.returncode == 1, words
            assert failed.stderr.count("\n") == 1, failed.stderr
            assert "Traceback" not in failed.stderr
        assert tangram("no-such-command").returncode == 2
    finally:
        assert tangram("db", "stop").returncode == 0
    assert tangram("db", "status").returncode == 3


def ready(started: live.Live) -> bool:
    try:
        return httpx.get(f"{started.url}/health/ready", timeout=2).status_code == 200
    except httpx.TransportError:
        return False


def wait_for(condition: object, seconds: float = 45) -> None:
    deadline = time.monotonic() + seconds
    while True:
        try:
            if condition():  # type: ignore[operator]
                return
        except (httpx.TransportError, psutil.NoSuchProcess):
            pass
        assert time.monotonic() < deadline
        time.sleep(0.1)
