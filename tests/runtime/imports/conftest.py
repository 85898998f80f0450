"""Imports of the sample data of packages/crm, as a user makes them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from runtime import imports

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable

    from runtime.call import Call

SAMPLES = Path(__file__).parents[3] / "packages" / "crm" / "sample_data"
OBJECTS = {"sales_teams": "user", "products": "product", "accounts": "account", "sales_pipeline": "opportunity"}

Load = "Callable[..., Awaitable[imports.Import]]"


async def chunks(data: bytes) -> AsyncIterator[bytes]:
    for start in range(0, len(data), 60_000):
        yield data[start : start + 60_000]


@pytest.fixture
def upload(call: Call) -> Callable[..., Awaitable[imports.Import]]:
    """Upload text or bytes as a file."""

    async def run(object_name: str, data: str | bytes, *, name: str = "file.csv", by: Call | None = None) -> Any:
        raw = data.encode() if isinstance(data, str) else data
        return await imports.create(by or call, object_name, name, chunks(raw))

    return run


@pytest.fixture
def load(call: Call, upload: Any) -> Callable[..., Awaitable[imports.Import]]:
    """Upload, configure (or take the suggestion) and run a file to its end."""

    async def run(
        object_name: str,
        data: str | bytes,
        mapping: Any = None,
        options: Any = None,
        *,
        dry_run: bool = False,
        by: Call | None = None,
    ) -> Any:
        made = await upload(object_name, data, by=by)
        if mapping is not None or options is not None:
            await imports.configure(by or call, made.id, mapping, options)
        return await imports.run_now(by or call, made.id, dry_run=dry_run)

    return run


@pytest.fixture
def sample(load: Any) -> Callable[..., Awaitable[imports.Import]]:
    """Load one of the sample files with its own mapping; ``change`` may alter the mapping first."""

    async def run(name: str, change: Callable[[dict[str, Any]], None] | None = None, **words: Any) -> Any:
        settings = json.loads((SAMPLES / f"{name}.mapping.json").read_text("utf-8"))
        if change is not None:
            change(settings)
        data = (SAMPLES / f"{name}.csv").read_bytes()
        return await load(OBJECTS[name], data, settings["mapping"], settings["options"], **words)

    return run


@pytest.fixture
def counted(call: Call) -> Callable[[str], Awaitable[int]]:
    """How many records of an object there are."""

    async def run(object_name: str) -> int:
        table = call.model.objects[object_name].table
        async with call.db.connection() as connection:
            sql = f'SELECT count(*) FROM "{table.schema}"."{table.name}" WHERE deleted_at IS NULL'
            return int(await connection.fetchval(sql))

    return run
