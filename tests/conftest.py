"""Fixtures: a real PostgreSQL, and for each test a database of its own with tenant ``demo`` and packages/crm in it."""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import httpx
import pytest

from runtime import demo, security
from runtime.platform import Platform
from runtime.settings import Settings
from tests import server

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator
    from pathlib import Path

    from runtime.call import Call
    from runtime.security import Identity


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """The address of a PostgreSQL server (its database ``postgres``)."""
    with server.running() as url:
        yield url


@pytest.fixture(scope="session")
def template_database(postgres: str) -> str:
    return server.template(postgres)


@pytest.fixture
def database_url(postgres: str, template_database: str) -> Iterator[str]:
    """A database with tenant ``demo``, packages/crm (without sample data) and the users of the demo."""
    with server.clone(postgres, template_database) as url:
        yield url


@pytest.fixture
def empty_database_url(postgres: str) -> Iterator[str]:
    """A database with nothing in it."""
    with server.clone(postgres, "template0") as url:
        yield url


@pytest.fixture
def settings(database_url: str, tmp_path: Path) -> Settings:
    return Settings(home=tmp_path / "home", database_url=database_url)


@pytest.fixture
async def platform(settings: Settings) -> AsyncIterator[Platform]:
    async with Platform.open(settings) as opened:
        yield opened


@pytest.fixture
async def call(platform: Platform) -> Call:
    """A call of the demo's admin."""
    return await platform.call(demo.TENANT, await _identity(platform, demo.ADMIN, "admin"), source="api")


@pytest.fixture
async def member_call(platform: Platform) -> Call:
    """A call of the demo's member."""
    return await platform.call(demo.TENANT, await _identity(platform, demo.MEMBER, "member"), source="api")


@pytest.fixture
async def anonymous_client(platform: Platform) -> AsyncIterator[httpx.AsyncClient]:
    """An HTTP client on the application, of nobody."""
    async with _client(platform, {}) as opened:
        yield opened


@pytest.fixture
async def client(platform: Platform) -> AsyncIterator[httpx.AsyncClient]:
    """An HTTP client on the application, with an API token of the demo's admin."""
    async with _signed_in(platform, demo.ADMIN) as opened:
        yield opened


@pytest.fixture
async def member_client(platform: Platform) -> AsyncIterator[httpx.AsyncClient]:
    """An HTTP client on the application, with an API token of the demo's member."""
    async with _signed_in(platform, demo.MEMBER) as opened:
        yield opened


def _client(platform: Platform, headers: dict[str, str]) -> httpx.AsyncClient:
    from runtime.http import create_app

    transport = httpx.ASGITransport(app=create_app(platform), client=("127.0.0.1", 40000))
    return httpx.AsyncClient(transport=transport, base_url="http://tangram.test", headers=headers)


@asynccontextmanager
async def _signed_in(platform: Platform, email: str) -> AsyncIterator[httpx.AsyncClient]:
    call = await platform.call(demo.TENANT)
    user_id = await security.user_id_of(platform.db, call.tenant, email)
    token = await security.create_token(platform.db, call.tenant, user_id, "test")
    async with _client(platform, {"Authorization": f"Bearer {token}"}) as opened:
        yield opened


async def _identity(platform: Platform, email: str, role: str) -> Identity:
    call = await platform.call(demo.TENANT)
    user_id = await security.user_id_of(platform.db, call.tenant, email)
    return security.Identity(user_id, email, email, frozenset({role}), "session")
