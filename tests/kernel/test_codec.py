from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import pytest

from kernel.faults import Fault, Invalid
from kernel.fields.type import TextForm
from tests.kernel.samples import compiled, object_document, text_field

if TYPE_CHECKING:
    from kernel.model import ObjectModel

CHOICE = {
    "name": "state",
    "type": "picklist",
    "label": {"en": "State"},
    "required": True,
    "values": [{"value": "new", "label": {"en": "New"}, "default": True}, {"value": "old", "label": {"en": "Old"}}],
}
CODE = text_field("code", required=True)
MONEY = {"name": "money", "type": "currency", "label": {"en": "Money"}, "default": 5}
SEEN = {"name": "seen", "type": "date", "label": {"en": "Seen"}, "read_only": True}


@pytest.fixture
def item() -> ObjectModel:
    return compiled(object_document("thing", CODE, CHOICE, MONEY, SEEN)).objects["thing"]


def named(item: ObjectModel, values: dict[str, Any]) -> dict[str, Any]:
    """Values by field name; those of further columns as name_1."""
    columns = {
        column: name if position == 0 else f"{name}_{position}"
        for name, field in item.fields.items()
        for position, column in enumerate(field.columns)
    }
    return {columns[column]: value for column, value in values.items()}


def faults(item: ObjectModel, data: Any, **options: Any) -> list[tuple[str, str]]:
    with pytest.raises(Invalid) as caught:
        item.codec.decode(data, **options)
    return [(fault.pointer, fault.code) for fault in caught.value.faults]


def test_a_create_takes_defaults(item: ObjectModel) -> None:
    values = named(item, item.codec.decode({"code": "x"}, mode="create"))
    assert values == {"code": "x", "state": "new", "money": 5, "money_1": "USD"}


def test_all_faults_of_a_record_come_at_once_each_with_its_pointer(item: ObjectModel) -> None:
    data = {"name": 5, "state": "nix", "money": {"amount": "x", "currency": "ZZZ"}, "seen": None, "id": 1, "a/b": 2}
    assert faults(item, data, mode="create", pointer="/data") == [
        ("/data/name", "wrong_type"),
        ("/data/state", "picklist_value"),
        ("/data/money/amount", "wrong_type"),
        ("/data/seen", "field_read_only"),
        ("/data/id", "field_read_only"),
        ("/data/a~1b", "unknown_property"),
        ("/data/code", "required"),
    ]


def test_null_is_no_value_for_a_required_field_even_with_a_default(item: ObjectModel) -> None:
    assert faults(item, {"code": "x", "state": None}, mode="create") == [("/state", "required")]
    assert faults(item, {"code": None}, mode="update") == [("/code", "required")]
    assert faults(item, {"code": "  \n"}, mode="update") == [("/code", "required")]


def test_an_update_takes_what_is_given_and_null_clears(item: ObjectModel) -> None:
    assert named(item, item.codec.decode({"money": None}, mode="update")) == {"money": None, "money_1": None}
    assert item.codec.decode({}, mode="update") == {}


def test_an_upsert_is_completed_when_it_creates(item: ObjectModel) -> None:
    values = item.codec.decode({"code": "x"}, mode="upsert")
    assert named(item, values) == {"code": "x"}
    assert named(item, item.codec.complete(values))["state"] == "new"
    with pytest.raises(Invalid):
        item.codec.complete({})


@pytest.mark.parametrize("data", [None, [], "x", 5])
def test_a_record_is_an_object(item: ObjectModel, data: Any) -> None:
    assert faults(item, data, mode="create") == [("", "wrong_type")]


def test_a_row_of_a_file_is_decoded_by_its_form(item: ObjectModel) -> None:
    form = TextForm(decimal="comma")
    values, found = item.codec.decode_text({"code": " x ", "money": "1.234,50 €", "state": "OLD"}, form)
    assert found == []
    assert named(item, values) == {"code": "x", "money": pytest.approx(1234.5), "money_1": "USD", "state": "old"}


def test_blank_cells_take_the_default_in_a_create_and_clear_in_an_update(item: ObjectModel) -> None:
    created, found = item.codec.decode_text({"code": "x", "money": " ", "state": ""})
    assert (named(item, created)["money"], named(item, created)["state"], found) == (5, "new", [])
    updated, found = item.codec.decode_text({"money": ""}, mode="update")
    assert (named(item, updated), found) == ({"money": None, "money_1": None}, [])
    upserted, found = item.codec.decode_text({"code": "x", "money": ""}, mode="upsert")
    assert named(item, item.codec.complete(upserted, blank_is_absent=True))["money"] == 5


def test_the_faults_of_a_row_are_given_beside_its_values(item: ObjectModel) -> None:
    _values, found = item.codec.decode_text({"code": "", "money": "much", "nix": "1"})
    assert [(fault.pointer, fault.code) for fault in found] == [
        ("/nix", "unknown_property"),
        ("/money", "number_invalid"),
        ("/code", "required"),
    ]
    assert found[1].parameters == {"value": "much"}


def test_a_preview_shows_json_values(item: ObjectModel) -> None:
    data, found = item.codec.parse_text({"code": "x", "state": "new", "money": "1,000", "name": ""})
    assert (data, found) == ({"code": "x", "state": "new", "money": 1000, "name": None}, [])
    assert item.codec.parse_text({"state": "nix"})[1] == [Fault("/state", "picklist_value", {"value": "nix"})]


def test_decoding_is_fast_enough_for_large_files() -> None:
    fields = [
        CODE,
        {"name": "amount", "type": "currency", "label": {"en": "a"}},
        {"name": "on", "type": "date", "label": {"en": "a"}},
        {"name": "count", "type": "integer", "label": {"en": "a"}},
        CHOICE,
    ]
    item = compiled(object_document("thing", *fields)).objects["thing"]
    read = item.codec.reader(["name", "code", "amount", "on", "count", "state"], TextForm(date_order="mdy"))
    row = ["Some name", "X-1", "1054", "10/20/2016", "12", "old"]
    assert read(row)[1] == []
    best = min(_seconds(lambda: read(row), 2_000) for _ in range(5))
    assert best < 50e-6, f"{best * 1e6:.1f} us a row"  # about 5 us when the machine is idle


def _seconds(function: Any, times: int) -> float:
    begin = time.perf_counter()
    for _ in range(times):
        function()
    return (time.perf_counter() - begin) / times
