"""Choices: yes or no, one of a set of values, several of a set."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql as pg

from kernel.fields.text import STORABLE, check_storable
from kernel.fields.type import (
    EMPTINESS,
    Columns,
    Field,
    FieldType,
    Operand,
    Schema,
    TextForm,
    ValueFault,
    basic_condition,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

_FLAG_COLUMNS = (sa.Boolean(),)
_TEXT_COLUMNS = (sa.Text(),)
_TEXTS_COLUMNS = (pg.ARRAY(sa.Text()),)
YES = frozenset(("true", "yes", "y", "t", "1", "on", "x", "是", "真", "对", "有", "启用", "✓", "√"))
NO = frozenset(("false", "no", "n", "f", "0", "off", "否", "假", "错", "无", "停用", "不", "✗"))
MOST_CHOICES = 100
LONGEST_VALUE = 80
SEPARATORS = (";", "；", "\n", "|", "、", "，", ",")


class Boolean(FieldType):
    """True or false."""

    name = "boolean"
    widget = "boolean"
    operators = ("=", "!=", *EMPTINESS)

    def columns(self, field: Field) -> tuple[sa.types.TypeEngine[Any], ...]:
        return _FLAG_COLUMNS

    def decoder(self, field: Field) -> Callable[[Any], Any]:
        return _truth

    def parser(self, field: Field, form: TextForm) -> Callable[[str], Any]:
        def parse(text: str) -> bool:
            lower = text.lower()
            if lower in YES:
                return True
            if lower in NO:
                return False
            raise ValueFault("boolean_invalid", {"value": text})

        return parse

    def format(self, field: Field, value: Any, locale: str = "en") -> str:
        return "" if value is None else "true" if value else "false"

    def read_schema(self, field: Field) -> Schema:
        return {"type": "boolean"}


def _truth(value: Any) -> bool:
    if type(value) is not bool:
        raise ValueFault("wrong_type", {"expected": "boolean"})
    return value


_SET_OPTIONS: dict[str, Schema] = {
    "picklist": {
        "title": "Picklist",
        "description": "The shared set of values.",
        "type": "string",
        "pattern": "^[a-z][a-z0-9_]{0,47}$",
    },
    "values": {"$ref": "common.json#/$defs/picklist_values"},
}


class Picklist(FieldType):
    """One of a set of values. Values that are no longer active stay valid, so that old records can be saved."""

    name = "picklist"
    widget = "picklist"
    searchable = False
    options: ClassVar[Mapping[str, Schema]] = _SET_OPTIONS

    def columns(self, field: Field) -> tuple[sa.types.TypeEngine[Any], ...]:
        return _TEXT_COLUMNS

    def decoder(self, field: Field) -> Callable[[Any], Any]:
        known = frozenset(one["value"] for one in field.values)

        def decode(value: Any) -> str:
            if type(value) is not str:
                raise ValueFault("wrong_type", {"expected": "string"})
            if value not in known:
                raise ValueFault("picklist_value", {"value": value})
            return value

        return decode

    def operand_decoder(self, field: Field) -> Callable[[Any], Any]:
        return _value_text

    def parser(self, field: Field, form: TextForm) -> Callable[[str], Any]:
        read = _reader(field)

        def parse(text: str) -> str:
            found = read(text)
            if found is None:
                raise ValueFault("picklist_value", {"value": text})
            return found

        return parse

    def text_decoder(self, field: Field, form: TextForm) -> Callable[[str], Any]:
        return self.parser(field, form)

    def chosen(self, values: Sequence[Mapping[str, Any]]) -> Any:
        return next((one["value"] for one in values if one.get("default") and one.get("active", True)), None)

    def sort(self, field: Field, columns: Columns) -> sa.ColumnElement[Any]:
        """Values sort in the order in which the picklist has them."""
        order = sa.bindparam(None, [one["value"] for one in field.values], pg.ARRAY(sa.Text()))
        return sa.func.array_position(order, columns[0], type_=sa.Integer())

    def indexed(self, field: Field, columns: Columns) -> sa.ColumnElement[Any]:
        expression: sa.ColumnElement[Any] = columns[0]
        return expression

    def read_schema(self, field: Field) -> Schema:
        # A value that was taken out of the picklist may still stand in records.
        return {"type": "string"}

    def filter_schema(self, field: Field) -> Schema:
        return {"type": "string", "maxLength": LONGEST_VALUE, "pattern": STORABLE}

    def write_schema(self, field: Field) -> Schema:
        return {"type": "string", "enum": [one["value"] for one in field.values]} if field.values else {"not": {}}


class MultiPicklist(FieldType):
    """Several of a set of values, each once."""

    name = "multi_picklist"
    widget = "multi_picklist"
    operators = ("contains", "doesNotContain", "=", "!=", "in", "notIn", *EMPTINESS)
    sortable = False
    index_method = "gin"
    options: ClassVar[Mapping[str, Schema]] = _SET_OPTIONS

    def columns(self, field: Field) -> tuple[sa.types.TypeEngine[Any], ...]:
        return _TEXTS_COLUMNS

    def decoder(self, field: Field) -> Callable[[Any], Any]:
        known = frozenset(one["value"] for one in field.values)

        def decode(value: Any) -> list[str] | None:
            if type(value) is not list:
                raise ValueFault("list_expected")
            if len(value) > MOST_CHOICES:
                raise ValueFault("too_many_items", {"max": MOST_CHOICES})
            seen: set[str] = set()
            for position, one in enumerate(value):
                if type(one) is not str:
                    raise ValueFault("wrong_type", {"expected": "string"}, f"/{position}")
                if one not in known:
                    raise ValueFault("picklist_value", {"value": one}, f"/{position}")
                if one in seen:
                    raise ValueFault("not_unique_items", {}, f"/{position}")
                seen.add(one)
            return value or None

        return decode

    def operands(self, field: Field, operator: str, value: Any) -> tuple[Operand, ...]:
        """``in``: any of the values; ``contains``: this value, or all of a list; ``=``: these values and no other."""
        if operator not in self.operators:
            raise ValueFault("operator_unknown", {"operator": operator, "field": field.name})
        if operator in EMPTINESS:
            return ()
        many = value if isinstance(value, list) else [value]
        return (Operand([_value_text(one) for one in many], pg.ARRAY(sa.Text())),)

    def condition(
        self, field: Field, columns: Columns, operator: str, operands: Sequence[Any]
    ) -> sa.ColumnElement[bool]:
        column = columns[0]
        if operator in EMPTINESS:
            return basic_condition(column, operator, operands)
        given = operands[0]
        if operator in ("contains", "doesNotContain"):
            found = column.op("@>", is_comparison=True)(given)
        elif operator in ("in", "notIn"):
            found = column.op("&&", is_comparison=True)(given)
        else:
            found = sa.and_(column.op("@>", is_comparison=True)(given), column.op("<@", is_comparison=True)(given))
        if operator in ("doesNotContain", "notIn", "!="):
            return sa.or_(sa.not_(found), column.is_(None))
        positive: sa.ColumnElement[bool] = found
        return positive

    def parser(self, field: Field, form: TextForm) -> Callable[[str], Any]:
        read = _reader(field)

        def parse(text: str) -> list[str]:
            whole = read(text)
            if whole is not None:
                return [whole]
            separator = next((one for one in SEPARATORS if one in text), None)
            found: list[str] = []
            for part in text.split(separator) if separator else [text]:
                value = read(part.strip()) if part.strip() else ""
                if value is None:
                    raise ValueFault("picklist_value", {"value": part.strip()})
                if value and value not in found:
                    found.append(value)
            return found

        return parse

    def format(self, field: Field, value: Any, locale: str = "en") -> str:
        return "" if value is None else "; ".join(value)

    def chosen(self, values: Sequence[Mapping[str, Any]]) -> Any:
        return [one["value"] for one in values if one.get("default") and one.get("active", True)] or None

    def read_schema(self, field: Field) -> Schema:
        return {"type": "array", "items": {"type": "string"}}

    def filter_schema(self, field: Field) -> Schema:
        return {"type": "string", "maxLength": LONGEST_VALUE, "pattern": STORABLE}

    def write_schema(self, field: Field) -> Schema:
        schema: Schema = {"type": "array", "uniqueItems": True, "maxItems": MOST_CHOICES}
        if not field.values:
            return {**schema, "maxItems": 0}
        least = {"minItems": 1} if field.required else {}
        return {**schema, **least, "items": {"type": "string", "enum": [one["value"] for one in field.values]}}


def _value_text(value: Any) -> str:
    if type(value) is not str:
        raise ValueFault("wrong_type", {"expected": "string"})
    check_storable(value)
    return value


def _reader(field: Field) -> Callable[[str], str | None]:
    """Finds the value that a file's text means: the value itself, or its label in any language, in any case."""
    exact = {one["value"]: one["value"] for one in field.values}
    loose: dict[str, str] = {}
    for one in field.values:
        for text in (one["value"], *one["label"].values()):
            loose.setdefault(text.strip().casefold(), one["value"])

    def read(text: str) -> str | None:
        return exact.get(text) or loose.get(text.casefold())

    return read
