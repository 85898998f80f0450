"""What all requests of one process share, and the admission of each: who asks, from where, under which revision."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from runtime.http.cookies import session_cookie
from runtime.http.descriptions import Descriptions
from runtime.http.exchange import address_of
from runtime.http.problems import Refused, refuse
from runtime.security import Admitted, Brakes, Doorkeeper

if TYPE_CHECKING:
    from runtime.http.exchange import Exchange
    from runtime.platform import Platform

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
CHALLENGE = [(b"www-authenticate", b'Bearer realm="tangram"')]


@dataclass(slots=True)
class Server:
    """Created once a process, when its Platform is open."""

    platform: Platform
    doorkeeper: Doorkeeper
    brakes: Brakes
    descriptions: Descriptions

    @classmethod
    def on(cls, platform: Platform) -> Server:
        doorkeeper = Doorkeeper(platform.db, platform.tenants, platform.models)
        return cls(platform, doorkeeper, Brakes.new(), Descriptions())

    async def admit(self, exchange: Exchange) -> None:
        """Find out who asks and give the exchange its call.

        Raises ``Refused``: nobody is signed in and somebody has to be, the request comes from another site's page, or
        the token is for something else.
        """
        headers = exchange.headers
        authorization = headers.get(b"authorization")
        if authorization is not None:
            admitted: Admitted | None = await self._by_token(authorization)
        else:
            # A browser sends the cookie by itself, also when another site's page makes it ask; signing in counts too.
            if exchange.request.scope["method"] not in SAFE_METHODS and _from_elsewhere(headers):
                raise refuse("forbidden", "other_origin")
            cookie = headers.get(b"cookie")
            text = None if cookie is None else session_cookie(cookie)
            admitted = None if text is None else await self.doorkeeper.by_cookie(text)
        if admitted is None:
            if exchange.operation.signed_in:
                raise Refused("unauthenticated", headers=list(CHALLENGE))
            return
        named = headers.get(b"tangram-tenant")
        if named is not None and named.decode("latin-1") != admitted.tenant and exchange.operation.signed_in:
            raise refuse("forbidden", "other_tenant")
        if admitted.write_only:
            raise refuse("forbidden", "write_key_only")
        exchange.admitted = admitted
        await self._call(exchange, admitted)

    async def _by_token(self, authorization: bytes) -> Admitted:
        scheme, _, token = authorization.decode("latin-1").partition(" ")
        admitted = await self.doorkeeper.by_token(token.strip()) if scheme.lower() == "bearer" else None
        if admitted is None:
            raise Refused("unauthenticated", ("bad_token", {}), headers=list(CHALLENGE))
        return admitted

    async def _call(self, exchange: Exchange, admitted: Admitted) -> None:
        scope = exchange.request.scope
        client, trace = scope.get("client"), scope["tangram"]  # type: ignore[typeddict-item]
        exchange.call = call = await self.platform.call(
            admitted.tenant,
            admitted.identity,
            locale=exchange.locale,
            source="ui" if admitted.identity.kind == "session" else "api",
            request_id=trace.request_id,
            ip=address_of(client[0] if client else None),
        )
        trace.admit(call)


def _from_elsewhere(headers: dict[bytes, bytes]) -> bool:
    """Whether a page of another site made the browser ask. Programs send neither of the two headers."""
    site = headers.get(b"sec-fetch-site")
    if site is not None:
        return site not in {b"same-origin", b"none"}
    origin = headers.get(b"origin")
    return origin is not None and origin.partition(b"://")[2] != headers.get(b"host")
