"""Writes docs/metadata.md from the JSON Schemas of the kinds and the field types: ``make docs``."""

from __future__ import annotations

import sys
from typing import Any

from kernel.fields import TYPES
from metadata import KINDS, common, messages, schemas

INTRODUCTION = """# The metadata language

Generated from `metadata/schemas` and `kernel/fields` by `make docs`. Do not edit.

A document is a JSON object of one of the kinds below. In a folder it lies at `<kind>/<name>.json`. Names match
`^[a-z][a-z0-9_]{0,47}$`; a label is a map of languages, `{"en": ..., "zh-CN": ...}`, of which `en` has to be there.
Nothing but what is listed here may stand in a document.
"""


def page() -> str:
    """The whole page."""
    parts = [INTRODUCTION, "## Kinds\n", *_contents()]
    for kind in KINDS:
        schema = schemas()[kind]
        parts += [f"\n## {kind}\n", schema.get("description", ""), "", *_table(schema)]
    parts += ["\n## Fields\n", "What every field of an object or extension may say:", "", *_table(_definition("field"))]
    parts += ["\nWhat is beside it depends on the type:\n", *_types()]
    parts += ["\n## Filters\n", _definition("filter").get("description", ""), "", *_table(_definition("filter"))]
    parts += ["\nA rule:\n", *_table(_definition("rule"))]
    return "\n".join(parts).rstrip() + "\n"


def _contents() -> list[str]:
    rows = [f"| [{kind}](#{kind}) | {_cell(schemas()[kind].get('description', ''))} |" for kind in KINDS]
    return ["| kind | holds |", "|---|---|", *rows]


def _types() -> list[str]:
    rows = ["| type | holds | options | filter operators |", "|---|---|---|---|"]
    for name, one in TYPES.items():
        text = messages("en").get(f"field_type.{name}.help", "")
        options = [f"`{option}`{' (required)' if option in one.options_required else ''}" for option in one.options]
        operators = ", ".join(f"`{operator}`" for operator in one.operators)
        rows.append(f"| `{name}` | {_cell(text)} | {', '.join(options)} | {_cell(operators)} |")
    return rows


def _table(schema: dict[str, Any]) -> list[str]:
    rows = ["| property | type | meaning |", "|---|---|---|"]
    _properties(schema, "", rows)
    return rows


def _properties(schema: dict[str, Any], prefix: str, rows: list[str]) -> None:
    for name, given in schema.get("properties", {}).items():
        resolved = _resolved(given)
        star = "" if name not in schema.get("required", []) else " *"
        meaning = given.get("description") or resolved.get("description") or resolved.get("title", "")
        rows.append(f"| `{prefix}{name}`{star} | {_cell(_type(resolved))} | {_cell(_limits(meaning, resolved))} |")
        inner = _resolved(resolved.get("items", {})) if resolved.get("type") == "array" else resolved
        if inner is not schema and not str(given.get("$ref", "")).endswith(("/fields", "/filter")) and _is_small(inner):
            _properties(inner, f"{prefix}{name}{'[]' if resolved.get('type') == 'array' else ''}.", rows)


def _is_small(schema: dict[str, Any]) -> bool:
    return 0 < len(schema.get("properties", {})) <= 15


def _type(schema: dict[str, Any]) -> str:
    if "const" in schema:
        return f"`{schema['const']}`"
    if "enum" in schema:
        return ", ".join(f"`{value}`" for value in schema["enum"])
    kind = schema.get("type", "any")
    if kind == "array":
        return f"list of {_type(_resolved(schema.get('items', {})))}"
    return " or ".join(kind) if isinstance(kind, list) else str(kind)


def _limits(meaning: str, schema: dict[str, Any]) -> str:
    words = {"maxLength": "at most {} characters", "maxItems": "at most {} of them", "minItems": "at least {}"}
    said = [text.format(schema[key]) for key, text in words.items() if key in schema]
    if "default" in schema:
        said.append(f"default `{schema['default']}`")
    return meaning + (f" ({'; '.join(said)})" if said else "")


def _resolved(schema: dict[str, Any]) -> dict[str, Any]:
    reference = schema.get("$ref")
    if reference is None:
        return schema
    return _definition(str(reference).rpartition("/")[2]) | {key: schema[key] for key in schema if key != "$ref"}


def _definition(name: str) -> dict[str, Any]:
    found: dict[str, Any] = common()["$defs"][name]
    return found


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")


if __name__ == "__main__":
    sys.stdout.write(page())
