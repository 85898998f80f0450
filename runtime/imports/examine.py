"""What an import would do, found out without writing: for previews and dry runs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from runtime import statements
from runtime.imports.cells import Problem

if TYPE_CHECKING:
    from collections.abc import Sequence

    import asyncpg

    from runtime.imports.cells import Draft
    from runtime.imports.plan import Plan


class _New:
    """Stands for a record that the import itself would create."""


NEW = _New()


class Examiner:
    """Decides batch by batch, in the order of the file, what would become of each row.

    It remembers a number for every unique value that it has seen, some 80 bytes each, to know a value that is there
    twice in the file.
    """

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        mapped = {reader.field.name for reader in plan.readers.columns}
        self._keys = [key for key in plan.target.unique_keys if set(key) <= mapped]
        if plan.key is not None and (plan.key.name,) not in self._keys:
            self._keys.insert(0, (plan.key.name,))
        self._statements = {key: self._statement(key) for key in self._keys}
        self._seen: dict[tuple[str, ...], set[int]] = {key: set() for key in self._keys}
        self._made: set[tuple[str, int]] = set()

    async def examine(self, connection: asyncpg.Connection[Any], drafts: Sequence[Draft]) -> None:
        """Set ``action`` of each row, or its ``problems``."""
        for name in self._plan.links:
            await self._link(connection, name, drafts)
        there = {key: await self._there(connection, key, drafts) for key in self._keys}
        for draft in drafts:
            if not draft.problems:
                self._decide(draft, there)
            if draft.problems:
                draft.action = "skip"

    async def _link(self, connection: asyncpg.Connection[Any], name: str, drafts: Sequence[Draft]) -> None:
        links = self._plan.links[name]
        asking = [draft for draft in drafts if name in draft.links]
        missing = await links.resolve(connection, {draft.links[name] for draft in asking})
        # of the object's own records those in the file are as good as there: an import takes faulty rows up again
        own = self._own_values(name, drafts) if links.own else set()
        for draft in asking:
            text = draft.links.pop(name)
            if text in missing:
                if links.create_missing or (name, hash(links.bound(text))) in self._made or text in own:
                    draft.values[name] = NEW
                else:
                    draft.problems.append(links.missing(text))
                continue
            found = links.find(text)
            if isinstance(found, Problem):
                draft.problems.append(found)
            else:
                draft.values[name] = found

    def _own_values(self, name: str, drafts: Sequence[Draft]) -> set[str]:
        links = self._plan.links[name]
        reader = next((one for one in self._plan.readers.columns if one.field.name == links.match.name), None)
        if reader is None:
            return set()
        values = [draft.values.get(links.match.name) for draft in drafts if not draft.problems]
        self._made.update((name, hash(value)) for value in values if value is not None)
        return {str(value) for value in values if value is not None}

    def _decide(self, draft: Draft, there: dict[tuple[str, ...], dict[Any, Any]]) -> None:
        plan = self._plan
        match = None
        if plan.key is not None:
            key = (plan.key.name,)
            value = self._value(draft, key)
            match = there[key].get(value)
            if match is None and hash(value) in self._seen[key]:
                match = NEW
        draft.action = _action(plan.mode, match is not None)
        if draft.action == "skip":
            return
        if draft.action == "create":
            self._require(draft)
        self._unique(draft, there, match)

    def _require(self, draft: Draft) -> None:
        plan = self._plan
        for name, field in plan.target.fields.items():
            if field.required and field.default is None and not field.system and draft.values.get(name) is None:
                draft.problems.append(plan.problem("required", name))

    def _unique(self, draft: Draft, there: dict[tuple[str, ...], dict[Any, Any]], match: Any) -> None:
        plan = self._plan
        for key in self._keys:
            if plan.key is not None and key == (plan.key.name,):
                continue
            value = self._value(draft, key)
            if value is None:
                continue
            holder = there[key].get(value)
            if (holder is not None and holder != match) or (match is None and hash(value) in self._seen[key]):
                draft.problems.append(plan.problem("taken", key[0], plan.cell(draft, key[0]), field=", ".join(key)))
        if not draft.problems:
            for key in self._keys:
                if (value := self._value(draft, key)) is not None:
                    self._seen[key].add(hash(value))

    async def _there(
        self, connection: asyncpg.Connection[Any], key: tuple[str, ...], drafts: Sequence[Draft]
    ) -> dict[Any, Any]:
        """Ids of the records that have the key's values, by value."""
        first = {draft.values.get(key[0]) for draft in drafts if not draft.problems} - {None, NEW}
        if not first:
            return {}
        statement = self._statements[key]
        rows = await connection.fetch(statement.sql, *statement.arguments({"values": list(first)}))
        return {(row[1] if len(key) == 1 else tuple(row)[1:]): row[0] for row in rows}

    def _statement(self, key: tuple[str, ...]) -> statements.Statement:
        table = self._plan.target.table
        columns = [table.c[self._plan.target.fields[name].columns[0]] for name in key]
        values = statements.parameter("values", sa.ARRAY(columns[0].type))
        return statements.compile(
            sa.select(table.c.id, *columns).where(columns[0] == sa.any_(values), table.c.deleted_at.is_(None))
        )

    @staticmethod
    def _value(draft: Draft, key: tuple[str, ...]) -> Any:
        values = tuple(draft.values.get(name) for name in key)
        if any(value is None or value is NEW for value in values):
            return None
        return values[0] if len(key) == 1 else values


def _action(mode: str, there: bool) -> str:
    if there:
        return "skip" if mode == "create" else "update"
    return "skip" if mode == "update" else "create"
