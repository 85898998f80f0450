from __future__ import annotations

from datetime import UTC, datetime

import pytest

from kernel.names import Names


def row(physical: str, name: str, field: str | None = None, *, retired: bool = False) -> dict[str, object]:
    return {"object": name, "field": field, "physical": physical, "retired_at": datetime.now(UTC) if retired else None}


def test_new_names_are_given_once_and_told() -> None:
    names = Names()
    assert names.table("account") == "o1"
    assert names.column("account", "name", kind="text") == "c2"
    assert names.column("account", "amount", 1, kind="currency") == "c3_1"
    assert names.table("account") == "o1"
    assert names.new_rows == [
        {"object": "account", "field": None, "physical": "o1", "type": "object"},
        {"object": "account", "field": "name", "physical": "c2", "type": "text"},
        {"object": "account", "field": "amount", "physical": "c3", "type": "currency"},
    ]


def test_stored_names_are_kept_and_retired_ones_never_given_again() -> None:
    names = Names.load([row("o1", "account"), row("c2", "account", "name"), row("c9", "account", "old", retired=True)])
    assert names.column("account", "name") == "c2"
    assert names.column("account", "old") == "c10"
    assert [one["physical"] for one in names.new_rows] == ["c10"]


def test_a_name_that_nobody_generated_is_refused() -> None:
    with pytest.raises(ValueError, match="not a physical name"):
        Names.load([row('o1"; drop table x', "account")])
