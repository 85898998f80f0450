"""The import wizard loads the real pipeline: dirt is named, mended in one step, and nothing is created twice."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.live import ROOT

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import Page

    from tests.live import Live

pytestmark = pytest.mark.e2e
DATA = ROOT / "packages" / "crm" / "sample_data"
TENANT = "wizard"
EMAIL = "wu@wizard.test"
MINUTES = 60_000


@pytest.fixture(scope="module")
def tenant(demo: Live) -> str:
    """A tenant with agents, products and accounts, and no opportunities yet."""
    demo.tangram("tenant", "create", TENANT)
    demo.tangram("package", "install", str(ROOT / "packages" / "crm"), "--tenant", TENANT)
    words = ("--email", EMAIL, "--name", "Wu Hao", "--password", "tangram-demo", "--role", "admin")
    demo.tangram("user", "create", "--tenant", TENANT, *words)
    for name, target in (("sales_teams", "user"), ("products", "product"), ("accounts", "account")):
        mapping = DATA / f"{name}.mapping.json"
        file = DATA / f"{name}.csv"
        demo.tangram("import", str(file), "--object", target, "--mapping", str(mapping), "--tenant", TENANT)
    return TENANT


def upload_pipeline(page: Page, demo: Live) -> None:
    page.goto(f"{demo.url}/o/opportunity/import")
    page.locator("input[type=file]").set_input_files(DATA / "sales_pipeline.csv")
    expect(page.get_by_test_id("import-mapping")).to_be_visible(timeout=MINUTES)


def map_column(page: Page, column: str, field: str) -> None:
    page.get_by_test_id(f"map-field-{column}").click()
    page.keyboard.type(field)
    page.locator(".ant-select-dropdown:visible .ant-select-item-option", has_text=field).first.click()
    expect(page.locator(".ant-select-dropdown:visible")).to_have_count(0)


def map_the_pipeline(page: Page) -> None:
    """The file's words are not all ours: the agent is the owner, the key is the opportunity's id."""
    for column, field in (
        ("sales_agent", "Owner"),
        ("engage_date", "Engage date"),
        ("close_date", "Close date"),
        ("close_value", "Close value"),
        ("deal_stage", "Deal stage"),
        ("opportunity_id", "Opportunity ID"),
    ):
        map_column(page, column, field)
    expect(page.get_by_test_id("import-key")).to_contain_text("Opportunity ID")


def run(page: Page, button: str) -> None:
    page.get_by_test_id(button).click()
    expect(page.locator('[data-testid="import-run"][data-state="done"]')).to_be_visible(timeout=2 * MINUTES)


def counts(page: Page) -> dict[str, int]:
    names = ("created", "updated", "skipped", "failed")
    return {name: int(page.get_by_test_id(f"import-count-{name}").inner_text().replace(",", "")) for name in names}


def test_the_pipeline_is_imported_mended_and_imported_again(
    tenant: str, demo: Live, sign_in: Callable[..., Page]
) -> None:
    with (DATA / "sales_pipeline.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    misspelt = sum(row["product"] == "GTXPro" for row in rows)
    page = sign_in(EMAIL, tenant)
    upload_pipeline(page, demo)
    map_the_pipeline(page)
    run(page, "import-start")
    assert counts(page) == {"created": len(rows) - misspelt, "updated": 0, "skipped": 0, "failed": misspelt}

    group = page.get_by_test_id("fault-group-GTXPro")
    expect(group).to_contain_text(f"{misspelt:,}")
    expect(page.get_by_test_id("import-faults").locator('[data-testid^="fault-group-"]')).to_have_count(1)
    page.get_by_test_id("fault-map-GTXPro").click()
    expect(page.get_by_test_id("fault-mended-GTXPro")).to_contain_text("GTX Pro")
    page.get_by_test_id("import-again").click()
    expect(page.get_by_test_id("import-faults")).to_be_hidden(timeout=2 * MINUTES)
    expect(page.locator('[data-testid="import-run"][data-state="done"]')).to_be_visible()

    page.goto(f"{demo.url}/o/opportunity")
    expect(page.get_by_test_id("list-count")).to_have_attribute("data-count", str(len(rows)))
    page.get_by_test_id("quick-search").fill("1C1I7A6R")
    expect(page.get_by_test_id("list-count")).to_have_attribute("data-count", "1")
    row = page.get_by_test_id("record-table")
    for text in ("Cancity", "GTX Plus Basic", "Won", "1,054", "Oct 20, 2016", "Mar 1, 2017", "Moses Frase"):
        expect(row).to_contain_text(text)

    upload_pipeline(page, demo)
    map_the_pipeline(page)
    page.get_by_test_id("map-options-product").click()
    page.get_by_test_id("value-from-product").fill("GTXPro")
    page.get_by_test_id("value-to-product").fill("GTX Pro")
    page.get_by_test_id("value-add-product").click()
    run(page, "import-start")
    again = counts(page)
    assert (again["created"], again["failed"]) == (0, 0)
    page.goto(f"{demo.url}/o/opportunity")
    expect(page.get_by_test_id("list-count")).to_have_attribute("data-count", str(len(rows)))
