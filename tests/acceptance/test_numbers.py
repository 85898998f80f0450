"""The demo's numbers are those of the file it was loaded from, counted here by the csv module alone."""

from __future__ import annotations

import csv
from collections import Counter, defaultdict
from typing import TYPE_CHECKING, Any

import pytest

from tests.live import ROOT, running

if TYPE_CHECKING:
    from collections.abc import Iterator

    import httpx

DATA = ROOT / "packages" / "crm" / "sample_data"
WON = {"combinator": "and", "rules": [{"field": "stage", "operator": "=", "value": "Won"}]}


@pytest.fixture(scope="module")
def api(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    with running(tmp_path_factory.mktemp("numbers") / "home") as live, live.api() as client:
        yield client


def rows(name: str) -> list[dict[str, str]]:
    with (DATA / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def aggregate(api: httpx.Client, body: dict[str, Any]) -> list[dict[str, Any]]:
    answer = api.post("/api/opportunity/aggregate", json=body)
    assert answer.status_code == 200, answer.text
    data: list[dict[str, Any]] = answer.json()["data"]
    return data


def won_value(key: Any) -> dict[str, float]:
    sums: defaultdict[str, float] = defaultdict(float)
    for row in rows("sales_pipeline.csv"):
        if row["deal_stage"] == "Won":
            sums[key(row)] += float(row["close_value"])
    return dict(sums)


def test_every_row_of_the_pipeline_is_there_once(api: httpx.Client) -> None:
    answer = api.get("/api/opportunity", params={"count": "true", "limit": 1}).json()
    assert answer["count"] == len(rows("sales_pipeline.csv")) == 8800


def test_won_value_by_product_is_that_of_the_file(api: httpx.Client) -> None:
    found = aggregate(
        api,
        {
            "group": [{"field": "product.name", "as": "product"}],
            "measures": [{"function": "sum", "field": "amount", "as": "won"}],
            "filter": WON,
        },
    )
    expected = won_value(lambda row: "GTX Pro" if row["product"] == "GTXPro" else row["product"])
    assert {one["product"]: float(one["won"]) for one in found} == expected


def test_won_value_by_regional_office_is_that_of_the_file(api: httpx.Client) -> None:
    office = {row["sales_agent"]: row["regional_office"] for row in rows("sales_teams.csv")}
    found = aggregate(
        api,
        {
            "group": [{"field": "owner.team.name", "as": "office"}],
            "measures": [{"function": "sum", "field": "amount", "as": "won"}],
            "filter": WON,
        },
    )
    assert {one["office"]: float(one["won"]) for one in found} == won_value(lambda row: office[row["sales_agent"]])


def test_deals_closed_by_month_are_those_of_the_file(api: httpx.Client) -> None:
    found = aggregate(
        api,
        {
            "group": [{"field": "close_date", "bucket": "month", "as": "month"}],
            "measures": [{"function": "count", "as": "deals"}],
        },
    )
    months: Counter[str | None] = Counter()
    for row in rows("sales_pipeline.csv"):
        if row["close_date"]:
            month, _, year = row["close_date"].split("/")
            months[f"{year}-{int(month):02}"] += 1
        else:
            months[None] += 1
    assert {one["month"] and one["month"][:7]: one["deals"] for one in found} == dict(months)


def test_accounts_know_their_parents(api: httpx.Client) -> None:
    answer = api.get("/api/account", params={"fields": "name,parent.name", "limit": 200}).json()
    found = {one["name"]: one["parent"] and one["parent"]["name"] for one in answer["data"]}
    assert found == {row["account"]: row["subsidiary_of"] or None for row in rows("accounts.csv")}
