"""One PostgreSQL database as this process uses it: an asyncpg pool for requests, SQLAlchemy for DDL."""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any, TypeVar, cast

import asyncpg
import sqlalchemy as sa

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable
    from contextlib import AbstractAsyncContextManager

    from sqlalchemy.ext.asyncio import AsyncEngine

T = TypeVar("T")
SEARCH_PATH = "tangram, pg_catalog"
MINIMUM_VERSION = 16
STATEMENTS_CACHED = 1000
COMMAND_SECONDS = 60.0
CONNECT_SECONDS = 20.0

# What a query raises when the server goes away, or is not there yet.
CONNECTION_LOST: tuple[type[Exception], ...] = (
    OSError,
    asyncpg.PostgresConnectionError,
    asyncpg.OperatorInterventionError,
    asyncpg.InterfaceError,
)


class DatabaseUnusable(Exception):
    """The database cannot be reached or does not serve; the text says why."""


class Database:
    """Connections to one database. Make it with ``open``; end it with ``close``."""

    def __init__(self, url: str, pool: asyncpg.Pool[Any], application_name: str) -> None:
        self.url = url
        self._pool = pool
        self._engine: AsyncEngine | None = None
        self._application_name = application_name

    @classmethod
    async def open(
        cls, url: str, *, min_size: int = 2, max_size: int = 10, application_name: str = "tangram"
    ) -> Database:
        """Connect to ``url`` (``postgresql://...``). Raises ``DatabaseUnusable``."""
        try:
            pool = await asyncpg.create_pool(
                url,
                min_size=min_size,
                max_size=max_size,
                reset=_leave_no_transaction,
                max_inactive_connection_lifetime=0,
                command_timeout=COMMAND_SECONDS,
                timeout=CONNECT_SECONDS,
                statement_cache_size=STATEMENTS_CACHED,
                max_cached_statement_lifetime=0,
                max_cacheable_statement_size=256 * 1024,
                server_settings=_server_settings(application_name),
            )
        except (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError, ValueError) as error:
            raise DatabaseUnusable(f"no connection to the database: {str(error) or type(error).__name__}") from error

        db = cls(url, pool, application_name)
        async with db.connection() as connection:
            version = connection.get_server_version()
        if version.major < MINIMUM_VERSION:
            await db.close()
            raise DatabaseUnusable(f"PostgreSQL {version.major} is too old; {MINIMUM_VERSION} or later is needed")
        return db

    def connection(self) -> AbstractAsyncContextManager[asyncpg.Connection[Any]]:
        """A connection on which each statement is a transaction of its own."""
        return _Lent(self._pool)

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[asyncpg.Connection[Any]]:
        """A connection in a transaction: committed at the end, rolled back when an exception passes."""
        try:
            async with self._pool.acquire() as connection, connection.transaction():
                yield cast("asyncpg.Connection[Any]", connection)
        except asyncpg.InternalClientError as error:
            raise _went_away(error) from error

    @asynccontextmanager
    async def dedicated(self) -> AsyncIterator[asyncpg.Connection[Any]]:
        """A connection beside the pool, for what holds one for long (``LISTEN``)."""
        connection = await asyncpg.connect(
            self.url, server_settings=_server_settings(self._application_name), timeout=CONNECT_SECONDS
        )
        try:
            yield connection
        finally:
            # not close(): it waits for an answer that a lost server never gives
            connection.terminate()

    async def run_sync(self, run: Callable[[sa.Connection], T]) -> T:
        """Call ``run`` with a SQLAlchemy connection in one transaction. For DDL; requests use ``connection``.

        What goes wrong in the database is raised as asyncpg's own exception, as everywhere else.
        """
        try:
            async with self._for_ddl().begin() as connection:
                return await connection.run_sync(run)
        except sa.exc.DBAPIError as error:
            cause = None if error.orig is None else error.orig.__cause__
            if isinstance(cause, asyncpg.PostgresError | asyncpg.InterfaceError):
                raise cause from error
            raise

    def _for_ddl(self) -> AsyncEngine:
        """Made when it is first needed: few processes need it, and it takes long to load."""
        if self._engine is None:
            from sqlalchemy.ext.asyncio import create_async_engine  # noqa: PLC0415

            async def connect() -> asyncpg.Connection[Any]:
                settings = _server_settings(self._application_name)
                return await asyncpg.connect(self.url, server_settings=settings, timeout=CONNECT_SECONDS)

            self._engine = create_async_engine(
                "postgresql+asyncpg://", async_creator=connect, pool_size=1, max_overflow=4
            )
        return self._engine

    async def close(self) -> None:
        if self._engine is not None:
            await self._engine.dispose()
        await self._pool.close()


class _Lent:
    """A connection of the pool for the time of a block; a class, because a generator costs every request more."""

    __slots__ = ("_lent",)

    def __init__(self, pool: asyncpg.Pool[Any]) -> None:
        self._lent = pool.acquire()

    async def __aenter__(self) -> asyncpg.Connection[Any]:
        try:
            return cast("asyncpg.Connection[Any]", await self._lent.__aenter__())
        except asyncpg.InternalClientError as error:
            raise _went_away(error) from error

    async def __aexit__(self, *raised: Any) -> None:
        try:
            await self._lent.__aexit__(*raised)
        except asyncpg.InternalClientError as error:
            raise _went_away(error) from error
        if isinstance(raised[1], asyncpg.InternalClientError):
            raise _went_away(raised[1]) from raised[1]


def _went_away(error: asyncpg.InternalClientError) -> asyncpg.InterfaceError:
    """asyncpg speaks of its own states on a connection that has heard of the server's end but is not closed yet."""
    return asyncpg.InterfaceError(f"the connection to the database was lost: {error}")


def _server_settings(application_name: str) -> dict[str, str]:
    return {"application_name": application_name, "search_path": SEARCH_PATH, "jit": "off", "timezone": "UTC"}


async def _leave_no_transaction(connection: asyncpg.Connection[Any]) -> None:
    """What a connection needs before its next user: nothing, unless it was left in a transaction.

    asyncpg's own reset costs a round trip for each request.
    """
    if connection.is_in_transaction():
        await connection.execute("ROLLBACK")
