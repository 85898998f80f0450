"""Pages and files for browsers: the admin UI as it was built, and the documentation of the API."""

from __future__ import annotations

import mimetypes
from dataclasses import dataclass
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from litestar import Request  # noqa: TC002  (Litestar reads the annotations)
from litestar.handlers import HTTPRouteHandler
from litestar.types import ASGIApp  # noqa: TC002

from runtime.http.answers import Answer, Headers
from runtime.http.problems import refuse

ROOT = Path(__file__).resolve().parents[2]
UI = ROOT / "admin_ui" / "dist"
DOCS = Path(__file__).with_name("docs")
# The page of the API's documentation is drawn by Swagger UI, whose files come with this package.
SWAGGER = "litestar_offline_docs"
SWAGGER_FILES = ("swagger-ui.css", "swagger-ui-bundle.js")
# Components of Ant Design put their styles into the page, hence inline styles; scripts come from files only.
POLICY = (
    "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:;"
    " font-src 'self' data:; connect-src 'self'; worker-src 'self' blob:; object-src 'none'; base-uri 'self';"
    " form-action 'self'; frame-ancestors 'none'"
)
PAGE_HEADERS: Headers = [
    (b"content-security-policy", POLICY.encode()),
    (b"referrer-policy", b"same-origin"),
    (b"x-frame-options", b"DENY"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(), geolocation=(), microphone=()"),
]
CODINGS = (("br", ".br"), ("gzip", ".gz"))
FOREVER = b"public, max-age=31536000, immutable"
ASK_AGAIN = b"no-cache"


@dataclass(slots=True, frozen=True)
class File:
    body: bytes
    media_type: bytes
    etag: bytes
    coding: bytes | None


def handlers() -> list[HTTPRouteHandler]:
    """The routes of all pages; ``/{path}`` takes what no other route does."""
    return [
        _handler("/docs", docs_page),
        _handler("/docs/{name:str}", docs_file),
        _handler(["/", "/{path:path}"], ui),
    ]


def _handler(path: str | list[str], function: Any) -> HTTPRouteHandler:
    return HTTPRouteHandler(path, http_method=["GET", "HEAD"], status_code=200)(function)


async def ui(request: Request[Any, Any, Any]) -> ASGIApp:
    """A file of the admin UI, or its page for any other address: the UI itself routes by address."""
    wanted = request.scope["path"].strip("/")
    if wanted.startswith(("api/", "auth/", "meta/", "health/")) or wanted in {"api", "auth", "meta", "health"}:
        raise refuse("not-found", "no_page")
    if not (UI / "index.html").is_file():
        return _page(DOCS / "not_built.html", request, status=503)
    last = wanted.rsplit("/", 1)[-1]
    if "." not in last:
        return _page(UI / "index.html", request)
    file = _inside(UI, wanted)
    if file is None:
        raise refuse("not-found", "no_page")
    if file.name == "index.html":
        return _page(file, request)
    return _send(file, request, FOREVER if wanted.startswith("assets/") else ASK_AGAIN)


async def docs_page(request: Request[Any, Any, Any]) -> ASGIApp:
    """The documentation of the API; it works without internet."""
    return _page(DOCS / "index.html", request)


async def docs_file(request: Request[Any, Any, Any]) -> ASGIApp:
    """A file of the documentation's page."""
    name = request.scope["path_params"]["name"]
    if name in SWAGGER_FILES:
        return _send(_swagger() / name, request, ASK_AGAIN)
    file = _inside(DOCS, name)
    if file is None or file.suffix == ".html":
        raise refuse("not-found", "no_page")
    return _send(file, request, ASK_AGAIN)


@lru_cache(maxsize=1)
def _swagger() -> Path:
    spec = find_spec(SWAGGER)
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError(SWAGGER)
    return Path(spec.origin).parent / "static"


def _inside(folder: Path, name: str) -> Path | None:
    """A file in the folder; None where there is none, also for a name that leads out of it."""
    try:
        file = (folder / name).resolve()
        return file if file.is_relative_to(folder.resolve()) and file.is_file() else None
    except (ValueError, OSError):  # a NUL, or a name longer than the file system has
        return None


def _page(file: Path, request: Request[Any, Any, Any], *, status: int = 200) -> Answer:
    return _send(file, request, ASK_AGAIN, extra=PAGE_HEADERS, status=status)


def _send(
    file: Path, request: Request[Any, Any, Any], caching: bytes, *, extra: Headers | None = None, status: int = 200
) -> Answer:
    asked = dict(request.scope["headers"])
    found = _read(file, asked.get(b"accept-encoding", b"").decode("latin-1").lower())
    headers: Headers = [
        (b"etag", found.etag),
        (b"cache-control", caching),
        (b"vary", b"Accept-Encoding"),
        *(extra or ()),
    ]
    if status == 200 and found.etag in asked.get(b"if-none-match", b""):
        return Answer(status=304, headers=headers)
    headers.append((b"content-type", found.media_type))
    if found.coding:
        headers.append((b"content-encoding", found.coding))
    return Answer(found.body, status=status, headers=headers)


def _read(file: Path, accepted: str) -> File:
    """The file, or the compressed form of it that lies beside it where the caller takes that."""
    codings = {part.split(";", 1)[0].strip() for part in accepted.split(",") if ";q=0" not in part.replace(" ", "")}
    for coding, ending in CODINGS:
        packed = file.with_name(file.name + ending)
        if coding in codings and packed.is_file():
            return _loaded(packed, file.name, coding, packed.stat().st_mtime_ns)
    return _loaded(file, file.name, None, file.stat().st_mtime_ns)


@lru_cache(maxsize=500)
def _loaded(file: Path, name: str, coding: str | None, changed: int) -> File:
    """Kept in memory until the file changes; all files of the UI together are a few megabytes."""
    kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
    if kind.startswith("text/") or kind in {"application/javascript", "application/json", "image/svg+xml"}:
        kind += "; charset=utf-8"
    body = file.read_bytes()
    return File(body, kind.encode(), b'"%x-%x"' % (changed, len(body)), coding.encode() if coding else None)
