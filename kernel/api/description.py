"""What a user may see of a Model, texts in one language: the body of ``GET /meta/model``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kernel.faults import known_locale, text
from kernel.fields.text import Textual

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from kernel.access import Access
    from kernel.model import FieldModel, Model, ObjectModel

OPTIONS = ("min", "max", "min_length", "max_length", "pattern", "scale", "currency", "format", "on_delete")
# Options of a layout or view that hold texts, at any depth.
TEXTS = ("label", "description", "help")


def describe(model: Model, access: Access, locale: str) -> dict[str, Any]:
    """The description of a Model for a set of roles: objects that may be read, their fields and pages, and apps."""
    shown = [item for item in model.objects.values() if access.may(item.name, "read")]
    return {
        "revision": model.revision,
        "locale": known_locale(locale),
        "objects": [_object(model, access, item, locale) for item in shown],
        "apps": _apps(model, access, locale),
        "admin": access.admin,
    }


def localized(texts: Mapping[str, str] | None, locale: str) -> str | None:
    """A text map in one language: that language, a relative of it, English, or whatever there is."""
    if not texts:
        return None
    if locale in texts:
        return texts[locale]
    language = locale.split("-", 1)[0]
    relative = next((one for one in texts if one.split("-", 1)[0] == language), "en")
    return texts.get(relative) or next(iter(texts.values()))


def _object(model: Model, access: Access, item: ObjectModel, locale: str) -> dict[str, Any]:
    readable, writable = access.readable(item.name), access.writable(item.name)
    document = item.document
    return {
        "name": item.name,
        "label": localized(item.label, locale),
        "label_plural": localized(item.label_plural, locale),
        "description": localized(document.get("description"), locale),
        "icon": document.get("icon"),
        "color": document.get("color"),
        "name_field": item.name_field,
        "features": dict(item.features),
        "core": item.core,
        "package": model.packages.get(("object", item.name)),
        "actions": list(access.actions(item.name)),
        "fields": [_field(one, writable, locale) for one in item.fields.values() if one.name in readable],
        "related": [
            {
                "object": one.object,
                "field": one.field,
                "name": one.related_name,
                "label": localized(one.related_label, locale),
            }
            for one in model.references_to(item.name)
            if not one.system and one.field in access.readable(one.object)
        ],
        "layouts": _layouts(model, item, locale),
        "views": _views(model, item, locale),
    }


def _field(one: FieldModel, writable: Iterable[str], locale: str) -> dict[str, Any]:
    kind, document = one.type, one.document
    found: dict[str, Any] = {
        "name": one.name,
        "type": kind.name,
        "widget": kind.widget,
        "label": localized(one.label, locale),
        "help": localized(one.help, locale),
        "required": one.required,
        "unique": one.unique,
        "read_only": one.read_only or one.name not in writable,
        "system": one.system,
        "searchable": one.searchable,
        "sortable": kind.sortable,
        "groupable": kind.groupable,
        "operators": list(kind.operators),
        "default": one.default,
    }
    if one.target is not None:
        found["target"] = one.target
    if kind.name in ("picklist", "multi_picklist"):
        found["values"] = [_value(value, locale) for value in one.values]
    for option in OPTIONS:
        value = document.get(option, kind.options.get(option, {}).get("default"))
        if value is not None:
            found[option] = value
    if isinstance(kind, Textual) and kind.writable:
        found["max_length"] = kind.most(one)
    return found


def _value(value: Mapping[str, Any], locale: str) -> dict[str, Any]:
    return {
        "value": value["value"],
        "label": localized(value["label"], locale),
        "color": value.get("color"),
        "active": value.get("active", True),
        "default": value.get("default", False),
    }


def _layouts(model: Model, item: ObjectModel, locale: str) -> list[dict[str, Any]]:
    """The object's layouts, its default one first; one with every field where it has none."""
    found = [one for one in model.layouts.values() if one["object"] == item.name]
    if not found:
        return [_plain_layout(model, item, locale)]
    found.sort(key=lambda one: not one.get("default", False))
    return [_resolved(one, locale) for one in found]


def _views(model: Model, item: ObjectModel, locale: str) -> list[dict[str, Any]]:
    """The object's views in order, its default one first; one of all records where it has none."""
    found = [one for one in model.views.values() if one["object"] == item.name]
    if not found:
        return [_plain_view(item, locale)]
    found.sort(key=lambda one: (not one.get("default", False), one.get("position", 100_000), one["name"]))
    return [_resolved(one, locale) for one in found]


def _plain_layout(model: Model, item: ObjectModel, locale: str) -> dict[str, Any]:
    own = [one.name for one in item.fields.values() if not one.system]
    system = ["owner_id", "created_at", "created_by", "updated_at", "updated_by"]
    related = [
        {"object": one.object, "field": one.field, "columns": [model.objects[one.object].name_field]}
        for one in model.references_to(item.name)
        if not one.system
    ]
    return {
        "name": f"{item.name}_plain",
        "label": localized(item.label, locale),
        "object": item.name,
        "default": True,
        "sections": [
            {"name": "fields", "label": localized(item.label, locale), "columns": 2, "fields": own},
            {"name": "system", "label": text("layout.system", locale, {}), "columns": 2, "fields": system},
        ],
        "related": related,
    }


def _plain_view(item: ObjectModel, locale: str) -> dict[str, Any]:
    own = [one.name for one in item.fields.values() if not one.system and one.type.name not in ("json", "long_text")]
    own.sort(key=lambda name: name != item.name_field)
    return {
        "name": f"{item.name}_plain",
        "label": text("view.all", locale, {"label": localized(item.label_plural, locale)}),
        "object": item.name,
        "type": "table",
        "default": True,
        "columns": [{"field": name} for name in [*own[:8], "owner_id"]],
        "sort": [{"field": "created_at", "direction": "desc"}],
    }


def _apps(model: Model, access: Access, locale: str) -> list[dict[str, Any]]:
    """The apps with what may be read of them, in order; an app with nothing to show is left out."""
    found = []
    for app in sorted(model.apps.values(), key=lambda one: (one.get("position", 100_000), one["name"])):
        items = []
        for item in app["items"]:
            if "group" in item:
                inner = [dict(one) for one in item["items"] if access.may(one["object"], "read")]
                if inner:
                    items.append({"group": localized(item["group"], locale), "items": inner})
            elif access.may(item["object"], "read"):
                items.append(dict(item))
        if items:
            found.append({**_resolved(app, locale), "items": items})
    return found


def _resolved(document: Mapping[str, Any], locale: str) -> dict[str, Any]:
    """A document without its kind, text maps replaced by texts."""
    found: dict[str, Any] = {}
    for name, value in document.items():
        if name == "kind":
            continue
        if name in TEXTS:
            found[name] = localized(value, locale)
        elif isinstance(value, list):
            found[name] = [_resolved(one, locale) if isinstance(one, dict) else one for one in value]
        else:
            found[name] = value
    return found
