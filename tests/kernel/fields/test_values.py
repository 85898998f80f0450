"""Which JSON values a field takes, and what it says about the others."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from kernel.fields import TYPES
from kernel.fields.type import Draft, ValueFault
from kernel.model import ObjectModel  # noqa: TC001

DEEP: Any = None
for _ in range(60):
    DEEP = [DEEP]


@pytest.mark.parametrize(
    ("name", "value", "bound"),
    [
        ("text", "", (None,)),
        ("text", " \t\r\n ", (None,)),
        ("text", " x ", (" x ",)),
        ("email", "Ana@Example.COM", ("ana@example.com",)),
        ("email", "王@例子.中国", ("王@例子.中国",)),
        ("phone", "+86 138-0013-8000", ("+8613800138000",)),
        ("url", "HTTPS://example.com:8080/a?b=c#d", ("HTTPS://example.com:8080/a?b=c#d",)),
        ("integer", 5.0, (5,)),
        ("integer", Decimal("7.00"), (7,)),
        ("decimal", 0.1, (Decimal("0.1"),)),
        ("decimal", 12.50, (Decimal("12.5"),)),
        ("currency", 5, (Decimal(5), "EUR")),
        ("currency", {"amount": 5}, (Decimal(5), "EUR")),
        ("currency", {"amount": 5, "currency": "CNY"}, (Decimal(5), "CNY")),
        ("currency", None, (None, None)),
        ("picklist", "c d", ("c d",)),
        ("many", [], (None,)),
        ("json", [1, Decimal("1.50")], ("[1,1.50]",)),
        ("json", False, ("false",)),
    ],
)
def test_values_that_fit(thing: ObjectModel, name: str, value: Any, bound: tuple[Any, ...]) -> None:
    field = thing.fields[name]
    assert field.type.decode(field, value) == bound


@pytest.mark.parametrize(
    ("name", "value", "code", "pointer"),
    [
        ("text", 5, "wrong_type", ""),
        ("text", "a\x00b", "bad_text", ""),
        ("text", "\ud800", "bad_text", ""),
        ("text", "x" * 651, "too_long", ""),
        ("code", "x" * 21, "too_long", ""),
        ("code", "lower", "bad_pattern", ""),
        ("email", "a b@c.example", "email_invalid", ""),
        ("email", "a@b", "email_invalid", ""),
        ("email", "a@b.example\n", "email_invalid", ""),
        ("email", "a@b.example\ud800", "bad_text", ""),
        ("email", "x" * 250 + "@b.example", "too_long", ""),
        ("phone", "13800138000", "phone_region", ""),
        ("phone", "+0123456789", "phone_invalid", ""),
        ("url", "javascript:alert(1)", "url_invalid", ""),
        ("url", "https://x/" + "y" * 2000, "too_long", ""),
        ("integer", True, "wrong_type", ""),
        ("integer", "5", "wrong_type", ""),
        ("integer", 5.5, "integer_invalid", ""),
        ("integer", 2**53, "above_maximum", ""),
        ("integer", -(2**53), "below_minimum", ""),
        ("decimal", 0.00001, "number_scale", ""),
        ("decimal", 1000.5, "above_maximum", ""),
        ("decimal", -1001, "below_minimum", ""),
        ("decimal", "1", "wrong_type", ""),
        ("decimal", False, "wrong_type", ""),
        ("decimal", float("inf"), "number_invalid", ""),
        ("percent", 10**15, "number_too_large", ""),
        pytest.param("percent", 10**5000, "number_too_large", "", id="huge"),
        ("percent", Decimal("1e999999"), "number_too_large", ""),
        ("currency", {"amount": 1, "currency": "XXX"}, "currency_unknown", "/currency"),
        ("currency", {"amount": 1, "currency": 5}, "currency_unknown", "/currency"),
        ("currency", {"amount": "1", "currency": "USD"}, "wrong_type", "/amount"),
        ("currency", {"currency": "USD"}, "missing_property", "/amount"),
        ("currency", {"amount": 1, "rate/": 2}, "unknown_property", "/rate~1"),
        ("currency", [], "wrong_type", ""),
        ("boolean", 1, "wrong_type", ""),
        ("boolean", "true", "wrong_type", ""),
        ("date", "2016-2-3", "date_invalid", ""),
        ("date", "2023-02-29", "date_invalid", ""),
        ("date", "2016-02-03T00:00:00Z", "date_invalid", ""),
        ("date", 20160203, "wrong_type", ""),
        ("datetime", "2016-02-03T00:00:00", "datetime_offset", ""),
        ("datetime", "2016-02-03", "datetime_invalid", ""),
        ("datetime", "0001-01-01T00:00:00+14:00", "datetime_invalid", ""),
        ("datetime", "9999-12-31T23:59:59-14:00", "datetime_invalid", ""),
        ("datetime", "2016-W05-3T00:00:00Z", "datetime_invalid", ""),
        ("datetime", 5, "wrong_type", ""),
        ("picklist", "Alpha", "picklist_value", ""),
        ("picklist", 1, "wrong_type", ""),
        ("many", "a", "list_expected", ""),
        ("many", ["a", "nix"], "picklist_value", "/1"),
        ("many", ["a", 1], "wrong_type", "/1"),
        ("many", ["a", "a"], "not_unique_items", "/1"),
        ("many", ["a"] * 101, "too_many_items", ""),
        ("lookup", "not an id", "reference_invalid", ""),
        ("lookup", "{00000000-0000-0000-0000-000000000000}", "reference_invalid", ""),
        ("user", 5, "wrong_type", ""),
        ("number", "T001-x", "field_read_only", ""),
        ("json", {"a/b": ["x\x00"]}, "bad_text", "/a~1b/0"),
        ("json", {"\x00": 1}, "bad_text", ""),
        ("json", [float("nan")], "number_invalid", "/0"),
        ("json", DEEP, "json_too_deep", ""),
        ("json", "x" * 1_000_001, "too_long", ""),
    ],
)
def test_values_that_do_not_fit(thing: ObjectModel, name: str, value: Any, code: str, pointer: str) -> None:
    field = thing.fields[name]
    with pytest.raises(ValueFault) as caught:
        field.type.decode(field, value)
    assert (caught.value.code, caught.value.pointer) == (code, pointer)


@pytest.mark.parametrize("name", TYPES)
def test_every_type_refuses_what_is_of_no_type(thing: ObjectModel, name: str) -> None:
    if name == "json":
        return
    field = next(one for one in thing.fields.values() if one.type.name == name)
    for value in (object(), b"x", {"x": 1}, 1 + 2j):
        with pytest.raises(ValueFault):
            field.type.decode(field, value)


@pytest.mark.parametrize(
    ("name", "operator", "value", "code"),
    [
        ("text", "between", ["a", "b"], "operator_unknown"),
        ("boolean", "contains", "x", "operator_unknown"),
        ("json", "=", {}, "operator_unknown"),
        ("integer", "in", 5, "list_expected"),
        ("integer", "in", [None], "list_expected"),
        ("integer", "between", [1], "list_expected"),
        ("integer", "=", None, "required"),
        ("integer", ">", "x", "wrong_type"),
        ("text", "contains", 5, "wrong_type"),
        ("text", "contains", "\x00", "bad_text"),
        ("datetime", "between", "2016-01-01", "list_expected"),
        ("datetime", "<", "soon", "datetime_invalid"),
        ("currency", "=", {"amount": 1, "x": 2}, "unknown_property"),
        ("many", "in", [5], "wrong_type"),
        ("many", "<", ["a"], "operator_unknown"),
        ("lookup", "=", "x", "reference_invalid"),
    ],
)
def test_comparisons_that_make_no_sense(thing: ObjectModel, name: str, operator: str, value: Any, code: str) -> None:
    field = thing.fields[name]
    with pytest.raises(ValueFault) as caught:
        field.compare(thing.table, operator, value)
    assert caught.value.code == code


def test_a_filter_may_ask_for_what_no_record_can_have(thing: ObjectModel) -> None:
    for name, value in (("picklist", "nix"), ("integer", 10**30), ("decimal", 1e12), ("code", "lower"), ("phone", "1")):
        thing.fields[name].compare(thing.table, "=", value)


def test_a_day_stands_for_all_its_moments_in_a_filter(thing: ObjectModel) -> None:
    field = thing.fields["datetime"]
    low, high = (one.value for one in field.type.operands(field, "=", "2016-10-20"))
    assert (low.isoformat(), high.isoformat()) == ("2016-10-20T00:00:00+00:00", "2016-10-21T00:00:00+00:00")
    assert [one.value for one in field.type.operands(field, "<=", "2016-10-20")] == [high]
    assert [one.value for one in field.type.operands(field, ">", "2016-10-20")] == [high]
    assert [one.value for one in field.type.operands(field, "between", ["2016-10-20", "2016-10-20"])] == [low, high]


def test_sign_characters_of_like_are_text_in_a_filter(thing: ObjectModel) -> None:
    field = thing.fields["text"]
    assert [one.value for one in field.type.operands(field, "contains", "50%_\\")] == ["%50\\%\\_\\\\%"]


def test_the_number_of_operands_depends_on_the_operator_alone(thing: ObjectModel) -> None:
    field = thing.fields["integer"]
    for value in ([1], [1, 2, 3]):
        assert len(field.type.operands(field, "in", value)) == 1


@pytest.mark.parametrize("name", TYPES)
def test_every_type_says_all_about_itself(name: str) -> None:
    kind = TYPES[name]
    field = Draft({"name": "x", "type": name, "label": {"en": "X"}, "object": "y"})
    assert kind.name == name
    assert len(kind.columns(field)) == kind.width
    assert kind.options_schema["type"] == "object"
    assert isinstance(kind.read_schema(field), dict)
    assert isinstance(kind.write_schema(field), dict)
    assert isinstance(kind.filter_schema(field), dict)
    assert set(kind.operators) >= {"null", "notNull"}
    assert kind.format(field, None) == ""
