"""All operations of the server, area by area."""

from __future__ import annotations

from typing import TYPE_CHECKING

from runtime.http.routes import auth, imports, meta, platform, records, saved_views

if TYPE_CHECKING:
    from runtime.http.operations import Operation


def operations() -> list[Operation]:
    """Every operation, in the order in which the OpenAPI document lists them."""
    areas = (records, imports, saved_views, auth, meta, platform)
    return [operation for area in areas for operation in area.routes.operations]
