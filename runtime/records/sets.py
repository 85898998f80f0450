"""Writing many records of one object as a set: what a batch and an import do.

A set is a handful of statements whatever its size; history, audit and outbox are made in SQL beside the rows.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

import asyncpg
from uuid_utils.compat import uuid7

from kernel.faults import Fault, escape
from runtime.records import set_statements as sql
from runtime.records._door import Door, enter, taken_fault
from runtime.records.errors import Invalid
from runtime.records.references import missing, present

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from uuid import UUID

    from kernel.model import FieldModel
    from runtime.call import Call

Mode = Literal["create", "update", "upsert"]
Action = Literal["created", "updated", "unchanged", "skipped", "failed"]
ACTIONS: dict[str, tuple[str, ...]] = {"create": ("create",), "update": ("update",), "upsert": ("create", "update")}
ROUNDS = 5  # how often a row may lose a race for its key before it fails


@dataclass(slots=True)
class Row:
    """One record to write.

    Attributes:
        values: bound values by physical column, as ``Codec.decode`` gives them (mode ``create`` with defaults).
        id: of a new record; one is made where it is None. With ``key="id"`` the record to change.
        if_match: the version that the caller saw, None for any.
    """

    values: dict[str, Any]
    id: UUID | None = None
    if_match: int | None = None


@dataclass(slots=True)
class Result:
    """What became of a row.

    Attributes:
        action: ``unchanged`` had these values already; ``skipped``: to be created but there already, or to be updated
            and not there; ``failed``: see ``faults`` (pointers ``/field``; code ``stale`` for ``if_match``).
        changes: of an update, JSON text ``{field: {"old": value, "new": value}}``.
    """

    action: Action
    id: UUID | None = None
    version: int | None = None
    faults: list[Fault] = field(default_factory=list)
    changes: str | None = None


async def write_many(
    connection: asyncpg.Connection[Any],
    call: Call,
    object: str,  # noqa: A002
    rows: Sequence[Row],
    *,
    mode: Mode,
    key: str | None = None,
    source: str | None = None,
) -> list[Result]:
    """Write rows inside the caller's transaction; a row that fails does not stop the others.

    Args:
        mode: ``create`` only makes records (skips those whose key is there), ``update`` only changes (skips those not
            there), ``upsert`` does both.
        key: a unique field, or ``id``, that tells which record a row is; rows with the same key are applied in order.
        source: for history and audit; the call's own where None.

    Returns one result a row, in order.

    Raises ``NotFound``, ``AccessDenied``; ``ValueError`` where ``mode`` needs a key, or the key is not unique.
    """
    door = enter(call, object, *ACTIONS[mode])
    if key is None and mode != "create":
        raise ValueError(f"{mode} needs a key")
    if key is not None and key != "id" and (key,) not in door.object.unique_keys:
        raise ValueError(f"{key} is not unique")
    writer = _Writer(connection, door, mode, door.object.fields[key] if key else None, source or call.source)
    results: list[Result | None] = [None] * len(rows)
    for wave in writer.waves(rows):
        await writer.write([(position, rows[position]) for position in wave], results)
    return [result if result is not None else Result("failed") for result in results]


@dataclass(slots=True)
class _Writer:
    connection: asyncpg.Connection[Any]
    door: Door
    mode: Mode
    key: FieldModel | None
    source: str

    def waves(self, rows: Sequence[Row]) -> Iterable[list[int]]:
        """Positions of rows that can be written together: no two of a wave have the same key."""
        if self.key is None:
            return [list(range(len(rows)))] if rows else []
        seen: dict[Any, int] = {}
        waves: list[list[int]] = []
        for position, row in enumerate(rows):
            value = self.key_of(row)
            wave = 0 if value is None else seen.get(value, 0)
            seen[value] = wave + 1
            if wave == len(waves):
                waves.append([])
            waves[wave].append(position)
        return waves

    def key_of(self, row: Row) -> Any:
        assert self.key is not None
        return row.id if self.key.name == "id" else row.values.get(self.key.columns[0])

    async def write(self, wave: list[tuple[int, Row]], results: list[Result | None]) -> None:
        waiting = await self._referring(wave, results)
        for _ in range(ROUNDS):
            if not waiting:
                return
            known = await self._known(waiting)
            new: list[tuple[int, Row]] = []
            old: list[tuple[int, Row, UUID, int]] = []
            for position, row in waiting:
                found = known.get(self.key_of(row)) if self.key else None
                if found is None:
                    new.append((position, row))
                else:
                    old.append((position, row, *found))
            if old:
                await self._change(old, results)
            waiting = await self._make(new, results) if new else []
        for position, _ in waiting:
            results[position] = Result("failed", faults=[Fault("", "taken", {"field": self.door.object.name})])

    async def _referring(self, wave: list[tuple[int, Row]], results: list[Result | None]) -> list[tuple[int, Row]]:
        """Fail the rows with a lookup that points at nothing; return the others."""
        made = {row.id for _, row in wave if row.id is not None} if self.key is None else set()
        bad: dict[int, list[Fault]] = {}
        for lookup in self.door.object.fields.values():
            if lookup.target is None or lookup.read_only:
                continue
            column = lookup.columns[0]
            ids = {value for _, row in wave if (value := row.values.get(column)) is not None}
            if lookup.target == self.door.object.name:
                ids -= made
            if not ids:
                continue
            gone = ids - await present(self.connection, self.door, lookup, sorted(ids))
            if gone:
                for position, row in wave:
                    if row.values.get(column) in gone:
                        bad.setdefault(position, []).append(missing(lookup, row.values[column]))
        for position, faults in bad.items():
            results[position] = Result("failed", faults=faults)
        return [one for one in wave if one[0] not in bad] if bad else wave

    async def _known(self, wave: list[tuple[int, Row]]) -> dict[Any, tuple[UUID, int]]:
        """Id and version of the records that are there already, by key; they are locked."""
        if self.key is None:
            return {}
        keys = [value for _, row in wave if (value := self.key_of(row)) is not None]
        if not keys:
            return {}
        statement = sql.match(self.door, self.key)
        found = await self.connection.fetch(statement.sql, *statement.arguments({"keys": keys}))
        return {row[0]: (row[1], row[2]) for row in found}

    # -- new records

    async def _make(self, new: list[tuple[int, Row]], results: list[Result | None]) -> list[tuple[int, Row]]:
        """Insert rows; return those that somebody else inserted meanwhile and that are to be updated now."""
        if self.mode == "update":
            for position, _ in new:
                results[position] = Result("skipped")
            return []
        ready: list[tuple[int, Row, dict[str, Any]]] = []
        for position, row in new:
            try:
                ready.append((position, row, self._complete(row)))
            except Invalid as error:
                results[position] = Result("failed", faults=error.faults)
        if not ready:
            return []
        statement, values = sql.insert(self.door, [values for _, _, values in ready], self.source)
        inserted = {row[0] for row in await self.connection.fetch(statement.sql, *statement.arguments(values))}
        conflicting = []
        for position, row, given in ready:
            if given["id"] in inserted:
                results[position] = Result("created", given["id"], 1)
            else:
                conflicting.append((position, row, given))
        return await self._conflicts(conflicting, results) if conflicting else []

    def _complete(self, row: Row) -> dict[str, Any]:
        me = self.door.call.identity.user_id
        values = row.values
        if self.mode == "upsert":
            values = self.door.object.codec.complete(values, blank_is_absent=True)
        own = row.id if row.id is not None and (self.key is None or self.key.name != "id") else uuid7()
        values = {"owner_id": me, **values, "id": own}
        if values["owner_id"] is None:
            values["owner_id"] = me
        return values

    async def _conflicts(
        self, rows: list[tuple[int, Row, dict[str, Any]]], results: list[Result | None]
    ) -> list[tuple[int, Row]]:
        """Say which unique field of each row is taken; return the rows whose key it is: they are to be updated."""
        taken: dict[int, list[tuple[str, ...]]] = {}
        for names in self.door.object.unique_keys:
            columns = [self.door.object.fields[name].columns[0] for name in names]
            keys = {position: tuple(values.get(column) for column in columns) for position, _, values in rows}
            asked = {key for key in keys.values() if None not in key}
            if not asked:
                continue
            statement = sql.taken(self.door, names)
            arguments = {f"u{index}": [key[index] for key in asked] for index in range(len(names))}
            found = {tuple(row) for row in await self.connection.fetch(statement.sql, *statement.arguments(arguments))}
            for position, key in keys.items():
                if key in found:
                    taken.setdefault(position, []).append(names)
        again = []
        for position, row, _ in rows:
            names_taken = taken.get(position, [])
            if not names_taken or (self.key is not None and (self.key.name,) in names_taken):
                again.append((position, row))
                continue
            faults = [_taken(names) for names in names_taken]
            results[position] = Result("failed", faults=faults)
        return again

    # -- records that are there

    async def _change(self, old: list[tuple[int, Row, UUID, int]], results: list[Result | None]) -> None:
        if self.mode == "create":
            for position, _, identity, version in old:
                results[position] = Result("skipped", identity, version)
            return
        ready = []
        for one in old:
            position, row, identity, version = one
            if row.if_match is not None and row.if_match != version:
                stale = Fault("", "stale", {"version": version})
                results[position] = Result("failed", identity, version, faults=[stale])
            else:
                results[position] = Result("unchanged", identity, version)
                ready.append(one)
        given = {column for _, row, _, _ in ready for column in row.values}
        if self.key is not None and self.key.name != "id":
            given -= set(self.key.columns)
        if ready and given:
            await self._update(ready, given, results)

    async def _update(
        self, rows: list[tuple[int, Row, UUID, int]], given: set[str], results: list[Result | None]
    ) -> None:
        """Update rows at once; where a unique value is taken, halve the set until the row is found."""
        unique = {
            column
            for names in self.door.object.unique_keys
            for name in names
            for column in self.door.object.fields[name].columns
        }
        values = [(identity, row.values) for _, row, identity, _ in rows]
        statement, arguments = sql.update(self.door, values, given, self.source)
        try:
            if given & unique:
                async with self.connection.transaction():
                    changed = await self.connection.fetch(statement.sql, *statement.arguments(arguments))
            else:
                changed = await self.connection.fetch(statement.sql, *statement.arguments(arguments))
        except asyncpg.UniqueViolationError as error:
            if len(rows) == 1:
                fault = taken_fault(self.door.object, str(error.constraint_name))
                results[rows[0][0]] = Result("failed", rows[0][2], rows[0][3], faults=[fault])
                return
            half = len(rows) // 2
            await self._update(rows[:half], given, results)
            await self._update(rows[half:], given, results)
            return
        positions = {identity: position for position, _, identity, _ in rows}
        for identity, version, changes in changed:
            results[positions[identity]] = Result("updated", identity, version, changes=changes)


def _taken(names: tuple[str, ...]) -> Fault:
    code = "taken" if len(names) == 1 else "taken_together"
    return Fault(f"/{escape(names[0])}", code, {"field": ", ".join(names)})
