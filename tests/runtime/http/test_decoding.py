"""Bodies of JSON: how deep they are, what is wrong with them and where; and the language of the answer."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runtime.http.bodies import SavedViewRequest, SignIn
from runtime.http.decoding import DEPTH_LIMIT, decode, is_deeper
from runtime.http.exchange import locale_of, read_query
from runtime.http.meta_bodies import ChangesRequest
from runtime.http.problems import Refused

TRICKY = st.text(st.sampled_from('[]{}"\\a'), max_size=20)
LEAVES = st.none() | st.booleans() | st.integers() | TRICKY
JSON = st.recursive(LEAVES, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TRICKY, inner, max_size=4))


def depth(value: Any) -> int:
    if isinstance(value, dict):
        return 1 + max(map(depth, value.values()), default=0)
    if isinstance(value, list):
        return 1 + max(map(depth, value), default=0)
    return 0


@given(JSON, st.integers(90, 110))
def test_brackets_in_strings_do_not_count_as_depth(inner: Any, levels: int) -> None:
    value = inner
    for _ in range(levels):
        value = [value]
    assert is_deeper(value, DEPTH_LIMIT) == (depth(value) > DEPTH_LIMIT)
    if depth(value) > DEPTH_LIMIT:
        with pytest.raises(Refused):
            decode(json.dumps(value).encode(), list[Any])
    else:
        assert decode(json.dumps(value).encode(), list[Any]) == value


@given(JSON)
def test_shallow_json_comes_through_as_it_is(value: Any) -> None:
    assert decode(json.dumps(value).encode(), Any) == value  # type: ignore[arg-type]


@given(st.binary(max_size=60))
def test_no_bytes_break_decoding(raw: bytes) -> None:
    for kind in (dict[str, Any], SignIn, ChangesRequest):
        try:
            decode(raw, kind)
        except Refused as error:
            assert error.slug in {"bad-request", "invalid"}


@pytest.mark.parametrize(
    ("kind", "body", "pointer", "code"),
    [
        (SignIn, {"email": "a@b"}, "/password", "missing_property"),
        (SignIn, {"email": 5, "password": "x"}, "/email", "wrong_type"),
        (SignIn, {"email": "a", "password": "x"}, "/email", "too_short"),
        (SignIn, {"email": "a" * 300, "password": "x"}, "/email", "too_long"),
        (SignIn, {"email": "a@b", "password": "x", "a/b": 1}, "/a~1b", "unknown_property"),
        (SignIn, [], "", "wrong_type"),
        (ChangesRequest, {"documents": [{}, 5]}, "/documents/1", "wrong_type"),
        (SavedViewRequest, {"object": "A!", "label": "a", "definition": {}}, "/object", "value_mismatch"),
    ],
)
def test_what_does_not_fit_is_told_with_its_place(kind: Any, body: Any, pointer: str, code: str) -> None:
    with pytest.raises(Refused) as refused:
        decode(json.dumps(body).encode(), kind)
    assert [(fault.pointer, fault.code) for fault in refused.value.faults] == [(pointer, code)]


@pytest.mark.parametrize(
    ("raw", "pointers"),
    [
        (b'{"employees": ' + b"9" * 5000 + b"}", ["/employees"]),
        (b'{"a": 1, "b": {"c/d": [1, 1e999999, {"e": -1e400}]}}', ["/b/c~1d/1", "/b/c~1d/2/e"]),
    ],
)
def test_a_number_that_is_too_large_for_anything_is_told_with_its_place(raw: bytes, pointers: list[str]) -> None:
    with pytest.raises(Refused) as refused:
        decode(raw, dict[str, Any])
    assert [fault.pointer for fault in refused.value.faults] == pointers
    assert {fault.code for fault in refused.value.faults} == {"number_too_large"}


def test_types_are_called_as_json_calls_them_in_the_callers_language() -> None:
    with pytest.raises(Refused) as refused:
        decode(b'{"email": 5, "password": "x"}', SignIn)
    assert refused.value.faults[0].message("en") == "Expected string."
    assert refused.value.faults[0].message("zh-CN") == "类型应为 字符串。"


@pytest.mark.parametrize(
    ("asked", "locale"),
    [
        ("", "en"),
        ("zh-CN", "zh-CN"),
        ("zh-TW,zh;q=0.9", "zh-CN"),
        ("fr;q=1, en;q=0.4, zh;q=0.5", "zh-CN"),
        ("en-GB,zh", "en"),
        ("*", "en"),
        ("zh;q=0", "en"),
        (";;;,,q=", "en"),
    ],
)
def test_the_language_is_the_one_asked_for_first(asked: str, locale: str) -> None:
    assert locale_of(asked.encode()) == locale


@given(st.binary(max_size=80))
def test_no_query_breaks_reading(raw: bytes) -> None:
    try:
        read_query(raw)
    except Refused as error:
        assert error.slug == "bad-request"
    locale_of(raw)
