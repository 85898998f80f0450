"""References between records: what is referred to has to be there, and may not go where a lookup forbids it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NoReturn

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql as pg

from kernel.faults import Fault, escape
from runtime import statements
from runtime.records import traces
from runtime.records.errors import Busy, InUse, Invalid

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from uuid import UUID

    import asyncpg

    from kernel.model import FieldModel
    from runtime.records._door import Door


@dataclass(slots=True, frozen=True)
class Restriction:
    """A lookup that forbids deleting what it points at; ``statement`` counts the records that do, by ``ids``."""

    object: str
    field: str
    statement: statements.Statement


def alive(door: Door, lookups: Iterable[str]) -> list[sa.ColumnElement[bool]]:
    """Conditions of a write: each lookup, a parameter named by its column, points at a record that is not deleted.

    The target is locked against being deleted until the transaction ends; other writes to it go on.
    """
    found: list[sa.ColumnElement[bool]] = []
    for name in lookups:
        field = door.object.fields[name]
        target = door.model.objects[str(field.target)].table.alias()
        key = statements.parameter(field.columns[0], traces.ID)
        there = sa.select(target.c.id).where(target.c.id == key, target.c.deleted_at.is_(None))
        found.append(sa.exists(there.with_for_update(read=True, key_share=True)))
    return found


async def refuse_missing(door: Door, lookups: Iterable[str], values: Mapping[str, Any]) -> NoReturn:
    """Say which lookup points at nothing. Raises ``Invalid``."""
    faults = []
    async with door.call.db.connection() as connection:
        for name in lookups:
            field = door.object.fields[name]
            value = values[field.columns[0]]
            if value not in await present(connection, door, field, [value]):
                faults.append(missing(field, value))
    if not faults:  # it came back in this very moment
        raise Busy("a record that is referred to was changed meanwhile")
    raise Invalid(faults)


async def present(connection: asyncpg.Connection[Any], door: Door, field: FieldModel, ids: Sequence[UUID]) -> set[UUID]:
    """Which of the targets of a lookup are there; they are locked against being deleted."""

    def build() -> statements.Statement:
        target = door.model.objects[str(field.target)].table
        key = statements.parameter("ids", pg.ARRAY(traces.ID))
        there = sa.select(target.c.id).where(target.c.id == sa.any_(key), target.c.deleted_at.is_(None))
        return statements.compile(there.order_by(target.c.id).with_for_update(read=True, key_share=True))

    statement = statements.cache.get(door.owners, ("present", field.target), build)
    rows = await connection.fetch(statement.sql, *statement.arguments({"ids": list(ids)}))
    return {row[0] for row in rows}


def missing(field: FieldModel, value: Any, pointer: str = "") -> Fault:
    """The fault of a lookup that points at nothing."""
    return Fault(f"{pointer}/{escape(field.name)}", "reference_invalid", {"value": str(value), "object": field.target})


def restricting(door: Door, *, deleted_too: bool) -> tuple[Restriction, ...]:
    """The lookups that may forbid deleting records of the object.

    Args:
        deleted_too: records in the recycle bin count, too: they could not be restored.
    """

    def build() -> tuple[Restriction, ...]:
        found = []
        for reference in door.model.references_to(door.object.name):
            if reference.on_delete != "restrict":
                continue
            table = door.model.objects[reference.object].table
            column = table.c[door.model.objects[reference.object].fields[reference.field].columns[0]]
            ids = statements.parameter("ids", pg.ARRAY(traces.ID))
            counted = sa.select(sa.func.count()).select_from(table).where(column == sa.any_(ids))
            if not deleted_too:
                counted = counted.where(table.c.deleted_at.is_(None))
            found.append(Restriction(reference.object, reference.field, statements.compile(counted)))
        return tuple(found)

    shape = ("restricting", door.object.name, deleted_too)
    found: tuple[Restriction, ...] = statements.cache.get(door.owners, shape, build)
    return found


async def refuse_used(
    connection: asyncpg.Connection[Any],
    door: Door,
    checks: Iterable[Restriction],
    ids: Sequence[UUID],
    pointer: str = "",
) -> None:
    """Raises ``InUse`` where one of the records, which are locked, is referred to by a lookup that forbids it."""
    for check in checks:
        count = await connection.fetchval(check.statement.sql, *check.statement.arguments({"ids": list(ids)}))
        if count:
            parameters = {"object": check.object, "field": check.field, "count": count}
            raise InUse(Fault(pointer, "in_use", parameters))
