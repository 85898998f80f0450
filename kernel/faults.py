"""What is wrong, where, and in the reader's language."""

from __future__ import annotations

import string
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from metadata import LOCALES, messages

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

LONGEST_VALUE = 120
TYPES_BETWEEN = " / "
MOST_BITS = 400


@dataclass(slots=True, frozen=True)
class Fault:
    """One thing that is wrong.

    Attributes:
        pointer: RFC 6901 JSON pointer into the document or record; ``""`` is the whole of it.
        code: key of the texts in ``metadata/messages``.
        parameters: for the ``{placeholders}`` of the text.
        document: (kind, name) of the document that has the fault; None for records.
    """

    pointer: str
    code: str
    parameters: Mapping[str, Any] = field(default_factory=dict)
    document: tuple[str, str] | None = None

    def message(self, locale: str) -> str:
        """The text in a language of ``metadata.LOCALES``; English for any other."""
        return text(self.code, locale, self.parameters)

    def under(self, pointer: str) -> Fault:
        """The same fault, ``pointer`` put before its own."""
        return Fault(pointer + self.pointer, self.code, self.parameters, self.document)


class Invalid(Exception):
    """A document or record does not fit; ``faults`` is everything that is wrong with it."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = list(faults)
        super().__init__("; ".join(f"{fault.pointer or '/'}: {fault.code}" for fault in self.faults))


def text(code: str, locale: str, parameters: Mapping[str, Any]) -> str:
    """The text of a message with its placeholders filled; long values are cut."""
    known = messages(known_locale(locale))
    expected = parameters.get("expected")
    if isinstance(expected, str):  # types of JSON have names in each language
        words = [known.get(f"json_type.{word}", word) for word in expected.split(TYPES_BETWEEN)]
        parameters = {**parameters, "expected": TYPES_BETWEEN.join(words)}
    return _FORMATTER.vformat(known[code], (), _Shown(parameters))


def known_locale(locale: str) -> str:
    """The language of ``metadata.LOCALES`` that serves ``locale`` best: ``zh-TW`` and ``zh`` give ``zh-CN``."""
    if locale in LOCALES:
        return locale
    language = locale.split("-", 1)[0].lower()
    return next((known for known in LOCALES if known.split("-", 1)[0] == language), LOCALES[0])


def escape(token: str) -> str:
    """A name as one token of a JSON pointer."""
    return token.replace("~", "~0").replace("/", "~1") if "~" in token or "/" in token else token


class _Shown(dict[str, Any]):
    """Parameters as users read them."""

    def __getitem__(self, key: str) -> str:
        value = super().__getitem__(key)
        if isinstance(value, list | tuple | set | frozenset):
            shown = ", ".join(map(str, value))
        elif isinstance(value, int) and value.bit_length() > MOST_BITS:
            shown = "…"  # Python refuses to write very large numbers
        else:
            shown = "null" if value is None else str(value)
        return shown if len(shown) <= LONGEST_VALUE else shown[: LONGEST_VALUE - 1] + "…"


class _Formatter(string.Formatter):
    """Fills ``{name}`` and nothing else: no attributes, no indexes."""

    def get_field(self, field_name: str, args: Any, kwargs: Any) -> Any:
        return (kwargs[field_name], field_name) if field_name in kwargs else ("{" + field_name + "}", field_name)


_FORMATTER = _Formatter()
