"""JSON bodies in: malformed, too deep, wrong types and text that cannot be stored are faults with a pointer each."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Any, TypeVar

import msgspec

from kernel.faults import Fault, escape
from runtime.http.problems import Refused, refuse

if TYPE_CHECKING:
    from collections.abc import Iterator

T = TypeVar("T")
DEPTH_LIMIT = 100
_SUSPICIOUS = re.compile(rb"\\u(?:0000|[dD][89a-fA-F])")
_SURROGATE = re.compile(r"[\ud800-\udfff]")
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


@lru_cache(maxsize=256)
def _decoder(kind: Any) -> msgspec.json.Decoder[Any]:
    return msgspec.json.Decoder(kind)


def decode(raw: bytes, kind: type[T] | Any) -> T:
    """Decode a body of JSON.

    Raises:
        Refused: ``bad-request`` where it is not JSON or nested too deeply, ``invalid`` where it does not fit ``kind``.
    """
    if not raw:
        raise refuse("bad-request", "body_missing", pointer="")
    try:
        value: T = _decoder(kind).decode(raw)  # type: ignore[arg-type]  # types are hashable
    except msgspec.ValidationError as error:
        if kind is not Any:
            decode(raw, Any)  # what follows the misfit may not even be JSON, which goes first
        raise Refused("invalid", None, [_fault(str(error))]) from None
    except RecursionError:
        raise refuse("bad-request", "json_too_deep", pointer="", max=DEPTH_LIMIT) from None
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise refuse("bad-request", "malformed_json", pointer="", reason=str(error)) from None
    # Depth takes brackets, and a NUL or half a surrogate pair an escape: most bodies need no closer look.
    if raw.count(b"[") + raw.count(b"{") > DEPTH_LIMIT and is_deeper(_plain(value, raw), DEPTH_LIMIT):
        raise refuse("bad-request", "json_too_deep", pointer="", max=DEPTH_LIMIT)
    if _SUSPICIOUS.search(raw):
        faults = [Fault(pointer, "bad_text", {}) for pointer in _unstorable(_plain(value, raw), "")]
        if faults:
            raise Refused("invalid", None, faults)
    return value


def is_deeper(value: Any, levels: int) -> bool:
    """Whether arrays and objects are nested more than so many levels deep."""
    if levels <= 0:
        return isinstance(value, dict | list)
    for item in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        kind = item.__class__
        if (kind is dict or kind is list) and is_deeper(item, levels - 1):
            return True
    return False


def _plain(value: Any, raw: bytes) -> Any:
    """The body as dictionaries and lists."""
    return msgspec.json.decode(raw) if isinstance(value, msgspec.Struct) else value


def _unstorable(value: Any, pointer: str) -> Iterator[str]:
    if isinstance(value, str):
        if "\x00" in value or _SURROGATE.search(value):
            yield pointer
    elif isinstance(value, dict):
        for key, item in value.items():
            if "\x00" in key:
                yield pointer
            yield from _unstorable(item, f"{pointer}/{escape(key)}")
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _unstorable(item, f"{pointer}/{index}")


def _fault(said: str) -> Fault:
    """msgspec's words as a fault: ``Expected `str`, got `int` - at `$.a[0].b``` gives wrong_type at /a/0/b."""
    message, _, place = said.partition(" - at `$")
    pointer = "".join(
        f"/{escape(name)}" if name else f"/{index or '*'}" for name, index in _PLACE.findall(place.rstrip("`"))
    )
    if found := _MISSING.fullmatch(message):
        return Fault(f"{pointer}/{escape(found[1])}", "missing_property", {"property": found[1]})
    if found := _UNKNOWN.fullmatch(message):
        return Fault(f"{pointer}/{escape(found[1])}", "unknown_property", {"property": found[1]})
    if found := _TYPE.fullmatch(message):
        return Fault(pointer, "wrong_type", {"expected": found[1]})
    for pattern, (code, name) in _LENGTH.items():
        if found := re.fullmatch(pattern, message):
            return Fault(pointer, code, {name: found[1]})
    return Fault(pointer, "value_mismatch", {})
