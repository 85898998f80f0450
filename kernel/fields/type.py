"""What every field type says about itself, in one place."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar, Literal, Protocol

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql as pg

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

Schema = dict[str, Any]
Columns = tuple[Any, ...]  # SQL expressions (sa.ColumnElement), one for each column of the field

EQUALITY = ("=", "!=", "in", "notIn")
EMPTINESS = ("null", "notNull")
ORDER = ("<", "<=", ">", ">=", "between", "notBetween")


class ValueFault(Exception):
    """A value does not fit its field.

    Attributes:
        code, parameters: as in ``kernel.faults.Fault``.
        pointer: JSON pointer inside the value (``/currency`` of a currency); ``""`` is the value itself.
    """

    def __init__(self, code: str, parameters: Mapping[str, Any] | None = None, pointer: str = "") -> None:
        super().__init__(code)
        self.code = code
        self.parameters: Mapping[str, Any] = parameters or {}
        self.pointer = pointer


@dataclass(slots=True, frozen=True)
class TextForm:
    """How text of a file is to be read.

    Attributes:
        date_order: order of day, month and year in dates such as 03/04/2026; ISO dates are understood in any order.
        decimal: the sign before the decimals: ``point`` (1,234.5) or ``comma`` (1.234,5).
        region: ISO 3166 country of phone numbers written without ``+`` and country code.
    """

    date_order: Literal["mdy", "dmy", "ymd"] = "ymd"
    decimal: Literal["point", "comma"] = "point"
    region: str | None = None


PLAIN = TextForm()


class Field(Protocol):
    """What a type gets to know of the field that it serves (``kernel.model.FieldModel`` is one)."""

    @property
    def name(self) -> str: ...
    @property
    def document(self) -> Mapping[str, Any]: ...
    @property
    def required(self) -> bool: ...
    @property
    def index(self) -> bool: ...
    @property
    def longest(self) -> int | None: ...
    @property
    def values(self) -> Sequence[Mapping[str, Any]]: ...
    @property
    def target(self) -> str | None: ...


@dataclass(slots=True, frozen=True)
class Draft:
    """A ``Field`` made of a document alone, before there is a Model."""

    document: Mapping[str, Any]
    values: Sequence[Mapping[str, Any]] = ()

    @property
    def name(self) -> str:
        return str(self.document["name"])

    @property
    def required(self) -> bool:
        return bool(self.document.get("required", False))

    @property
    def index(self) -> bool:
        return bool(self.document.get("index", False))

    @property
    def longest(self) -> int | None:
        return None

    @property
    def target(self) -> str | None:
        return "user" if self.document["type"] == "user" else self.document.get("object")


@dataclass(slots=True, frozen=True)
class Operand:
    """A bound value of a comparison with its SQL type, so that a statement can be compiled without the value."""

    value: Any
    type: sa.types.TypeEngine[Any] = field(compare=False)


class FieldType:
    """Base of all field types. Types are stateless; ``field`` carries the options.

    Attributes:
        name: as in documents. ``widget``: what edits it by default.
        operators: react-querybuilder operators that it can be filtered by.
        sortable, unique, searchable, groupable, indexable: what may be asked of a field of this type.
        numeric: ``sum`` and ``avg`` make sense (``min``, ``max`` and ``count`` go with ``sortable``).
        options: JSON Schemas of the options that a field document may have beyond the common ones.
        options_required: those of them that must be there.
        writable: users may give values (an autonumber may not be written).
        width: how many columns a field takes.
    """

    name: ClassVar[str]
    widget: ClassVar[str] = "text"
    operators: ClassVar[tuple[str, ...]] = (*EQUALITY, *EMPTINESS)
    sortable: ClassVar[bool] = True
    unique: ClassVar[bool] = False
    searchable: ClassVar[bool] = False
    groupable: ClassVar[bool] = True
    numeric: ClassVar[bool] = False
    indexable: ClassVar[bool] = True
    writable: ClassVar[bool] = True
    width: ClassVar[int] = 1
    options: ClassVar[Mapping[str, Schema]] = {}
    options_required: ClassVar[tuple[str, ...]] = ()

    @property
    def options_schema(self) -> Schema:
        """JSON Schema of the type's own options (the common ones are in ``common.json#/$defs/field``)."""
        schema: Schema = {"type": "object", "properties": dict(self.options)}
        return schema | ({"required": list(self.options_required)} if self.options_required else {})

    def columns(self, field: Field) -> tuple[sa.types.TypeEngine[Any], ...]:
        """The SQL types of the field's columns; the first is the main one."""
        raise NotImplementedError

    # values in

    def decoder(self, field: Field) -> Callable[[Any], Any]:
        """A function from a JSON value (never None) to the bound value, a tuple where there are several columns.

        The function raises ``ValueFault``; it may return None (all columns null) for what counts as no value.
        """
        raise NotImplementedError

    def decode(self, field: Field, value: Any) -> tuple[Any, ...]:
        """One bound value a column; None gives all None. Raises ``ValueFault``."""
        bound = None if value is None else self.decoder(field)(value)
        if bound is None:
            return (None,) * self.width
        return bound if self.width > 1 else (bound,)

    def chosen(self, values: Sequence[Mapping[str, Any]]) -> Any:
        """The default that a picklist's values give, None for none."""
        return None

    def parser(self, field: Field, form: TextForm) -> Callable[[str], Any]:
        """A function from trimmed, non-empty text of a file to a JSON value; it raises ``ValueFault``."""
        return lambda text: text

    def parse(self, field: Field, text: str, form: TextForm = PLAIN) -> Any:
        """The JSON value of a cell's text; blank text gives None. Raises ``ValueFault``."""
        text = text.strip()
        return self.parser(field, form)(text) if text else None

    def text_decoder(self, field: Field, form: TextForm) -> Callable[[str], Any]:
        """``decoder`` after ``parser``, for files of many rows."""
        parse, decode = self.parser(field, form), self.decoder(field)
        return lambda text: decode(parse(text))

    # values out

    def format(self, field: Field, value: Any, locale: str = "en") -> str:
        """The text of a JSON value in a CSV file; ``parse`` reads it back."""
        return "" if value is None else str(value)

    def json(self, field: Field, columns: Columns) -> sa.ColumnElement[Any]:
        """The SQL expression that ``json_build_object`` and ``row_to_json`` turn into the JSON value."""
        expression: sa.ColumnElement[Any] = columns[0]
        return expression

    # queries

    def sort(self, field: Field, columns: Columns) -> sa.ColumnElement[Any]:
        """The expression to sort (and to page) by; null where there is no value."""
        expression: sa.ColumnElement[Any] = columns[0]
        return expression

    def group(self, field: Field, columns: Columns) -> sa.ColumnElement[Any]:
        """The expression to group by."""
        expression: sa.ColumnElement[Any] = columns[0]
        return expression

    def operands(self, field: Field, operator: str, value: Any) -> tuple[Operand, ...]:
        """The bound values of a comparison, out of the JSON value of a filter's rule.

        How many there are and of which SQL types depends on the operator alone. Raises ``ValueFault``:
        ``operator_unknown``, ``list_expected``, or what ``decode`` raises.
        """
        if operator not in self.operators:
            raise ValueFault("operator_unknown", {"operator": operator, "field": field.name})
        if operator in EMPTINESS:
            return ()
        decode, sql_type = self.operand_decoder(field), self.columns(field)[0]
        if operator in ("in", "notIn"):
            return (Operand([decode(one) for one in _listed(value)], pg.ARRAY(sql_type)),)
        if operator in ("between", "notBetween"):
            low, high = _pair(value)
            return Operand(decode(low), sql_type), Operand(decode(high), sql_type)
        if value is None:
            raise ValueFault("required")
        return (Operand(decode(value), sql_type),)

    def operand_decoder(self, field: Field) -> Callable[[Any], Any]:
        """A function from the JSON value of a filter to the bound value of the main column.

        Filters are more lenient than writes: a value that no record can have is no fault.
        """
        return self.decoder(field)

    def condition(
        self, field: Field, columns: Columns, operator: str, operands: Sequence[Any]
    ) -> sa.ColumnElement[bool]:
        """The comparison; ``operands`` are SQL expressions (bound parameters) in the order of ``operands()``.

        What negates (``!=``, ``notIn``) is true where there is no value.
        """
        return basic_condition(columns[0], operator, operands)

    def compare(self, field: Field, columns: Columns, operator: str, value: Any) -> sa.ColumnElement[bool]:
        """``condition`` with the JSON value bound. Raises ``ValueFault``."""
        bound = [sa.bindparam(None, one.value, one.type) for one in self.operands(field, operator, value)]
        return self.condition(field, columns, operator, bound)

    # OpenAPI

    def read_schema(self, field: Field) -> Schema:
        """OpenAPI 3.1 schema of the value in answers, null aside."""
        raise NotImplementedError

    def write_schema(self, field: Field) -> Schema:
        """OpenAPI 3.1 schema of the value in requests, null aside."""
        return self.read_schema(field)

    def filter_schema(self, field: Field) -> Schema:
        """OpenAPI 3.1 schema of one value in a filter."""
        return self.write_schema(field)

    def indexed(self, field: Field, columns: Columns) -> sa.ColumnElement[Any]:
        """The expression that ``index: true`` indexes."""
        return self.sort(field, columns)

    # The PostgreSQL access method of that index.
    index_method: ClassVar[str] = "btree"


def basic_condition(column: Any, operator: str, operands: Sequence[Any]) -> sa.ColumnElement[bool]:
    """Comparison of one column by SQL's own operators."""
    condition: sa.ColumnElement[bool] = _CONDITIONS[operator](column, *operands)
    return condition


_CONDITIONS: dict[str, Callable[..., Any]] = {
    "=": lambda column, value: column == value,
    "!=": lambda column, value: column.is_distinct_from(value),
    "<": lambda column, value: column < value,
    "<=": lambda column, value: column <= value,
    ">": lambda column, value: column > value,
    ">=": lambda column, value: column >= value,
    "between": lambda column, low, high: sa.and_(column >= low, column <= high),
    "notBetween": lambda column, low, high: sa.or_(column < low, column > high, column.is_(None)),
    "in": lambda column, values: column == sa.any_(values),
    "notIn": lambda column, values: sa.or_(column != sa.all_(values), column.is_(None)),
    "null": lambda column: column.is_(None),
    "notNull": lambda column: column.is_not(None),
}


def _listed(value: Any) -> list[Any]:
    if not isinstance(value, list) or any(one is None for one in value):
        raise ValueFault("list_expected")
    return value


def _pair(value: Any) -> tuple[Any, Any]:
    if not isinstance(value, list) or len(value) != 2 or None in value:
        raise ValueFault("list_expected")
    return value[0], value[1]
