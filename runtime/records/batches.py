"""Many writes in one transaction, with references between them."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from uuid import UUID

import asyncpg
from uuid_utils.compat import uuid7

from kernel.faults import Fault, escape
from runtime.records import idempotency as keys
from runtime.records import writing
from runtime.records._door import Door, enter, repeated, write_refused
from runtime.records.errors import InUse, Invalid, NotFound, Stale, Taken
from runtime.records.sets import Result, Row, write_many

if TYPE_CHECKING:
    from runtime.call import Call
    from runtime.records.idempotency import Idempotency

MOST_OPERATIONS = 5000
OPERATIONS = ("create", "update", "delete", "upsert")
KNOWN = {"op", "object", "id", "ref", "data", "key", "if_match"}
TAKEN = ("taken", "taken_together")


@dataclass(slots=True)
class _Operation:
    position: int
    op: str
    object: str
    id: UUID | None
    data: dict[str, Any]
    key: str | None
    if_match: int | None
    ref: str | None
    id_from: int | None = None
    refers: set[int] = field(default_factory=set)

    @property
    def pointer(self) -> str:
        return f"/operations/{self.position}"

    @property
    def kind(self) -> tuple[str, str, str | None]:
        return self.op, self.object, self.key


async def batch(call: Call, operations: list[Any], *, idempotency: Idempotency | None = None) -> str:
    """Do all operations, in order, or none: ``{"results": [{"id", "version", "action"}, ...]}``.

    An operation is ``{op: create|update|delete|upsert, object, id?, ref?, data?, key?, if_match?}``. The ``ref`` of one
    stands for its record in the data (or the id) of later ones: ``{"$ref": "a"}``. Creates of one object that follow
    each other are written as a set.

    Raises ``Invalid`` (pointers ``/operations/3/data/name``), ``NotFound``, ``AccessDenied``, ``Taken``, ``InUse``,
    ``Stale``, ``IdempotencyMismatch``.
    """
    parsed = _parse(operations)
    for one in parsed:
        try:
            enter(call, one.object, *(("create", "update") if one.op == "upsert" else (one.op,)))
        except NotFound as error:
            raise Invalid([Fault(f"{one.pointer}/object", "object_unknown", {"object": one.object})]) from error

    async def run() -> str:
        async with call.db.transaction() as connection:
            if idempotency is not None:
                stored = await keys.recall(connection, call, idempotency)
                if stored is not None:
                    return stored.body
            runner = _Runner(call, connection, len(parsed))
            for group in _runs(parsed):
                await runner.run(group)
            body = json.dumps({"results": runner.results}, separators=(",", ":"))
            if idempotency is not None:
                await keys.store(connection, call, idempotency, body)
            return body

    try:
        return await repeated(run)
    except asyncpg.UniqueViolationError as error:
        if idempotency is None or not keys.is_repetition(error):
            raise
        async with call.db.connection() as connection:
            stored = await keys.recall(connection, call, idempotency)
        if stored is None:
            raise
        return stored.body


def _parse(operations: list[Any]) -> list[_Operation]:
    if not isinstance(operations, list):
        raise Invalid([Fault("/operations", "list_expected")])
    if len(operations) > MOST_OPERATIONS:
        raise Invalid([Fault("/operations", "too_many_items", {"max": MOST_OPERATIONS})])
    faults: list[Fault] = []
    refs: dict[str, int] = {}
    parsed = []
    for position, given in enumerate(operations):
        one = _operation(position, given, refs, faults)
        if one is not None:
            parsed.append(one)
    if faults:
        raise Invalid(faults)
    return parsed


def _operation(position: int, given: Any, refs: dict[str, int], faults: list[Fault]) -> _Operation | None:
    pointer = f"/operations/{position}"
    if not isinstance(given, dict):
        faults.append(Fault(pointer, "wrong_type", {"expected": "object"}))
        return None
    own = [
        Fault(f"{pointer}/{escape(str(name))}", "unknown_property", {"property": name}) for name in given.keys() - KNOWN
    ]
    op = given.get("op")
    if op not in OPERATIONS:
        own.append(Fault(f"{pointer}/op", "not_allowed", {"value": str(op)[:50], "allowed": list(OPERATIONS)}))
    if not isinstance(given.get("object"), str):
        own.append(Fault(f"{pointer}/object", "wrong_type", {"expected": "string"}))
    data = given.get("data", {})
    if not isinstance(data, dict):
        own.append(Fault(f"{pointer}/data", "wrong_type", {"expected": "object"}))
    key, ref, match = given.get("key"), given.get("ref"), given.get("if_match")
    own += [
        Fault(f"{pointer}/{name}", "wrong_type", {"expected": "string"})
        for name, value in (("key", key), ("ref", ref))
        if value is not None and not isinstance(value, str)
    ]
    if match is not None and (not isinstance(match, int) or isinstance(match, bool) or abs(match) >= 2**31):
        own.append(Fault(f"{pointer}/if_match", "wrong_type", {"expected": "integer"}))
    if op == "upsert" and key is None:
        own.append(Fault(f"{pointer}/key", "missing_property", {"property": "key"}))
    if own:
        faults += own
        return None
    one = _Operation(position, str(op), given["object"], None, data, key if op == "upsert" else None, match, ref)
    found = len(faults)
    _identify(one, given, refs, faults)
    one.data = {
        name: _referred(one, f"{pointer}/data/{escape(name)}", value, refs, faults) for name, value in data.items()
    }
    if isinstance(ref, str):
        if ref in refs:
            faults.append(Fault(f"{pointer}/ref", "duplicate_value", {"value": ref}))
        refs[ref] = position
    return one if len(faults) == found else None


def _identify(one: _Operation, given: dict[str, Any], refs: dict[str, int], faults: list[Fault]) -> None:
    """The id of the record that an operation is about: given, or referred to; new for a create."""
    identity = given.get("id")
    if one.op in ("create", "upsert"):
        if identity is not None:
            faults.append(Fault(f"{one.pointer}/id", "unknown_property", {"property": "id"}))
        one.id = uuid7() if one.op == "create" else None
        return
    if isinstance(identity, dict):
        found = _referred(one, f"{one.pointer}/id", identity, refs, faults)
        one.id_from = found.position if isinstance(found, _Ref) else None
        return
    try:
        one.id = UUID(identity) if isinstance(identity, str) and len(identity) == 36 else None
    except ValueError:
        one.id = None
    if one.id is None:
        faults.append(Fault(f"{one.pointer}/id", "reference_invalid", {"value": str(identity)[:50]}))


def _referred(one: _Operation, pointer: str, value: Any, refs: dict[str, int], faults: list[Fault]) -> Any:
    """A value, or the operation that a ``{"$ref": ...}`` names."""
    if not isinstance(value, dict) or value.keys() != {"$ref"}:
        return value
    target = refs.get(value["$ref"]) if isinstance(value["$ref"], str) else None
    if target is None:
        faults.append(Fault(pointer, "ref_unknown", {"ref": str(value["$ref"])[:50]}))
        return None
    one.refers.add(target)
    return _Ref(target)


@dataclass(slots=True, frozen=True)
class _Ref:
    """Stands for the record of an earlier operation."""

    position: int


def _runs(operations: list[_Operation]) -> list[list[_Operation]]:
    """Operations that can be written as one set: the same kind, and none needs the outcome of another of them."""
    runs: list[list[_Operation]] = []
    for one in operations:
        last = runs[-1] if runs else None
        if last is None or last[0].kind != one.kind or one.op == "delete":
            runs.append([one])
            continue
        inside = any(position >= last[0].position for position in one.refers)
        if inside and one.op != "create":
            runs.append([one])
        else:
            last.append(one)
    return runs


@dataclass(slots=True)
class _Runner:
    call: Call
    connection: asyncpg.Connection[Any]
    size: int
    results: list[dict[str, Any]] = field(default_factory=list)
    ids: dict[int, UUID] = field(default_factory=dict)

    async def run(self, group: list[_Operation]) -> None:
        first = group[0]
        door = enter(self.call, first.object)
        try:
            if first.op == "delete":
                await self._delete(door, first)
            else:
                await self._write(door, group)
        except asyncpg.PostgresError as error:
            refused = write_refused(error, door, first.pointer)
            if refused is error or isinstance(error, asyncpg.DeadlockDetectedError | asyncpg.SerializationError):
                raise
            raise refused from error

    async def _write(self, door: Door, group: list[_Operation]) -> None:
        op, key = group[0].op, group[0].key
        if key is not None:
            self._check_key(door, group[0], key)
        for one in group:
            if one.op == "create" and one.id is not None:
                self.ids[one.position] = one.id
        rows = self._rows(door, group)
        if op == "update":
            found = await write_many(self.connection, self.call, door.object.name, rows, mode="update", key="id")
        elif op == "upsert":
            found = await write_many(self.connection, self.call, door.object.name, rows, mode="upsert", key=key)
        else:
            found = await write_many(self.connection, self.call, door.object.name, rows, mode="create")
        self._refuse(door, group, found)
        for one, result in zip(group, found, strict=True):
            assert result.id is not None
            self.ids[one.position] = result.id
            self.results.append({"id": str(result.id), "version": result.version, "action": result.action})

    def _rows(self, door: Door, group: list[_Operation]) -> list[Row]:
        faults: list[Fault] = []
        rows = []
        for one in group:
            data = {name: self._value(value) for name, value in one.data.items()}
            identity = one.id if one.id is not None else self._identity(one)
            try:
                values = writing.decode(door, data, one.op, f"{one.pointer}/data")
            except Invalid as error:
                faults += error.faults
                continue
            rows.append(Row(values, identity, one.if_match))
        if faults:
            raise Invalid(faults)
        return rows

    def _value(self, value: Any) -> Any:
        return str(self.ids[value.position]) if isinstance(value, _Ref) else value

    def _identity(self, one: _Operation) -> UUID | None:
        """The id of an update or delete whose record is that of an earlier operation."""
        return None if one.id_from is None else self.ids[one.id_from]

    def _check_key(self, door: Door, one: _Operation, key: str) -> None:
        if key == "id" or (key,) not in door.object.unique_keys:
            raise Invalid([Fault(f"{one.pointer}/key", "field_not_unique", {"field": key})])

    def _refuse(self, door: Door, group: list[_Operation], results: list[Result]) -> None:
        """Raise for what failed; nothing of the batch is kept."""
        faults: list[Fault] = []
        for one, result in zip(group, results, strict=True):
            if result.action == "skipped":
                raise NotFound(door.object.name, one.id or self._identity(one))
            for fault in result.faults:
                if fault.code == "stale":
                    raise Stale(int(fault.parameters["version"]))
                faults.append(fault.under(f"{one.pointer}/data" if fault.pointer else one.pointer))
        if not faults:
            return
        taken = [fault for fault in faults if fault.code in TAKEN]
        if len(taken) == len(faults):
            raise Taken(taken[0])
        raise Invalid(faults)

    async def _delete(self, door: Door, one: _Operation) -> None:
        identity = one.id or self._identity(one)
        assert identity is not None
        try:
            version = await writing.delete_in(self.connection, door, identity, if_match=one.if_match)
        except InUse as error:
            raise InUse(error.fault.under(one.pointer)) from error
        self.ids[one.position] = identity
        self.results.append({"id": str(identity), "version": version, "action": "deleted"})
