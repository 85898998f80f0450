"""A first mapping, out of the headings and the first rows: what the wizard shows before the user changes anything."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING
from uuid import UUID

from rapidfuzz import fuzz

from runtime.imports.headings import date_order, decimal_form
from runtime.imports.mapping import REFERENCE_TYPES, Column, Lookup, Options, may_set

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from kernel.model import FieldModel, Model, ObjectModel

SURE = 100.0
CLOSE = 86.0
LIKELY = 90.0
NUMERIC = ("decimal", "currency", "percent", "integer")
DATED = ("date", "datetime")
SHARE_OF_VALUES = 0.6
WORDS = re.compile(r"[^\W_]+")
CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


def suggest(
    model: Model,
    target: ObjectModel,
    writable: frozenset[str],
    columns: Sequence[str],
    samples: Sequence[Sequence[str]],
    known: Mapping[tuple[str, str], str] | None = None,
) -> tuple[list[Column], Options]:
    """Which column goes into which field, and the key.

    Args:
        samples: the first rows, each as wide as ``columns``.
        known: (column, lookup field) whose values were found in the linked object, with the field matched;
            used for columns whose heading says nothing.

    A field is used once; columns that fit nothing get no field.
    """
    values = {name: [row[position] for row in samples] for position, name in enumerate(columns)}
    fields = [
        field for field in target.fields.values() if may_set(field) and (field.name in writable or field.name == "id")
    ]
    scores = sorted(
        (
            (_score(target, field, name, values[name]), -position, name, field.name)
            for field in fields
            for position, name in enumerate(columns)
        ),
        reverse=True,
    )
    chosen: dict[str, str] = {}
    for score, _, name, field_name in scores:
        if score >= CLOSE and name not in chosen and field_name not in chosen.values():
            chosen[name] = field_name
    for name, field_name in known or {}:
        if name not in chosen and field_name not in chosen.values():
            chosen[name] = field_name
    mapping = [
        _column(model, name, target.fields[chosen[name]], values[name], known or {}) if name in chosen else Column(name)
        for name in columns
    ]
    return mapping, _options(target, chosen)


def undecided(
    target: ObjectModel, writable: frozenset[str], mapping: Sequence[Column]
) -> tuple[list[str], list[FieldModel]]:
    """Columns without a field, and lookup fields without a column: for whom the values may decide."""
    taken = {column.field for column in mapping}
    references = [
        field
        for field in target.fields.values()
        if field.type.name in REFERENCE_TYPES and may_set(field) and field.name in writable and field.name not in taken
    ]
    return [column.column for column in mapping if not column.field], references


def _column(
    model: Model, name: str, field: FieldModel, values: Sequence[str], known: Mapping[tuple[str, str], str]
) -> Column:
    column = Column(name, field.name)
    if field.type.name in REFERENCE_TYPES and field.target is not None:
        linked = model.objects[field.target]
        column.lookup = Lookup(known.get((name, field.name)) or _match(linked, values))
    if field.type.name in DATED:
        column.date_order = date_order(values) or "auto"
    if field.type.name in NUMERIC:
        column.decimal = decimal_form(values)
    return column


def _match(linked: ObjectModel, values: Sequence[str]) -> str:
    filled = [value.strip() for value in values if value.strip()]
    if filled and all(_is_uuid(value) for value in filled):
        return "id"
    if "email" in linked.fields and filled and sum("@" in value for value in filled) * 2 > len(filled):
        return "email"
    return linked.name_field


def _options(target: ObjectModel, chosen: Mapping[str, str]) -> Options:
    mapped = set(chosen.values())
    if "id" in mapped:
        return Options(mode="update", key="id")
    keys = [field.name for field in target.fields.values() if field.unique and field.name in mapped]
    # a number or code given by another system identifies better than a name that people may change
    keys.sort(key=lambda name: name == target.name_field)
    return Options(mode="upsert", key=keys[0]) if keys else Options(mode="create")


def _score(target: ObjectModel, field: FieldModel, heading: str, values: Sequence[str]) -> float:
    """0 to 100: how well a heading, and the values below it, fit a field."""
    words = plain(heading)
    names = [plain(text) for text in _texts(field)]
    best = max((fuzz.token_sort_ratio(words, name) for name in names), default=0.0)
    if words in names:
        best = SURE
    elif field.name == target.name_field and words in {plain(text) for text in _object_texts(target)}:
        best = LIKELY + 2
    elif any(_contains(words, name) for name in names):
        best = max(best, LIKELY)
    if best < CLOSE and field.values and _are_values(field, values):
        best = LIKELY
    if field.name == "id":  # a heading "ID" often stands over the numbers of another system
        filled = [value for value in values if value.strip()]
        return SURE if best == SURE and any(_is_uuid(value.strip()) for value in filled) else 0.0
    return best if best in (SURE, 0.0) or _plausible(field, values) else 0.0


def plain(text: str) -> str:
    """Words in lower case with one space between; full-width letters and ``camelCase`` made plain."""
    return " ".join(WORDS.findall(CAMEL.sub(" ", unicodedata.normalize("NFKC", text)).casefold()))


def _texts(field: FieldModel) -> Iterable[str]:
    yield field.name
    yield from field.label.values()
    if field.name == "owner_id":
        yield from ("owner", "负责人", "所有者")


def _object_texts(target: ObjectModel) -> Iterable[str]:
    yield target.name
    yield f"{target.name} name"
    for label in target.label.values():
        yield from (label, f"{label}名称")


def _contains(heading: str, name: str) -> bool:
    """Whether all words of a name of some length are in the heading: ``office location`` and ``location``."""
    parts = name.split()
    return bool(parts) and sum(map(len, parts)) >= 5 and set(parts) <= set(heading.split())


def _are_values(field: FieldModel, values: Sequence[str]) -> bool:
    known = {text.casefold() for value in field.values for text in (value["value"], *value["label"].values())}
    found = {value.strip().casefold() for value in values} - {""}
    return len(found) > 1 and len(found & known) >= len(found) * SHARE_OF_VALUES


def _plausible(field: FieldModel, values: Sequence[str]) -> bool:
    """Whether the values could be of the field's type at all; most of them have to be for a number or a date."""
    filled = [value for value in values if value.strip()]
    if not filled or field.type.name not in (*NUMERIC, *DATED):
        return True
    return sum(any(sign.isdigit() for sign in value) for value in filled) * 2 > len(filled)


def _is_uuid(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True
