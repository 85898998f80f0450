"""Lookups by what people write: names, addresses and numbers in cells become ids, a whole batch in one statement."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from kernel.fields.type import PLAIN, TextForm, ValueFault
from runtime import statements
from runtime.imports.cells import Problem, clean, is_plain

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from uuid import UUID

    import asyncpg

    from kernel.model import FieldModel, Model, ObjectModel
    from runtime.imports.mapping import Column

REMEMBERED = 100_000


class Links:
    """Resolves the texts of one lookup column. Users are found by e-mail address too.

    Attributes:
        field: the lookup. ``linked``: the object that it points at. ``match``: the field that texts are values of.
        create_missing: what is not there is to be created.
        own: the lookup points at the object that is imported, so a later row may be what an earlier one names.
    """

    def __init__(self, model: Model, target: ObjectModel, column: Column, form: TextForm = PLAIN) -> None:
        assert column.field is not None
        self.column = column.column
        self.field: FieldModel = target.fields[column.field]
        assert self.field.target is not None
        self.linked: ObjectModel = model.objects[self.field.target]
        lookup = column.lookup
        self.match: FieldModel = self.linked.fields[(lookup and lookup.match) or self.linked.name_field]
        self.create_missing = lookup is not None and lookup.create_missing
        self.own = self.linked is target
        self._decode = self.match.type.text_decoder(self.match, form)
        self._known: dict[str, UUID | Problem] = {}
        self._statement = _statement(self.linked, self.match)
        self._by_email = None
        if self.linked.name == "user" and self.match.name == self.linked.name_field:
            email = self.linked.fields["email"]
            self._by_email = _statement(self.linked, email), email.type.text_decoder(email, form)

    def find(self, text: str) -> UUID | Problem | None:
        """What is known of a text after ``resolve``; None where there is no such record."""
        return self._known.get(text)

    async def resolve(self, connection: asyncpg.Connection[Any], texts: Iterable[str]) -> set[str]:
        """Look up the texts that are not known yet; returns those for which there is no record.

        That a record is missing is not remembered: another batch, or another user, may create it. What was found for
        other texts may be forgotten by this call, so use ``find`` for these at once.
        """
        if len(self._known) > REMEMBERED:
            self._known.clear()
        missing = set(texts).difference(self._known)
        if missing:
            missing = await self._search(connection, missing, self._statement, self._decode)
        if missing and self._by_email is not None:
            statement, decode = self._by_email
            addresses = {text for text in missing if "@" in text}
            missing -= addresses - await self._search(connection, addresses, statement, decode)
        return missing

    async def _search(
        self,
        connection: asyncpg.Connection[Any],
        texts: Iterable[str],
        statement: statements.Statement,
        decode: Callable[[str], Any],
    ) -> set[str]:
        wanted: dict[Any, list[str]] = {}
        for text in texts:
            try:
                wanted.setdefault(decode(text), []).append(text)
            except ValueFault as fault:
                parameters = {name: value for name, value in fault.parameters.items() if is_plain(value)}
                self._known[text] = self.problem(fault.code, text, parameters)
        if not wanted:
            return set()
        rows = await connection.fetch(statement.sql, *statement.arguments({"values": list(wanted)}))
        for key, record_id, count in rows:
            for text in wanted.pop(key):
                many = count > 1
                self._known[text] = (
                    self.problem("import_lookup_ambiguous", text, {"count": count}) if many else record_id
                )
        return {text for found in wanted.values() for text in found}

    def clear(self) -> None:
        """Forget everything: what was found out in a transaction that was rolled back may not be so."""
        self._known.clear()

    def learn(self, text: str, found: UUID) -> None:
        """A record was created for a text."""
        self._known[text] = found

    def bound(self, text: str) -> Any:
        """The value that a text stands for in the match field. Raises ``ValueFault``."""
        return self._decode(text)

    def missing(self, text: str) -> Problem:
        """The fault of a text for which there is no record."""
        return self.problem("import_lookup_missing", text, {"object": self.linked.name})

    def problem(self, code: str, text: str, parameters: dict[str, Any]) -> Problem:
        shown = clean(text)
        return Problem(code, self.column, self.field.name, shown, {"value": shown, **parameters})


def _statement(linked: ObjectModel, match: FieldModel) -> statements.Statement:
    """(value, id, how many) of the records that are not deleted and have one of the values."""
    table = linked.table
    column = table.c[match.columns[0]]
    values = statements.parameter("values", sa.ARRAY(column.type))
    first = sa.func.array_agg(table.c.id, type_=sa.ARRAY(sa.Uuid))[1]
    return statements.compile(
        sa.select(column, first, sa.func.count())
        .where(column == sa.any_(values), table.c.deleted_at.is_(None))
        .group_by(column)
    )
