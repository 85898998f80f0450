"""Passwords: argon2id, hashed outside of the event loop, a few at a time so that sign-ins cannot take all cores."""

from __future__ import annotations

import asyncio
import os
from concurrent.futures import ThreadPoolExecutor
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError

MINIMUM_LENGTH = 10
_hasher = PasswordHasher()
_threads = ThreadPoolExecutor(max_workers=max(1, (os.cpu_count() or 2) // 2), thread_name_prefix="password")


class WeakPassword(Exception):
    """The password is too short."""


async def hash_password(password: str) -> str:
    """The argon2id hash to store. Raises ``WeakPassword``."""
    if len(password) < MINIMUM_LENGTH:
        raise WeakPassword
    return await asyncio.get_running_loop().run_in_executor(_threads, _hasher.hash, password)


async def verify_password(stored: str | None, password: str) -> bool:
    """Whether ``password`` is the one of the stored hash; None (no such user) costs the same time and is false."""
    return await asyncio.get_running_loop().run_in_executor(_threads, _verify, stored, password)


def _verify(stored: str | None, password: str) -> bool:
    try:
        return _hasher.verify(stored or _nobodys_hash(), password) and stored is not None
    except (VerifyMismatchError, InvalidHashError):
        return False


@cache
def _nobodys_hash() -> str:
    return _hasher.hash(os.urandom(16).hex())
