"""Who asks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from uuid import UUID


@dataclass(slots=True, frozen=True)
class Identity:
    """A caller whose credentials were checked.

    Attributes:
        user_id: the record of object ``user``; None for the system itself.
        kind: how the caller proved who he is; ``system`` stands for the platform (jobs, command line, packages).
    """

    user_id: UUID | None
    name: str
    email: str
    roles: frozenset[str]
    kind: Literal["session", "token", "system"]


_SYSTEM = Identity(None, "system", "", frozenset({"admin"}), "system")


def system_identity() -> Identity:
    """The platform acting for itself, with the rights of an admin and no user."""
    return _SYSTEM
