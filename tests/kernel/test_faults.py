from __future__ import annotations

import re
from pathlib import Path

import pytest

from kernel.faults import Fault, Invalid, known_locale
from metadata import LOCALES, messages

SOURCES = [*Path("kernel").rglob("*.py")]


def test_a_message_is_in_the_readers_language_with_its_values() -> None:
    fault = Fault("/name", "too_long", {"max": 5})
    assert fault.message("en") == "At most 5 characters."
    assert fault.message("zh-CN") == "最多 5 个字符。"


@pytest.mark.parametrize(("asked", "given"), [("zh-TW", "zh-CN"), ("zh", "zh-CN"), ("fr", "en"), ("en-GB", "en")])
def test_the_nearest_language_serves(asked: str, given: str) -> None:
    assert known_locale(asked) == given


def test_values_cannot_reach_into_objects_and_are_cut() -> None:
    assert Fault("", "date_invalid", {"value": "{value.__class__}"}).message("en") == "{value.__class__} is not a date."
    assert len(Fault("", "date_invalid", {"value": "x" * 10_000}).message("en")) < 200
    assert Fault("", "date_invalid", {"value": 10**5000}).message("en") == "… is not a date."
    assert Fault("", "too_long", {}).message("en") == "At most {max} characters."


def test_invalid_says_where_and_what() -> None:
    assert str(Invalid([Fault("/a", "required"), Fault("", "wrong_type")])) == "/a: required; /: wrong_type"


def test_every_code_of_the_kernel_has_a_text_in_every_language() -> None:
    text = "\n".join(file.read_text("utf-8") for file in SOURCES)
    codes = set(re.findall(r'(?:ValueFault|Fault|Step|_warning|_limit|report\.add|text)\([^"\n]*"([a-z_.]+)"', text))
    codes |= set(re.findall(r'Fault\([^,\n]+, "([a-z_]+)"', text))
    codes |= set(re.findall(r'report\.add\([^,\n]+, "([a-z_]+)"', text))
    codes = {code for code in codes if "_" in code or code in ("required",)}
    assert len(codes) > 40
    for locale in LOCALES:
        assert codes - messages(locale).keys() == set()


def test_the_languages_have_the_same_keys_and_placeholders() -> None:
    english, chinese = messages("en"), messages("zh-CN")
    assert english.keys() == chinese.keys()
    for code, text in english.items():
        assert set(re.findall(r"{\w+}", chinese[code])) <= set(re.findall(r"{\w+}", text)) | {"{field}"}, code
