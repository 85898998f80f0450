"""What is wrong with a file as a whole, so that it cannot be read as a table, and what an import refuses to do."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kernel.faults import Fault, Invalid

if TYPE_CHECKING:
    from collections.abc import Mapping


class Unreadable(Invalid):
    """The file cannot be read as a table; ``fault`` says why, and ``pointer`` which part of the request is to blame."""

    def __init__(self, code: str, parameters: Mapping[str, Any] | None = None, *, pointer: str = "") -> None:
        self.fault = Fault(pointer, code, dict(parameters or {}))
        super().__init__([self.fault])


class TooLarge(Unreadable):
    """The upload is over the limit; nothing of it is kept."""


class NoSpace(Unreadable):
    """The disk that holds the files is (nearly) full; nothing of the upload is kept."""


class WrongState(Exception):
    """The import is in a state in which this cannot be done.

    Attributes:
        state: the state that it is in.
        action: what was asked for: ``configure``, ``start``, ``cancel``, ``resume``, ``undo`` or ``delete``.
    """

    def __init__(self, action: str, state: str) -> None:
        super().__init__(f"cannot {action} an import that is {state}")
        self.action, self.state = action, state
        self.fault = Fault("", f"import_state_{state}", {"action": action})
