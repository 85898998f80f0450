"""Brakes on guessing passwords: a count of failures per account and per address, with growing pauses.

Counts live in the process; the lock of an account that exists also lives in the database
(``runtime.security.accounts``), so that other processes see it and a restart does not lift it.
"""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict
from dataclasses import dataclass
from weakref import WeakValueDictionary

FREE_FAILURES = 5
FIRST_PAUSE = 30.0
LONGEST_PAUSE = 900.0
FORGET_AFTER = 3600.0
MOST_KEYS = 10_000


def pause_after(failures: int, free: int = FREE_FAILURES, longest: float = LONGEST_PAUSE) -> float:
    """Seconds to wait after so many failures in a row: none at first, then 30, 60, 120 ... at most ``longest``."""
    if failures < free:
        return 0.0
    return float(min(longest, FIRST_PAUSE * 2.0 ** min(failures - free, 10)))


@dataclass(slots=True)
class _Count:
    failures: int = 0
    last: float = 0.0
    until: float = 0.0


class Throttle:
    """Counts failures by key. The oldest keys are forgotten.

    Args:
        free: so many failures cost nothing.
        longest: seconds of the longest pause.
        forget_after: seconds without a failure after which earlier ones do not count.
    """

    def __init__(
        self, free: int = FREE_FAILURES, *, longest: float = LONGEST_PAUSE, forget_after: float = FORGET_AFTER
    ) -> None:
        self._free, self._longest, self._forget_after = free, longest, forget_after
        self._counts: OrderedDict[str, _Count] = OrderedDict()
        self._turns: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    def turn(self, key: str) -> asyncio.Lock:
        """Attempts on one key go one after the other, so that many at once cannot slip past the count."""
        lock = self._turns.get(key)
        if lock is None:
            lock = self._turns[key] = asyncio.Lock()
        return lock

    def wait(self, key: str) -> float:
        """Seconds until the key may try again; 0 when it may now."""
        count = self._counts.get(key)
        return 0.0 if count is None else max(0.0, count.until - time.monotonic())

    def fail(self, key: str) -> None:
        now = time.monotonic()
        count = self._counts.setdefault(key, _Count())
        if now - count.last > self._forget_after:
            count.failures = 0
        count.failures += 1
        count.last = now
        count.until = now + pause_after(count.failures, self._free, self._longest)
        self._counts.move_to_end(key)
        while len(self._counts) > MOST_KEYS:
            self._counts.popitem(last=False)

    def succeed(self, key: str) -> None:
        self._counts.pop(key, None)
