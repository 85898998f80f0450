"""References: the id of a record, a link to a record of another object, a link to a user."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, ClassVar
from uuid import UUID

from sqlalchemy.dialects import postgresql as pg

from kernel.fields.type import EMPTINESS, EQUALITY, ORDER, Field, FieldType, Schema, ValueFault

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import sqlalchemy as sa

_IDENTIFIER_COLUMNS = (pg.UUID(as_uuid=True),)
_UUID = re.compile(r"[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}")

_RELATED: dict[str, Schema] = {
    "on_delete": {
        "title": "When the target is deleted",
        "description": "keep: the link is emptied when the target is purged; restrict: the target cannot be deleted.",
        "type": "string",
        "enum": ["keep", "restrict"],
        "default": "keep",
    },
    "related_name": {
        "title": "Related name",
        "description": "What the target calls the records that point at it.",
        "type": "string",
        "pattern": "^[a-z][a-z0-9_]{0,47}$",
    },
    "related_label": {"$ref": "common.json#/$defs/label"},
}


class Id(FieldType):
    """The id of a record (a system field)."""

    name = "id"
    widget = "id"
    operators: ClassVar[tuple[str, ...]] = (*EQUALITY, *ORDER)
    groupable = False

    def columns(self, field: Field) -> tuple[sa.types.TypeEngine[Any], ...]:
        return _IDENTIFIER_COLUMNS

    def decoder(self, field: Field) -> Callable[[Any], Any]:
        return _identifier

    def read_schema(self, field: Field) -> Schema:
        return {"type": "string", "format": "uuid"}


class Lookup(Id):
    """A link to a record of another object; its value is the id."""

    name = "lookup"
    widget = "lookup"
    operators = (*EQUALITY, *EMPTINESS)
    groupable = True
    options: ClassVar[Mapping[str, Schema]] = {
        "object": {
            "title": "Object",
            "description": "What the link points at.",
            "type": "string",
            "pattern": "^[a-z][a-z0-9_]{0,47}$",
        },
        **_RELATED,
    }
    options_required: ClassVar[tuple[str, ...]] = ("object",)


class User(Lookup):
    """A link to a user."""

    name = "user"
    widget = "user"
    options: ClassVar[Mapping[str, Schema]] = _RELATED
    options_required = ()

    def filter_schema(self, field: Field) -> Schema:
        return {"anyOf": [self.read_schema(field), {"type": "string", "const": "$me"}]}


def _identifier(value: Any) -> UUID:
    if type(value) is UUID:
        return value
    if type(value) is not str:
        raise ValueFault("wrong_type", {"expected": "string"})
    if _UUID.fullmatch(value) is None:
        raise ValueFault("reference_invalid", {"value": value})
    return UUID(value)
