"""Documents for the tests of the kernel, among them one object with a field of every type."""

from __future__ import annotations

from typing import Any

import kernel.model
from kernel.names import Names

SCHEMA = "t_test"

CHOICES = [
    {"value": "a", "label": {"en": "Alpha", "zh-CN": "甲"}},
    {"value": "b", "label": {"en": "Beta", "zh-CN": "乙"}, "color": "#112233"},
    {"value": "c d", "label": {"en": "Gamma; delta"}, "active": False},
]
EVERY_TYPE: dict[str, Any] = {
    "kind": "object",
    "name": "thing",
    "label": {"en": "Thing", "zh-CN": "物"},
    "name_field": "text",
    "fields": [
        {"name": "text", "type": "text", "label": {"en": "Text"}, "required": True, "searchable": True},
        {
            "name": "code",
            "type": "text",
            "label": {"en": "Code"},
            "unique": True,
            "max_length": 20,
            "pattern": "^[A-Z]",
        },
        {"name": "long_text", "type": "long_text", "label": {"en": "Long"}, "searchable": True},
        {"name": "email", "type": "email", "label": {"en": "E-mail"}},
        {"name": "phone", "type": "phone", "label": {"en": "Phone"}},
        {"name": "url", "type": "url", "label": {"en": "Address"}},
        {"name": "integer", "type": "integer", "label": {"en": "Integer"}, "index": True},
        {"name": "decimal", "type": "decimal", "label": {"en": "Decimal"}, "scale": 4, "min": -1000, "max": 1000},
        {"name": "currency", "type": "currency", "label": {"en": "Money"}, "currency": "EUR"},
        {"name": "percent", "type": "percent", "label": {"en": "Percent"}},
        {"name": "boolean", "type": "boolean", "label": {"en": "Boolean"}},
        {"name": "date", "type": "date", "label": {"en": "Date"}},
        {"name": "datetime", "type": "datetime", "label": {"en": "Moment"}},
        {"name": "picklist", "type": "picklist", "label": {"en": "Choice"}, "values": CHOICES},
        {"name": "many", "type": "multi_picklist", "label": {"en": "Choices"}, "values": CHOICES, "index": True},
        {"name": "lookup", "type": "lookup", "label": {"en": "Parent"}, "object": "thing", "related_name": "parts"},
        {"name": "user", "type": "user", "label": {"en": "Person"}},
        {"name": "number", "type": "autonumber", "label": {"en": "Number"}, "format": "T%:n'{000}-x"},
        {"name": "json", "type": "json", "label": {"en": "Data"}},
    ],
}


def text_field(name: str, **options: Any) -> dict[str, Any]:
    return {"name": name, "type": "text", "label": {"en": name}, **options}


def object_document(name: str, *fields: dict[str, Any], **options: Any) -> dict[str, Any]:
    """An object with a name field and the fields given."""
    given = [text_field("name"), *fields]
    return {"kind": "object", "name": name, "label": {"en": name}, "name_field": "name", "fields": given, **options}


def compiled(*documents: dict[str, Any], names: Names | None = None, revision: int = 1) -> kernel.model.Model:
    return kernel.model.compile(documents, schema=SCHEMA, revision=revision, names=names or Names())
