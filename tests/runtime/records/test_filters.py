"""A filter finds in PostgreSQL what the same filter finds in Python."""

from __future__ import annotations

import json
from datetime import datetime
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from runtime import records
from runtime.records import Query
from runtime.records.query import SHORT
from tests.runtime.records.conftest import SECTORS, WORDS

if TYPE_CHECKING:
    from runtime.call import Call

TEXT_OPERATORS = (
    "=", "!=", "contains", "doesNotContain", "beginsWith", "doesNotBeginWith", "endsWith", "doesNotEndWith",
    "null", "notNull", "in", "notIn",
)  # fmt: skip
ORDERED = ("=", "!=", "<", "<=", ">", ">=", "between", "notBetween", "null", "notNull", "in", "notIn")
TEXTS = st.sampled_from([*WORDS, "a", "%", "_", "\\", "客", "two", "ALPHA", "X1", " "])
VALUES: dict[str, Any] = {
    "name": (TEXT_OPERATORS, TEXTS),
    "account.name": (TEXT_OPERATORS, st.one_of(TEXTS, st.sampled_from(["beta 1", "0", "1"]))),
    "external_id": (TEXT_OPERATORS, st.sampled_from(["X1", "X11", "1", "x"])),
    "stage": (("=", "!=", "in", "notIn"), st.sampled_from(["Won", "Lost", "Engaging"])),
    "account.sector": (("=", "!=", "in", "notIn", "null", "notNull"), st.sampled_from(SECTORS[:3])),
    "amount": (ORDERED, st.sampled_from([0, 10, 10.5, 99.99, 1000, -1, "10", 10**14])),
    "probability": (ORDERED, st.sampled_from([0, 10, 50, 99.5])),
    "close_date": (ORDERED, st.sampled_from(["2026-01-01", "2026-06-15", "2026-12-01", "1999-01-01"])),
}


@st.composite
def rules(draw: Any) -> dict[str, Any]:
    path = draw(st.sampled_from(sorted(VALUES)))
    operators, values = VALUES[path]
    operator = draw(st.sampled_from(operators))
    if operator in ("null", "notNull"):
        return {"field": path, "operator": operator}
    if operator in ("between", "notBetween"):
        return {"field": path, "operator": operator, "value": [draw(values), draw(values)]}
    if operator in ("in", "notIn"):
        return {"field": path, "operator": operator, "value": draw(st.lists(values, min_size=1, max_size=3))}
    return {"field": path, "operator": operator, "value": draw(values)}


FILTERS = st.recursive(
    rules(),
    lambda inner: st.fixed_dictionaries(
        {"combinator": st.sampled_from(["and", "or"]), "rules": st.lists(inner, max_size=4)},
        optional={"not": st.booleans()},
    ),
    max_leaves=8,
)


def value_of(record: dict[str, Any], path: str) -> Any:
    value: Any = record
    for step in path.split("."):
        value = None if value is None else value[step]
    return value["amount"] if isinstance(value, dict) else value


def holds(record: dict[str, Any], rule: dict[str, Any]) -> bool:
    """What a filter means, in Python."""
    if "rules" in rule:
        found = [holds(record, one) for one in rule["rules"]]
        joined = all(found) if rule["combinator"] == "and" or not found else any(found)
        return joined is not rule.get("not", False)
    return compares(value_of(record, rule["field"]), rule["operator"], rule.get("value"))


def compares(have: Any, operator: str, want: Any) -> bool:
    opposites = {
        "!=": "=", "doesNotContain": "contains", "doesNotBeginWith": "beginsWith", "doesNotEndWith": "endsWith",
        "notIn": "in", "notBetween": "between", "notNull": "null",
    }  # fmt: skip
    if operator in opposites:
        return not compares(have, opposites[operator], want)
    if operator == "null":
        return have is None
    if have is None:
        return False
    if isinstance(have, int | float):
        want = [float(one) for one in want] if isinstance(want, list) else float(want)
    lower = str(have).lower()
    return {
        "=": lambda: have == want,
        "<": lambda: have < want,
        "<=": lambda: have <= want,
        ">": lambda: have > want,
        ">=": lambda: have >= want,
        "between": lambda: want[0] <= have <= want[1],
        "in": lambda: have in want,
        "contains": lambda: want.lower() in lower,
        "beginsWith": lambda: lower.startswith(want.lower()),
        "endsWith": lambda: lower.endswith(want.lower()),
    }[operator]()


@settings(max_examples=250, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rule=FILTERS)
async def test_a_filter_finds_what_it_says(call: Call, deals: list[dict[str, Any]], rule: dict[str, Any]) -> None:
    whole = rule if "rules" in rule else {"combinator": "and", "rules": [rule]}
    query = Query.from_json({"filter": whole, "limit": 200, "fields": ["external_id"], "count": True})
    found = json.loads(await records.listing(call, "opportunity", query))
    expected = {one["external_id"] for one in deals if holds(one, whole)}
    assert {one["external_id"] for one in found["data"]} == expected
    assert found["count"] == len(expected)


@pytest.mark.parametrize(
    ("operator", "expected"),
    [("=", False), ("!=", True), ("in", False), ("notIn", True)],
)
async def test_me_is_nobody_where_no_user_asks(platform: Any, call: Call, operator: str, expected: bool) -> None:
    await records.create(call, "account", {"name": "Acme"})
    system = await platform.call("demo")
    value: Any = ["$me"] if operator in ("in", "notIn") else "$me"
    rule = {"combinator": "and", "rules": [{"field": "owner_id", "operator": operator, "value": value}]}
    found = json.loads(await records.listing(system, "account", Query.from_json({"filter": rule})))
    assert bool(found["data"]) is expected


async def test_lists_may_come_as_text_and_null_as_a_value(call: Call, deals: list[dict[str, Any]]) -> None:
    for rule, expected in [
        ({"field": "stage", "operator": "in", "value": "Won, Lost"}, lambda one: one["stage"] in ("Won", "Lost")),
        ({"field": "name", "operator": "=", "value": None}, lambda one: one["name"] is None),
        ({"field": "name", "operator": "!=", "value": None}, lambda one: one["name"] is not None),
        (
            {"field": "amount", "operator": "between", "value": "10,100"},
            lambda one: holds(one, {"field": "amount", "operator": "between", "value": [10, 100]}),
        ),
    ]:
        query = Query.from_json({"filter": {"combinator": "and", "rules": [rule]}, "limit": 200})
        found = json.loads(await records.listing(call, "opportunity", query))["data"]
        assert len(found) == sum(map(expected, deals)), rule


DAY = "2026-03-01"
MOMENTS = {  # what is asked for, and the answer for a record of each moment
    "before": "2026-02-28T23:59:59.999999Z",
    "first": "2026-03-01T00:00:00Z",
    "noon": "2026-03-01T12:30:00Z",
    "last": "2026-03-01T23:59:59.999999Z",
    "after": "2026-03-02T00:00:00Z",
}


@pytest.fixture
async def created_at_moments(platform: Any, call: Call) -> None:
    for name in MOMENTS:
        await records.create(call, "account", {"name": name})
    account = call.model.objects["account"]
    table = f'"{call.tenant.schema}"."{account.table.name}"'
    column = account.fields["name"].columns[0]
    async with platform.db.connection() as connection:
        for name, moment in MOMENTS.items():
            await connection.execute(
                f'UPDATE {table} SET created_at = $1 WHERE "{column}" = $2', datetime.fromisoformat(moment), name
            )


@pytest.mark.parametrize(
    ("parameter", "expected"),
    [
        ("created_at=DAY", {"first", "noon", "last"}),
        ("created_at.ne=DAY", {"before", "after"}),
        ("created_at.gt=DAY", {"after"}),
        ("created_at.gte=DAY", {"first", "noon", "last", "after"}),
        ("created_at.lt=DAY", {"before"}),
        ("created_at.lte=DAY", {"before", "first", "noon", "last"}),
        ("created_at.between=DAY,DAY", {"first", "noon", "last"}),
        ("created_at.between=2026-02-28,DAY", {"before", "first", "noon", "last"}),
        ("created_at.between=DAY,9999-12-31", {"first", "noon", "last", "after"}),
        ("created_at.lte=9999-12-31", set(MOMENTS)),
        ("created_at=2026-03-01T12:30:00Z", {"noon"}),
        ("created_at.gt=2026-03-01T12:30:00Z", {"last", "after"}),
        ("created_at.between=2026-03-01T12:30:00Z,DAY", {"noon", "last"}),
    ],
)
async def test_a_day_stands_for_all_of_its_moments(
    call: Call, created_at_moments: None, parameter: str, expected: set[str]
) -> None:
    name, _, value = parameter.replace("DAY", DAY).partition("=")
    assert await _names(call, Query.parse({name: value})) == expected
    path, _, operator = name.partition(".")
    rule = {"field": path, "operator": SHORT[operator or "eq"], "value": value}
    assert await _names(call, Query.from_json({"filter": {"combinator": "and", "rules": [rule]}})) == expected


async def test_today_stands_for_all_of_its_moments(call: Call) -> None:
    await records.create(call, "account", {"name": "new"})
    for question, expected in [
        ({"created_at": "$today"}, {"new"}),
        ({"created_at.lte": "$today"}, {"new"}),
        ({"created_at.gt": "$today"}, set()),
        ({"created_at.gt": "$today-1d"}, {"new"}),
        ({"created_at.between": "$today-7d,$today"}, {"new"}),
        ({"created_at.between": "$today-7d,$today-1d"}, set()),
        ({"created_at.ne": "$today"}, set()),
    ]:
        assert await _names(call, Query.parse(question)) == expected, question


async def _names(call: Call, query: Query) -> set[str]:
    return {one["name"] for one in json.loads(await records.listing(call, "account", query))["data"]}
