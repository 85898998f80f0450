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
from hypothesis import HealthCheck, Phase, Verbosity, settings
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
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

SHORT, LONG = 3, 60
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
        document: dict[str, Any] = httpx.get(f"{url}/openapi.json", headers=headers).json()
        schema = schemathesis.openapi.from_dict(document)
        schema.config.update(base_url=url)
        schema.config.generation.modes = [GenerationMode.POSITIVE, GenerationMode.NEGATIVE]
        seen = 0
        problems: list[str] = []
        for result in schema.get_all_operations():
            operation = result.ok()
            name = operation.definition.raw["operationId"]
            if name in LEFT_OUT or (chosen is not None and not any(part in operation.path for part in chosen)):
                continue
            seen += 1
            for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE):
                try:
                    run(operation, mode, examples, headers)
                except schemathesis.errors.SchemathesisError as error:
                    if "does not accept" not in str(error) and "negative" not in str(error).lower():
                        raise
                except BaseException as error:  # every operation is tried before the test fails
                    problems.append(f"{operation.method.upper()} {operation.path}: {error}")
        assert not problems, f"{len(problems)} of {seen} operations:\n" + "\n\n".join(problems)[:20_000]
        return seen


def run(operation: Any, mode: GenerationMode, examples: int, headers: dict[str, str]) -> None:
    from hypothesis import given

    strategy = operation.as_strategy(generation_mode=mode)

    @settings(
        max_examples=examples,
        deadline=None,
        database=None,
        derandomize=True,
        verbosity=Verbosity.quiet,
        suppress_health_check=list(HealthCheck),
        phases=[Phase.explicit, Phase.generate],
    )
    @given(case=strategy)
    def one(case: Any) -> None:
        case.call_and_validate(headers=headers, checks=CHECKS, timeout=60)

    one()


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
