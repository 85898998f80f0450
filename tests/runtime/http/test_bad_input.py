"""What no program should send: each is answered with a problem, and nothing is half-written."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from httpx import AsyncClient, Response

JSON = {"Content-Type": "application/json"}


def problem(answer: Response, status: int, slug: str) -> dict[str, Any]:
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    body: dict[str, Any] = answer.json()
    assert body["type"] == f"urn:tangram:problem:{slug}"
    assert body["request_id"] == answer.headers["x-request-id"]
    return body


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"{",
        b'{"name": }',
        b"\xff\xfe",
        b'{"name": "\xc3\x28"}',
        b'{"name": "a"} {"name": "b"}',
        b'{"employees": NaN}',
        b'{"employees": 01}',
        b'{"description": ' + b"[" * 10_000 + b"]" * 10_000 + b"}",
        b'{"description": "]]]]", "x": ' + b'{"a":' * 10_000 + b"1" + b"}" * 10_000 + b"}",
        b"[" * 101 + b"]" * 101,
    ],
)
async def test_what_is_not_json_is_answered_with_400(client: AsyncClient, raw: bytes) -> None:
    for address in ("/api/account", "/api/account/query", "/api/account/aggregate", "/api/batch", "/meta/changes"):
        answer = await client.post(address, content=raw, headers=JSON)
        problem(answer, 400, "bad-request")
    assert (await client.get("/api/account", params={"count": "true"})).json()["count"] == 0


@pytest.mark.parametrize("raw", [b"[]", b"null", b'"text"', b"5"])
async def test_json_of_another_type_is_answered_with_422(client: AsyncClient, raw: bytes) -> None:
    for address in ("/api/account", "/meta/changes", "/auth/tokens", "/api/saved-views"):
        body = problem(await client.post(address, content=raw, headers=JSON), 422, "invalid")
        assert body["errors"][0]["pointer"] == ""


@pytest.mark.parametrize(
    ("raw", "pointer"),
    [
        (rb'{"name": "a\u0000b"}', "/name"),
        (rb'{"name": "a", "description": "\ud800"}', "/description"),
        (rb'{"a/b": {"c": ["\u0000"]}}', "/a~1b/c/0"),
    ],
)
async def test_text_that_cannot_be_stored_is_refused_with_its_place(
    client: AsyncClient, raw: bytes, pointer: str
) -> None:
    answer = await client.post("/api/account", content=raw, headers=JSON)
    assert answer.status_code in {400, 422}, answer.text
    if answer.status_code == 422:
        assert pointer in [error["pointer"] for error in answer.json()["errors"]]


async def test_a_body_over_the_limit_is_answered_with_413(client: AsyncClient) -> None:
    large = b'{"name": "' + b"x" * 10_000_001 + b'"}'
    answer = await client.post("/api/account", content=large, headers=JSON | {"Accept-Language": "zh-CN"})
    assert problem(answer, 413, "too-large")["detail"] == "正文超过 10 MB。"


async def test_a_large_body_that_does_not_say_its_length_is_cut_off(client: AsyncClient) -> None:
    async def chunks() -> Any:
        for _ in range(200):
            yield b"x" * 100_000

    problem(await client.post("/api/account", content=chunks(), headers=JSON), 413, "too-large")


@pytest.mark.parametrize(
    "headers",
    [
        {"Content-Type": "application/x-www-form-urlencoded"},
        {"Content-Type": "text/plain"},
        {"Content-Type": "application/json; charset=latin-1"},
        {"Content-Type": "application/json", "Content-Encoding": "gzip"},
    ],
)
async def test_another_media_type_is_answered_with_415(client: AsyncClient, headers: dict[str, str]) -> None:
    problem(await client.post("/api/account", content=b'{"name": "A"}', headers=headers), 415, "unsupported-media")


async def test_json_with_a_charset_or_a_suffix_is_json(client: AsyncClient) -> None:
    for number, media in enumerate(("application/json; charset=UTF-8", "application/merge-patch+json")):
        answer = await client.post("/api/account", content=b'{"name": "A%d"}' % number, headers={"Content-Type": media})
        assert answer.status_code == 201, answer.text


async def test_an_unknown_method_or_address_is_a_problem_too(client: AsyncClient) -> None:
    answer = await client.put("/api/account", json={})
    problem(answer, 405, "method-not-allowed")
    assert {"GET", "POST"} <= {method.strip() for method in answer.headers["allow"].split(",")}
    problem(await client.get("/api"), 404, "not-found")
    problem(await client.get("/api/account/1/2/3/4/5"), 404, "not-found")
    problem(await client.get("/meta/nothing"), 404, "not-found")
    problem(await client.get("/api/account/by%2Fname/x"), 404, "not-found")
    problem(await client.post("/nothing"), 405, "method-not-allowed")


async def test_names_as_sql_reach_no_sql(client: AsyncClient) -> None:
    evil = 'account"; DROP TABLE x; --'
    problem(await client.get(f"/api/{evil}"), 404, "not-found")
    problem(await client.get("/api/account", params={evil: "1"}), 400, "bad-request")
    problem(await client.get("/api/account", params={"sort": evil}), 400, "bad-request")
    problem(await client.get("/api/account", params={"fields": evil}), 400, "bad-request")
    answer = await client.post("/api/account", json={evil: 1, "name": "A"})
    assert problem(answer, 422, "invalid")["errors"][0]["pointer"] == '/account"; DROP TABLE x; --'


async def test_problems_speak_the_callers_language(client: AsyncClient) -> None:
    for asked, title in (
        ("zh-CN", "未找到"),
        ("zh", "未找到"),
        ("de, zh;q=0.3", "未找到"),
        ("fr", "Not found"),
        ("x;q=y", "Not found"),
    ):
        body = problem(await client.get("/api/account/x", headers={"Accept-Language": asked}), 404, "not-found")
        assert body["title"] == title


async def test_a_request_keeps_the_name_that_it_came_with(client: AsyncClient) -> None:
    assert (await client.get("/health/live", headers={"X-Request-Id": "abc-1"})).headers["x-request-id"] == "abc-1"
    assert (await client.get("/health/live", headers={"X-Request-Id": "a b"})).headers["x-request-id"] != "a b"
