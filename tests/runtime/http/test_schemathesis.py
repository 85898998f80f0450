"""schemathesis over the OpenAPI document of a tenant: no answer is a 5xx, and all are as the document says."""

from __future__ import annotations

import asyncio
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import httpx
import pytest
import schemathesis
import uvicorn
from hypothesis import HealthCheck, Phase, Verbosity, assume, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.core.failures import FailureGroup
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from runtime import demo, security
from runtime.http import create_app
from runtime.platform import Platform
from tests.live import free_port

if TYPE_CHECKING:
    from collections.abc import Iterator

    from runtime.settings import Settings

SHORT, LONG = 3, 20
LONGEST_QUERY = 16_000
# What ends the session that the test itself works with, or locks its account, or cannot be made up.
LEFT_OUT = {"auth_sign_in", "auth_sign_out", "auth_password"}
CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]


@contextmanager
def served(source: Settings) -> Iterator[tuple[str, str]]:
    """The application on a port, in a thread of its own: its address and a token of the demo's admin."""
    port, ready, done = free_port(), threading.Event(), threading.Event()
    token = ""

    async def run() -> None:
        nonlocal token
        async with Platform.open(source) as platform:
            call = await platform.call(demo.TENANT)
            user_id = await security.user_id_of(platform.db, call.tenant, demo.ADMIN)
            token = await security.create_token(platform.db, call.tenant, user_id, "schemathesis")
            server = uvicorn.Server(uvicorn.Config(create_app(platform), port=port, log_config=None, lifespan="off"))
            serving = asyncio.create_task(server.serve())
            while not server.started:
                await asyncio.sleep(0.01)
            ready.set()
            await asyncio.to_thread(done.wait)
            server.should_exit = True
            await serving

    thread = threading.Thread(target=lambda: asyncio.run(run()), daemon=True)
    thread.start()
    assert ready.wait(60)
    try:
        yield f"http://127.0.0.1:{port}", token
    finally:
        done.set()
        thread.join(30)


def attack(source: Settings, examples: int, chosen: set[str] | None = None) -> int:
    """Send made-up requests, good and bad, to every operation; returns how many operations there were."""
    with served(source) as (url, token):
        headers = {"Authorization": f"Bearer {token}"}
        with httpx.Client(base_url=url, headers=headers, timeout=60) as client:
            seed(client)
            schema = schemathesis.openapi.from_dict(client.get("/openapi.json").json())
            schema.config.update(base_url=url)
            seen = 0
            problems: list[str] = []
            for result in schema.get_all_operations():
                operation = result.ok()
                name = operation.definition.raw["operationId"]
                if name in LEFT_OUT or (chosen is not None and not any(part in operation.path for part in chosen)):
                    continue
                seen += 1
                for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE):
                    problems += run(operation, mode, examples, client)
            assert not problems, f"{len(problems)} of {seen} operations:\n" + "\n\n".join(problems)[:20_000]
            return seen


def run(operation: Any, mode: GenerationMode, examples: int, client: httpx.Client) -> list[str]:
    """What is wrong with the answers of one operation."""
    there = known(client, operation.path) if mode is GenerationMode.POSITIVE else None

    @settings(
        max_examples=examples,
        deadline=None,
        database=None,
        derandomize=True,
        verbosity=Verbosity.quiet,
        suppress_health_check=list(HealthCheck),
        phases=[Phase.explicit, Phase.generate],
    )
    @given(case=operation.as_strategy(generation_mode=mode))
    def one(case: Any) -> None:
        # uvicorn refuses a request line of over 64 kB in plain text, before the application sees it
        assume(len(repr(case.query)) < LONGEST_QUERY)
        if there is not None:
            case.path_parameters["id"] = there
        case.call_and_validate(headers=dict(client.headers), checks=CHECKS, timeout=60)

    try:
        one()
    except Unsatisfiable:
        assert mode is GenerationMode.NEGATIVE, (
            operation.path
        )  # an operation without parameters cannot be asked wrongly
    except (AssertionError, FailureGroup) as error:
        return [f"{operation.method.upper()} {operation.path}: {error}"]
    return []


def seed(client: httpx.Client) -> None:
    """Something of every kind, so that not everything that is asked for is missing."""
    account = client.post("/api/account", json={"name": "Northwind", "sector": "retail", "revenue": 5}).json()
    client.post("/api/contact", json={"name": "Ana Reyes", "account": account["id"], "birthday": "1990-02-03"})
    product = client.post("/api/product", json={"name": "GTX", "list_price": 5.5}).json()
    client.post("/api/opportunity", json={"stage": "Won", "amount": 7, "account": account["id"]})
    client.post("/api/lead", json={"name": "Lin", "status": "new"})
    client.post("/api/note", json={"title": "北风", "account": account["id"]})
    client.post("/api/activity", json={"subject": "Call", "type": "call", "status": "open"})
    client.post("/api/price_book_entry", json={"price_book": "standard", "product": product["id"], "price": 5})
    client.post("/api/team", json={"name": "East"})


def known(client: httpx.Client, path: str) -> str | None:
    """The id of something that an operation with ``{id}`` in its path can work on."""
    if "{id}" not in path:
        return None
    begin = path.split("/{id}", maxsplit=1)[0]
    if begin == "/api/imports":
        made = client.post("/api/account/import?file_name=a.csv", content=b"name,sector\nA,retail\nB,none\n")
    elif begin == "/meta/changes":
        made = client.post(begin, json={"title": "Draft"})
    elif begin == "/auth/tokens":
        made = client.post(begin, json={"name": "Short-lived"})
    elif begin == "/api/saved-views":
        made = client.post(begin, json={"object": "account", "label": "A", "definition": {}})
    else:
        begin = begin.replace("{object}", "account")
        listed = client.get(begin, params={"limit": 1, "fields": "id"}).json()["data"]
        return str(listed[0]["id"]) if listed else None
    assert made.status_code == 201, made.text
    return str(made.json()["id"])


def test_made_up_requests_are_answered_as_the_document_says(settings: Settings) -> None:
    """Short: every operation of the platform and of two objects, a few requests each."""
    assert (
        attack(
            settings,
            SHORT,
            {"/auth", "/meta", "/imports", "saved-views", "search", "batch", "/account", "/user", "/health"},
        )
        > 40
    )


@pytest.mark.deep
def test_many_made_up_requests_are_answered_as_the_document_says(settings: Settings) -> None:
    """Long: every operation of every object."""
    assert attack(settings, LONG) > 100
