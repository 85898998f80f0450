"""Brakes on guessing: pauses grow, keys are apart, memory is bounded."""

from __future__ import annotations

from typing import TYPE_CHECKING

from runtime.security import throttle
from runtime.security.throttle import Throttle, pause_after

if TYPE_CHECKING:
    import pytest


def test_pauses_begin_after_the_free_failures_and_double_up_to_a_quarter_of_an_hour() -> None:
    assert [pause_after(failures) for failures in (0, 4, 5, 6, 7)] == [0, 0, 30, 60, 120]
    assert pause_after(10_000) == 900


def test_a_key_waits_alone_and_a_success_lifts_its_pause() -> None:
    brake = Throttle(free=2)
    brake.fail("a")
    assert brake.wait("a") == 0
    brake.fail("a")
    assert 29 < brake.wait("a") <= 30
    assert brake.wait("b") == 0
    brake.succeed("a")
    assert brake.wait("a") == 0


def test_failures_of_long_ago_are_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 1000.0
    monkeypatch.setattr(throttle.time, "monotonic", lambda: now)
    brake = Throttle(free=2)
    brake.fail("a")
    now += 2 * throttle.FORGET_AFTER
    brake.fail("a")
    assert brake.wait("a") == 0


def test_many_keys_take_bounded_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(throttle, "MOST_KEYS", 10)
    brake = Throttle(free=1)
    for number in range(100):
        brake.fail(str(number))
    assert brake.wait("0") == 0
    assert brake.wait("99") > 0
