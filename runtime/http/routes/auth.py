"""Signing in and out, the user's preferences, password and API tokens."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from runtime import security
from runtime.http import answers
from runtime.http.bodies import (
    JsonObject,
    NewToken,
    PasswordChange,
    Session,
    SessionTenant,
    SessionUser,
    SignIn,
    TokenList,
    TokenRequest,
)
from runtime.http.cookies import set_session
from runtime.http.exchange import address_of
from runtime.http.operations import Parameter, Routes
from runtime.http.problems import refuse
from runtime.security.sessions import LIFETIME_SECONDS

if TYPE_CHECKING:
    from uuid import UUID

    from runtime.call import Call
    from runtime.http.answers import Answer
    from runtime.http.exchange import Exchange
    from runtime.security import Identity
    from runtime.tenants import Tenant

MOST_PREFERENCES = 16_384
routes = Routes("auth")
TENANT = Parameter(
    "Tangram-Tenant",
    "header",
    {"type": "string"},
    "Which tenant, where the host name does not say and there are several.",
)


@routes.post(
    "/auth/sign-in", body=SignIn, answer=Session, signed_in=False, parameters=(TENANT,), problems=("rate-limited",)
)
async def sign_in(exchange: Exchange) -> Answer:
    """Sign in with a password; sets the session cookie.

    An unknown tenant, an unknown user, a wrong password and an account that is not active are answered alike.
    """
    wanted = await exchange.read(SignIn)
    platform = exchange.platform
    tenant = await _tenant(exchange, wanted.tenant)
    model = None if tenant is None else await platform.models.get(tenant.name)
    client = exchange.request.scope.get("client")
    address = client[0] if client else ""
    identity = await security.check_password(
        platform.db, tenant, model, wanted.email, wanted.password, brakes=exchange.server.brakes, address=address
    )
    if tenant is None or identity.user_id is None:
        raise security.WrongCredentials
    agent = exchange.headers.get(b"user-agent", b"").decode("latin-1")
    cookie = await security.open_session(platform.db, tenant, identity.user_id, ip=address_of(address), agent=agent)
    session = await _session(exchange, tenant, identity)
    return answers.value(session, headers=[_cookie(exchange, cookie, LIFETIME_SECONDS)])


@routes.post("/auth/sign-out", statuses=(204,), signed_in=False)
async def sign_out(exchange: Exchange) -> Answer:
    """End the session of the cookie."""
    admitted = exchange.admitted
    if admitted is not None and admitted.identity.kind == "session":
        tenant = await exchange.platform.tenants.by_name(admitted.tenant)
        if tenant is not None:
            await security.close_session(exchange.platform.db, tenant, admitted.hash)
        exchange.server.doorkeeper.forget(admitted.hash)
    answer = answers.nothing()
    answer.headers.append(_cookie(exchange, "", 0))
    return answer


@routes.get("/auth/session", answer=Session)
async def session(exchange: Exchange) -> Answer:
    """Who is signed in, in which tenant, with which roles."""
    exchange.parameters()
    return answers.value(await _session(exchange, exchange.call.tenant, exchange.call.identity))


@routes.patch("/auth/preferences", body=JsonObject, answer=JsonObject, problems=("invalid",))
async def preferences(exchange: Exchange) -> Answer:
    """Set some of the user's preferences and return all; null removes one."""
    changes = await exchange.read(dict[str, Any])
    call, user_id = exchange.call, _user(exchange.call)
    known = await security.preferences(call.db, call.tenant, user_id)
    if len(msgspec.json.encode(known | changes)) > MOST_PREFERENCES:
        raise refuse("invalid", "preferences_too_large", pointer="", max=MOST_PREFERENCES)
    return answers.value(await security.merge_preferences(call.db, call.tenant, user_id, changes))


@routes.post("/auth/password", body=PasswordChange, statuses=(204,), problems=("invalid", "rate-limited"))
async def password(exchange: Exchange) -> Answer:
    """Change one's password; ends the user's other sessions and gives this one a new cookie."""
    wanted = await exchange.read(PasswordChange)
    call, user_id = exchange.call, _user(exchange.call)
    try:
        await security.check_password(
            call.db,
            call.tenant,
            call.model,
            call.identity.email,
            wanted.old,
            brakes=exchange.server.brakes,
            address=str(call.ip or ""),
        )
    except security.WrongCredentials:
        raise refuse("invalid", "wrong_password", pointer="/old") from None
    await security.set_password(call.db, call.tenant, user_id, wanted.new)
    exchange.server.doorkeeper.forget_all()
    answer = answers.nothing()
    if call.identity.kind == "session":
        agent = exchange.headers.get(b"user-agent", b"").decode("latin-1")
        cookie = await security.open_session(call.db, call.tenant, user_id, ip=call.ip, agent=agent)
        answer.headers.append(_cookie(exchange, cookie, LIFETIME_SECONDS))
    return answer


@routes.get("/auth/tokens", answer=TokenList)
async def list_tokens(exchange: Exchange) -> Answer:
    """The user's API tokens, without their secrets."""
    exchange.parameters()
    call = exchange.call
    return answers.json('{"data":' + await security.list_tokens(call.db, call.tenant, _user(call)) + "}")


@routes.post("/auth/tokens", body=TokenRequest, answer=NewToken, statuses=(201,), problems=("invalid",))
async def create_token(exchange: Exchange) -> Answer:
    """Make an API token; its text is shown this once."""
    wanted = await exchange.read(TokenRequest)
    call = exchange.call
    token_id, token = await security.create_named_token(call.db, call.tenant, _user(call), wanted.name, wanted.kind)
    return answers.value(NewToken(token_id, wanted.name, wanted.kind, token), status=201)


@routes.delete("/auth/tokens/{id}", statuses=(204,), problems=("not-found",))
async def revoke_token(exchange: Exchange) -> Answer:
    """End an API token."""
    call, token_id = exchange.call, exchange.id()
    try:
        hashed = await security.revoke_token(call.db, call.tenant, _user(call), token_id)
    except LookupError:
        raise refuse("not-found", "no_such_id", id=str(token_id)) from None
    exchange.server.doorkeeper.forget(hashed)
    return answers.nothing()


async def _tenant(exchange: Exchange, named: str | None) -> Tenant | None:
    """The tenant to sign in to: as named in the body or header, of the host, or the only one."""
    tenants = exchange.platform.tenants
    header = exchange.headers.get(b"tangram-tenant")
    name = named or (header.decode("latin-1") if header else None)
    if name is not None:
        return await tenants.by_name(name)
    host = exchange.headers.get(b"host", b"").decode("latin-1").lower()
    found = await tenants.by_host(host.rsplit(":", 1)[0])
    if found is not None:
        return found
    everyone = await tenants.listing()
    if len(everyone) > 1:
        raise refuse("invalid", "tenant_missing", pointer="/tenant")
    return everyone[0] if everyone else None


async def _session(exchange: Exchange, tenant: Tenant, identity: Identity) -> Session:
    platform = exchange.platform
    if identity.user_id is None:
        raise security.WrongCredentials
    model = await platform.models.get(tenant.name)
    return Session(
        user=SessionUser(identity.user_id, identity.name, identity.email),
        tenant=SessionTenant(tenant.name, tenant.label),
        roles=sorted(identity.roles),
        admin=model.roles_access(identity.roles).admin,
        preferences=await security.preferences(platform.db, tenant, identity.user_id),
    )


def _user(call: Call) -> UUID:
    if call.identity.user_id is None:
        raise security.WrongCredentials
    return call.identity.user_id


def _cookie(exchange: Exchange, text: str, seconds: int) -> tuple[bytes, bytes]:
    return set_session(text, seconds=seconds, secure=exchange.request.scope["scheme"] == "https")
