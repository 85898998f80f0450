"""Pages and files for browsers: the admin UI, the documentation, and the headers that keep them safe."""

from __future__ import annotations

import gzip
import re
from typing import TYPE_CHECKING

import pytest

from runtime.http import pages
from tests.runtime.http.test_bad_input import problem

if TYPE_CHECKING:
    from pathlib import Path

    from httpx import AsyncClient


@pytest.fixture
def built(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A user interface as Vite builds it, small."""
    dist = tmp_path / "dist"
    (dist / "assets").mkdir(parents=True)
    (dist / "index.html").write_text("<!doctype html><script src=/assets/app-1a2b.js></script>")
    (dist / "assets" / "app-1a2b.js").write_text("plain")
    (dist / "assets" / "app-1a2b.js.gz").write_bytes(gzip.compress(b"packed"))
    (dist / "assets" / "app-1a2b.js.br").write_bytes(b"brotli")
    (tmp_path / "secret.txt").write_text("secret")
    monkeypatch.setattr(pages, "UI", dist)
    return dist


@pytest.mark.usefixtures("built")
@pytest.mark.parametrize("address", ["/", "/o/account", "/o/account/1", "/studio/objects/a", "/sign-in", "/imports/1"])
async def test_every_address_of_the_ui_is_its_page(anonymous_client: AsyncClient, address: str) -> None:
    answer = await anonymous_client.get(address)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert answer.headers["cache-control"] == "no-cache"
    policy = answer.headers["content-security-policy"]
    assert "script-src 'self';" in policy
    assert "frame-ancestors 'none'" in policy
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert (await anonymous_client.get(address, headers={"If-None-Match": answer.headers["etag"]})).status_code == 304
    assert (await anonymous_client.head(address)).content == b""


@pytest.mark.usefixtures("built")
async def test_hashed_files_are_kept_for_ever_and_sent_packed(anonymous_client: AsyncClient) -> None:
    address = "/assets/app-1a2b.js"
    plain = await anonymous_client.get(address, headers={"Accept-Encoding": "identity"})
    assert (plain.text, plain.headers["cache-control"]) == ("plain", "public, max-age=31536000, immutable")
    assert plain.headers["content-type"].startswith("text/javascript")
    packed = await anonymous_client.get(address, headers={"Accept-Encoding": "gzip"})
    assert (packed.text, packed.headers["content-encoding"]) == ("packed", "gzip")
    async with anonymous_client.stream("GET", address, headers={"Accept-Encoding": "gzip, br"}) as stream:
        assert stream.headers["content-encoding"] == "br"
    assert plain.headers["vary"] == "Accept-Encoding"


@pytest.mark.usefixtures("built")
@pytest.mark.parametrize(
    "address",
    [
        "/assets/nothing.js",
        "/../secret.txt",
        "/%2e%2e/secret.txt",
        "/..%2fsecret.txt",
        "/a%00.js",
        "/" + "a" * 5000 + ".js",
    ],
)
async def test_no_other_file_is_served(anonymous_client: AsyncClient, address: str) -> None:
    answer = await anonymous_client.get(address)
    problem(answer, 404, "not-found")
    assert "secret" not in answer.text.replace("secret.txt", "")


async def test_a_ui_that_is_not_built_says_how_to_build_it(
    anonymous_client: AsyncClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pages, "UI", tmp_path / "nowhere")
    answer = await anonymous_client.get("/")
    assert answer.status_code == 503
    assert "make ui" in answer.text


async def test_the_documentation_works_without_internet(anonymous_client: AsyncClient) -> None:
    page = await anonymous_client.get("/docs")
    assert page.status_code == 200
    assert "script-src 'self';" in page.headers["content-security-policy"]
    assert "<script>" not in page.text
    wanted = re.findall(r'(?:src|href)="(/[^"]+)"', page.text)
    assert len(wanted) == 4
    assert "//" not in " ".join(re.findall(r'(?:src|href)="([^"]+)"', page.text)).replace("data:,", "")
    for address in wanted:
        assert (await anonymous_client.get(address)).status_code == 200
    problem(await anonymous_client.get("/docs/nothing"), 404, "not-found")


async def test_health_is_told_to_anybody(anonymous_client: AsyncClient) -> None:
    for what in ("live", "ready"):
        assert (await anonymous_client.get(f"/health/{what}")).json() == {"status": "ok"}
