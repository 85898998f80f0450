"""A whole installation in a process of its own: `tangram run` with a fresh home, as a person would start it."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import httpx

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parent.parent
START_SECONDS = 240


@dataclass(slots=True)
class Live:
    """A running demo: where it answers, where its data lies, and its process."""

    url: str
    home: Path
    environment: dict[str, str]
    process: subprocess.Popen[bytes]

    def tangram(self, *words: str) -> str:
        """Run the `tangram` command against this installation and return what it prints."""
        done = subprocess.run(
            [str(tangram()), *words], env=self.environment, cwd=ROOT, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout.strip()

    def token(self, user: str = "admin@demo.test") -> str:
        return self.tangram("token", "create", "--tenant", "demo", "--user", user, "--name", "test")

    def api(self, user: str = "admin@demo.test") -> httpx.Client:
        return httpx.Client(base_url=self.url, headers={"Authorization": f"Bearer {self.token(user)}"}, timeout=60)


def tangram() -> Path:
    """The console script of the environment that runs the tests."""
    return Path(sys.executable).with_name("tangram")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def running(home: Path, port: int | None = None) -> Iterator[Live]:
    """Start `tangram run` and wait until the demo answers; end it as Ctrl-C does."""
    live = start(home, port or free_port())
    try:
        yield live
    finally:
        stop(live)


def start(home: Path, port: int) -> Live:
    environment = {key: value for key, value in os.environ.items() if not key.startswith("TANGRAM_")}
    environment |= {"TANGRAM_HOME": str(home), "TANGRAM_PORT": str(port)}
    environment["PATH"] = f"{tangram().parent}{os.pathsep}{environment['PATH']}"
    log = (home.parent / f"{home.name}.log").open("ab")
    process = subprocess.Popen(
        [str(tangram()), "run"], env=environment, cwd=ROOT, stdout=log, stderr=subprocess.STDOUT, start_new_session=True
    )
    live = Live(f"http://127.0.0.1:{port}", home, environment, process)
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise AssertionError(f"tangram run ended: {Path(log.name).read_text('utf-8')[-4000:]}")
        try:
            if httpx.get(f"{live.url}/health/ready", timeout=2).status_code == 200:
                return live
        except httpx.TransportError:
            pass
        time.sleep(0.2)
    stop(live)
    raise AssertionError(f"no answer within {START_SECONDS} s: {Path(log.name).read_text('utf-8')[-4000:]}")


def stop(live: Live) -> None:
    live.process.send_signal(signal.SIGINT)
    live.process.wait(timeout=60)
