"""Writing a batch: lookups to ids, rows through the one door as a set, and a note of each record for the undo."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import UUID

from kernel.faults import Fault, Invalid
from runtime.imports.cells import Problem, is_plain
from runtime.records.sets import Result, Row, write_many

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import asyncpg

    from runtime.imports.cells import Draft
    from runtime.imports.links import Links
    from runtime.imports.plan import Plan

SOURCE = "import"
ACTIONS = {"created": "create", "updated": "update", "unchanged": "update", "skipped": "skip"}


class Writer:
    """Writes the batches of one import in the caller's transactions."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._columns = {reader.field.name: reader.field.columns for reader in plan.readers.columns}
        self._codec = plan.target.codec

    async def write(self, connection: asyncpg.Connection[Any], drafts: Sequence[Draft]) -> None:
        """Write the rows that have no problem; sets the action of each row, or its problems.

        Rows that name each other (an account and its parent in the same file) are written in the order that this
        needs, otherwise in the order of the file.
        """
        pending = [draft for draft in drafts if not draft.problems]
        while pending:
            ready, waiting = await self._resolve(connection, pending)
            if ready:
                await self._rows(connection, ready)
            elif waiting:
                for draft in waiting:  # they wait for each other
                    draft.problems += [self._plan.links[name].missing(text) for name, text in draft.links.items()]
                break
            pending = waiting
        for draft in drafts:
            if draft.problems:
                draft.action = "skip"

    async def _resolve(
        self, connection: asyncpg.Connection[Any], drafts: Sequence[Draft]
    ) -> tuple[list[Draft], list[Draft]]:
        """Rows whose lookups are all known, and rows that wait for one of those to be written."""
        waiting: set[int] = set()
        for name, links in self._plan.links.items():
            asking = [draft for draft in drafts if name in draft.links]
            if not asking:
                continue
            missing = await links.resolve(connection, {draft.links[name] for draft in asking})
            if missing and links.own:
                waiting |= self._waiting(links, name, missing, asking, drafts)
            if missing and links.create_missing:
                wanted = {draft.links[name] for draft in asking if id(draft) not in waiting} & missing
                missing -= await self._create(connection, links, wanted)
            for draft in asking:
                self._link(draft, links, name, missing, waits=id(draft) in waiting)
        return self._in_order(drafts, waiting)

    def _link(self, draft: Draft, links: Links, name: str, missing: set[str], *, waits: bool) -> None:
        text = draft.links[name]
        found = links.find(text)
        if isinstance(found, UUID):
            draft.values[name] = found
            del draft.links[name]
        elif found is not None:
            draft.problems.append(found)
        elif text in missing and not waits:
            draft.problems.append(links.missing(text))

    def _waiting(
        self, links: Links, name: str, missing: set[str], asking: Sequence[Draft], drafts: Sequence[Draft]
    ) -> set[int]:
        """The rows that name a record which another row of the batch may make."""
        match = links.match.name
        makers: dict[Any, list[Draft]] = {}
        for draft in drafts:
            if (value := draft.values.get(match)) is not None:
                makers.setdefault(value, []).append(draft)
        return {
            id(draft)
            for draft in asking
            if (text := draft.links[name]) in missing
            and any(maker is not draft for maker in makers.get(links.bound(text), ()))
        }

    def _in_order(self, drafts: Sequence[Draft], waiting: set[int]) -> tuple[list[Draft], list[Draft]]:
        """Split, so that of rows with the same key none overtakes another."""
        ready: list[Draft] = []
        later: list[Draft] = []
        held: set[Any] = set()
        key = self._plan.key
        for draft in drafts:
            if draft.problems:
                continue
            value = draft.values.get(key.name) if key is not None else None
            if id(draft) in waiting or (value is not None and value in held):
                later.append(draft)
                held.add(value)
            else:
                ready.append(draft)
        return ready, later

    async def _create(self, connection: asyncpg.Connection[Any], links: Links, texts: Iterable[str]) -> set[str]:
        """Create the records that a lookup found missing; returns the texts for which that succeeded."""
        by_value: dict[Any, list[str]] = {}
        for text in sorted(texts):
            by_value.setdefault(links.bound(text), []).append(text)
        if not by_value:
            return set()
        column = links.match.columns[0]
        rows = [Row(links.linked.codec.complete({column: value})) for value in by_value]
        results = await write_many(connection, self._plan.call, links.linked.name, rows, mode="create", source=SOURCE)
        made: set[str] = set()
        for same, result in zip(by_value.values(), results, strict=True):
            if result.action == "created" and result.id is not None:
                for text in same:
                    links.learn(text, result.id)
                made.update(same)
        await self._note(connection, links.linked.name, results)
        return made

    async def _rows(self, connection: asyncpg.Connection[Any], drafts: Sequence[Draft]) -> None:
        plan = self._plan
        rows, sent = [], []
        for draft in drafts:
            try:
                rows.append(self._row(draft))
                sent.append(draft)
            except Invalid as error:
                draft.problems += [self._problem(draft, fault) for fault in error.faults]
        results = await write_many(
            connection,
            plan.call,
            plan.target.name,
            rows,
            mode=plan.mode,  # type: ignore[arg-type]  # checked by mapping.check
            key=plan.key.name if plan.key is not None else None,
            source=SOURCE,
        )
        for draft, result in zip(sent, results, strict=True):
            if result.action == "failed":
                draft.problems += [self._problem(draft, fault) for fault in result.faults]
            else:
                draft.action = ACTIONS[result.action]
        await self._note(connection, plan.target.name, results)

    def _row(self, draft: Draft) -> Row:
        values: dict[str, Any] = {}
        record_id = None
        for name, value in draft.values.items():
            if name == "id":
                record_id = value
                continue
            columns = self._columns[name]
            if len(columns) == 1:
                values[columns[0]] = value
            elif value is None:
                values.update(dict.fromkeys(columns))
            else:
                values.update(zip(columns, value, strict=True))
        if self._plan.mode == "create":
            values = self._codec.complete(values, blank_is_absent=True)
        return Row(values, record_id)

    def _problem(self, draft: Draft, fault: Fault) -> Problem:
        name = fault.pointer[1:].partition("/")[0].replace("~1", "/").replace("~0", "~")
        parameters = {key: value for key, value in fault.parameters.items() if is_plain(value)}
        if name not in self._plan.target.fields:
            return Problem(fault.code, parameters=parameters)
        return Problem(fault.code, self._plan.column_of(name), name, self._plan.cell(draft, name), parameters)

    async def _note(self, connection: asyncpg.Connection[Any], object_name: str, results: Sequence[Result]) -> None:
        """Keep which records the import made or changed, at which version, and what they were before.

        A record that the import touches again keeps what it was before the first time.
        """
        written = [one for one in results if one.action in ("created", "updated")]
        while written:
            once = list({one.id: one for one in reversed(written)}.values())  # the first write of each record
            first = set(map(id, once))
            written = [one for one in written if id(one) not in first]
            await self._note_once(connection, object_name, once)

    async def _note_once(
        self, connection: asyncpg.Connection[Any], object_name: str, written: Sequence[Result]
    ) -> None:
        await connection.execute(
            f"""INSERT INTO "{self._plan.call.tenant.schema}".import_record AS r
                       (import_id, record_id, object, action, version, before)
                SELECT $1, w.id, $2, w.action, w.version,
                       CASE WHEN w.changes IS NOT NULL THEN
                         (SELECT coalesce(jsonb_object_agg(c.key, c.value->'old'), '{{}}')
                          FROM jsonb_each(w.changes::jsonb) c) END
                FROM unnest($3::uuid[], $4::text[], $5::int[], $6::text[]) AS w(id, action, version, changes)
                ON CONFLICT (import_id, record_id) DO UPDATE SET version = excluded.version,
                   before = CASE WHEN r.action = 'created' THEN NULL
                                 ELSE coalesce(excluded.before, '{{}}') || coalesce(r.before, '{{}}') END""",
            self._plan.entry.id,
            object_name,
            [one.id for one in written],
            [one.action for one in written],
            [one.version for one in written],
            [one.changes for one in written],
        )
