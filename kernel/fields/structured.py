"""Structured data for programs."""

from __future__ import annotations

import json
import math
from typing import TYPE_CHECKING, Any

import msgspec
from sqlalchemy.dialects import postgresql as pg

from kernel.fields.text import check_storable
from kernel.fields.type import EMPTINESS, Field, FieldType, Schema, TextForm, ValueFault

if TYPE_CHECKING:
    from collections.abc import Callable

    import sqlalchemy as sa

_JSON_COLUMNS = (pg.JSONB(none_as_null=True),)
DEEPEST = 50
LARGEST = 1_000_000  # characters
_ENCODE = msgspec.json.Encoder(decimal_format="number").encode


class Json(FieldType):
    """Any JSON value."""

    name = "json"
    widget = "json"
    operators = EMPTINESS
    sortable = False
    groupable = False
    indexable = False

    def columns(self, field: Field) -> tuple[sa.types.TypeEngine[Any], ...]:
        return _JSON_COLUMNS

    def decoder(self, field: Field) -> Callable[[Any], Any]:
        """The bound value is JSON text, which is what PostgreSQL's driver takes."""
        return _encoded

    def parser(self, field: Field, form: TextForm) -> Callable[[str], Any]:
        def parse(text: str) -> Any:
            try:
                return json.loads(text, parse_constant=_no_constant)
            except (ValueError, RecursionError):
                raise ValueFault("json_invalid", {"value": text}) from None

        return parse

    def format(self, field: Field, value: Any, locale: str = "en") -> str:
        return "" if value is None else _ENCODE(value).decode()

    def read_schema(self, field: Field) -> Schema:
        return {}


def _encoded(value: Any) -> str:
    check_json(value)
    text = _ENCODE(value).decode()
    if len(text) > LARGEST:
        raise ValueFault("too_long", {"max": LARGEST})
    return text


def check_json(value: Any, deepest: int = DEEPEST) -> None:
    """Raises ``ValueFault`` where PostgreSQL's jsonb cannot hold a value, or it is nested deeper than ``deepest``."""
    level = [("", value)]
    depth = 0
    while level:
        if depth > deepest:
            raise ValueFault("json_too_deep", {"max": deepest})
        below: list[tuple[str, Any]] = []
        for pointer, one in level:
            if type(one) is str:
                _storable(one, pointer)
            elif type(one) is float and not math.isfinite(one):
                raise ValueFault("number_invalid", {"value": one}, pointer)
            elif type(one) is dict:
                for name, inner in one.items():
                    key = str(name)
                    _storable(key, pointer)
                    below.append((f"{pointer}/{key.replace('~', '~0').replace('/', '~1')}", inner))
            elif type(one) is list:
                below += [(f"{pointer}/{position}", inner) for position, inner in enumerate(one)]
        level = below
        depth += 1


def _storable(text: str, pointer: str) -> None:
    try:
        check_storable(text)
    except ValueFault as fault:
        raise ValueFault(fault.code, fault.parameters, pointer) from None


def _no_constant(text: str) -> Any:
    raise ValueError(text)
