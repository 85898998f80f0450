"""The files of packages/crm, as they are, with their dirt."""

from __future__ import annotations

from typing import Any

from runtime import imports


def without_values(settings: dict[str, Any]) -> None:
    for column in settings["mapping"]:
        column.pop("values", None)


async def test_the_sample_files_give_every_record_once(sample: Any, counted: Any) -> None:
    users = await counted("user")
    teams = await sample("sales_teams")
    assert (teams.state, teams.created_rows, teams.failed_rows) == ("done", 35, 0)
    assert await counted("user") == users + 35 + 6
    assert await counted("team") == 3
    assert (await sample("products")).created_rows == 7
    accounts = await sample("accounts")
    assert (accounts.created_rows, accounts.failed_rows) == (85, 0)
    assert await counted("account") == 85
    pipeline = await sample("sales_pipeline")
    assert (pipeline.state, pipeline.total_rows, pipeline.done_rows) == ("done", 8800, 8800)
    assert (pipeline.created_rows, pipeline.updated_rows, pipeline.failed_rows) == (8800, 0, 0)
    again = await sample("sales_pipeline")
    assert (again.created_rows, again.updated_rows, again.failed_rows) == (0, 8800, 0)
    assert await counted("opportunity") == 8800


async def test_a_misspelt_product_is_listed_once_and_mapped_in_one_step(call: Any, sample: Any, counted: Any) -> None:
    await sample("sales_teams")
    await sample("products")
    await sample("accounts")
    first = await sample("sales_pipeline", without_values)
    assert (first.state, first.created_rows, first.failed_rows) == ("done", 7320, 1480)
    groups = (await imports.fault_groups(call, first.id))["data"]
    assert [(one["column"], one["field"], one["value"], one["count"]) for one in groups] == [
        ("product", "product", "GTXPro", 1480)
    ]
    assert groups[0]["suggestions"][0] == "GTX Pro"
    assert groups[0]["message"] == "Product GTXPro is not there."
    mapping = first.mapping
    next(one for one in mapping if one.column == "product").values = {"GTXPro": "GTX Pro"}
    await imports.configure(call, first.id, mapping=mapping)
    second = await imports.run_now(call, first.id)
    assert (second.state, second.created_rows, second.updated_rows, second.failed_rows) == ("done", 8800, 0, 0)
    assert second.done_rows == second.total_rows == 8800
    assert await counted("opportunity") == 8800
    assert (await imports.faults(call, first.id))["data"] == []
