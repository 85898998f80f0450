"""The Studio changes what is there: what would be lost is told, faults are found, layouts and views reach the users."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import expect

if TYPE_CHECKING:
    from collections.abc import Callable

    import httpx
    from playwright.sync_api import Locator, Page

    from tests.live import Live

pytestmark = pytest.mark.e2e
ADMIN, MEMBER = "admin@demo.test", "member@demo.test"


def text(name: str, **more: object) -> dict[str, Any]:
    label = name.capitalize()
    return {"name": name, "type": "text", "label": {"en": label, "zh-CN": label}} | more


def documents(name: str) -> list[dict[str, Any]]:
    """An object with a layout of two sections and a list view."""
    label = {"en": name.capitalize(), "zh-CN": name.capitalize()}
    first = {"name": "first", "label": {"en": "First", "zh-CN": "一"}, "columns": 2, "fields": ["name", "colour"]}
    second = {"name": "second", "label": {"en": "Second", "zh-CN": "二"}, "columns": 2, "fields": ["size"]}
    fields = [text("name", required=True), text("colour"), text("size")]
    columns = [{"field": "name"}, {"field": "colour"}]
    own = {"object": name, "label": label, "default": True}
    return [
        {"kind": "object", "name": name, "label": label, "name_field": "name", "fields": fields},
        {"kind": "layout", "name": f"{name}_record", "sections": [first, second]} | own,
        {"kind": "view", "name": f"{name}_all", "type": "table", "columns": columns} | own,
    ]


def draft(api: httpx.Client, *bodies: dict[str, Any]) -> str:
    answer = api.post("/meta/changes", json={"title": "", "documents": list(bodies)})
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


@pytest.fixture
def publish(demo: Live) -> Callable[[str], None]:
    """Publishes an object of this name, and three records of it, two of them with a colour."""

    def run(name: str) -> None:
        with demo.api() as api:
            change = draft(api, *documents(name))
            assert api.post(f"/meta/changes/{change}/publish", json={"comment": name}).status_code == 200
            for data in ({"name": "One", "colour": "red"}, {"name": "Two", "colour": "blue"}, {"name": "Three"}):
                assert api.post(f"/api/{name}", json=data).status_code == 201

    return run


def publish_draft(page: Page) -> None:
    page.get_by_test_id("change-publish").click()
    page.get_by_test_id("publish-confirm").click()
    expect(page.get_by_test_id("publish-dialog")).to_be_hidden()
    expect(page.get_by_test_id("change-bar")).to_have_count(0)


def drag(page: Page, what: Locator, onto: Locator) -> None:
    """Drag as a hand does: in several moves, for a drop that is only known on the way."""
    start, end = what.bounding_box(), onto.bounding_box()
    assert start is not None
    assert end is not None
    page.mouse.move(start["x"] + 40, start["y"] + start["height"] / 2)
    page.mouse.down()
    page.mouse.move(start["x"] + 50, start["y"] + start["height"] / 2 + 10, steps=3)
    page.mouse.move(end["x"] + 40, end["y"] + end["height"] / 2, steps=12)
    page.mouse.move(end["x"] + 42, end["y"] + end["height"] / 2 + 1, steps=2)
    page.mouse.up()


def test_a_field_with_values_is_deleted_only_with_consent(
    demo: Live, sign_in: Callable[..., Page], publish: Callable[[str], None]
) -> None:
    publish("gadget")
    page = sign_in(ADMIN)
    page.goto(f"{demo.url}/studio/objects/gadget")
    page.get_by_test_id("edit-field-colour").click()
    page.get_by_test_id("field-remove").click()
    expect(page.get_by_test_id("affected-count")).to_contain_text("2")
    page.get_by_test_id("field-remove-confirm").click()
    page.get_by_test_id("change-publish").click()
    expect(page.get_by_test_id("check-losses")).to_contain_text("2")
    expect(page.get_by_test_id("publish-confirm")).to_be_disabled()
    page.get_by_test_id("publish-accept-losses").check()
    page.get_by_test_id("publish-confirm").click()
    expect(page.get_by_test_id("publish-dialog")).to_be_hidden()
    expect(page.get_by_test_id("edit-field-size")).to_be_visible()
    expect(page.get_by_test_id("edit-field-colour")).to_have_count(0)
    with demo.api() as api:
        records = api.get("/api/gadget").json()["data"]
        assert len(records) == 3
        assert not any("colour" in record for record in records)


def test_a_fault_of_the_check_leads_to_its_field(
    demo: Live, sign_in: Callable[..., Page], publish: Callable[[str], None]
) -> None:
    publish("widget")
    lookup = {"name": "owner", "type": "lookup", "label": {"en": "Owner", "zh-CN": "物主"}, "object": "nobody"}
    with demo.api() as api:
        body = documents("widget")[0]
        change = draft(api, body | {"fields": [*body["fields"], lookup]})
    page = sign_in(ADMIN)
    page.goto(f"{demo.url}/studio/objects")
    page.get_by_test_id("change-check").click()
    expect(page.get_by_test_id("check-faults")).to_contain_text("nobody")
    page.get_by_test_id("fault-jump-0").click()
    expect(page).to_have_url(f"{demo.url}/studio/objects/widget#field.owner")
    expect(page.get_by_test_id("field-drawer")).to_be_visible()
    expect(page.get_by_test_id("field-name")).to_have_value("owner")
    page.keyboard.press("Escape")
    page.get_by_test_id("change-discard").click()
    page.get_by_test_id("discard-confirm").click()
    expect(page.get_by_test_id("change-bar")).to_have_count(0)
    with demo.api() as api:
        assert api.get(f"/meta/changes/{change}").json()["state"] == "discarded"


def test_a_field_that_is_dragged_is_seen_in_its_new_section(
    demo: Live, sign_in: Callable[..., Page], publish: Callable[[str], None]
) -> None:
    publish("gizmo")
    page = sign_in(ADMIN)
    page.goto(f"{demo.url}/studio/layouts/gizmo_record")
    second = page.get_by_test_id("section-second")
    drag(page, page.get_by_test_id("layout-field-colour"), second.get_by_test_id("layout-field-size"))
    expect(second.get_by_test_id("layout-field-colour")).to_be_visible()
    publish_draft(page)
    with demo.api() as api:
        record = api.get("/api/gizmo", params={"name": "One"}).json()["data"][0]["id"]
    colleague = sign_in(MEMBER)
    colleague.goto(f"{demo.url}/o/gizmo/{record}")
    expect(colleague.get_by_test_id("section-second").get_by_test_id("detail-colour")).to_contain_text("red")
    expect(colleague.get_by_test_id("section-first").get_by_test_id("detail-colour")).to_have_count(0)


def test_a_list_view_with_a_filter_is_made_and_used(
    demo: Live, sign_in: Callable[..., Page], publish: Callable[[str], None]
) -> None:
    publish("doohickey")
    page = sign_in(ADMIN)
    page.goto(f"{demo.url}/studio/objects/doohickey")
    page.get_by_test_id("object-tab-views").click()
    page.get_by_test_id("new-view").click()
    page.get_by_test_id("view-label-en").fill("Red ones")
    page.get_by_test_id("view-label-zh-CN").fill("红色")
    page.get_by_test_id("filter-add-rule").click()
    page.get_by_test_id("filter-field").click()
    page.keyboard.type("Colour")
    page.locator(".ant-select-dropdown:visible").get_by_text("Colour", exact=True).click()
    page.get_by_test_id("filter-value").fill("red")
    page.keyboard.press("Tab")
    publish_draft(page)
    colleague = sign_in(MEMBER)
    colleague.goto(f"{demo.url}/o/doohickey")
    expect(colleague.get_by_test_id("list-count")).to_have_attribute("data-count", "3")
    colleague.get_by_role("tab", name="Red ones").click()
    expect(colleague.get_by_test_id("list-count")).to_have_attribute("data-count", "1")
    expect(colleague.get_by_test_id("record-table")).to_contain_text("One")
