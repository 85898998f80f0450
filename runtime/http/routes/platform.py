"""Health, for whoever watches the process, and the OpenAPI document."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Literal

import asyncpg
from msgspec import Struct

from runtime.http import answers
from runtime.http.answers import Answer
from runtime.http.operations import Routes
from runtime.http.problems import Refused

if TYPE_CHECKING:
    from runtime.http.exchange import Exchange

routes = Routes("platform")
READY_SECONDS = 2.0


class Health(Struct):
    status: Literal["ok"]


@routes.get("/health/live", answer=Health, signed_in=False)
async def live(exchange: Exchange) -> Answer:
    """Whether the process answers."""
    return answers.value(Health("ok"))


@routes.get("/health/ready", answer=Health, signed_in=False)
async def ready(exchange: Exchange) -> Answer:
    """Whether the process can serve: its database answers."""
    try:
        async with asyncio.timeout(READY_SECONDS), exchange.platform.db.connection() as connection:
            await connection.fetchval("SELECT 1")
    except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:  # a timeout is an OSError
        raise Refused("unavailable", ("database_away", {}), headers=[(b"retry-after", b"1")]) from error
    return answers.value(Health("ok"))


@routes.get("/openapi.json", answer=dict[str, object], signed_in=False)
async def openapi_document(exchange: Exchange) -> Answer:
    """The OpenAPI document: with the tenant's objects for who is signed in, else what all tenants share."""
    from runtime.http import openapi  # the document describes this module too  # noqa: PLC0415

    headers = [answers.JSON_TYPE, (b"cache-control", b"private, no-cache"), (b"vary", b"Authorization, Cookie")]
    if exchange.admitted is None:
        return Answer(openapi.as_bytes(), headers=headers)
    return Answer(await exchange.server.descriptions.openapi(exchange.call), headers=headers)
