"""Numbers: whole, with decimals, percent. Kept exactly; a change of scale or bounds needs no DDL."""

from __future__ import annotations

import decimal
import re
import unicodedata
from typing import TYPE_CHECKING, Any, ClassVar

import sqlalchemy as sa

from kernel.fields.type import EMPTINESS, EQUALITY, ORDER, Field, FieldType, Schema, TextForm, ValueFault

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_EXACT_NUMBER_COLUMNS = (sa.Numeric(),)
_WHOLE_NUMBER_COLUMNS = (sa.BigInteger(),)
LARGEST_INTEGER = 2**53 - 1  # what JavaScript reads exactly
DIGITS = 15  # before the decimal point, for the same reason
DEEPEST_SCALE = 10
_EXACT = decimal.Context(prec=60)
_POINT = re.compile(r"[+-]?(?:[0-9]{1,3}(?:,[0-9]{3})+|[0-9]+)(?:\.[0-9]*)?|[+-]?\.[0-9]+")
_COMMA = re.compile(r"[+-]?(?:[0-9]{1,3}(?:\.[0-9]{3})+|[0-9]+)(?:,[0-9]*)?|[+-]?,[0-9]+")
_SPACES = str.maketrans("", "", " \u00a0\u202f'’")

BOUNDS: dict[str, Schema] = {
    "min": {"title": "Smallest", "description": "Values may not be below.", "type": "number"},
    "max": {"title": "Largest", "description": "Values may not be above.", "type": "number"},
}


def scale_option(default: int) -> Schema:
    """The option ``scale``: digits after the decimal point."""
    return {
        "title": "Decimals",
        "description": "Digits after the decimal point, at most.",
        "type": "integer",
        "minimum": 0,
        "maximum": DEEPEST_SCALE,
        "default": default,
    }


class Numeric(FieldType):
    """What numbers share."""

    widget = "number"
    operators = (*EQUALITY, *ORDER, *EMPTINESS)
    numeric = True

    def columns(self, field: Field) -> tuple[sa.types.TypeEngine[Any], ...]:
        return _EXACT_NUMBER_COLUMNS

    def scale(self, field: Field) -> int:
        """Digits after the decimal point, at most."""
        scale: int = field.document.get("scale", self.options["scale"]["default"])
        return scale

    def decoder(self, field: Field) -> Callable[[Any], Any]:
        return exact_decoder(self.scale(field), field.document.get("min"), field.document.get("max"))

    def operand_decoder(self, field: Field) -> Callable[[Any], Any]:
        return exact

    def parser(self, field: Field, form: TextForm) -> Callable[[str], Any]:
        return lambda text: number_of(text, form)

    def format(self, field: Field, value: Any, locale: str = "en") -> str:
        return "" if value is None else plain(value)

    def read_schema(self, field: Field) -> Schema:
        return {"type": "number"}

    def filter_schema(self, field: Field) -> Schema:
        limit = 10**DIGITS
        return {**Numeric.read_schema(self, field), "minimum": -limit, "maximum": limit}

    def write_schema(self, field: Field) -> Schema:
        return {"type": "number", **bounds_schema(field.document, self.scale(field))}


class Decimal(Numeric):
    """A number with decimals."""

    name = "decimal"
    unique = True
    options: ClassVar[Mapping[str, Schema]] = {"scale": scale_option(2), **BOUNDS}


class Percent(Numeric):
    """A share, 100 being the whole."""

    name = "percent"
    widget = "percent"
    options: ClassVar[Mapping[str, Schema]] = {"scale": scale_option(2), **BOUNDS}

    def parser(self, field: Field, form: TextForm) -> Callable[[str], Any]:
        return lambda text: number_of(text.rstrip("%％ "), form)


class Integer(Numeric):
    """A count or a year."""

    name = "integer"
    unique = True
    options: ClassVar[Mapping[str, Schema]] = {
        "min": {**BOUNDS["min"], "type": "integer"},
        "max": {**BOUNDS["max"], "type": "integer"},
    }

    def columns(self, field: Field) -> tuple[sa.types.TypeEngine[Any], ...]:
        return _WHOLE_NUMBER_COLUMNS

    def scale(self, field: Field) -> int:
        return 0

    def decoder(self, field: Field) -> Callable[[Any], Any]:
        low = max(field.document.get("min", -LARGEST_INTEGER), -LARGEST_INTEGER)
        high = min(field.document.get("max", LARGEST_INTEGER), LARGEST_INTEGER)

        def decode(value: Any) -> int:
            if type(value) is not int:
                value = _whole(value)
            if value < low:
                raise ValueFault("below_minimum", {"min": low})
            if value > high:
                raise ValueFault("above_maximum", {"max": high})
            return int(value)

        return decode

    def operand_decoder(self, field: Field) -> Callable[[Any], Any]:
        def decode(value: Any) -> int:
            whole = value if type(value) is int else _whole(value)
            return max(-LARGEST_INTEGER - 1, min(LARGEST_INTEGER + 1, whole))

        return decode

    def text_decoder(self, field: Field, form: TextForm) -> Callable[[str], Any]:
        decode, parse = self.decoder(field), self.parser(field, form)
        return lambda text: decode(int(text) if text.isdecimal() and len(text) < 17 else parse(text))

    def parser(self, field: Field, form: TextForm) -> Callable[[str], Any]:
        def parse(text: str) -> int:
            try:
                return _whole(number_of(text, form))
            except ValueFault:
                raise ValueFault("integer_invalid", {"value": text}) from None

        return parse

    def read_schema(self, field: Field) -> Schema:
        return {"type": "integer"}

    def filter_schema(self, field: Field) -> Schema:
        return {"type": "integer", "minimum": -LARGEST_INTEGER, "maximum": LARGEST_INTEGER}

    def write_schema(self, field: Field) -> Schema:
        document = field.document
        return {
            "type": "integer",
            "minimum": max(document.get("min", -LARGEST_INTEGER), -LARGEST_INTEGER),
            "maximum": min(document.get("max", LARGEST_INTEGER), LARGEST_INTEGER),
        }


def exact(value: Any) -> decimal.Decimal:
    """A JSON number as an exact decimal without trailing zeros. Raises ``ValueFault``."""
    kind = type(value)
    if kind is int:
        if not -(10**18) < value < 10**18:
            raise ValueFault("number_too_large", {"digits": DIGITS})
        number = decimal.Decimal(value)
    elif kind is float:
        number = decimal.Decimal(repr(value))
    elif kind is decimal.Decimal:
        number = value
    else:
        raise ValueFault("wrong_type", {"expected": "number"})
    if not number.is_finite():
        raise ValueFault("number_invalid", {"value": value})
    if number.adjusted() > 30 or len(number.as_tuple().digits) > 50:
        raise ValueFault("number_too_large", {"digits": DIGITS})
    return number.normalize(_EXACT)


def exact_decoder(scale: int, low: Any, high: Any) -> Callable[[Any], decimal.Decimal]:
    """A decoder of JSON numbers with at most ``scale`` digits after the point, between ``low`` and ``high``."""
    least = None if low is None else exact(low)
    most = None if high is None else exact(high)

    def decode(value: Any) -> decimal.Decimal:
        number = exact(value)
        exponent = number.as_tuple().exponent
        if isinstance(exponent, int) and -exponent > scale:
            raise ValueFault("number_scale", {"scale": scale})
        if number.adjusted() >= DIGITS:
            raise ValueFault("number_too_large", {"digits": DIGITS})
        if least is not None and number < least:
            raise ValueFault("below_minimum", {"min": low})
        if most is not None and number > most:
            raise ValueFault("above_maximum", {"max": high})
        return number

    return decode


def number_of(text: str, form: TextForm) -> decimal.Decimal:
    """The number that text of a file says: ``1,234.5``, ``1.234,5`` (by ``form``), ``(12)``. Raises ``ValueFault``."""
    plain_text = unicodedata.normalize("NFKC", text) if not text.isascii() else text
    plain_text = plain_text.translate(_SPACES).replace("−", "-")
    if plain_text[:1] == "(" and plain_text[-1:] == ")":
        plain_text = "-" + plain_text[1:-1]
    point = form.decimal == "point"
    if len(plain_text) <= 60 and (_POINT if point else _COMMA).fullmatch(plain_text):
        digits = plain_text.replace(",", "") if point else plain_text.replace(".", "").replace(",", ".")
        return decimal.Decimal(digits)
    try:  # 1.5e3, as spreadsheets write it
        number = decimal.Decimal(plain_text) if len(plain_text) <= 60 and "_" not in plain_text else None
    except decimal.InvalidOperation:
        number = None
    if number is None or not number.is_finite() or "e" not in plain_text.lower():
        raise ValueFault("number_invalid", {"value": text})
    return number


def plain(value: Any) -> str:
    """A number without exponent and without needless zeros."""
    text = f"{exact(value):f}"
    return "0" if text == "-0" else text


def bounds_schema(document: Mapping[str, Any], scale: int) -> Schema:
    """Bounds and scale of a number as JSON Schema."""
    limit = 10**DIGITS - 1
    schema: Schema = {
        "minimum": document.get("min", -limit),
        "maximum": document.get("max", limit),
        "multipleOf": 1 if scale == 0 else float(f"1e-{scale}"),
    }
    return schema


def _whole(value: Any) -> int:
    kind = type(value)
    if kind is float and value.is_integer() and abs(value) <= LARGEST_INTEGER:
        return int(value)
    if kind is decimal.Decimal and value.is_finite() and value.adjusted() < 20 and value == value.to_integral_value():
        return int(value)
    if kind is int:
        return int(value)
    if kind is float or kind is decimal.Decimal:
        raise ValueFault("integer_invalid", {"value": value})
    raise ValueFault("wrong_type", {"expected": "integer"})
