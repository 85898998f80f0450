"""Numbers that the database gives to new records."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, ClassVar

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import asyncpg

from kernel.fields.text import Textual
from kernel.fields.type import Field, Schema, ValueFault

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

FORMAT = re.compile(r"([^{}\x00-\x1f]*)\{(0{1,15})\}([^{}\x00-\x1f]*)")
DEFAULT_FORMAT = "{00000}"
LONGEST_NUMBER = 19  # digits of a bigint


class Autonumber(Textual):
    """A number given to each new record, such as ``OPP-00042``."""

    name = "autonumber"
    widget = "autonumber"
    writable = False
    options: ClassVar[Mapping[str, Schema]] = {
        "format": {
            "title": "Format",
            "description": "Text around the number; {00000} is the number with at least five digits.",
            "type": "string",
            "maxLength": 60,
            "pattern": r"^[^{}\x00-\x1f]*\{0{1,15}\}[^{}\x00-\x1f]*$",
            "default": DEFAULT_FORMAT,
        },
        "start": {
            "title": "First number",
            "description": "The number of the first record.",
            "type": "integer",
            "minimum": 0,
            "maximum": 10**12,
            "default": 1,
        },
    }

    def decoder(self, field: Field) -> Callable[[Any], Any]:
        def decode(value: Any) -> Any:
            raise ValueFault("field_read_only", {"property": field.name})

        return decode

    def server_default(self, field: Field, sequence: str) -> str:
        """SQL that gives the next number.

        Args:
            sequence: SQL of the sequence's name, quoted, with its schema; made by ``kernel.tables``.
        """
        before, digits, after = parts(field.document.get("format", DEFAULT_FORMAT))
        shape = "FM" + "9" * (LONGEST_NUMBER - digits) + "0" * digits
        number = f"to_char(nextval({_literal(sequence)}::regclass), '{shape}')"
        pieces = [_literal(before)] if before else []
        pieces.append(number)
        if after:
            pieces.append(_literal(after))
        return " || ".join(pieces)

    def write_schema(self, field: Field) -> Schema:
        return {"not": {}}


def parts(text: str) -> tuple[str, int, str]:
    """Text before the number, least number of digits, text after it."""
    match = FORMAT.fullmatch(text)
    if match is None:
        raise ValueError(text)
    return match[1], len(match[2]), match[3]


def _literal(text: str) -> str:
    # The only text of a document that DDL has to carry, as a string literal by SQLAlchemy's own rules.
    return str(sa.literal(text).compile(dialect=asyncpg.dialect(), compile_kwargs={"literal_binds": True}))  # type: ignore[no-untyped-call]
