"""A load generator that is the same for both sides: connections that send one request after another."""

from __future__ import annotations

import asyncio
import itertools
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

import uvloop

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

CONNECTIONS = 8


@dataclass(slots=True)
class Target:
    """Requests to one server.

    Attributes:
        request: bytes of the request with the given number; numbers never come twice.
    """

    port: int
    request: Callable[[int], bytes]
    statuses: tuple[int, ...] = (200, 201)


def http(method: str, path: str, *, body: bytes = b"", token: str | None = None) -> bytes:
    """The bytes of a request."""
    lines = [f"{method} {path} HTTP/1.1", "Host: 127.0.0.1"]
    if token is not None:
        lines.append(f"Authorization: Bearer {token}")
    if body:
        lines += ["Content-Type: application/json", f"Content-Length: {len(body)}"]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


_numbers = itertools.count(1)


def rate(target: Target, seconds: float, connections: int = CONNECTIONS) -> float:
    """Requests answered a second."""
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(_load(target, seconds, connections))


def answer(target: Target) -> tuple[int, bytes, float]:
    """Status, body and seconds of one request on a connection of its own."""

    async def once() -> tuple[int, bytes, float]:
        reader, writer = await asyncio.open_connection("127.0.0.1", target.port, limit=1 << 24)
        began = time.perf_counter()
        writer.write(target.request(next(_numbers)))
        status, body = await _read(reader)
        took = time.perf_counter() - began
        writer.close()
        return status, body, took

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(once())


async def _load(target: Target, seconds: float, connections: int) -> float:
    end = time.perf_counter() + seconds
    began = time.perf_counter()
    done = await asyncio.gather(*(_one(target, _numbers, end) for _ in range(connections)))
    return sum(done) / (time.perf_counter() - began)


async def _one(target: Target, numbers: Iterator[int], end: float) -> int:
    reader, writer = await asyncio.open_connection("127.0.0.1", target.port, limit=1 << 24)
    done = 0
    try:
        while time.perf_counter() < end:
            writer.write(target.request(next(numbers)))
            status, body = await _read(reader)
            if status not in target.statuses:
                raise AssertionError(f"{status}: {body[:500]!r}")
            done += 1
    finally:
        writer.close()
    return done


async def _read(reader: asyncio.StreamReader) -> tuple[int, bytes]:
    head = await reader.readuntil(b"\r\n\r\n")
    status = int(head[9:12])
    lower = head.lower()
    start = lower.find(b"content-length:")
    if start >= 0:
        length = int(lower[start + 15 : lower.index(b"\r\n", start)])
        return status, await reader.readexactly(length)
    body = b""
    while size := int((await reader.readuntil(b"\r\n")).strip(), 16):
        body += await reader.readexactly(size)
        await reader.readexactly(2)
    await reader.readexactly(2)
    return status, body
