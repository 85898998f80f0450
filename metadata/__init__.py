"""The metadata language: one JSON Schema a kind, the platform's own documents, and the texts of faults."""

from __future__ import annotations

import json
from functools import cache
from importlib.resources import files
from typing import Any

KINDS = ("object", "extension", "picklist", "layout", "view", "app", "role", "translation")
LOCALES = ("en", "zh-CN")


@cache
def schemas() -> dict[str, dict[str, Any]]:
    """The JSON Schema (draft 2020-12) of each kind by its name; they refer to ``common.json``, see ``common``."""
    return {kind: _read(f"schemas/{kind}.json") for kind in KINDS}


@cache
def common() -> dict[str, Any]:
    """The parts that the schemas of all kinds share, as one JSON Schema with ``$id`` ``common.json``."""
    found: dict[str, Any] = _read("schemas/common.json")
    return found


@cache
def core_documents() -> tuple[dict[str, Any], ...]:
    """The platform's own documents, part of every tenant's metadata. Not to be changed by the caller."""
    root = files(__name__) / "core"
    found = [
        json.loads(file.read_text("utf-8"))
        for folder in sorted(root.iterdir(), key=lambda entry: entry.name)
        if folder.is_dir()
        for file in sorted(folder.iterdir(), key=lambda entry: entry.name)
        if file.name.endswith(".json")
    ]
    return tuple(found)


@cache
def messages(locale: str) -> dict[str, str]:
    """Texts of fault codes in one of ``LOCALES``, with ``{placeholders}``; one file a part of the platform."""
    folder = files(__name__) / "messages" / locale
    found: dict[str, str] = {}
    for file in sorted(folder.iterdir(), key=lambda entry: entry.name):
        found |= json.loads(file.read_text("utf-8"))
    return found


def _read(path: str) -> Any:
    return json.loads((files(__name__) / path).read_text("utf-8"))
