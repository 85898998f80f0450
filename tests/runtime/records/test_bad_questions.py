"""Whatever is asked, the answer is data or a fault that says where it is wrong: never an error of the database."""

from __future__ import annotations

import base64
import json
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from runtime import records
from runtime.records import Query

if TYPE_CHECKING:
    from collections.abc import Callable

    from runtime.call import Call

DEEP: dict[str, Any] = {"combinator": "and", "rules": []}
for _ in range(50):
    DEEP = {"combinator": "and", "rules": [DEEP]}


def filtered(*rules: Any) -> dict[str, Any]:
    return {"filter": {"combinator": "and", "rules": list(rules)}}


def cursor(text: str) -> str:
    return base64.urlsafe_b64encode(text.encode()).decode()


QUESTIONS: list[Any] = [
    ([], "", "wrong_type"),
    ({"nothing": 1}, "/nothing", "unknown_property"),
    ({"limit": 0}, "/limit", "limit_range"),
    ({"limit": 201}, "/limit", "limit_range"),
    ({"limit": "ten"}, "/limit", "limit_range"),
    ({"limit": True}, "/limit", "limit_range"),
    ({"limit": float("inf")}, "/limit", "limit_range"),
    ({"limit": float("nan")}, "/limit", "limit_range"),
    ({"limit": 1e300}, "/limit", "limit_range"),
    ({"fields": ["name", 5]}, "/fields", "list_expected"),
    ({"fields": ["nothing"]}, "/fields", "field_unknown"),
    ({"fields": ["name.nothing"]}, "/fields", "path_too_deep"),
    ({"fields": ["parent.parent.parent.parent.parent.parent.name"]}, "/fields", "path_too_long"),
    ({"expand": ["name"]}, "/expand", "not_a_lookup"),
    ({"sort": 5}, "/sort", "list_expected"),
    ({"sort": [{"direction": "asc"}]}, "/sort/0", "bad_sort"),
    ({"sort": [{"field": "name", "direction": "up"}]}, "/sort/0", "bad_sort"),
    ({"sort": [{"field": "address"}]}, "/sort/0", "field_not_sortable"),
    ({"sort": ["name", "nothing"]}, "/sort/1", "field_unknown"),
    ({"sort": ["id", "name", "type", "sector", "version", "email"]}, "/sort", "too_many_items"),
    ({"count": "perhaps"}, "/count", "wrong_type"),
    ({"deleted": "all"}, "/deleted", "not_allowed"),
    ({"q": "a\x00b"}, "/q", "bad_text"),
    ({"q": "\ud800"}, "/q", "bad_text"),
    ({"q": "x" * 300}, "/q", "too_long"),
    ({"q": " ".join("abcdefghijklm")}, "/q", "too_many_items"),
    ({"q": 5}, "/q", "wrong_type"),
    ({"cursor": "rubbish!"}, "/cursor", "cursor_invalid"),
    ({"cursor": cursor("[1]")}, "/cursor", "cursor_invalid"),
    ({"cursor": "é"}, "/cursor", "cursor_invalid"),
    ({"cursor": 5}, "/cursor", "wrong_type"),
    ({"filter": []}, "/filter", "bad_filter"),
    ({"filter": {"combinator": "xor", "rules": []}}, "/filter", "bad_filter"),
    ({"filter": DEEP}, "/filter" + "/rules/0" * 10, "json_too_deep"),
    (filtered(*[{"field": "name", "operator": "=", "value": "x"}] * 3000), "/filter/rules", "too_many_items"),
    (filtered("rule"), "/filter/rules/0", "bad_filter"),
    (filtered({"field": 5, "operator": "="}), "/filter/rules/0/field", "bad_filter"),
    (filtered({"field": "name", "operator": "like", "value": "x"}), "/filter/rules/0/operator", "operator_unknown"),
    (filtered({"field": "name", "operator": "<", "value": "x"}), "/filter/rules/0/value", "operator_unknown"),
    (
        filtered({"field": "employees", "operator": "contains", "value": "x"}),
        "/filter/rules/0/value",
        "operator_unknown",
    ),
    (filtered({"field": "nothing", "operator": "=", "value": "x"}), "/filter/rules/0/field", "field_unknown"),
    (
        filtered({"field": "parent.nothing", "operator": "=", "value": "x"}),
        "/filter/rules/0/field",
        "field_unknown",
    ),
    (filtered({"field": "name", "operator": "=", "value": "a\x00"}), "/filter/rules/0/value", "bad_text"),
    (filtered({"field": "name", "operator": "=", "value": "\udfff"}), "/filter/rules/0/value", "bad_text"),
    (filtered({"field": "name", "operator": "=", "value": 5}), "/filter/rules/0/value", "wrong_type"),
    (filtered({"field": "name", "operator": "in", "value": 5}), "/filter/rules/0/value", "list_expected"),
    (
        filtered({"field": "name", "operator": "in", "value": ["x"] * 1001}),
        "/filter/rules/0/value",
        "too_many_items",
    ),
    (
        filtered({"field": "employees", "operator": "between", "value": [1]}),
        "/filter/rules/0/value",
        "list_expected",
    ),
    (filtered({"field": "employees", "operator": "=", "value": "many"}), "/filter/rules/0/value", None),
    (filtered({"field": "revenue", "operator": ">", "value": float("inf")}), "/filter/rules/0/value", None),
    (filtered({"field": "revenue", "operator": ">", "value": float("nan")}), "/filter/rules/0/value", None),
    (filtered({"field": "revenue", "operator": ">", "value": "1e999"}), "/filter/rules/0/value", None),
    (filtered({"field": "id", "operator": "=", "value": "no uuid"}), "/filter/rules/0/value", "reference_invalid"),
    (filtered({"field": "created_at", "operator": ">", "value": "soon"}), "/filter/rules/0/value", None),
    (
        filtered({"field": "created_at", "operator": ">", "value": "$today+99999y"}),
        "/filter/rules/0/value",
        "date_invalid",
    ),
    (filtered({"field": "name", "operator": "=", "value": "x", "extra": 1}), "/filter/rules/0", "bad_filter"),
]


async def test_a_bad_question_is_told_where_it_is_bad(call: Call) -> None:
    for body, pointer, code in QUESTIONS:
        with pytest.raises(records.BadQuery) as caught:
            await records.listing(call, "account", Query.from_json(body))
        fault = caught.value.faults[0]
        assert fault.pointer == pointer, body
        assert code is None or fault.code == code
        for locale in ("en", "zh-CN"):
            assert "{" not in fault.message(locale).replace(str(fault.parameters.get("value")), "")


ODD_PARAMETERS: list[Any] = [
    ({"nothing": "1"}, "/nothing"),
    ({"name.like": "1"}, "/name.like"),
    ({"name.parent.x": "1"}, "/name.parent.x"),
    ({"employees.gt": "x"}, "/employees.gt"),
    ({"employees.null": "perhaps"}, "/employees.null"),
    ({"filter": "{"}, "/filter"),
    ({"filter": "[" * 100_000}, "/filter"),
    ({"limit": ["1", "2"]}, "/limit"),
    ({"a\x00": "1"}, "/a\x00"),
    ({"": "1"}, "/"),
    ({"x" * 1000: "1"}, "/" + "x" * 249),
    ({"name": ["x"] * 300}, "/name"),
    ({"name": "x" * 20_000}, "/name"),
]


async def test_bad_parameters_are_told_by_their_name(call: Call) -> None:
    for params, pointer in ODD_PARAMETERS:
        with pytest.raises(records.BadQuery) as caught:
            await records.listing(call, "account", Query.parse(params))
        assert caught.value.faults[0].pointer == pointer, pointer


async def test_all_faults_of_a_question_come_at_once(call: Call) -> None:
    with pytest.raises(records.BadQuery) as caught:
        Query.from_json({"limit": 0, "sort": 5, "nothing": 1, **filtered("x", {"field": "a", "operator": "b"})})
    assert {one.pointer for one in caught.value.faults} == {
        "/limit", "/sort", "/nothing", "/filter/rules/0", "/filter/rules/1/operator",
    }  # fmt: skip
    with pytest.raises(records.BadQuery) as caught:
        await records.listing(
            call, "account", Query.from_json({"sort": ["x", "address"], "fields": ["y"], "expand": "z"})
        )
    assert [one.pointer for one in caught.value.faults] == ["/fields", "/expand", "/sort/0", "/sort/1"]


@pytest.mark.parametrize("sort", ["employees", "-revenue", "name", "created_at", "parent.year_founded", "email,-id"])
async def test_a_cursor_that_was_changed_is_refused_or_answered(call: Call, sort: str) -> None:
    await records.batch(
        call, [{"op": "create", "object": "account", "data": {"name": f"A{n}", "employees": n}} for n in range(4)]
    )
    first = json.loads(await records.listing(call, "account", Query.parse({"sort": sort, "limit": "2"})))["next"]
    text = base64.urlsafe_b64decode(first + "===").decode()
    mark, keys = text[:12], json.loads(text[12:])
    values = ["x", 5, 1.5, True, None, [], {}, "9" * 50, 10**400, -(2**63), "\x00", "\ud800", "2026-13-01", "infinity",
              "0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59-23:59", "NaN"]  # fmt: skip
    for position in range(len(keys)):
        for value in values:
            changed = cursor(mark + json.dumps([*keys[:position], value, *keys[position + 1 :]]))
            try:
                await records.listing(call, "account", Query.parse({"sort": sort, "limit": "2", "cursor": changed}))
            except records.BadQuery as error:
                assert error.faults[0].code == "cursor_invalid"
    with pytest.raises(records.BadQuery):
        await records.listing(call, "account", Query.parse({"sort": "rating", "cursor": first}))


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=20)
    | st.sampled_from(
        ["$me", "$today", "$today-1m", "2026-01-01", "name", "=", "in", "and", "0" * 40, "-0", "\x00", "é" * 100]
    ),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=6,
)
FIELDS = ["name", "type", "parent", "parent.name", "revenue", "employees", "address", "phone", "email", "website",
          "id", "owner_id", "created_at", "version", "deleted_at"]  # fmt: skip
RULES = st.fixed_dictionaries(
    {
        "field": st.sampled_from(FIELDS),
        "operator": st.sampled_from(sorted(records.query.OPERATORS)),
        "value": JSON,
    }
)


@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    rules=st.lists(RULES, max_size=3), parameter=st.sampled_from(["limit", "sort", "fields", "cursor", "q"]), value=JSON
)
async def test_any_rule_is_answered_or_refused(call: Call, rules: list[Any], parameter: str, value: Any) -> None:
    for body in (filtered(*rules), {parameter: value}):
        try:
            await records.listing(call, "account", Query.from_json(body))
        except records.BadQuery as error:
            assert all(fault.message("zh-CN") for fault in error.faults)


CONTACT = ["name", "account", "email", "phone", "preferred_channels", "birthday", "do_not_contact", "description", "x"]


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.dictionaries(st.sampled_from(CONTACT), JSON, max_size=4), amount=JSON, due=JSON)
async def test_any_values_are_stored_or_refused(call: Call, data: dict[str, Any], amount: Any, due: Any) -> None:
    writes: list[Callable[[], Any]] = [
        lambda: records.create(call, "contact", {"name": "x", **data}),
        lambda: records.create(call, "opportunity", {"amount": amount, "close_date": due, "probability": amount}),
        lambda: records.create(call, "activity", {"subject": "x", "due": due}),
        lambda: records.batch(call, [{"op": "create", "object": "contact", "data": {"name": "x", **data}}]),
        lambda: records.batch(call, [amount]),
    ]
    for write in writes:
        with suppress(records.Invalid, records.Taken):
            await write()
