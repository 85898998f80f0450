"""Lists: fields, expand, filters, search, sorting, pages, count, the recycle bin."""

from __future__ import annotations

import json
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from runtime import records
from runtime.records import BadQuery, Query

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from runtime.call import Call

    Make = Callable[..., Awaitable[dict[str, Any]]]

PICKLIST = Path(__file__).parents[3] / "packages/crm/documents/picklist/opportunity_stage.json"
SORTABLE = [
    "name",
    "stage",
    "amount",
    "probability",
    "close_date",
    "created_at",
    "account.name",
    "version",
    "external_id",
]


STAGES = [one["value"] for one in json.loads(PICKLIST.read_text("utf-8"))["values"]]


async def listed(call: Call, object_name: str, **params: Any) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(await records.listing(call, object_name, Query.parse(params)))
    return found


async def names(call: Call, object_name: str, **params: Any) -> list[str]:
    return [one["name"] for one in (await listed(call, object_name, **params))["data"]]


async def test_the_newest_come_first_where_nothing_is_said(call: Call, make: Make) -> None:
    for name in ("A", "B", "C"):
        await make("account", name=name)
    assert await names(call, "account") == ["C", "B", "A"]


async def test_fields_paths_and_expand_decide_what_is_answered(call: Call, make: Make) -> None:
    team = await make("team", name="East")
    boss = await make("user", name="Boss", team=team["id"])
    account = await make("account", name="Acme", sector="retail", owner_id=boss["id"])
    contact = await make("contact", name="Ann", account=account["id"])
    found = await listed(
        call, "contact", fields="name,account.sector,account.owner.team.name", expand="reports_to,owner_id"
    )
    me = str(call.identity.user_id)
    assert found["data"] == [
        {
            "id": contact["id"],
            "name": "Ann",
            "account": {
                "id": account["id"],
                "_name": "Acme",
                "sector": "retail",
                "owner": {
                    "id": boss["id"],
                    "_name": "Boss",
                    "team": {"id": team["id"], "_name": "East", "name": "East"},
                },
            },
            "reports_to": None,
            "owner_id": {"id": me, "_name": "Ada Admin"},
        }
    ]
    assert found["next"] is None
    plain = (await listed(call, "contact"))["data"][0]
    assert plain["account"] == account["id"]
    assert list(plain)[:3] == ["id", "owner_id", "created_at"]


async def test_short_filters(call: Call, make: Make) -> None:
    await make("account", name="Acme Ltd", employees=5, sector="retail", revenue=10)
    await make("account", name="Beta", employees=50, sector="medical")
    await make("account", name="Gamma")
    for params, expected in [
        ({"sector": "retail"}, ["Acme Ltd"]),
        ({"sector": ["retail", "medical"]}, []),
        ({"sector.in": "retail,medical"}, ["Beta", "Acme Ltd"]),
        ({"sector.not_in": "retail"}, ["Gamma", "Beta"]),
        ({"sector.ne": "retail"}, ["Gamma", "Beta"]),
        ({"employees.gte": "5", "employees.lt": "50"}, ["Acme Ltd"]),
        ({"employees.between": "5,50"}, ["Beta", "Acme Ltd"]),
        ({"revenue": "10"}, ["Acme Ltd"]),
        ({"revenue.null": "true"}, ["Gamma", "Beta"]),
        ({"revenue.null": "false"}, ["Acme Ltd"]),
        ({"name.contains": "LT"}, ["Acme Ltd"]),
        ({"name.starts": "b", "name.ends": "A"}, ["Beta"]),
        ({"owner": "$me", "name": "Beta"}, ["Beta"]),
        ({"created_at.gte": "$today"}, ["Gamma", "Beta", "Acme Ltd"]),
        ({"created_at.lt": "$today-1w"}, []),
        ({"owner.name": "Ada Admin", "name.eq": "Gamma"}, ["Gamma"]),
    ]:
        assert await names(call, "account", **params) == expected, params


async def test_days_relative_to_today(call: Call, make: Make) -> None:
    today = date.today()  # only as far apart as the test needs
    await make("opportunity", name="soon", close_date=(today + timedelta(days=3)).isoformat())
    await make("opportunity", name="late", close_date=(today + timedelta(days=300)).isoformat())
    assert await names(call, "opportunity", **{"close_date.between": "$today,$today+1m"}) == ["soon"]
    assert await names(call, "opportunity", **{"close_date.gt": "$today+5w"}) == ["late"]
    assert await names(call, "opportunity", **{"close_date.gt": "$today-1y", "close_date.lt": "$today+10d"}) == ["soon"]


async def test_search_finds_words_inside_words_also_chinese(call: Call, make: Make) -> None:
    await make("account", name="上海触点科技有限公司", location="Shanghai 上海")
    await make("account", name="100% Cotton_Mill")
    await make("account", name="100 percent")
    assert await names(call, "account", q="触点") == ["上海触点科技有限公司"]
    assert await names(call, "account", q="科技 上海 HAI") == ["上海触点科技有限公司"]
    assert await names(call, "account", q="100%") == ["100% Cotton_Mill"]
    assert await names(call, "account", q="n_m") == ["100% Cotton_Mill"]
    assert await names(call, "account", q="  ") == ["100 percent", "100% Cotton_Mill", "上海触点科技有限公司"]


async def test_count_is_of_all_records_that_match(call: Call, deals: list[dict[str, Any]]) -> None:
    won = [one for one in deals if one["stage"] == "Won"]
    found = await listed(call, "opportunity", stage="Won", limit="3", count="true")
    assert (len(found["data"]), found["count"]) == (3, len(won))
    rest = await listed(call, "opportunity", stage="Won", limit="3", count="true", cursor=found["next"])
    assert rest["count"] == len(won)


async def test_the_recycle_bin_is_asked_for(call: Call, make: Make) -> None:
    from uuid import UUID

    gone = await make("account", name="Gone")
    await make("account", name="Here")
    await records.delete(call, "account", UUID(gone["id"]))
    assert await names(call, "account") == ["Here"]
    found = (await listed(call, "account", deleted="only"))["data"]
    assert [one["name"] for one in found] == ["Gone"]
    assert found[0]["deleted_at"].endswith("Z")


async def test_a_page_goes_on_where_it_ended_whatever_is_made_meanwhile(call: Call, make: Make) -> None:
    for number in range(6):
        await make("account", name=f"A{number}")
    first = await listed(call, "account", limit="3")
    await make("account", name="new")
    second = await listed(call, "account", limit="3", cursor=first["next"])
    assert [one["name"] for one in first["data"] + second["data"]] == ["A5", "A4", "A3", "A2", "A1", "A0"]
    assert second["next"] is None


def sort_key(record: dict[str, Any], path: str) -> Any:
    value: Any = record
    for step in path.split("."):
        value = None if value is None else value[step]
    if isinstance(value, dict):
        value = value["amount"]
    if path == "stage":
        return STAGES.index(value)
    return value.lower() if isinstance(value, str) and path in ("name", "account.name", "external_id") else value


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    sort=st.lists(st.tuples(st.sampled_from(SORTABLE), st.booleans()), max_size=3, unique_by=lambda one: one[0]),
    limit=st.integers(1, 70),
)
async def test_pages_visit_every_record_once_in_order(
    call: Call, deals: list[dict[str, Any]], sort: list[tuple[str, bool]], limit: int
) -> None:
    expected = sorted(deals, key=lambda one: one["id"], reverse=not sort or sort[-1][1])
    for path, descending in reversed(sort):
        given_ = [one for one in expected if sort_key(one, path) is not None]
        empty = [one for one in expected if sort_key(one, path) is None]
        expected = sorted(given_, key=lambda one: sort_key(one, path), reverse=descending)
        expected += empty
    body: dict[str, Any] = {"limit": limit, "fields": ["external_id"]}
    body["sort"] = [{"field": path, "direction": "desc" if down else "asc"} for path, down in sort]
    seen: list[str] = []
    while True:
        page = json.loads(await records.listing(call, "opportunity", Query.from_json(body)))
        assert 0 < len(page["data"]) <= limit
        seen += [one["id"] for one in page["data"]]
        if page["next"] is None:
            break
        assert len(page["data"]) == limit
        body["cursor"] = page["next"]
    assert seen == [one["id"] for one in expected]


async def test_one_statement_serves_every_value_of_a_question(call: Call, deals: list[dict[str, Any]]) -> None:
    from runtime import statements

    await listed(call, "opportunity", **{"stage": "Won", "amount.gt": "5"})
    before = len(statements.cache)
    for stage in ("Lost", "Engaging"):
        for amount in ("1", "2.5", "-3"):
            await listed(call, "opportunity", **{"stage": stage, "amount.gt": amount})
    assert len(statements.cache) == before


async def asked(call: Call, object_name: str, text: str) -> list[str]:
    """The names that a query string asks for, as the HTTP API has it read."""
    found = await records.listing_of(call, object_name, text.encode(), lambda: Query.parse(dict(parse_qsl(text))))
    return [one["name"] for one in json.loads(found)["data"]]


async def test_the_same_query_string_asks_for_each_caller_s_own(call: Call, member_call: Call, make: Make) -> None:
    for owner in (call, member_call):
        await make("account", name=owner.identity.name, owner_id=str(owner.identity.user_id))
    for _ in range(2):
        for asker in (call, member_call):
            assert await asked(asker, "account", "owner=$me") == [asker.identity.name]
            assert await asked(asker, "account", "owner.in=$me&sort=name") == [asker.identity.name]


async def test_the_same_query_string_moves_with_the_day(
    call: Call, make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    for day in ("2031-05-01", "2031-05-02", "2031-05-03"):
        await make("opportunity", name=day, close_date=day)
    for day in ("2031-05-01", "2031-05-03", "2031-05-02"):

        class Clock(datetime):
            @classmethod
            def now(cls, tz: Any = None, day: str = day) -> Any:
                return datetime.fromisoformat(f"{day}T12:00:00").replace(tzinfo=tz)

        monkeypatch.setattr("runtime.records.filters.datetime", Clock)
        assert await asked(call, "opportunity", "close_date=$today") == [day]


async def test_a_query_string_read_before_is_asked_of_the_records_of_now(call: Call, make: Make) -> None:
    text = "sector=retail&sort=name&limit=2"
    await make("account", name="B", sector="retail")
    assert await asked(call, "account", text) == ["B"]
    await make("account", name="A", sector="retail")
    await make("account", name="C", sector="retail")
    assert await asked(call, "account", text) == ["A", "B"]
    first = json.loads(await records.listing(call, "account", Query.parse(dict(parse_qsl(text)))))
    for _ in range(2):
        assert await asked(call, "account", f"{text}&cursor={first['next']}") == ["C"]


async def test_a_query_string_that_cannot_be_answered_is_refused_each_time(call: Call) -> None:
    for _ in range(2):
        with pytest.raises(BadQuery):
            await asked(call, "account", "nothing_like_it=1")
