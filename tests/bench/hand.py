"""What Tangram is measured against: endpoints written by hand with Litestar and asyncpg, running the same SQL.

``python -m tests.bench.hand SPEC PORT``. The specification (see ``stage``) holds the statements that Tangram runs for
the same requests. There is no sign-in, no access, no validation beyond a typed body: as bare as it can be written.
"""

from __future__ import annotations

import asyncio
import pickle
import sys
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID

import asyncpg
import msgspec
import uvicorn
import uvloop
from litestar import Litestar, MediaType, Response, get, post
from uuid_utils.compat import uuid7

if TYPE_CHECKING:
    from collections.abc import AsyncIterator


@dataclass(slots=True)
class Query:
    """A statement and its arguments; ``fresh`` are positions (grouped by value) of new UUIDs, ``name`` of the name."""

    sql: str
    arguments: list[Any]
    fresh: list[list[int]]
    name: int = -1


@dataclass(slots=True)
class Specification:
    url: str
    read: Query
    page: Query
    create: Query
    copy_schema: str
    copy_table: str
    copy_columns: list[str]


class Account(msgspec.Struct):
    name: str
    sector: str
    employees: int
    location: str


def application(spec: Specification) -> Litestar:
    """The hand-written application."""
    pool: asyncpg.Pool[Any]

    @asynccontextmanager
    async def lifespan(_: Litestar) -> AsyncIterator[None]:
        nonlocal pool

        async def nothing(_: Any) -> None:
            return None

        settings = {"jit": "off", "search_path": "tangram, pg_catalog"}
        pool = await asyncpg.create_pool(spec.url, min_size=2, max_size=10, reset=nothing, server_settings=settings)
        yield
        await pool.close()

    @get("/account/{record_id:uuid}", media_type=MediaType.JSON)
    async def read(record_id: UUID) -> Response[bytes]:
        async with pool.acquire() as connection:
            row = await connection.fetchrow(spec.read.sql, *given(spec.read, record_id))
        assert row is not None
        return Response(row[0].encode(), headers={"ETag": f'"{row[1]}"'})

    @get("/opportunity", media_type=MediaType.JSON)
    async def page() -> Response[bytes]:
        async with pool.acquire() as connection:
            row = await connection.fetchrow(spec.page.sql, *spec.page.arguments)
        assert row is not None
        return Response(f'{{"data":{row[0]},"next":null}}'.encode())

    @post("/account", media_type=MediaType.JSON)
    async def create(data: Account) -> Response[bytes]:
        arguments = list(spec.create.arguments)
        for positions in spec.create.fresh:
            value = uuid7()
            for position in positions:
                arguments[position] = value
        arguments[spec.create.name] = data.name
        async with pool.acquire() as connection:
            row = await connection.fetchrow(spec.create.sql, *arguments)
        assert row is not None
        return Response(row[0].encode(), status_code=201)

    @post("/accounts", media_type=MediaType.JSON)
    async def copy(data: list[Account]) -> Response[bytes]:
        now = datetime.now(UTC)
        records = [(uuid7(), 1, now, now, one.name, one.sector, one.employees, one.location) for one in data]
        async with pool.acquire() as connection:
            await connection.copy_records_to_table(
                spec.copy_table, schema_name=spec.copy_schema, columns=spec.copy_columns, records=records
            )
        return Response(b'{"created":%d}' % len(records), status_code=201)

    return Litestar([read, page, create, copy], lifespan=[lifespan], openapi_config=None, logging_config=None)


def given(query: Query, record_id: UUID) -> list[Any]:
    """The arguments with the id of the record in its place."""
    return [record_id if isinstance(one, UUID) else one for one in query.arguments]


def main() -> None:
    spec = pickle.loads(Path(sys.argv[1]).read_bytes())
    config = uvicorn.Config(
        application(spec), port=int(sys.argv[2]), http="httptools", log_config=None, access_log=False
    )
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(uvicorn.Server(config).serve())


if __name__ == "__main__":
    main()
