"""The description of the model and the OpenAPI document, as bytes, kept per tenant, revision, roles and language."""

from __future__ import annotations

import asyncio
import hashlib
from typing import TYPE_CHECKING, Any

import msgspec

import kernel.api
from runtime.http import openapi

if TYPE_CHECKING:
    from collections.abc import Callable

    from runtime.call import Call

MOST_KEPT = 60
OPENAPI = "openapi"
# Tenant, revision, roles, and the language of a description or ``OPENAPI``.
Key = tuple[str, int, frozenset[str], str]


class Descriptions:
    """Answers that cost some milliseconds to make and change only with a revision."""

    def __init__(self) -> None:
        self._kept: dict[Key, bytes] = {}

    def model(self, call: Call) -> bytes:
        """The body of ``GET /meta/model``."""
        return self._keep(call, call.locale, lambda: kernel.api.describe(call.model, call.access, call.locale))

    async def openapi(self, call: Call) -> bytes:
        """The OpenAPI document of the tenant's objects as the caller's roles see them, with the platform's own part.

        Making it takes some hundredths of a second, so a thread does while other requests go on.
        """

        def make() -> Any:
            return kernel.api.openapi(call.model, call.access, base=openapi.document(records=False))

        kept = self._kept.get(_key(call, OPENAPI))
        return kept if kept is not None else await asyncio.to_thread(self._keep, call, OPENAPI, make)

    @staticmethod
    def tag(call: Call) -> bytes:
        """The entity tag of ``model``: it changes with the revision, the roles and the language."""
        roles = ",".join(sorted(call.identity.roles))
        said = f"{call.tenant.name}\n{call.tenant.schema}\n{call.model.revision}\n{roles}\n{call.locale}"
        return b'"%s"' % hashlib.sha256(said.encode()).hexdigest()[:20].encode()

    def _keep(self, call: Call, variant: str, make: Callable[[], Any]) -> bytes:
        key = _key(call, variant)
        body = self._kept.get(key)
        if body is None:
            if len(self._kept) >= MOST_KEPT:
                self._kept.clear()
            body = self._kept[key] = msgspec.json.encode(make())
        return body


def _key(call: Call, variant: str) -> Key:
    return call.tenant.name, call.model.revision, call.identity.roles, variant
