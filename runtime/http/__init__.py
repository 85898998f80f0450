"""The HTTP API and the pages: Litestar routes on top of the runtime."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from litestar import Litestar

    from runtime.platform import Platform
    from runtime.settings import Settings


def create_app(source: Platform | Settings) -> Litestar:
    """The web application on an open Platform, or on settings from which it opens one when it starts."""
    from runtime.http.app import Tangram  # so that `python -m runtime.http.openapi` loads no more than it needs  # noqa: PLC0415

    return Tangram(source)


__all__ = ["create_app"]
