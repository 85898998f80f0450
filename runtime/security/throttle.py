"""Brakes on guessing passwords: a count of failures per account and per address, with growing pauses.

Counts live in the process; the lock of an account that exists also lives in the database
(``runtime.security.accounts``), so that other processes see it and a restart does not lift it.
"""

from __future__ import annotations

import time
from collections import OrderedDict
from dataclasses import dataclass

FREE_FAILURES = 5
FIRST_PAUSE = 30.0
LONGEST_PAUSE = 900.0
FORGET_AFTER = 3600.0
MOST_KEYS = 10_000


def pause_after(failures: int, free: int = FREE_FAILURES) -> float:
    """Seconds to wait after so many failures in a row: none at first, then 30, 60, 120 ... at most 900."""
    if failures < free:
        return 0.0
    return float(min(LONGEST_PAUSE, FIRST_PAUSE * 2.0 ** min(failures - free, 10)))


@dataclass(slots=True)
class _Count:
    failures: int = 0
    last: float = 0.0
    until: float = 0.0


class Throttle:
    """Counts failures by key. ``free`` failures cost nothing; the oldest keys are forgotten."""

    def __init__(self, free: int = FREE_FAILURES) -> None:
        self._free = free
        self._counts: OrderedDict[str, _Count] = OrderedDict()

    def wait(self, key: str) -> float:
        """Seconds until the key may try again; 0 when it may now."""
        count = self._counts.get(key)
        return 0.0 if count is None else max(0.0, count.until - time.monotonic())

    def fail(self, key: str) -> None:
        now = time.monotonic()
        count = self._counts.setdefault(key, _Count())
        if now - count.last > FORGET_AFTER:
            count.failures = 0
        count.failures += 1
        count.last = now
        count.until = now + pause_after(count.failures, self._free)
        self._counts.move_to_end(key)
        while len(self._counts) > MOST_KEYS:
            self._counts.popitem(last=False)

    def succeed(self, key: str) -> None:
        self._counts.pop(key, None)
