"""Cursors: where a page of a list ended, as text that callers hand back."""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import TYPE_CHECKING, Any
from uuid import UUID

import sqlalchemy as sa

from kernel.faults import Fault
from runtime.records.errors import BadQuery
from runtime.records.query import is_text

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Sequence

LARGEST_INTEGER = 2**63 - 1
MOST_DIGITS = 1000


def encode(keys: str, order: Hashable) -> str:
    """The cursor of the sort keys of a record, given as a JSON array, in a list of that order."""
    return base64.urlsafe_b64encode(f"{_mark(order)}{keys}".encode()).decode().rstrip("=")


def decode(cursor: str, order: Hashable, kinds: Sequence[sa.types.TypeEngine[Any]]) -> list[Any]:
    """The values of the sort keys, ready to be bound. Raises ``BadQuery`` for what no ``encode`` gave."""
    try:
        text = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True).decode()
        mark = _mark(order)
        if not text.startswith(mark):
            raise ValueError("of another order")
        values = json.loads(text[len(mark) :], parse_float=Decimal, parse_int=_integer)
        if not isinstance(values, list) or len(values) != len(kinds) or values[-1] is None:
            raise ValueError("other keys")
        return [None if value is None else _read(value, kind) for value, kind in zip(values, kinds, strict=True)]
    except (ValueError, binascii.Error, RecursionError, InvalidOperation, OverflowError) as error:
        raise BadQuery([Fault("/cursor", "cursor_invalid")]) from error


@lru_cache(maxsize=1024)
def _mark(order: Hashable) -> str:
    return hashlib.blake2s(repr(order).encode(), digest_size=6).hexdigest()


def _integer(text: str) -> int:
    if len(text) > MOST_DIGITS:
        raise ValueError("too many digits")
    return int(text)


def _read(value: Any, kind: sa.types.TypeEngine[Any]) -> Any:
    for family, reader in _READERS:
        if isinstance(kind, family):
            return reader(value)
    raise ValueError(f"no keys of type {kind!r}")


def _read_text(value: Any) -> str:
    if not isinstance(value, str) or not is_text(value):
        raise ValueError("no text")
    return value


def _read_integer(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not -LARGEST_INTEGER <= value <= LARGEST_INTEGER:
        raise ValueError("no integer")
    return value


def _read_number(value: Any) -> Decimal:
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        raise ValueError("no number")
    found = Decimal(value)
    if not found.is_finite() or abs(found.adjusted()) > MOST_DIGITS:
        raise ValueError("no finite number")
    return found


def _read_flag(value: Any) -> bool:
    if not isinstance(value, bool):
        raise ValueError("no boolean")
    return value


def _read_moment(value: Any) -> datetime:
    found = datetime.fromisoformat(_read_text(value))
    if found.tzinfo is None:
        raise ValueError("no offset")
    found.astimezone().utctimetuple()
    return found


_READERS: tuple[tuple[Any, Callable[[Any], Any]], ...] = (
    (sa.Uuid, lambda value: UUID(_read_text(value))),
    (sa.String, _read_text),
    (sa.Integer, _read_integer),
    (sa.Numeric, _read_number),
    (sa.Boolean, _read_flag),
    (sa.DateTime, _read_moment),
    (sa.Date, lambda value: date.fromisoformat(_read_text(value))),
)
