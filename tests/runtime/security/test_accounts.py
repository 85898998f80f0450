"""Accounts on the real database: making users, roles, addresses."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from runtime import records, security

if TYPE_CHECKING:
    from runtime.call import Call

PASSWORD = "correct horse battery"


async def test_a_user_is_a_record_with_a_credential(call: Call) -> None:
    user_id = await security.create_user(call, "Lin@Demo.test", "Lin Yue", PASSWORD, ["member"])
    body, _ = await records.read(call, "user", user_id)
    assert '"lin@demo.test"' in body
    assert await security.user_id_of(call.db, call.tenant, "LIN@demo.TEST") == user_id
    identity = await security.check_password(
        call.db, call.tenant, call.model, "lin@demo.test", PASSWORD, brakes=security.Brakes.new(), address=""
    )
    assert (identity.user_id, identity.name, identity.roles) == (user_id, "Lin Yue", frozenset({"member"}))


async def test_a_user_without_a_password_cannot_sign_in(call: Call) -> None:
    await security.create_user(call, "agent@demo.test", "Agent", None, ["member"])
    with pytest.raises(security.WrongCredentials):
        await security.check_password(
            call.db, call.tenant, call.model, "agent@demo.test", "", brakes=security.Brakes.new(), address=""
        )


async def test_what_cannot_be_leaves_no_user_behind(call: Call) -> None:
    await security.create_user(call, "lin@demo.test", "Lin Yue", PASSWORD, ["member"])
    for email, password, roles, error in (
        ("lin@demo.test", PASSWORD, ["member"], security.EmailTaken),
        ("a@demo.test", "short", ["member"], security.WeakPassword),
        ("a@demo.test", PASSWORD, ["nothing"], security.UnknownRole),
        ("no address", PASSWORD, ["member"], records.Invalid),
    ):
        with pytest.raises(error):
            await security.create_user(call, email, "A", password, roles)
    with pytest.raises(LookupError):
        await security.user_id_of(call.db, call.tenant, "a@demo.test")
    found = await records.listing(call, "user", records.Query.parse({"name": "A", "count": "true"}))
    assert '"count":0' in found.replace(" ", "")


async def test_a_member_cannot_make_users(member_call: Call) -> None:
    with pytest.raises(records.AccessDenied):
        await security.create_user(member_call, "a@demo.test", "A", PASSWORD, ["admin"])
