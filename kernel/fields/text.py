"""Text: one line, many lines, e-mail, phone, web address."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Any, ClassVar

import phonenumbers
import re2  # type: ignore[import-untyped]
import sqlalchemy as sa

from kernel.fields.type import (
    EMPTINESS,
    EQUALITY,
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

_TEXT_COLUMNS = (sa.Text(),)
PARTS = ("contains", "doesNotContain", "beginsWith", "doesNotBeginWith", "endsWith", "doesNotEndWith")
LONGEST_LINE = 4_000
LONGEST_TEXT = 100_000
BLANKS = " \t\r\n"
# ECMA regular expression: no NUL, and something that is not blank.
FILLED = r"^[^\u0000]*[^\u0000 \t\r\n][^\u0000]*$"
STORABLE = r"^[^\u0000]*$"


class Textual(FieldType):
    """What all text shares: blank text is no value, and what PostgreSQL cannot store is refused."""

    operators: ClassVar[tuple[str, ...]] = (*EQUALITY, *PARTS, *EMPTINESS)
    searchable = True
    longest: ClassVar[int] = LONGEST_LINE

    def columns(self, field: Field) -> tuple[sa.types.TypeEngine[Any], ...]:
        return _TEXT_COLUMNS

    def decoder(self, field: Field) -> Callable[[Any], Any]:
        least = field.document.get("min_length", 0)
        most = self.most(field)
        pattern = field.document.get("pattern")
        matches = None if pattern is None else re2.compile(pattern, _quiet()).search

        def decode(value: Any) -> str | None:
            if type(value) is not str:
                raise ValueFault("wrong_type", {"expected": "string"})
            check_storable(value)
            if not value.strip(BLANKS):
                return None
            if len(value) > most:
                raise ValueFault("too_long", {"max": most})
            if len(value) < least:
                raise ValueFault("too_short", {"min": least})
            if matches is not None and not matches(value):
                raise ValueFault("bad_pattern", {"pattern": pattern})
            return value

        return decode

    def most(self, field: Field) -> int:
        """Characters at most: the field's own limit, the type's, and what an index can hold."""
        limits = (self.longest, field.document.get("max_length"), field.longest)
        return min(limit for limit in limits if limit is not None)

    def operand_decoder(self, field: Field) -> Callable[[Any], Any]:
        return _operand

    def operands(self, field: Field, operator: str, value: Any) -> tuple[Operand, ...]:
        if operator not in PARTS or operator not in self.operators:
            return super().operands(field, operator, value)
        part = like_escape(_operand(value))
        before = "" if operator in ("beginsWith", "doesNotBeginWith") else "%"
        after = "" if operator in ("endsWith", "doesNotEndWith") else "%"
        return (Operand(f"{before}{part}{after}", sa.Text()),)

    def condition(
        self, field: Field, columns: Columns, operator: str, operands: Sequence[Any]
    ) -> sa.ColumnElement[bool]:
        """Parts are compared without regard to case; equality is exact."""
        column = columns[0]
        if operator not in PARTS:
            exact = basic_condition(column, operator, operands)
            if operator == "=" and field.index and not field.document.get("unique"):
                # The index is on the lower-case text.
                return sa.and_(sa.func.lower(column) == sa.func.lower(operands[0]), exact)
            return exact
        found: sa.ColumnElement[bool] = sa.func.lower(column).like(sa.func.lower(operands[0]))
        return sa.or_(sa.not_(found), column.is_(None)) if operator.startswith("doesNot") else found

    def sort(self, field: Field, columns: Columns) -> sa.ColumnElement[Any]:
        return sa.func.lower(columns[0])

    def read_schema(self, field: Field) -> Schema:
        return {"type": "string"}

    def filter_schema(self, field: Field) -> Schema:
        return {"type": "string", "maxLength": self.longest, "pattern": STORABLE}

    def write_schema(self, field: Field) -> Schema:
        document = field.document
        schema: Schema = {"type": "string", "maxLength": self.most(field)}
        if field.required or document.get("min_length"):
            schema["minLength"] = max(1, document.get("min_length", 0))
        if document.get("pattern"):
            schema["pattern"] = document["pattern"]
        else:
            schema["pattern"] = FILLED if "minLength" in schema else STORABLE
        return schema


def _length(title: str, what: str, most: int) -> Schema:
    return {"title": title, "description": what, "type": "integer", "minimum": 1, "maximum": most}


class Text(Textual):
    """One line of text."""

    name = "text"
    widget = "text"
    unique = True
    options: ClassVar[Mapping[str, Schema]] = {
        "min_length": _length("Shortest", "Characters at least.", LONGEST_LINE),
        "max_length": _length("Longest", "Characters at most.", LONGEST_LINE),
        "pattern": {
            "title": "Pattern",
            "description": "Regular expression (RE2) that values must match.",
            "type": "string",
            "minLength": 1,
            "maxLength": 500,
        },
    }


class LongText(Textual):
    """Text of many lines."""

    name = "long_text"
    widget = "long_text"
    sortable = False
    groupable = False
    indexable = False
    operators = (*PARTS, *EMPTINESS)
    longest = LONGEST_TEXT
    options: ClassVar[Mapping[str, Schema]] = {
        "min_length": _length("Shortest", "Characters at least.", LONGEST_TEXT),
        "max_length": _length("Longest", "Characters at most.", LONGEST_TEXT),
    }


class _Formed(Textual):
    """Text of a fixed form, normalised on the way in."""

    unique = True

    def read_schema(self, field: Field) -> Schema:
        return {"type": "string"}


# Local part: what e-mail servers take without quotes, in any script. Domain: labels of letters, digits and hyphens.
_LOCAL = r"[^\u0000-\u0020\u007f-\u00a0\u2028\u2029\u3000@\"(),:;<>\[\]\\]{1,64}"
_LETTER = r"0-9A-Za-z\u00a1-\u1fff\u2c00-\u2dff\u3040-\ud7ff"
_LABEL = rf"[{_LETTER}](?:[{_LETTER}-]{{0,61}}[{_LETTER}])?"
EMAIL_PATTERN = rf"^{_LOCAL}@{_LABEL}(?:\.{_LABEL})+$"
_EMAIL = re.compile(EMAIL_PATTERN[1:-1])


class Email(_Formed):
    """An e-mail address, kept in lower case."""

    name = "email"
    widget = "email"
    longest = 254

    def decoder(self, field: Field) -> Callable[[Any], Any]:
        def decode(value: Any) -> str:
            if type(value) is not str:
                raise ValueFault("wrong_type", {"expected": "string"})
            if len(value) > 254:
                raise ValueFault("too_long", {"max": 254})
            check_storable(value)
            lower = value.lower()
            if _EMAIL.fullmatch(lower) is None:
                raise ValueFault("email_invalid", {"value": value})
            return lower

        return decode

    def operand_decoder(self, field: Field) -> Callable[[Any], Any]:
        return lambda value: _operand(value).lower()

    def write_schema(self, field: Field) -> Schema:
        return {"type": "string", "maxLength": 254, "pattern": EMAIL_PATTERN}


PHONE_PATTERN = r"^\+[1-9](?:[ ().\-]{0,3}[0-9]){6,14}$"
_PHONE = re.compile(PHONE_PATTERN[1:-1])
_E164 = re.compile(r"\+[1-9][0-9]{6,14}")
_SEPARATORS = str.maketrans("", "", " ().-")


class Phone(_Formed):
    """A phone number, kept in E.164 form: ``+8613800138000``."""

    name = "phone"
    widget = "phone"

    def decoder(self, field: Field) -> Callable[[Any], Any]:
        def decode(value: Any) -> str:
            if type(value) is not str:
                raise ValueFault("wrong_type", {"expected": "string"})
            if _PHONE.fullmatch(value) is None:
                code = "phone_invalid" if value[:1] == "+" else "phone_region"
                raise ValueFault(code, {"value": value})
            return value.translate(_SEPARATORS)

        return decode

    def operand_decoder(self, field: Field) -> Callable[[Any], Any]:
        return lambda value: _operand(value).translate(_SEPARATORS)

    def parser(self, field: Field, form: TextForm) -> Callable[[str], Any]:
        region = form.region
        return lambda text: text if _E164.fullmatch(text) else international(text, region)

    def write_schema(self, field: Field) -> Schema:
        return {"type": "string", "pattern": PHONE_PATTERN}


@lru_cache(maxsize=10_000)
def international(text: str, region: str | None) -> str:
    """E.164 form of a number as people write it. Raises ``ValueFault``."""
    try:
        number = phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException as error:
        unknown = error.error_type == phonenumbers.NumberParseException.INVALID_COUNTRY_CODE and text[:1] != "+"
        raise ValueFault("phone_region" if unknown else "phone_invalid", {"value": text}) from None
    if not phonenumbers.is_possible_number(number):
        raise ValueFault("phone_invalid", {"value": text})
    return str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))


_HOST = rf"(?:[{_LETTER}](?:[{_LETTER}.-]{{0,250}}[{_LETTER}])?|\[[0-9A-Fa-f:.]{{2,45}}\])"
URL_PATTERN = (
    rf"^[Hh][Tt][Tt][Pp][Ss]?://{_HOST}(?::[0-9]{{1,5}})?"
    r"(?:[/?#][^\u0000-\u0020\u007f-\u00a0\u2028\u2029\u3000<>\"`{}|\\^]*)?$"
)
_URL = re.compile(URL_PATTERN[1:-1])


class Url(_Formed):
    """A web address with http or https, so that a link can never run a script."""

    name = "url"
    widget = "url"
    longest = 2_000

    def decoder(self, field: Field) -> Callable[[Any], Any]:
        most = self.most(field)

        def decode(value: Any) -> str:
            if type(value) is not str:
                raise ValueFault("wrong_type", {"expected": "string"})
            if len(value) > most:
                raise ValueFault("too_long", {"max": most})
            check_storable(value)
            if _URL.fullmatch(value) is None:
                raise ValueFault("url_invalid", {"value": value})
            return value

        return decode

    def parser(self, field: Field, form: TextForm) -> Callable[[str], Any]:
        """Adds the ``https://`` that people leave out."""
        return lambda text: text if "://" in text or "." not in text else f"https://{text}"

    def write_schema(self, field: Field) -> Schema:
        return {"type": "string", "maxLength": self.most(field), "pattern": URL_PATTERN}


def check_storable(value: str) -> None:
    """Raises ``ValueFault`` for text that PostgreSQL cannot store: NUL and lone surrogates."""
    if "\x00" in value:
        raise ValueFault("bad_text")
    if not value.isascii():
        try:
            value.encode()
        except UnicodeEncodeError:
            raise ValueFault("bad_text") from None


def like_escape(value: str) -> str:
    """Text for the inside of a LIKE pattern."""
    return value.replace("\\", r"\\").replace("%", r"\%").replace("_", r"\_")


def bad_regex(pattern: str) -> str | None:
    """Why a pattern cannot be used, None if it can."""
    try:
        re2.compile(pattern, _quiet())
    except re2.error as error:
        reason = error.args[0] if error.args else ""
        return reason.decode("utf-8", "replace") if isinstance(reason, bytes) else str(reason)
    return None


def _quiet() -> Any:
    options = re2.Options()
    options.log_errors = False
    options.max_mem = 1 << 20
    return options


def _operand(value: Any) -> str:
    if type(value) is not str:
        raise ValueFault("wrong_type", {"expected": "string"})
    check_storable(value)
    return value
