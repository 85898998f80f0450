"""The field types, by name. One module a family; each type says all about itself in one class."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from kernel.fields.autonumber import Autonumber
from kernel.fields.choice import Boolean, MultiPicklist, Picklist
from kernel.fields.moment import Date, Datetime
from kernel.fields.money import Currency
from kernel.fields.number import Decimal, Integer, Percent
from kernel.fields.reference import Id, Lookup, User
from kernel.fields.structured import Json
from kernel.fields.text import Email, LongText, Phone, Text, Url

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kernel.fields.type import FieldType

_ALL: tuple[FieldType, ...] = (
    Text(),
    LongText(),
    Email(),
    Phone(),
    Url(),
    Integer(),
    Decimal(),
    Currency(),
    Percent(),
    Boolean(),
    Date(),
    Datetime(),
    Picklist(),
    MultiPicklist(),
    Lookup(),
    User(),
    Autonumber(),
    Json(),
)

# What documents may name, in the order in which editors offer them.
TYPES: Mapping[str, FieldType] = MappingProxyType({one.name: one for one in _ALL})

# What only system fields are of.
SYSTEM_TYPES: Mapping[str, FieldType] = MappingProxyType({"id": Id()})

__all__ = ["SYSTEM_TYPES", "TYPES"]
