"""What can go wrong at the door to the data, one class a reason; runtime/http gives each its status."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kernel.faults import Fault, Invalid

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = [
    "AccessDenied",
    "BadQuery",
    "Busy",
    "IdempotencyInProgress",
    "IdempotencyMismatch",
    "InUse",
    "Invalid",
    "NotFound",
    "Stale",
    "Taken",
]


class NotFound(Exception):
    """There is no such object, or no such record that the caller may see."""

    def __init__(self, object_name: str, key: object = None) -> None:
        super().__init__(f"{object_name} {key}" if key is not None else object_name)
        self.object = object_name
        self.key = key


class AccessDenied(Exception):
    """The caller's roles do not allow the action on the object."""

    def __init__(self, action: str, object_name: str) -> None:
        super().__init__(f"{action} {object_name}")
        self.action = action
        self.object = object_name
        self.fault = Fault("", "access_denied", {"action": action, "object": object_name})


class Stale(Exception):
    """The record was changed since the caller read it; ``version`` is the current one."""

    def __init__(self, version: int) -> None:
        super().__init__(f"version {version}")
        self.version = version
        self.fault = Fault("", "stale", {"version": version})


class Taken(Exception):
    """The value of a unique field, or of fields unique together, belongs to another record."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault.code)
        self.fault = fault


class InUse(Exception):
    """Other records refer to this one by a lookup that forbids deleting it."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault.code)
        self.fault = fault


class BadQuery(Exception):
    """A question that cannot be asked: every fault at once, each with a pointer into the parameters or the body."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = list(faults)
        super().__init__(", ".join(f"{fault.pointer}: {fault.code}" for fault in self.faults))


class IdempotencyMismatch(Exception):
    """The idempotency key was used before for a different request."""


class IdempotencyInProgress(Exception):
    """The first request with this idempotency key has not ended yet."""


class Busy(Exception):
    """The database could not give a lock in time, again and again; the caller may try later."""
