"""Signing in and out, cookies, other sites' pages, tokens, brakes on guessing."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING, Any

import pytest

from runtime import demo, security
from tests.runtime.http.test_bad_input import problem

if TYPE_CHECKING:
    from httpx import AsyncClient, Response

    from runtime.platform import Platform

COOKIE = "tangram_session"
HERE = {"Origin": "http://tangram.test"}


async def sign_in(client: AsyncClient, password: str = demo.PASSWORD, **body: Any) -> Response:
    return await client.post("/auth/sign-in", json={"email": demo.ADMIN, "password": password, **body})


async def test_signing_in_sets_a_cookie_that_scripts_cannot_read(anonymous_client: AsyncClient) -> None:
    answer = await sign_in(anonymous_client)
    assert answer.status_code == 200, answer.text
    session = answer.json()
    assert session["user"]["email"] == demo.ADMIN
    assert session["tenant"] == {"name": "demo", "label": demo.LABEL}
    assert (session["roles"], session["admin"]) == (["admin"], True)
    cookie = answer.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert (await anonymous_client.get("/auth/session")).json() == session


async def test_signing_out_ends_the_session(anonymous_client: AsyncClient) -> None:
    await sign_in(anonymous_client)
    cookie = anonymous_client.cookies[COOKIE]
    assert (await anonymous_client.post("/auth/sign-out")).status_code == 204
    anonymous_client.cookies.clear()
    answer = await anonymous_client.get("/auth/session", headers={"Cookie": f"{COOKIE}={cookie}"})
    assert problem(answer, 401, "unauthenticated")
    assert answer.headers["www-authenticate"].startswith("Bearer")


@pytest.mark.parametrize(
    "wrong",
    [
        {"password": "wrong password"},
        {"email": "nobody@demo.test"},
        {"tenant": "nowhere"},
        {"email": "x' OR 1=1 --"},
    ],
)
async def test_whatever_is_wrong_the_answer_is_the_same(anonymous_client: AsyncClient, wrong: dict[str, str]) -> None:
    body = problem(await sign_in(anonymous_client, **{"password": demo.PASSWORD} | wrong), 401, "unauthenticated")
    assert body["detail"] == "E-mail or password is wrong."
    assert COOKIE not in anonymous_client.cookies


async def test_an_address_is_understood_in_any_case(anonymous_client: AsyncClient) -> None:
    assert (await sign_in(anonymous_client, email=demo.ADMIN.upper())).status_code == 200


async def test_an_unknown_user_takes_as_long_as_a_wrong_password(platform: Platform) -> None:
    brakes = security.Brakes.new()
    call = await platform.call(demo.TENANT)

    async def seconds(email: str) -> float:
        times = []
        for number in range(4):
            begin = time.perf_counter()
            with pytest.raises(security.WrongCredentials):
                await security.check_password(
                    platform.db, call.tenant, call.model, email, "wrong", brakes=brakes, address=str(number)
                )
            times.append(time.perf_counter() - begin)
        return min(times)

    await seconds("warm@up.test")
    known, unknown = await seconds(demo.ADMIN), await seconds("nobody@demo.test")
    assert 0.5 < known / unknown < 2


@pytest.mark.parametrize("email", [demo.ADMIN, "nobody@demo.test"])
async def test_after_five_failures_an_account_has_to_wait(anonymous_client: AsyncClient, email: str) -> None:
    for _ in range(5):
        problem(await sign_in(anonymous_client, "wrong", email=email), 401, "unauthenticated")
    answer = await sign_in(anonymous_client, demo.PASSWORD, email=email)
    problem(answer, 429, "rate-limited")
    assert 0 < int(answer.headers["retry-after"]) <= 31


async def test_the_lock_of_an_account_is_kept_in_the_database(
    platform: Platform, anonymous_client: AsyncClient
) -> None:
    for _ in range(5):
        await sign_in(anonymous_client, "wrong")
    call = await platform.call(demo.TENANT)
    with pytest.raises(security.TooManyAttempts):
        await security.check_password(
            platform.db,
            call.tenant,
            call.model,
            demo.ADMIN,
            demo.PASSWORD,
            brakes=security.Brakes.new(),
            address="another process",
        )


async def test_many_attempts_at_once_are_counted_one_by_one(anonymous_client: AsyncClient) -> None:
    answers = await asyncio.gather(*(sign_in(anonymous_client, "wrong") for _ in range(9)))
    assert sorted(answer.status_code for answer in answers) == [401] * 5 + [429] * 4


async def test_the_right_password_works_many_times_at_once(anonymous_client: AsyncClient) -> None:
    answers = await asyncio.gather(*(sign_in(anonymous_client) for _ in range(9)))
    assert {answer.status_code for answer in answers} == {200}


async def test_a_success_forgets_the_failures(platform: Platform, anonymous_client: AsyncClient) -> None:
    for _ in range(3):
        for _ in range(3):
            await sign_in(anonymous_client, "wrong")
        assert (await sign_in(anonymous_client)).status_code == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "https://evil.test"},
        {"Origin": "null"},
        {"Origin": "http://[x"},
        {"Origin": "http://tangram.test℀".encode()},
    ],
)
async def test_pages_of_other_sites_cannot_use_the_cookie(
    anonymous_client: AsyncClient, headers: dict[str, Any]
) -> None:
    problem(await anonymous_client.post("/auth/sign-in", json={}, headers=headers), 403, "forbidden")
    await sign_in(anonymous_client)
    problem(await anonymous_client.post("/api/account", json={"name": "A"}, headers=headers), 403, "forbidden")
    assert (await anonymous_client.get("/api/account", headers=headers)).status_code == 200


@pytest.mark.parametrize("headers", [{}, HERE, {"Sec-Fetch-Site": "same-origin"}, {"Sec-Fetch-Site": "none"}])
async def test_our_own_pages_can(anonymous_client: AsyncClient, headers: dict[str, str]) -> None:
    await sign_in(anonymous_client)
    assert (await anonymous_client.post("/api/account", json={"name": "A"}, headers=headers)).status_code == 201


@pytest.mark.parametrize(
    "authorization",
    ["Bearer", "Bearer x", "Basic YTpi", f"Bearer tgm_demo_{'0' * 64}", f"Bearer tgm_nowhere_{'0' * 64}", "\xff"],
)
async def test_a_token_that_is_nobodys_is_refused(anonymous_client: AsyncClient, authorization: str) -> None:
    headers = {"Authorization": authorization.encode("latin-1")}
    answer = await anonymous_client.get("/api/account", headers=headers)  # type: ignore[arg-type]
    problem(answer, 401, "unauthenticated")
    problem(await anonymous_client.get("/api/account", headers={"Cookie": f"{COOKIE}=x"}), 401, "unauthenticated")


async def test_tokens_are_made_listed_and_revoked(client: AsyncClient) -> None:
    made = (await client.post("/auth/tokens", json={"name": "nightly"})).json()
    assert made["token"].startswith("tgm_demo_")
    headers = {"Authorization": f"Bearer {made['token']}"}
    assert (await client.get("/api/account", headers=headers)).status_code == 200
    listed = (await client.get("/auth/tokens")).json()["data"]
    assert made["id"] in [one["id"] for one in listed]
    assert not any("token" in one or "hash" in one for one in listed)
    assert (await client.delete(f"/auth/tokens/{made['id']}")).status_code == 204
    problem(await client.get("/api/account", headers=headers), 401, "unauthenticated")
    problem(await client.delete(f"/auth/tokens/{made['id']}"), 404, "not-found")


async def test_nobody_revokes_anothers_token(client: AsyncClient, member_client: AsyncClient) -> None:
    made = (await client.post("/auth/tokens", json={"name": "mine"})).json()
    problem(await member_client.delete(f"/auth/tokens/{made['id']}"), 404, "not-found")


async def test_a_write_key_opens_nothing_but_v1(client: AsyncClient, anonymous_client: AsyncClient) -> None:
    made = (await client.post("/auth/tokens", json={"name": "site", "kind": "write"})).json()
    assert made["token"].startswith("tgw_demo_")
    headers = {"Authorization": f"Bearer {made['token']}"}
    problem(await anonymous_client.get("/api/account", headers=headers), 403, "forbidden")


async def test_preferences_are_merged(client: AsyncClient) -> None:
    await client.patch("/auth/preferences", json={"theme": "dark", "tour_done": True})
    answer = await client.patch("/auth/preferences", json={"theme": None, "locale": "zh-CN"})
    assert answer.json() == {"tour_done": True, "locale": "zh-CN"}
    assert (await client.get("/auth/session")).json()["preferences"] == answer.json()
    problem(await client.patch("/auth/preferences", json={"x": "y" * 20_000}), 422, "invalid")


async def test_changing_the_password_ends_other_sessions(platform: Platform, anonymous_client: AsyncClient) -> None:
    await sign_in(anonymous_client)
    old = anonymous_client.cookies[COOKIE]
    body = {"old": "wrong", "new": "correct horse battery"}
    assert (
        problem(await anonymous_client.post("/auth/password", json=body), 422, "invalid")["errors"][0]["pointer"]
        == "/old"
    )
    short = await anonymous_client.post("/auth/password", json={"old": demo.PASSWORD, "new": "short"})
    assert problem(short, 422, "invalid")["errors"][0]["pointer"] == "/new"
    body["old"] = demo.PASSWORD
    assert (await anonymous_client.post("/auth/password", json=body)).status_code == 204
    assert anonymous_client.cookies[COOKIE] != old
    assert (await anonymous_client.get("/auth/session")).status_code == 200
    anonymous_client.cookies.clear()
    problem(await anonymous_client.get("/auth/session", headers={"Cookie": f"{COOKIE}={old}"}), 401, "unauthenticated")
    problem(await sign_in(anonymous_client), 401, "unauthenticated")
    assert (await sign_in(anonymous_client, body["new"])).status_code == 200


async def test_a_user_who_is_not_active_is_out(
    client: AsyncClient, anonymous_client: AsyncClient, platform: Platform
) -> None:
    call = await platform.call(demo.TENANT)
    user_id = await security.create_user(call, "temp@demo.test", "Temp", demo.PASSWORD, ["member"])
    answer = await client.patch(f"/api/user/{user_id}", json={"active": False})
    assert answer.status_code == 200, answer.text
    problem(await sign_in(anonymous_client, email="temp@demo.test"), 401, "unauthenticated")
