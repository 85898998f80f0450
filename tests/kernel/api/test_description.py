from __future__ import annotations

from typing import Any

import pytest

from kernel.api import describe
from kernel.api.description import localized
from kernel.model import Model  # noqa: TC001
from tests.kernel.samples import EVERY_TYPE, compiled, object_document


@pytest.fixture(scope="module")
def model(crm: list[dict[str, Any]]) -> Model:
    return compiled(*crm, EVERY_TYPE)


def described(model: Model, *roles: str, locale: str = "en") -> dict[str, Any]:
    return describe(model, model.roles_access(frozenset(roles)), locale)


def test_texts_are_in_the_readers_language(model: Model) -> None:
    found = {item["name"]: item for item in described(model, "admin", locale="zh-CN")["objects"]}
    opportunity = found["opportunity"]
    assert opportunity["label"] == "商机"
    fields = {field["name"]: field for field in opportunity["fields"]}
    assert fields["owner_id"]["label"] == "所有者"
    assert fields["stage"]["values"][0]["label"] == "初步接触"
    assert opportunity["layouts"][0]["sections"][0]["label"] == "商机信息"
    assert all(isinstance(view["label"], str) for view in opportunity["views"])
    assert described(model, "admin", locale="fr")["locale"] == "en"


def test_a_field_tells_all_that_its_editor_needs(model: Model) -> None:
    thing = next(item for item in described(model, "admin")["objects"] if item["name"] == "thing")
    fields = {field["name"]: field for field in thing["fields"]}
    assert fields["decimal"] | {"min": -1000, "max": 1000, "scale": 4} == fields["decimal"]
    assert fields["currency"]["currency"] == "EUR"
    assert fields["currency"]["scale"] == 2
    assert fields["code"]["pattern"] == "^[A-Z]"
    assert fields["code"]["max_length"] == 20
    assert fields["lookup"] | {"target": "thing", "on_delete": "keep"} == fields["lookup"]
    assert fields["number"]["read_only"]
    assert fields["picklist"]["values"][1] == {
        "value": "b",
        "label": "Beta",
        "color": "#112233",
        "active": True,
        "default": False,
    }
    assert fields["id"]["system"] and not fields["text"]["system"]
    assert thing["related"] == [{"object": "thing", "field": "lookup", "name": "parts", "label": "Thing"}]


def test_an_object_without_pages_of_its_own_gets_plain_ones(model: Model) -> None:
    thing = next(item for item in described(model, "admin")["objects"] if item["name"] == "thing")
    layout, view = thing["layouts"][0], thing["views"][0]
    assert layout["sections"][0]["fields"] == [field["name"] for field in EVERY_TYPE["fields"]]
    assert view["columns"][0] == {"field": "text"}
    assert view["label"] == "All: Thing"


def test_only_what_may_be_read_is_told(model: Model) -> None:
    nobody = described(model)
    assert (nobody["objects"], nobody["apps"], nobody["admin"]) == ([], [], False)
    rep = described(model, "sales_rep")
    assert "thing" not in {item["name"] for item in rep["objects"]}
    user = next(item for item in rep["objects"] if item["name"] == "user")
    assert user["actions"] == ["read"]
    assert all(field["read_only"] for field in user["fields"])
    assert rep["apps"][0]["items"][0]["group"] == "Selling"


def test_an_app_leaves_out_what_may_not_be_read() -> None:
    documents = [
        object_document("open"),
        object_document("secret"),
        {"kind": "role", "name": "r", "label": {"en": "R"}, "permissions": [{"object": "open", "actions": ["read"]}]},
        {
            "kind": "app",
            "name": "a",
            "label": {"en": "A"},
            "items": [{"object": "open"}, {"group": {"en": "G"}, "items": [{"object": "secret"}]}],
        },
        {"kind": "app", "name": "b", "label": {"en": "B"}, "items": [{"object": "secret"}]},
    ]
    apps = described(compiled(*documents), "r")["apps"]
    assert [(app["name"], app["items"]) for app in apps] == [("a", [{"object": "open"}])]


def test_a_text_falls_back_to_a_relative_then_english_then_anything() -> None:
    texts = {"en": "e", "zh-CN": "z"}
    assert [localized(texts, locale) for locale in ("zh-CN", "zh-TW", "zh", "en-GB", "fr")] == ["z", "z", "z", "e", "e"]
    assert localized({"de": "d"}, "fr") == "d"
    assert localized({}, "en") is None
