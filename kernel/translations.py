"""Texts of documents in further languages: where a text can stand, and putting it there."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

Key = tuple[str, str]  # kind and name of a document
Path = tuple[str | int, ...]  # steps from the document to the text map


def places(documents: Mapping[Key, Mapping[str, Any]]) -> dict[str, tuple[Key, Path]]:
    """All text maps by the path that ``translation`` documents call them: ``object.account.field.name.label``.

    Fields that an extension adds stand under their object.
    """
    found: dict[str, tuple[Key, Path]] = {}
    for key, document in documents.items():
        kind, name = key
        if kind in ("extension", "translation"):
            owner = f"object.{document['object']}" if kind == "extension" else ""
            pairs = _fields(document) if kind == "extension" else iter(())
        else:
            owner, pairs = f"{kind}.{name}", _PLACES[kind](document)
        for path, steps in pairs:
            if _at(document, steps) is not None:
                found[f"{owner}.{path}"] = (key, steps)
    return found


def translated(documents: Mapping[Key, Mapping[str, Any]]) -> dict[Key, Mapping[str, Any]]:
    """The documents with the texts of the ``translation`` documents put in; those without are not copied."""
    result = dict(documents)
    translations = [one for (kind, _), one in documents.items() if kind == "translation"]
    if not translations:
        return result
    known = places(documents)
    copied: set[Key] = set()
    for translation in translations:
        for path, text in translation["texts"].items():
            if path not in known:
                continue
            key, steps = known[path]
            if key not in copied:
                result[key] = copy.deepcopy(dict(result[key]))
                copied.add(key)
            _at(result[key], steps)[translation["locale"]] = text
    return result


def _at(document: Any, steps: Path) -> Any:
    for step in steps:
        if isinstance(document, dict):
            document = document.get(step)
        elif isinstance(document, list | tuple) and isinstance(step, int):
            document = document[step]
        else:
            return None
    return document if isinstance(document, dict) else None


def _top(*names: str) -> Iterator[tuple[str, Path]]:
    return ((name, (name,)) for name in names)


def _object(document: Mapping[str, Any]) -> Iterator[tuple[str, Path]]:
    yield from _top("label", "label_plural", "description")
    yield from _fields(document)


def _fields(document: Mapping[str, Any]) -> Iterator[tuple[str, Path]]:
    for position, one in enumerate(document["fields"]):
        for text in ("label", "help", "related_label"):
            yield f"field.{one['name']}.{text}", ("fields", position, text)
        for path, steps in _values(one):
            yield f"field.{one['name']}.{path}", ("fields", position, *steps)


def _values(document: Mapping[str, Any]) -> Iterator[tuple[str, Path]]:
    for position, one in enumerate(document.get("values", ())):
        yield f"value.{one['value']}.label", ("values", position, "label")


def _picklist(document: Mapping[str, Any]) -> Iterator[tuple[str, Path]]:
    yield from _top("label", "description")
    yield from _values(document)


def _layout(document: Mapping[str, Any]) -> Iterator[tuple[str, Path]]:
    yield from _top("label", "description")
    for position, section in enumerate(document["sections"]):
        yield f"section.{section['name']}.label", ("sections", position, "label")
    for position, related in enumerate(document.get("related", ())):
        yield f"related.{related['object']}.{related['field']}.label", ("related", position, "label")


def _app(document: Mapping[str, Any]) -> Iterator[tuple[str, Path]]:
    yield from _top("label", "description")
    for position in range(len(document["items"])):
        yield f"group.{position}.label", ("items", position, "group")


def _plain(document: Mapping[str, Any]) -> Iterator[tuple[str, Path]]:
    return _top("label", "description")


_PLACES = {
    "object": _object,
    "picklist": _picklist,
    "layout": _layout,
    "app": _app,
    "view": _plain,
    "role": _plain,
}
