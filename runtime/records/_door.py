"""The one point that every call passes: may the caller do this to that object, and which fields may he see?

It also turns what PostgreSQL refuses into the errors of this package, and repeats what lost a race for locks.
"""

from __future__ import annotations

import asyncio
import random
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

import asyncpg

from kernel import tables
from kernel.faults import Fault, escape
from runtime.records.errors import AccessDenied, BadQuery, Busy, InUse, Invalid, NotFound, Taken

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from kernel.access import Access
    from kernel.model import Model, ObjectModel
    from runtime.call import Call

T = TypeVar("T")
ATTEMPTS = 4
PAUSE_SECONDS = 0.02

# What a question may fail with in PostgreSQL although every value fitted its type.
UNANSWERABLE = (
    asyncpg.DataError,  # SQLSTATE class 22: out of range, division by zero, ...
    asyncpg.exceptions.StatementTooComplexError,
    asyncpg.exceptions.ProgramLimitExceededError,
)


@dataclass(slots=True, frozen=True)
class Door:
    """An object as one caller may use it.

    Attributes:
        readable: names of the fields that he may see.
    """

    call: Call
    readable: frozenset[str]
    object: ObjectModel

    @property
    def model(self) -> Model:
        return self.call.model

    @property
    def access(self) -> Access:
        return self.call.access

    @property
    def owners(self) -> tuple[Model, Access]:
        """What a statement compiled for this door depends on, see ``statements.Cache``."""
        return self.call.model, self.call.access


def enter(call: Call, object_name: str, *actions: str) -> Door:
    """Pass the door. Raises ``NotFound`` (no such object) or ``AccessDenied``."""
    found = call.model.objects.get(object_name)
    if found is None:
        raise NotFound(object_name)
    for action in actions:
        if not call.access.may(object_name, action):
            raise AccessDenied(action, object_name)
    return Door(call, call.access.readable(object_name), found)


def require_writable(door: Door, data: Mapping[str, Any], pointer: str = "") -> None:
    """Raises ``Invalid`` where the caller gives fields that he may not write but could see."""
    writable = door.access.writable(door.object.name)
    faults = [
        Fault(f"{pointer}/{escape(name)}", "field_read_only", {"property": name})
        for name in data
        if name in door.object.writable and name not in writable
    ]
    if faults:
        raise Invalid(faults)


async def repeated(run: Callable[[], Awaitable[T]]) -> T:
    """Run a write, again where it was the loser of a deadlock or found the row changed under it.

    Raises ``Busy`` after ``ATTEMPTS``, or where it waited for another's lock for longer than a command may take.
    """
    for attempt in range(ATTEMPTS):
        try:
            return await run()
        except (
            asyncpg.DeadlockDetectedError,
            asyncpg.SerializationError,
            asyncpg.LockNotAvailableError,
            TimeoutError,
        ) as error:
            if attempt == ATTEMPTS - 1 or isinstance(error, TimeoutError):
                raise Busy(str(error)) from error
        await asyncio.sleep(PAUSE_SECONDS * (attempt + random.random()))  # noqa: S311  # a pause, not a secret
    raise AssertionError("unreachable")


def question_refused(error: Exception) -> BadQuery:
    """What to tell of a question that PostgreSQL could not answer."""
    return BadQuery([Fault("", "question_refused", {"reason": str(error).splitlines()[0]})])


def write_refused(error: asyncpg.PostgresError | asyncpg.InterfaceError, door: Door, pointer: str = "") -> Exception:
    """What to tell of a write that PostgreSQL refused; the error itself where it is none of the caller's making."""
    if isinstance(error, asyncpg.UniqueViolationError):
        return Taken(taken_fault(door.object, str(error.constraint_name), pointer))
    if isinstance(error, asyncpg.ForeignKeyViolationError | asyncpg.exceptions.RestrictViolationError):
        if error.table_name is not None and error.table_name != door.object.table.name:
            return InUse(Fault(pointer, "in_use", {"object": _object_of(door.model, error.table_name), "count": 1}))
        names = constrained(door.object, str(error.constraint_name))
        where = f"{pointer}/{escape(names[0])}" if names else pointer
        return Invalid([Fault(where, "reference_invalid", {"value": "", "object": door.object.name})])
    if isinstance(error, UNANSWERABLE):
        return Invalid([Fault(pointer, "value_refused", {"reason": str(error).splitlines()[0]})])
    return error


def taken_fault(item: ObjectModel, index_name: str, pointer: str = "") -> Fault:
    """The fault of a unique index: it points at the field, or the first of the fields, of the key."""
    names = constrained(item, index_name)
    if not names:
        return Fault(pointer, "taken", {"field": item.name})
    code = "taken" if len(names) == 1 else "taken_together"
    return Fault(f"{pointer}/{escape(names[0])}", code, {"field": ", ".join(names)})


def constrained(item: ObjectModel, name: str) -> tuple[str, ...]:
    """The fields of a unique index or foreign key of the object's table, by its name; empty for any other."""
    return tables.constraints(item.table.name, item.fields, item.unique_keys).get(name, ())


def _object_of(model: Model, table: str) -> str:
    return next((name for name, item in model.objects.items() if item.table.name == table), table)
