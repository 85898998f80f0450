"""Days and moments."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from kernel.fields.type import (
    EMPTINESS,
    EQUALITY,
    ORDER,
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
    from collections.abc import Callable, Sequence

_DATE_COLUMNS = (sa.Date(),)
_INSTANT_COLUMNS = (sa.TIMESTAMP(timezone=True),)
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_RFC3339 = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt ][0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,9})?)?([Zz]|[+-][0-9]{2}:[0-9]{2})"
)
_NUMBERS = re.compile(r"([0-9]{1,4})([-/.])([0-9]{1,2})\2([0-9]{1,4})")
_CHINESE = re.compile(r"([0-9]{4})年([0-9]{1,2})月([0-9]{1,2})日?")
_MIDNIGHT = re.compile(r"[T ]00:00(:00(\.0+)?)?(Z|[+-]00:00)?$")
_CLOCK = re.compile(
    r"([0-9]{1,2}):([0-9]{2})(?::([0-9]{2})(?:\.([0-9]{1,9}))?)?\s*([AaPp][Mm])?\s*([Zz]|[+-][0-9]{2}:?[0-9]{2})?"
)
CENTURY_TURN = 69  # years of two digits: 00-68 are in the 2000s
TODAY_PATTERN = r"^\$today(?:[+-][0-9]{1,5}[dwmy])?$"  # what filters take for a day relative to today
MICROSECOND = timedelta(microseconds=1)
LAST_MOMENT = datetime.max.replace(tzinfo=UTC)


class Date(FieldType):
    """A day."""

    name = "date"
    widget = "date"
    operators = (*EQUALITY, *ORDER, *EMPTINESS)

    def columns(self, field: Field) -> tuple[sa.types.TypeEngine[Any], ...]:
        return _DATE_COLUMNS

    def decoder(self, field: Field) -> Callable[[Any], Any]:
        return _day

    def parser(self, field: Field, form: TextForm) -> Callable[[str], Any]:
        order = form.date_order
        return lambda text: day_of(_MIDNIGHT.sub("", text), order).isoformat()

    def text_decoder(self, field: Field, form: TextForm) -> Callable[[str], Any]:
        order = form.date_order
        return lambda text: day_of(text if len(text) <= 10 else _MIDNIGHT.sub("", text), order)

    def read_schema(self, field: Field) -> Schema:
        return {"type": "string", "format": "date"}

    def filter_schema(self, field: Field) -> Schema:
        return {"anyOf": [self.read_schema(field), {"type": "string", "pattern": TODAY_PATTERN}]}


class Datetime(FieldType):
    """A moment, kept in UTC."""

    name = "datetime"
    widget = "datetime"
    operators = (*EQUALITY[:2], *ORDER, *EMPTINESS)

    def columns(self, field: Field) -> tuple[sa.types.TypeEngine[Any], ...]:
        return _INSTANT_COLUMNS

    def decoder(self, field: Field) -> Callable[[Any], Any]:
        return _moment

    def operands(self, field: Field, operator: str, value: Any) -> tuple[Operand, ...]:
        """A day (``2026-03-01``) stands for all of its moments, in UTC."""
        if operator not in self.operators:
            raise ValueFault("operator_unknown", {"operator": operator, "field": field.name})
        if operator in EMPTINESS:
            return ()
        if operator in ("between", "notBetween"):
            if not isinstance(value, list) or len(value) != 2:
                raise ValueFault("list_expected")
            bounds = [_span(value[0])[0], _span(value[1])[1]]
        else:
            low, high = _span(value)
            bounds = [low, high] if operator in ("=", "!=") else [low] if operator in ("<", ">=") else [high]
        return tuple(Operand(bound, sa.TIMESTAMP(timezone=True)) for bound in bounds)

    def condition(
        self, field: Field, columns: Columns, operator: str, operands: Sequence[Any]
    ) -> sa.ColumnElement[bool]:
        column = columns[0]
        if operator in EMPTINESS:
            return basic_condition(column, operator, operands)
        found: sa.ColumnElement[bool]
        if operator in ("=", "between"):
            found = sa.and_(column >= operands[0], column < operands[1])
        elif operator in ("!=", "notBetween"):
            found = sa.or_(column < operands[0], column >= operands[1], column.is_(None))
        else:
            found = column < operands[0] if operator in ("<", "<=") else column >= operands[0]
        return found

    def parser(self, field: Field, form: TextForm) -> Callable[[str], Any]:
        order = form.date_order
        return lambda text: moment_of(text, order).isoformat().replace("+00:00", "Z")

    def text_decoder(self, field: Field, form: TextForm) -> Callable[[str], Any]:
        order = form.date_order
        return lambda text: moment_of(text, order)

    def json(self, field: Field, columns: Columns) -> sa.ColumnElement[Any]:
        utc = columns[0].op("AT TIME ZONE")(sa.literal_column("'UTC'"))
        shape: sa.ColumnElement[str] = sa.literal_column("""'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'""")
        return sa.func.to_char(utc, shape, type_=sa.Text())

    def read_schema(self, field: Field) -> Schema:
        return {"type": "string", "format": "date-time"}

    def filter_schema(self, field: Field) -> Schema:
        day = {"type": "string", "format": "date"}
        return {"anyOf": [self.read_schema(field), day, {"type": "string", "pattern": TODAY_PATTERN}]}


def day_of(text: str, order: str) -> date:
    """The day that text of a file says. ISO dates are understood in any order. Raises ``ValueFault``."""
    try:
        if len(text) == 10 and text[4] == "-" and text[7] == "-":
            return date.fromisoformat(text)
        match = _NUMBERS.fullmatch(text)
        if match is not None:
            first, second, third = match[1], match[3], match[4]
            if len(first) > 2:
                order = "ymd"
            elif len(third) > 2 and order == "ymd":
                raise ValueFault("date_order", {"value": text})
            year, month, day = _ORDERS[order](first, second, third)
            return date(_year(year), int(month), int(day))
        match = _CHINESE.fullmatch(text)
        if match is not None:
            return date(int(match[1]), int(match[2]), int(match[3]))
        if len(text) == 8 and text.isdecimal() and text.isascii():
            return date(int(text[:4]), int(text[4:6]), int(text[6:]))
    except ValueError:
        pass
    raise ValueFault("date_invalid", {"value": text})


_ORDERS: dict[str, Callable[[str, str, str], tuple[str, str, str]]] = {
    "ymd": lambda first, second, third: (first, second, third),
    "mdy": lambda first, second, third: (third, first, second),
    "dmy": lambda first, second, third: (third, second, first),
}


def moment_of(text: str, order: str) -> datetime:
    """The moment that text of a file says; without an offset it is taken as UTC. Raises ``ValueFault``."""
    if len(text) >= 16 and _RFC3339.fullmatch(text):
        return _moment(text)
    day_text, separator, clock_text = text.partition("T" if "T" in text[:12] else " ")
    try:
        day = day_of(day_text, order)
    except ValueFault as fault:
        code = "datetime_invalid" if fault.code == "date_invalid" else fault.code
        raise ValueFault(code, {"value": text}) from None
    if not separator:
        return datetime.combine(day, time(), UTC)
    match = _CLOCK.fullmatch(clock_text.strip())
    if match is None:
        raise ValueFault("datetime_invalid", {"value": text})
    hour, minute, second, fraction, half, offset = match.groups()
    hours = int(hour)
    if half is not None:
        if not 1 <= hours <= 12:
            raise ValueFault("datetime_invalid", {"value": text})
        hours = hours % 12 + (12 if half.lower() == "pm" else 0)
    shift = "Z" if offset is None else offset if ":" in offset or len(offset) == 1 else f"{offset[:3]}:{offset[3:]}"
    return _moment(f"{day.isoformat()}T{hours:02}:{minute}:{second or '00'}.{(fraction or '0')[:6]:0<6}{shift}", text)


def _year(text: str) -> int:
    year = int(text)
    if len(text) == 2:
        return year + (2000 if year < CENTURY_TURN else 1900)
    if len(text) != 4:
        raise ValueError(text)
    return year


def _day(value: Any) -> date:
    if type(value) is not str:
        raise ValueFault("wrong_type", {"expected": "string"})
    if _DAY.fullmatch(value):
        try:
            return date.fromisoformat(value)
        except ValueError:
            pass
    raise ValueFault("date_invalid", {"value": value})


def _moment(value: Any, shown: str | None = None) -> datetime:
    if type(value) is not str:
        raise ValueFault("wrong_type", {"expected": "string"})
    if not _RFC3339.fullmatch(value):
        missing = _RFC3339.fullmatch(value + "Z") is not None
        raise ValueFault("datetime_offset" if missing else "datetime_invalid", {"value": shown or value})
    try:
        return datetime.fromisoformat(value.upper()).astimezone(UTC)
    except (ValueError, OverflowError):
        raise ValueFault("datetime_invalid", {"value": shown or value}) from None


def _span(value: Any) -> tuple[datetime, datetime]:
    """The moments from (included) and to (excluded) that a day or a moment of a filter stands for."""
    whole_day = type(value) is str and _DAY.fullmatch(value)
    start = datetime.combine(_day(value), time(), UTC) if whole_day else _moment(value)
    try:
        return start, start + (timedelta(days=1) if whole_day else MICROSECOND)
    except OverflowError:
        return start, LAST_MOMENT  # 9999-12-31, which many take for "without end"
