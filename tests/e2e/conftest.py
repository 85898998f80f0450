"""A real browser (headless Chromium) on a whole installation."""

from __future__ import annotations

import os
import shutil
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect, sync_playwright

from tests.live import ROOT, Live, running

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator

    from playwright.sync_api import Browser, BrowserContext, Page

PASSWORD = "tangram-demo"
TIMEOUT_MS = 20_000
expect.set_options(timeout=TIMEOUT_MS)
# Without these Chromium itself calls home at every start, which a closed network refuses slowly.
QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    with running(tmp_path_factory.mktemp("e2e") / "home") as live:
        yield live


# Not for the session: Playwright's event loop runs as long as it is open, and other tests bring loops of their own.
@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    path = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(args=QUIET, **({"executable_path": path} if path else {}))
        yield opened
        opened.close()


@pytest.fixture
def contexts() -> Iterator[list[BrowserContext]]:
    """The browser contexts that a test has opened; they end with it."""
    opened: list[BrowserContext] = []
    yield opened
    for context in opened:
        context.close()


@pytest.fixture
def sign_in(demo: Live, browser: Browser, contexts: list[BrowserContext]) -> Callable[..., Page]:
    """Opens a browser of a user, the tour behind them unless ``tour`` keeps it.

    ``sign_in(email, tenant="demo", **options)``; the options are those of a browser context: ``locale``, ``viewport``,
    ``color_scheme``.
    """

    def open_page(email: str, tenant: str = "demo", *, tour: bool = False, **options: object) -> Page:
        settings = {"locale": "en-US", "viewport": {"width": 1280, "height": 800}, "timezone_id": "UTC"} | options
        context = browser.new_context(**settings)
        context.set_default_timeout(TIMEOUT_MS)
        contexts.append(context)
        page = signed_in(context.new_page(), demo, email, tenant)
        if not tour:
            skip_tour(page, demo)
        return page

    return open_page


def signed_in(page: Page, demo: Live, email: str, tenant: str = "demo") -> Page:
    page.goto(demo.url)
    page.get_by_test_id("sign-in-email").fill(email)
    page.get_by_test_id("sign-in-password").fill(PASSWORD)
    page.get_by_test_id("sign-in-submit").click()
    shell = page.get_by_test_id("navigation").or_(page.get_by_test_id("menu-button")).first
    asked = page.get_by_test_id("sign-in-tenant")
    shell.or_(asked).first.wait_for()
    if asked.is_visible():
        asked.fill(tenant)
        page.get_by_test_id("sign-in-password").fill(PASSWORD)
        page.get_by_test_id("sign-in-submit").click()
    shell.wait_for()
    return page


def skip_tour(page: Page, demo: Live) -> None:
    """Dismiss the tour if this is a first sign-in."""
    if page.request.get(f"{demo.url}/auth/session").json()["preferences"].get("tour_done"):
        return
    skip = page.get_by_test_id("tour-close").first
    skip.click()
    skip.wait_for(state="hidden")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Keep a picture of each open page of a test that failed, in build/e2e."""
    report = yield
    if report.when == "call" and report.failed:
        folder = ROOT / "build" / "e2e"
        folder.mkdir(parents=True, exist_ok=True)
        pages = [page for context in item.funcargs.get("contexts", ()) for page in context.pages]  # type: ignore[attr-defined]
        for number, page in enumerate(pages):
            page.screenshot(path=folder / f"{item.name}-{number}.png")
    return report
