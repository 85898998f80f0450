"""A file of 200 MB is uploaded and looked at without the server growing; one over the limit leaves nothing behind."""

from __future__ import annotations

import subprocess
import threading
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

import httpx
import psutil
import pytest

from runtime import demo, security
from runtime.platform import Platform
from tests.live import ROOT, free_port, tangram

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from runtime.settings import Settings

pytestmark = pytest.mark.deep
MEGABYTE = 1_000_000
LIMIT = 300 * MEGABYTE
FLAT_BYTES = 48 * 1024 * 1024  # what the allocator may keep of buffers; the file is four times that
HEADING = b"name,employees,sector,location\n"


def table(size: int) -> Iterator[bytes]:
    """A CSV of at least ``size`` bytes, in chunks of about 100 kB; every row is different."""
    yield HEADING
    sent, row = len(HEADING), 0
    while sent < size:
        lines = [f"Account number {row + i},{(row + i) % 5000},retail,上海 {row + i}\n" for i in range(2000)]
        chunk = "".join(lines).encode()
        yield chunk
        sent, row = sent + len(chunk), row + len(lines)


@contextmanager
def serving(settings: Settings) -> Iterator[tuple[str, psutil.Process]]:
    port = free_port()
    environment = settings.environment() | {"TANGRAM_PORT": str(port)}
    process = subprocess.Popen([str(tangram()), "serve"], env=environment, cwd=ROOT)
    url = f"http://127.0.0.1:{port}"
    try:
        deadline = time.monotonic() + 60
        while True:
            assert process.poll() is None, "the server ended"
            assert time.monotonic() < deadline
            try:
                httpx.get(f"{url}/health/ready", timeout=2).raise_for_status()
                break
            except httpx.HTTPError:
                time.sleep(0.1)
        yield url, psutil.Process(process.pid)
    finally:
        process.terminate()
        process.wait(30)


@contextmanager
def watching(process: psutil.Process) -> Iterator[list[int]]:
    """The resident memory of a process, every 20 ms, in bytes."""
    seen = [process.memory_info().rss]
    done = threading.Event()

    def watch() -> None:
        while not done.wait(0.02):
            seen.append(process.memory_info().rss)

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        yield seen
    finally:
        done.set()
        watcher.join()


@pytest.fixture
async def token(settings: Settings) -> str:
    async with Platform.open(settings) as platform:
        call = await platform.call(demo.TENANT)
        user_id = await security.user_id_of(platform.db, call.tenant, demo.ADMIN)
        return await security.create_token(platform.db, call.tenant, user_id, "test")


def files(settings: Settings) -> list[Path]:
    return [path for path in settings.files.rglob("*") if path.is_file()]


def test_200_mb_are_uploaded_and_looked_at_with_flat_memory(settings: Settings, token: str) -> None:
    with serving(settings) as (url, process):
        client = httpx.Client(base_url=url, headers={"Authorization": f"Bearer {token}"}, timeout=300)
        with client:
            look_at(client, 5 * MEGABYTE)  # what is loaded once is loaded
            before = process.memory_info().rss
            with watching(process) as seen:
                made = look_at(client, 200 * MEGABYTE)
    (large,) = [path for path in files(settings) if path.name == made["id"]]
    assert large.stat().st_size > 200 * MEGABYTE
    assert [column["name"] for column in made["columns"]] == HEADING.decode().strip().split(",")
    assert len(seen) > 20
    assert max(seen) - before < FLAT_BYTES, f"{(max(seen) - before) / MEGABYTE:.0f} MB more"


def look_at(client: httpx.Client, size: int) -> dict[str, str]:
    answer = client.post("/api/account/import", params={"file_name": "large.csv"}, content=table(size))
    assert answer.status_code == 201, answer.text
    made: dict[str, str] = answer.json()
    shown = client.post(f"/api/imports/{made['id']}/preview", json={"rows": 5})
    assert [row["action"] for row in shown.json()["rows"]] == ["create"] * 5
    return made


@pytest.mark.parametrize("says_its_length", [True, False])
def test_a_file_over_the_limit_is_refused_and_leaves_nothing(
    settings: Settings, token: str, says_its_length: bool
) -> None:
    headers = {"Authorization": f"Bearer {token}", "Accept-Language": "zh-CN"}
    if says_its_length:
        headers["Content-Length"] = str(LIMIT + MEGABYTE)
    with serving(settings) as (url, process), httpx.Client(base_url=url, headers=headers, timeout=300) as client:
        with watching(process) as seen:
            answer = client.post(
                "/api/account/import", params={"file_name": "large.csv"}, content=over_the_limit(says_its_length)
            )
        assert answer.status_code == 413, answer.text
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.json()["type"] == "urn:tangram:problem:too-large"
        assert "300 MB" in answer.json()["detail"]
        assert max(seen) - seen[0] < FLAT_BYTES
        assert files(settings) == []
        listed = client.get("/api/imports", headers={"Content-Length": "0"}).json()
        assert listed == {"data": []}


def over_the_limit(exactly: bool) -> Iterator[bytes]:
    sent = 0
    for chunk in table(LIMIT + MEGABYTE):
        yield chunk[: LIMIT + MEGABYTE - sent] if exactly else chunk
        sent += len(chunk)
