"""What msgspec says of a value that does not fit its type, as a fault with a pointer."""

from __future__ import annotations

import re
from typing import Any

import msgspec

from kernel.faults import TYPES_BETWEEN, Fault, escape

_MISSING = re.compile(r"Object missing required field `(.+)`")
_UNKNOWN = re.compile(r"Object contains unknown field `(.+)`")
_TYPE = re.compile(r"Expected `(.+?)`, got `(.+)`")
_PLACE = re.compile(r"\.([^.\[\]`]+)|\[(\d+)\]|\[\.\.\.\]")
_LENGTH = {
    "Expected `str` of length <= (\\d+)": ("too_long", "max"),
    "Expected `str` of length >= (\\d+)": ("too_short", "min"),
    "Expected `int` >= (-?\\d+)": ("below_minimum", "min"),
    "Expected `int` <= (-?\\d+)": ("above_maximum", "max"),
    "Expected `array` of length <= (\\d+)": ("too_many_items", "max"),
    "Expected `array` of length >= (\\d+)": ("too_few_items", "min"),
}
_TYPES = {"str": "string", "int": "integer", "float": "number", "bool": "boolean"}
_CLASSES: dict[str, Any] = {
    "string": str, "integer": int, "number": (int, float), "boolean": bool, "array": list, "object": dict,
    "null": type(None),
}  # fmt: skip


def fault(error: msgspec.ValidationError, value: Any) -> Fault:
    """``Expected `str`, got `int` - at `$.a[0].b``` gives wrong_type at /a/0/b.

    Args:
        value: what does not fit, as JSON gives it, or as the bytes of its text.
    """
    message, _, place = str(error).partition(" - at `$")
    found = _TYPE.fullmatch(message)
    expected = [_TYPES.get(name, name) for name in found[1].split(" | ")] if found else []
    pointer = _pointer(place.rstrip("`"), value, expected)
    if found:
        return Fault(pointer, "wrong_type", {"expected": TYPES_BETWEEN.join(expected)})
    if found := _MISSING.fullmatch(message):
        return Fault(f"{pointer}/{escape(found[1])}", "missing_property", {"property": found[1]})
    if found := _UNKNOWN.fullmatch(message):
        return Fault(f"{pointer}/{escape(found[1])}", "unknown_property", {"property": found[1]})
    for pattern, (code, name) in _LENGTH.items():
        if found := re.fullmatch(pattern, message):
            return Fault(pointer, code, {name: found[1]})
    return Fault(pointer, "value_mismatch", {})


def _pointer(place: str, value: Any, expected: list[str]) -> str:
    """The place as a pointer. msgspec does not say which of an object's values it means: the first misfit is taken."""
    steps = _PLACE.findall(place)
    if ("", "") in steps and isinstance(value, bytes):
        value = msgspec.json.decode(value)
    pointer, here = "", value
    for name, index in steps:
        step = name or index or _misfit(here, expected)
        pointer += f"/{escape(step)}"
        if isinstance(here, dict):
            here = here.get(step)
        elif isinstance(here, list):
            here = here[int(step)] if step.isdigit() and int(step) < len(here) else None
        else:
            here = None
    return pointer


def _misfit(value: Any, expected: list[str]) -> str:
    classes = tuple(_CLASSES[name] for name in expected if name in _CLASSES)
    if not isinstance(value, dict) or not value:
        return "*"
    return next((str(key) for key, item in value.items() if not isinstance(item, classes)), str(next(iter(value))))
