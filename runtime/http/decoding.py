"""JSON bodies in: malformed, too deep, wrong types and text that cannot be stored are faults with a pointer each."""

from __future__ import annotations

import json
import math
import re
from functools import lru_cache
from typing import TYPE_CHECKING, Any, TypeVar

import msgspec

from kernel.faults import Fault, escape
from runtime import misfits
from runtime.http.problems import Refused, refuse

if TYPE_CHECKING:
    from collections.abc import Iterator

T = TypeVar("T")
DEPTH_LIMIT = 100
_SUSPICIOUS = re.compile(rb"\\u(?:0000|[dD][89a-fA-F])")
_SURROGATE = re.compile(r"[\ud800-\udfff]")
HUGE_DIGITS = 4_000  # no field takes numbers that come near; Python refuses to write them
_FEW_DIGITS = 15


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
        if "out of range" in str(error) and (faults := _huge(raw)):
            raise Refused("invalid", None, faults) from None
        raise Refused("invalid", None, [misfits.fault(error, raw)]) from None
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


def _huge(raw: bytes) -> list[Fault]:
    """The numbers of a body that are too large for anything, each with its place."""
    body = json.loads(raw, parse_int=_read_number, parse_float=_read_number)
    return [Fault(pointer, "number_too_large", {"digits": _FEW_DIGITS}) for pointer in _places(body, "")]


class _Huge:
    """A number that no program can hold."""


def _read_number(text: str) -> Any:
    return _Huge() if len(text) > HUGE_DIGITS or math.isinf(float(text)) else 0


def _places(value: Any, pointer: str) -> Iterator[str]:
    if isinstance(value, _Huge):
        yield pointer
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from _places(item, f"{pointer}/{escape(key)}")
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _places(item, f"{pointer}/{index}")
