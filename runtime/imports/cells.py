"""Cells to values: one precompiled reader a column, and what is wrong with a row.

A file of a million rows has few different stages, dates or agents, so each reader remembers what it made of a text,
up to a limit that keeps memory flat.
"""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

import msgspec

from kernel.fields.type import TextForm, ValueFault
from runtime.imports.mapping import REFERENCE_TYPES

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from kernel.model import FieldModel, ObjectModel
    from runtime.imports.mapping import Column, Options
    from runtime.imports.rows import Row

REMEMBERED = 20_000
LONGEST_REMEMBERED = 200
LONGEST_SHOWN = 500
FORMULA_SIGNS = ("=", "+", "-", "@")
DAMAGE = dict.fromkeys((0, *range(0xD800, 0xE000)), "\ufffd")


class Problem(msgspec.Struct, frozen=True):
    """Why a row was not taken. ``column`` and ``field`` are None where the whole row is at fault.

    Attributes:
        value: the cell's text as it stands in the file (cut where it is very long).
        parameters: for the message, which is made in the reader's language.
    """

    code: str
    column: str | None = None
    field: str | None = None
    value: str | None = None
    parameters: dict[str, Any] = {}


@dataclasses.dataclass(slots=True)
class Draft:
    """A row on its way into the database.

    Attributes:
        row: spreadsheet row. ``cells``: as read.
        values: bound value (a tuple where a field has several columns) by field; blank cells are not in it.
        links: text by lookup field, to be resolved; a resolved one moves to ``values``.
        action: ``create``, ``update`` or ``skip``, once it is known.
    """

    row: int
    cells: list[str]
    values: dict[str, Any]
    links: dict[str, str]
    problems: list[Problem]
    action: str = ""


class _Wrong:
    """A remembered fault of a text."""

    __slots__ = ("code", "parameters")

    def __init__(self, fault: ValueFault) -> None:
        self.code = fault.code
        self.parameters = {name: value for name, value in fault.parameters.items() if is_plain(value)}


class Reader:
    """Reads one column. Not for two threads at the same time.

    Attributes:
        position: of the column in the file. ``link``: cells name records of another object.
    """

    def __init__(self, position: int, column: Column, field: FieldModel, form: TextForm) -> None:
        self.position, self.column, self.field, self.form = position, column, field, form
        self.link = field.type.name in REFERENCE_TYPES
        self.decode: Callable[[str], Any] = str if self.link else field.type.text_decoder(field, form)
        replaced = {key.strip(): value for key, value in (column.values or {}).items()}
        self._replaced = {key.casefold(): value for key, value in replaced.items()} | replaced
        self._known: dict[str, Any] = {}

    def values(self, texts: Sequence[str]) -> list[Any]:
        """A bound value, None (blank) or ``_Wrong`` for each text."""
        known = self._known
        found = []
        for text in texts:
            try:
                found.append(known[text])
            except KeyError:
                value = self._one(text)
                if len(known) < REMEMBERED and len(text) <= LONGEST_REMEMBERED:
                    known[text] = value
                found.append(value)
        return found

    def replace(self, text: str) -> str | None:
        """The text that the mapping takes for a cell; None for a blank one."""
        text = text.strip()
        if text[:1] == "'" and text[1:2] in FORMULA_SIGNS:
            text = text[1:]  # put there by an export, so that no spreadsheet runs the cell
        if self._replaced:
            replaced = self._replaced.get(text, self._replaced.get(text.casefold(), text))
            text = (replaced or "").strip()
        return text or None

    def _one(self, text: str) -> Any:
        taken = self.replace(text)
        if taken is None:
            return None
        try:
            return self.decode(taken)
        except ValueFault as fault:
            return _Wrong(fault)


class Readers:
    """Reads whole batches of rows, column by column."""

    def __init__(
        self, target: ObjectModel, names: Sequence[str], mapping: Sequence[Column], options: Options,
        forms: Mapping[str, TextForm],
    ) -> None:  # fmt: skip
        positions = {name: position for position, name in enumerate(names)}
        self.width = len(names)
        self.options = options
        self.columns = [
            Reader(positions[one.column], one, target.fields[one.field], forms.get(one.column, TextForm()))
            for one in mapping
            if one.field and one.column in positions
        ]

    def drafts(self, batch: Sequence[Row]) -> list[Draft]:
        """What the rows give. Faults of form (width, characters) and of values are in ``problems``."""
        drafts, whole = [], []
        for number, cells in batch:
            draft = Draft(number, cells, {}, {}, [])
            drafts.append(draft)
            problem = self._shape(cells)
            if problem is None:
                whole.append(draft)
            else:
                draft.problems.append(problem)
        for reader in self.columns:
            position = reader.position
            values = reader.values([draft.cells[position] for draft in whole])
            self._fill(reader, whole, values)
        return drafts

    def _fill(self, reader: Reader, drafts: Sequence[Draft], values: Sequence[Any]) -> None:
        name, link = reader.field.name, reader.link
        clear, required = self.options.empty == "clear", reader.field.required
        for draft, value in zip(drafts, values, strict=True):
            if value is None:
                if clear and required:
                    draft.problems.append(Problem("required", reader.column.column, name))
                elif clear:
                    draft.values[name] = None
            elif type(value) is _Wrong:
                shown = clean(draft.cells[reader.position])
                draft.problems.append(Problem(value.code, reader.column.column, name, shown, value.parameters))
            elif link:
                draft.links[name] = value
            else:
                draft.values[name] = value

    def _shape(self, cells: list[str]) -> Problem | None:
        """Pad a row to the width of the table, or say why it cannot be read."""
        if (found := len(cells)) != self.width:
            if found > self.width and any(cells[self.width :]):
                return Problem("import_row_long", parameters={"found": found, "expected": self.width})
            if found < self.width and self.options.ragged != "pad":
                return Problem("import_row_short", parameters={"found": found, "expected": self.width})
            cells += [""] * (self.width - found)
        joined = "".join(cells)
        if "\x00" in joined:
            return Problem("import_row_nul")
        if not joined.isascii():
            try:
                joined.encode()
            except UnicodeEncodeError:
                return Problem("import_row_encoding")
        return None


def storable(text: str) -> str:
    """Text as it can be stored and shown: what is no character becomes U+FFFD."""
    return text.translate(DAMAGE) if "\x00" in text or not text.isascii() else text


def clean(text: str) -> str:
    """A cell as it is shown beside a fault, cut where it is very long."""
    return storable(text[:LONGEST_SHOWN])


def is_plain(value: Any) -> bool:
    """Whether a parameter of a message can be stored as JSON."""
    return value is None or isinstance(value, str | int | float | bool | list | tuple)
