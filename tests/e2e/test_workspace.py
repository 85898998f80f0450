"""A working day in the browser: find, change, undo, share, take along; with the mouse and with the keyboard alone."""

from __future__ import annotations

import csv
import re
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

if TYPE_CHECKING:
    from collections.abc import Callable

    import httpx
    from playwright.sync_api import Page

    from tests.live import Live

pytestmark = pytest.mark.e2e
ADMIN, MEMBER = "admin@demo.test", "member@demo.test"


def make(api: httpx.Client, object_name: str, **data: object) -> str:
    """Create a record through the API; its id."""
    answer = api.post(f"/api/{object_name}", json=data)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


def new_user(demo: Live, email: str) -> str:
    """A user who has never signed in."""
    words = ("--email", email, "--name", "New Colleague", "--password", "tangram-demo", "--role", "member")
    demo.tangram("user", "create", "--tenant", "demo", *words)
    return email


def search_list(page: Page, text: str, count: int) -> None:
    page.get_by_test_id("quick-search").fill(text)
    expect(page.get_by_test_id("list-count")).to_have_attribute("data-count", str(count))


def choose(page: Page, select: str, option: str) -> None:
    """Choose an option of the last select of this name by what it shows, typing to find it."""
    page.get_by_test_id(select).last.click()
    page.keyboard.type(option)
    options = page.locator(".ant-select-dropdown:visible .ant-select-item-option")
    options.filter(has_text=re.compile(f"^{re.escape(option)}$")).first.click()


def edit_location(page: Page, value: str) -> None:
    page.get_by_test_id("edit-location").click()
    page.get_by_test_id("field-location").fill(value)


def test_an_edit_where_the_value_stands_is_in_the_history(demo: Live, sign_in: Callable[..., Page]) -> None:
    with demo.api() as api:
        account = make(api, "account", name="Inline Works", location="Berlin")
        page = sign_in(MEMBER)
        page.goto(f"{demo.url}/o/account/{account}")
        edit_location(page, "Shanghai 上海")
        page.get_by_test_id("save-location").click()
        expect(page.get_by_test_id("detail-location")).to_contain_text("Shanghai 上海")
        page.get_by_test_id("tab-history").click()
        latest = page.get_by_test_id("history-entry").first
        for text in ("Max Member", "Berlin", "Shanghai 上海"):
            expect(latest).to_contain_text(text)
        assert api.get(f"/api/account/{account}").json()["location"] == "Shanghai 上海"


def test_who_saves_second_is_told_and_overwrites_nothing(demo: Live, sign_in: Callable[..., Page]) -> None:
    with demo.api() as api:
        account = make(api, "account", name="Contested Works", location="Berlin")
        first, second = sign_in(MEMBER), sign_in(ADMIN)
        for page in (first, second):
            page.goto(f"{demo.url}/o/account/{account}")
        edit_location(first, "from the member")
        edit_location(second, "from the admin")
        first.get_by_test_id("save-location").click()
        expect(first.get_by_test_id("detail-location")).to_contain_text("from the member")
        second.get_by_test_id("save-location").click()
        expect(second.get_by_text("A colleague saved this record before you")).to_be_visible()
        expect(second.get_by_test_id("detail-location")).to_contain_text("from the member")
        assert api.get(f"/api/account/{account}").json()["location"] == "from the member"


def test_many_records_are_edited_together_and_put_back(demo: Live, sign_in: Callable[..., Page]) -> None:
    with demo.api() as api:
        before = dict(zip(("hot", "cold", None), ("One", "Two", "Three"), strict=True))
        ids = [make(api, "account", name=f"Bulkmark {name}", rating=rating) for rating, name in before.items()]
        page = sign_in(MEMBER)
        page.goto(f"{demo.url}/o/account")
        search_list(page, "Bulkmark", 3)
        page.get_by_test_id("select-all").click()
        expect(page.get_by_test_id("bulk-count")).to_contain_text("3")
        page.get_by_test_id("bulk-edit").click()
        choose(page, "bulk-field", "Rating")
        choose(page, "field-rating", "Warm")
        page.get_by_test_id("bulk-apply").click()
        undo = page.get_by_test_id("bulk-undo")
        expect(undo).to_be_visible()
        assert [api.get(f"/api/account/{one}").json()["rating"] for one in ids] == ["warm"] * 3
        undo.click()
        expect(page.get_by_test_id("record-table")).to_contain_text("Bulkmark One")
        expect(page.get_by_text("Undone").first).to_be_visible()
        assert [api.get(f"/api/account/{one}").json()["rating"] for one in ids] == list(before)


def test_a_deleted_record_comes_back_from_the_bin(demo: Live, sign_in: Callable[..., Page]) -> None:
    with demo.api() as api:
        account = make(api, "account", name="Lost and Found Ltd")
        page = sign_in(MEMBER)
        page.goto(f"{demo.url}/o/account/{account}")
        page.get_by_test_id("delete-record").click()
        page.get_by_test_id("delete-confirm").click()
        expect(page).to_have_url(f"{demo.url}/o/account")
        assert api.get(f"/api/account/{account}").status_code == 404
        page.get_by_test_id("list-more").click()
        page.get_by_test_id("open-bin").click()
        row = page.get_by_test_id(f"bin-row-{account}")
        expect(row).to_contain_text("Lost and Found Ltd")
        row.get_by_role("checkbox").check()
        expect(page.get_by_test_id("purge")).to_have_count(0)
        page.get_by_test_id("restore").click()
        expect(row).to_have_count(0)
        assert api.get(f"/api/account/{account}").json()["name"] == "Lost and Found Ltd"


def test_a_saved_view_is_shared_renamed_and_deleted(demo: Live, sign_in: Callable[..., Page]) -> None:
    with demo.api() as api:
        for number in range(2):
            make(api, "account", name=f"Viewmark {number}")
    owner, colleague = sign_in(ADMIN), sign_in(MEMBER)
    owner.goto(f"{demo.url}/o/account")
    owner.get_by_test_id("filter-button").click()
    owner.get_by_test_id("filter-value").fill("Viewmark")
    expect(owner.get_by_test_id("list-count")).to_have_attribute("data-count", "2")
    owner.keyboard.press("Escape")
    owner.get_by_test_id("view-menu").click()
    owner.get_by_test_id("view-save-as").click()
    owner.get_by_test_id("view-name").fill("Marked accounts")
    owner.get_by_test_id("view-shared").check()
    owner.get_by_test_id("view-save-confirm").click()
    expect(owner.get_by_role("tab", name="Marked accounts")).to_have_attribute("aria-selected", "true")
    address = owner.url

    colleague.goto(address)
    expect(colleague.get_by_role("tab", name="Marked accounts")).to_have_attribute("aria-selected", "true")
    expect(colleague.get_by_test_id("list-count")).to_have_attribute("data-count", "2")
    colleague.get_by_test_id("view-menu").click()
    expect(colleague.get_by_test_id("view-save-as")).to_be_visible()
    expect(colleague.get_by_test_id("view-rename")).to_have_count(0)

    owner.get_by_test_id("view-menu").click()
    owner.get_by_test_id("view-rename").click()
    owner.get_by_test_id("view-name").fill("Marked twice")
    owner.get_by_test_id("view-save-confirm").click()
    expect(owner.get_by_role("tab", name="Marked twice")).to_be_visible()
    owner.get_by_test_id("view-menu").click()
    owner.get_by_test_id("view-delete").click()
    owner.get_by_role("dialog").get_by_role("button", name="Delete").click()
    expect(owner.get_by_role("tab", name="Marked twice")).to_have_count(0)


def test_the_filter_builder_finds_as_many_as_the_api(demo: Live, sign_in: Callable[..., Page]) -> None:
    with demo.api(MEMBER) as api:
        question = {"stage": "Won", "amount.gt": 5000, "count": True, "limit": 1}
        wanted = api.get("/api/opportunity", params=question).json()["count"]
    page = sign_in(MEMBER)
    page.goto(f"{demo.url}/o/opportunity")
    page.get_by_test_id("filter-button").click()
    choose(page, "filter-field", "Deal stage")
    choose(page, "filter-value", "Won")
    page.get_by_test_id("filter-add-rule").click()
    choose(page, "filter-field", "Close value")
    choose(page, "filter-operator", ">")
    page.get_by_test_id("filter-value").last.fill("5000")
    expect(page.get_by_test_id("list-count")).to_have_attribute("data-count", str(wanted))
    assert 0 < wanted < 4238


def test_an_export_has_what_the_list_shows(demo: Live, sign_in: Callable[..., Page]) -> None:
    page = sign_in(MEMBER)
    page.goto(f"{demo.url}/o/opportunity?view=opportunity_won")
    search_list(page, "MG Special", 0)
    page.get_by_test_id("quick-search").fill("")
    expect(page.get_by_test_id("list-count")).to_have_attribute("data-count", "4238")
    page.get_by_test_id("export-button").click()
    with page.expect_download() as waiting:
        page.get_by_test_id("export-csv").click()
    with waiting.value.path().open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 4238
    assert {row["Deal stage"] for row in rows} == {"Won"}


def test_the_keyboard_is_enough(demo: Live, sign_in: Callable[..., Page]) -> None:
    with demo.api(MEMBER) as api:
        account = make(api, "account", name="Keyboard Kings")
        page = sign_in(MEMBER)
        keys = page.keyboard
        keys.press("/")
        keys.type("Keyboard Ki")
        expect(page.get_by_test_id(f"search-hit-{account}")).to_be_visible()
        keys.press("Enter")
        expect(page.get_by_test_id("record-title")).to_have_text("Keyboard Kings")
        keys.press("/")
        keys.type("contacts")
        expect(page.get_by_test_id("search-place-contact")).to_be_visible()
        keys.press("Enter")
        expect(page).to_have_url(f"{demo.url}/o/contact")
        expect(page.get_by_test_id("list-count")).to_be_visible()
        keys.press("c")
        expect(page.get_by_test_id("record-drawer")).to_be_visible()
        page.get_by_test_id("field-name").focus()
        keys.type("Tastatur")
        keys.press("Control+Enter")
        expect(page.get_by_test_id("record-drawer")).to_be_hidden()
        assert api.get("/api/contact", params={"name": "Tastatur", "count": True}).json()["count"] == 1


def test_the_arrows_walk_the_list_and_enter_opens(demo: Live, sign_in: Callable[..., Page]) -> None:
    page = sign_in(MEMBER)
    page.goto(f"{demo.url}/o/account?view=account_all")
    expect(page.locator('[data-testid^="row-"]').first).to_be_visible()
    keys = page.keyboard
    for key in ("ArrowDown", "x", "ArrowDown", "x"):
        keys.press(key)
    expect(page.get_by_test_id("bulk-count")).to_contain_text("2")
    keys.press("Escape")
    expect(page.get_by_test_id("bulk-bar")).to_have_count(0)
    keys.press("?")
    shortcuts = page.get_by_role("dialog", name="Keyboard shortcuts")
    expect(shortcuts).to_be_visible()
    keys.press("Escape")
    expect(shortcuts).to_be_hidden()
    keys.press("Enter")
    expect(page.get_by_test_id("record-title")).to_be_visible()
    page.go_back()
    expect(page.get_by_test_id("record-table")).to_be_visible()


def test_the_language_is_remembered_with_the_user(demo: Live, sign_in: Callable[..., Page]) -> None:
    email = new_user(demo, "yu@demo.test")
    page = sign_in(email)
    leads = page.get_by_test_id("nav-lead")
    expect(leads).to_have_text("Leads")
    page.get_by_test_id("language-switch").click()
    page.get_by_test_id("language-zh-CN").click()
    expect(leads).to_have_text("线索")
    page.reload()
    expect(leads).to_have_text("线索")
    elsewhere = sign_in(email)
    expect(elsewhere.get_by_test_id("nav-lead")).to_have_text("线索")


def test_the_tour_has_three_steps_and_comes_once(demo: Live, sign_in: Callable[..., Page]) -> None:
    email = new_user(demo, "first@demo.test")
    page = sign_in(email, tour=True)
    tour = page.locator(".ant-tour")
    for title, button in (("Welcome, New", "Next"), ("Find anything", "Next"), ("Create with one key", "Finish")):
        expect(tour).to_contain_text(title)
        last = tour.get_by_role("button", name=button)
        if button == "Next":
            last.click()
    with page.expect_response("**/auth/preferences"):
        last.click()
    expect(tour).to_have_count(0)
    page.reload()
    expect(page.get_by_test_id("navigation")).to_be_visible()
    page.wait_for_load_state("networkidle")
    expect(tour).to_have_count(0)
    again = sign_in(email, tour=True)
    again.wait_for_load_state("networkidle")
    expect(again.locator(".ant-tour")).to_have_count(0)
