"""Aggregates are what counting and summing in Python gives."""

from __future__ import annotations

import json
from collections import defaultdict
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from runtime import records
from tests.runtime.records.test_filters import FILTERS, holds, value_of

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from runtime.call import Call

GROUPS = ["stage", "account.sector", "account.name", "probability", "close_date", "name"]
BUCKETS = ["day", "week", "month", "quarter", "year"]
MEASURES = [
    ("count", None),
    ("count", "amount"),
    ("sum", "amount"),
    ("min", "amount"),
    ("max", "probability"),
    ("avg", "probability"),
    ("min", "close_date"),
    ("max", "name"),
    ("count_distinct", "account.sector"),
]


async def asked(call: Call, object_name: str, request: dict[str, Any]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(await records.aggregate(call, object_name, request))["data"]
    return found


def bucket_of(day: str | None, bucket: str) -> str | None:
    if day is None:
        return None
    found = date.fromisoformat(day)
    start = {
        "day": found,
        "week": found - timedelta(days=found.weekday()),
        "month": found.replace(day=1),
        "quarter": found.replace(month=(found.month - 1) // 3 * 3 + 1, day=1),
        "year": found.replace(month=1, day=1),
    }[bucket]
    return start.isoformat()


def measured(function: str, path: str | None, members: list[dict[str, Any]]) -> Any:
    values = [1 if path is None else value_of(one, path) for one in members]
    values = [one for one in values if one is not None]
    if function == "count":
        return len(values)
    if function == "count_distinct":
        return len(set(values))
    if not values:
        return None
    functions: dict[str, Callable[[Any], Any]] = {"sum": sum, "min": min, "max": max}
    return sum(values) / len(values) if function == "avg" else functions[function](values)


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    groups=st.lists(st.sampled_from(GROUPS), max_size=3, unique=True),
    bucket=st.sampled_from([None, *BUCKETS]),
    measures=st.lists(st.sampled_from(MEASURES), min_size=1, max_size=4, unique=True),
    rule=FILTERS,
)
async def test_groups_and_measures_agree_with_python(
    call: Call,
    deals: list[dict[str, Any]],
    groups: list[str],
    bucket: str | None,
    measures: list[tuple[str, str | None]],
    rule: dict[str, Any],
) -> None:
    whole = {"combinator": "and", "rules": [rule]}
    request: dict[str, Any] = {
        "group": [
            {"field": path, "as": f"g{n}", **({"bucket": bucket} if bucket and path == "close_date" else {})}
            for n, path in enumerate(groups)
        ],
        "measures": [
            {"function": function, "as": f"m{n}", **({"field": path} if path else {})}
            for n, (function, path) in enumerate(measures)
        ],
        "filter": whole,
    }
    expected: dict[tuple[Any, ...], list[dict[str, Any]]] = defaultdict(list)
    for one in deals:
        if holds(one, whole):
            key = tuple(
                bucket_of(value_of(one, path), bucket) if bucket and path == "close_date" else value_of(one, path)
                for path in groups
            )
            expected[key].append(one)
    if not groups:
        expected.setdefault((), [])
    found = await asked(call, "opportunity", request)
    assert len(found) == len(expected)
    for row in found:
        members = expected[tuple(row[f"g{n}"] for n in range(len(groups)))]
        for n, (function, path) in enumerate(measures):
            want = measured(function, path, members)
            if isinstance(want, float):
                assert row[f"m{n}"] == pytest.approx(want, abs=1e-5)
            elif not (function == "max" and path == "name"):  # equal but for case, either may be the largest
                assert row[f"m{n}"] == want


async def test_sorting_and_limit(call: Call, deals: list[dict[str, Any]]) -> None:
    request = {
        "group": [{"field": "stage"}],
        "measures": [{"function": "sum", "field": "amount", "as": "total"}],
        "sort": [{"field": "total", "direction": "desc"}],
        "limit": 2,
    }
    totals: dict[str, float] = defaultdict(float)
    for one in deals:
        totals[one["stage"]] += value_of(one, "amount") or 0
    best = sorted(totals.values(), reverse=True)[:2]
    assert [row["total"] for row in await asked(call, "opportunity", request)] == pytest.approx(best)


async def test_names_are_given_where_none_is_said(call: Call, deals: list[dict[str, Any]]) -> None:
    request = {"group": [{"field": "account.sector"}], "measures": [{"function": "avg", "field": "amount"}]}
    assert set((await asked(call, "opportunity", request))[0]) == {"account.sector", "avg_amount"}
    assert await asked(call, "opportunity", {}) == [{"count": 120}]


async def test_moments_fall_into_the_days_of_a_time_zone(
    call: Call, make: Callable[..., Awaitable[dict[str, Any]]]
) -> None:
    await make("activity", subject="a", due="2026-03-01T23:30:00Z")
    await make("activity", subject="b", due="2026-03-02T00:30:00+08:00")
    for zone, expected in [
        (None, {"2026-03-01": 2}),
        ("Asia/Shanghai", {"2026-03-02": 2}),
        ("America/New_York", {"2026-03-01": 2}),
        ("Etc/GMT+12", {"2026-03-01": 2}),
    ]:
        request = {"group": [{"field": "due", "bucket": "day"}], **({"time_zone": zone} if zone else {})}
        assert {row["due"]: row["count"] for row in await asked(call, "activity", request)} == expected, zone


async def test_lookups_are_grouped_by_id_and_deleted_records_do_not_count(
    call: Call, make: Callable[..., Awaitable[dict[str, Any]]]
) -> None:
    from uuid import UUID

    account = await make("account", name="A")
    await make("contact", name="x", account=account["id"])
    gone = await make("contact", name="y", account=account["id"])
    await records.delete(call, "contact", UUID(gone["id"]))
    assert await asked(call, "contact", {"group": [{"field": "account"}]}) == [{"account": account["id"], "count": 1}]


BAD_REQUESTS: list[Any] = [
    ([], ""),
    ({"nothing": 1}, "/nothing"),
    ({"group": 5}, "/group"),
    ({"group": [5]}, "/group/0"),
    ({"group": [{"bucket": "day"}]}, "/group/0/field"),
    ({"group": [{"field": "stage", "bucket": "day"}]}, "/group/0/bucket"),
    ({"group": [{"field": "close_date", "bucket": "hour"}]}, "/group/0/bucket"),
    ({"group": [{"field": "nothing"}]}, "/group/0/field"),
    ({"group": [{"field": "description"}]}, "/group/0/field"),
    ({"group": [{"field": "stage", "as": "a b"}]}, "/group/0/as"),
    ({"group": [{"field": "stage", "as": 'x"; DROP TABLE'}]}, "/group/0/as"),
    ({"group": [{"field": "stage"}] * 21}, "/group"),
    ({"group": [{"field": "stage"}, {"field": "stage"}]}, "/group/1/as"),
    ({"measures": [{"function": "median", "field": "amount"}]}, "/measures/0/function"),
    ({"measures": [{"function": "sum"}]}, "/measures/0/field"),
    ({"measures": [{"function": "sum", "field": "name"}]}, "/measures/0/field"),
    ({"measures": [{"function": "max", "field": "account"}]}, "/measures/0/field"),
    ({"sort": [{"field": "nothing"}]}, "/sort/0/field"),
    ({"sort": [{"field": ["x"]}]}, "/sort/0/field"),
    ({"limit": 0}, "/limit"),
    ({"limit": 10_001}, "/limit"),
    ({"time_zone": "Mars/Olympus"}, "/time_zone"),
    ({"time_zone": 5}, "/time_zone"),
    ({"filter": {"combinator": "and", "rules": [5]}}, "/filter/rules/0"),
]


async def test_a_bad_request_is_told_where_it_is_bad(call: Call) -> None:
    for request_, pointer in BAD_REQUESTS:
        with pytest.raises(records.BadQuery) as caught:
            await records.aggregate(call, "opportunity", request_)
        assert caught.value.faults[0].pointer == pointer, pointer
        assert all(fault.message("zh-CN") for fault in caught.value.faults)
