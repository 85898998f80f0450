"""Update the record with a unique value, or make it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kernel.faults import Fault, escape
from runtime.records._door import enter
from runtime.records.errors import BadQuery, Busy, Invalid, NotFound, Taken
from runtime.records.reading import find_by, key_value, unique_field
from runtime.records.writing import Written, create, update

if TYPE_CHECKING:
    from runtime.call import Call
    from runtime.records.idempotency import Idempotency

ATTEMPTS = 10


async def upsert(
    call: Call,
    object: str,  # noqa: A002
    field: str,
    value: str,
    data: dict[str, Any],
    *,
    idempotency: Idempotency | None = None,
) -> Written:
    """Update the record whose unique ``field`` has ``value`` (as text), or create it with that value.

    Racing calls with the same value make one record: the losers of the race update it.

    Raises ``NotFound`` (no such object), ``AccessDenied``, ``BadQuery`` (the field is not unique), ``Invalid``,
    ``Taken``, ``Busy``.
    """
    door = enter(call, object, "read", "create", "update")
    unique_field(door, field)
    if field == "id":
        raise BadQuery([Fault("", "field_not_unique", {"field": field})])
    if not isinstance(data, dict):
        raise Invalid([Fault("", "wrong_type", {"expected": "object"})])
    key = key_value(door, field, value)
    if key is None:
        raise Invalid([Fault(f"/{escape(field)}", "required")])
    for _ in range(ATTEMPTS):
        try:
            found = await find_by(door, field, key)
        except NotFound:
            found = None
        try:
            if found is not None:
                return await update(call, object, found, data, idempotency=idempotency)
            return await create(call, object, {field: key, **data}, idempotency=idempotency)
        except NotFound:
            continue  # deleted between the two statements
        except Taken as error:
            if found is not None or error.fault.pointer != f"/{escape(field)}" or data.get(field, key) != key:
                raise
    raise Busy(f"{object} {field}")
