"""Passwords are hashed with argon2id, away from the event loop."""

from __future__ import annotations

import asyncio
import time

import pytest

from runtime.security import WeakPassword, hash_password, verify_password


async def test_a_password_is_verified_by_its_hash_only() -> None:
    stored = await hash_password("correct horse")
    assert stored.startswith("$argon2id$")
    assert stored != await hash_password("correct horse")
    assert await verify_password(stored, "correct horse")
    assert not await verify_password(stored, "correct horsf")


async def test_nobody_has_no_password() -> None:
    assert not await verify_password(None, "")
    assert not await verify_password("not a hash", "x")


async def test_short_passwords_are_refused() -> None:
    with pytest.raises(WeakPassword):
        await hash_password("short")


async def test_hashing_does_not_hold_up_other_requests() -> None:
    longest = 0.0

    async def watch() -> None:
        nonlocal longest
        while True:
            begin = time.perf_counter()
            await asyncio.sleep(0.001)
            longest = max(longest, time.perf_counter() - begin)

    watcher = asyncio.create_task(watch())
    begin = time.perf_counter()
    await asyncio.gather(*(hash_password("correct horse") for _ in range(4)))
    took = time.perf_counter() - begin
    watcher.cancel()
    assert longest < took / 2
