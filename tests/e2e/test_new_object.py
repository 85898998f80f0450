"""An admin makes an object in the Studio; everybody uses it at once, from the page and from the API."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import Page

    from tests.live import Live

pytestmark = pytest.mark.e2e


def choose(page: Page, select: str, option: str) -> None:
    """Choose an option of a select by what it shows, typing to find it."""
    page.get_by_test_id(select).click()
    page.keyboard.type(option)
    page.locator(".ant-select-dropdown:visible .ant-select-item-option", has_text=option).first.click()


def begin_field(page: Page, kind: str, label: str, label_zh: str) -> None:
    page.get_by_test_id(f"field-type-{kind}").click()
    page.get_by_test_id("field-label-en").fill(label)
    page.get_by_test_id("field-label-zh-CN").fill(label_zh)


def add_fields(page: Page) -> None:
    """Seven fields beside the name: text, lookup, picklist, currency, date, whole number, long text."""
    page.get_by_test_id("field-add").first.click()
    begin_field(page, "text", "Serial", "序列号")
    page.get_by_test_id("field-unique").click()
    page.get_by_test_id("field-searchable").click()
    page.get_by_test_id("field-save-next").click()
    begin_field(page, "lookup", "Account", "客户")
    choose(page, "option-object", "Account")
    page.get_by_test_id("field-save-next").click()
    begin_field(page, "picklist", "State", "状态")
    for index, (label, label_zh) in enumerate((("Planned", "计划中"), ("Running", "运行中"))):
        page.get_by_test_id("picklist-add-value").click()
        page.get_by_test_id(f"picklist-value-{index}-label-en").fill(label)
        page.get_by_test_id(f"picklist-value-{index}-label-zh-CN").fill(label_zh)
    page.get_by_test_id("field-save-next").click()
    begin_field(page, "currency", "Cost", "费用")
    page.get_by_test_id("field-save-next").click()
    begin_field(page, "date", "Installed on", "装机日期")
    page.get_by_test_id("field-save-next").click()
    begin_field(page, "integer", "Quantity", "数量")
    page.get_by_test_id("field-save-next").click()
    begin_field(page, "long_text", "Notes", "备注")
    page.get_by_test_id("field-save").click()


def test_from_an_idea_to_a_record_without_code(demo: Live, sign_in: Callable[..., Page]) -> None:
    page = sign_in("admin@demo.test")
    page.goto(f"{demo.url}/studio/objects")
    page.get_by_test_id("studio-new-object").click()
    page.get_by_test_id("object-label-en").fill("Installation")
    page.get_by_test_id("object-label-zh-CN").fill("装机")
    expect(page.get_by_test_id("object-name")).to_have_value("installation")
    page.get_by_test_id("object-create").click()
    expect(page).to_have_url(f"{demo.url}/studio/objects/installation")
    add_fields(page)
    page.get_by_test_id("change-publish").click()
    page.get_by_test_id("publish-confirm").click()
    page.get_by_test_id("publish-open-object").click()

    expect(page.get_by_test_id("nav-installation")).to_be_visible()
    page.keyboard.press("c")
    page.get_by_test_id("field-name").fill("Line 3 in Shanghai 上海三号线")
    page.get_by_test_id("field-serial").fill("SN-4711")
    choose(page, "field-account", "Betatech")
    choose(page, "field-state", "Running")
    page.get_by_test_id("field-cost").fill("1250.5")
    page.get_by_test_id("field-installed_on").fill("2026-03-01")
    page.keyboard.press("Tab")
    page.get_by_test_id("field-quantity").fill("4")
    page.get_by_test_id("field-notes").fill("Handed over with the manual.")
    page.get_by_test_id("form-save").click()
    expect(page.get_by_test_id("record-drawer")).to_be_hidden()

    page.keyboard.press("/")
    page.keyboard.type("上海三号")
    page.locator(".ant-select-item-option", has_text="Line 3 in Shanghai").first.click()
    expect(page.get_by_test_id("record-title")).to_contain_text("Line 3 in Shanghai")
    record_id = page.url.split("?")[0].rsplit("/", 1)[-1]

    with demo.api() as api:
        record = api.get(f"/api/installation/{record_id}", params={"expand": "account"}).json()
        assert record["serial"] == "SN-4711"
        assert record["account"]["_name"] == "Betatech"
        assert record["cost"] == {"amount": 1250.5, "currency": "USD"}
        assert record["installed_on"] == "2026-03-01"
        assert record["state"] == "running"
        assert record["quantity"] == 4
        description = api.get("/openapi.json").json()
        assert "/api/installation" in description["paths"]
        assert "Installation" in str(description["components"]["schemas"].keys()).title()

    colleague = sign_in("member@demo.test")
    colleague.get_by_test_id("nav-installation").click()
    expect(colleague.get_by_test_id("record-table")).to_contain_text("Line 3 in Shanghai")
