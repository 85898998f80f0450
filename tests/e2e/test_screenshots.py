"""Pictures of the main pages for docs/images: both widths, light and dark, both languages."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.live import ROOT

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from playwright.sync_api import Page

    from tests.live import Live

pytestmark = pytest.mark.e2e
WIDE, PHONE = {"width": 1280, "height": 800}, {"width": 390, "height": 844}
FACES = {
    "en-light": ("en-US", "light", WIDE),
    "zh-dark": ("zh-CN", "dark", WIDE),
    "en-phone-dark": ("en-US", "dark", PHONE),
    "zh-phone-light": ("zh-CN", "light", PHONE),
}
PAGES = {
    "list": ("/o/opportunity?view=opportunity_won", "list-count"),
    "record": (None, "record-title"),
    "import": ("/o/opportunity/import", "import-file"),
    "studio": ("/studio/objects", "studio-new-object"),
    "object": ("/studio/objects/opportunity", "field-add"),
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """docs/images where SCREENSHOTS asks for new ones, else a folder that nobody keeps."""
    return ROOT / "docs" / "images" if os.environ.get("SCREENSHOTS") else tmp_path


@pytest.mark.parametrize("face", FACES)
def test_the_main_pages_show_without_an_error(
    face: str, demo: Live, sign_in: Callable[..., Page], folder: Path
) -> None:
    locale, scheme, viewport = FACES[face]
    page = sign_in("admin@demo.test", locale=locale, color_scheme=scheme, viewport=viewport)
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    with demo.api() as api:
        account = api.get("/api/account", params={"name": "Cancity", "fields": "id"}).json()["data"][0]["id"]
    folder.mkdir(parents=True, exist_ok=True)
    for name, (path, sign) in PAGES.items():
        page.goto(demo.url + (path or f"/o/account/{account}"))
        expect(page.get_by_test_id(sign).first).to_be_attached()
        page.wait_for_load_state("networkidle")
        expect(page.locator(".ant-skeleton:visible")).to_have_count(0)
        overflow = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert overflow <= 0, f"{name} is wider than the window by {overflow} pixels"
        page.screenshot(path=folder / f"{name}-{face}.png")
    assert errors == []
