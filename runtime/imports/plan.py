"""An import made ready to run: readers of the columns, links to other records, the key, all checked and compiled."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from kernel.fields.type import TextForm
from runtime.imports import mapping, register
from runtime.imports.cells import Draft, Problem, Readers, clean
from runtime.imports.headings import date_order, decimal_form
from runtime.imports.links import Links
from runtime.imports.rows import Table
from runtime.imports.suggest import DATED, NUMERIC
from runtime.records.errors import AccessDenied

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from kernel.model import FieldModel, ObjectModel
    from runtime.call import Call
    from runtime.imports.mapping import Column
    from runtime.imports.register import Entry
    from runtime.imports.rows import Row

FORM_SAMPLE_ROWS = 5_000


@dataclass(slots=True)
class Plan:
    """What the batches of one import share.

    Attributes:
        key: the field that tells which record a row is; None where every row is a new record.
        links: by the name of the lookup field.
    """

    call: Call
    entry: Entry
    target: ObjectModel
    readers: Readers
    links: Mapping[str, Links]
    key: FieldModel | None

    @property
    def mode(self) -> str:
        return self.entry.options.kind

    def drafts(self, batch: Sequence[Row]) -> list[Draft]:
        """Read a batch of rows; made for a thread of its own, it touches no database."""
        drafts = self.readers.drafts(batch)
        if self.key is None:
            return drafts
        name = self.key.name
        for draft in drafts:
            if not draft.problems and draft.values.get(name) is None:
                draft.problems.append(self.problem("import_key_blank", name))
        return drafts

    def column_of(self, field: str) -> str | None:
        """The column that goes into a field."""
        return next((one.column for one in self.entry.mapping if one.field == field), None)

    def problem(self, code: str, name: str, text: str | None = None, /, **parameters: object) -> Problem:
        """A fault of the cell that goes into a field."""
        return Problem(code, self.column_of(name), name, text, dict(parameters))

    def cell(self, draft: Draft, field: str) -> str | None:
        """The text of the cell that goes into a field, as it is shown beside a fault."""
        position = next((one.position for one in self.readers.columns if one.field.name == field), None)
        return None if position is None or position >= len(draft.cells) else clean(draft.cells[position])


def compile(call: Call, entry: Entry) -> Plan:  # noqa: A001  # read as plan.compile
    """Make an import ready. Reads the beginning of the file, so call it in a thread.

    Raises:
        Invalid: the mapping does not fit the object as it is now.
        NotFound, AccessDenied: the object is gone, or the caller may not do what the import does.
    """
    target = check(call, entry)
    columns = [sample.name for sample in entry.columns]
    forms = _forms(target, entry.mapping, columns, register.table_path(call, entry), entry)
    links = {
        column.field: Links(call.model, target, column, forms.get(column.column, TextForm()))
        for column in entry.mapping
        if column.field and target.fields[column.field].type.name in mapping.REFERENCE_TYPES
    }
    key = target.fields[entry.options.key] if entry.options.key else None
    return Plan(call, entry, target, Readers(target, columns, entry.mapping, entry.options, forms), links, key)


def check(call: Call, entry: Entry) -> ObjectModel:
    """The object that is imported into, once nothing speaks against it. Raises as ``compile`` does."""
    target = register.target(call, entry.object)
    columns = [sample.name for sample in entry.columns]
    mapping.check(call.model, call.access, target, columns, entry.mapping, entry.options)
    _require_access(call, target, entry)
    return target


def _require_access(call: Call, target: ObjectModel, entry: Entry) -> None:
    actions = {"create": ("create",), "update": ("update",)}.get(entry.options.kind, ("create", "update"))
    for action in actions:
        if not call.access.may(target.name, action):
            raise AccessDenied(action, target.name)
    for column in entry.mapping:
        field = target.fields.get(column.field or "")
        if field is None or field.type.name not in mapping.REFERENCE_TYPES or field.target is None:
            continue
        if not call.access.may(field.target, "read"):
            raise AccessDenied("read", field.target)
        if column.lookup is not None and column.lookup.create_missing and not call.access.may(field.target, "create"):
            raise AccessDenied("create", field.target)


def _forms(
    target: ObjectModel, columns: Sequence[Column], names: Sequence[str], path: Path, entry: Entry
) -> dict[str, TextForm]:
    """How dates and numbers of each column are written; what the mapping leaves open is found out from many rows."""
    dated = [one for one in columns if one.field and target.fields[one.field].type.name in DATED]
    numeric = [one for one in columns if one.field and target.fields[one.field].type.name in NUMERIC]
    open_dates = [one for one in dated if one.date_order in (None, "auto")]
    open_numbers = [one for one in numeric if one.decimal is None]
    values: dict[str, list[str]] = {}
    if open_dates or open_numbers:
        with Table(path, entry.source) as table:
            rows = [cells for _, cells in table.batch(FORM_SAMPLE_ROWS)]
        for one in (*open_dates, *open_numbers):
            position = names.index(one.column)
            values[one.column] = [cells[position] for cells in rows if position < len(cells)]
    forms = {}
    for one in (*dated, *numeric):
        order = one.date_order
        if order in (None, "auto"):
            order = date_order(values.get(one.column, ())) or "ymd"
        decimal = one.decimal or decimal_form(values.get(one.column, ()))
        forms[one.column] = TextForm(date_order=order, decimal=decimal)  # type: ignore[arg-type]  # checked before
    return forms
