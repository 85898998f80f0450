"""The compiled Model of each tenant, kept current in this process by LISTEN/NOTIFY."""

from __future__ import annotations

import asyncio
import json
import logging
from typing import TYPE_CHECKING, Any

import kernel.model
from kernel.names import Names
from runtime.database import CONNECTION_LOST
from runtime.tenants import CHANNEL

if TYPE_CHECKING:
    import asyncpg

    from kernel.model import Model
    from runtime.database import Database
    from runtime.tenants import Tenant, Tenants

RECONNECT_SECONDS = 0.5
PROBE_SECONDS = 15.0
SETTLE_SECONDS = 0.02  # the process that publishes hears of it too, just before it shows the Model that it has compiled
log = logging.getLogger(__name__)


class Models:
    """The Models of all tenants that this process has served.

    ``get`` costs one dictionary look-up once a tenant is known. A revision published by any process arrives by
    NOTIFY; after a lost connection every known tenant is read again, so that no notification is missed.
    """

    def __init__(self, db: Database, tenants: Tenants) -> None:
        self._db = db
        self._tenants = tenants
        self._models: dict[str, Model] = {}
        self._locks: dict[str, asyncio.Lock] = {}
        self._listener: asyncio.Task[None] | None = None
        self._refreshes: set[asyncio.Task[None]] = set()
        self._listening = asyncio.Event()

    async def get(self, tenant_name: str) -> Model:
        """The current Model of a tenant; raises ``LookupError`` where there is no such tenant."""
        model = self._models.get(tenant_name)
        if model is not None:
            return model
        return await self._refresh(tenant_name, at_least=0)

    def show(self, tenant_name: str, model: Model) -> None:
        """Serve a Model that this process has just published, unless a newer one is here already."""
        known = self._models.get(tenant_name)
        if known is None or known.revision < model.revision:
            self._models[tenant_name] = model

    async def start(self) -> None:
        """Begin to follow revisions published by other processes; returns once the channel is listened to."""
        self._listener = asyncio.create_task(self._follow(), name="revisions")
        await self._listening.wait()

    async def stop(self) -> None:
        for task in [*self._refreshes, *([self._listener] if self._listener else [])]:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
        self._listener = None

    async def _refresh(self, tenant_name: str, at_least: int) -> Model:
        lock = self._locks.setdefault(tenant_name, asyncio.Lock())
        async with lock:
            known = self._models.get(tenant_name)
            if known is not None and known.revision >= at_least:
                return known
            tenant = await self._tenants.by_name(tenant_name)
            if tenant is None:
                self._models.pop(tenant_name, None)
                raise LookupError(tenant_name)
            self.show(tenant_name, await load(self._db, tenant))
            return self._models[tenant_name]

    async def _follow(self) -> None:
        while True:
            closed = asyncio.Event()
            try:
                async with self._db.dedicated() as connection:
                    connection.add_termination_listener(lambda *_, closed=closed: closed.set())
                    await connection.add_listener(CHANNEL, self._hear)
                    self._listening.set()
                    for name in list(self._models):
                        self._later(name, self._models[name].revision + 1, quiet=True)
                    await _until_lost(connection, closed)
            except CONNECTION_LOST as error:
                log.warning("lost the revision channel: %r", error)
            await asyncio.sleep(RECONNECT_SECONDS)

    def _hear(self, connection: Any, pid: int, channel: str, payload: object) -> None:
        message = json.loads(str(payload))
        if message["revision"] is None:
            self._models.pop(message["tenant"], None)
        elif message["tenant"] in self._models:
            self._later(message["tenant"], message["revision"])

    async def _newest(self, name: str) -> int:
        tenant = await self._tenants.by_name(name)
        if tenant is None:
            raise LookupError(name)
        return await current_revision(self._db, tenant)

    def _later(self, name: str, at_least: int, *, quiet: bool = False) -> None:
        async def refresh() -> None:
            try:
                await asyncio.sleep(SETTLE_SECONDS)
                if not quiet or await self._newest(name) >= at_least:
                    await self._refresh(name, at_least)
            except LookupError:
                self._models.pop(name, None)
                log.info("tenant %s is gone", name)
            except CONNECTION_LOST as error:
                log.warning("revision %d of tenant %s is read later: %r", at_least, name, error)
                await asyncio.sleep(RECONNECT_SECONDS)
                self._later(name, at_least)

        task = asyncio.create_task(refresh())
        self._refreshes.add(task)
        task.add_done_callback(self._refreshes.discard)


async def _until_lost(connection: asyncpg.Connection[Any], closed: asyncio.Event) -> None:
    """Return or raise when the connection is gone, also where the other side vanished without a word."""
    while not closed.is_set():
        try:
            await asyncio.wait_for(closed.wait(), PROBE_SECONDS)
        except TimeoutError:
            await connection.execute("SELECT 1", timeout=PROBE_SECONDS)


async def current_revision(db: Database, tenant: Tenant) -> int:
    """The number of the newest published revision (0 for a new tenant)."""
    async with db.connection() as connection:
        return int(await connection.fetchval(f'SELECT coalesce(max(number), 0) FROM "{tenant.schema}".revision'))


async def load(db: Database, tenant: Tenant) -> Model:
    """Read the tenant's published documents in one snapshot and compile them."""
    async with db.transaction() as connection:
        await connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        return await _compile(connection, tenant)


async def _compile(connection: asyncpg.Connection[Any], tenant: Tenant) -> Model:
    schema = tenant.schema
    number = await connection.fetchval(f'SELECT coalesce(max(number), 0) FROM "{schema}".revision')
    rows = await connection.fetch(
        f'SELECT kind, name, package, body::text AS body FROM "{schema}".document'
        ' ORDER BY kind COLLATE "C", name COLLATE "C"'
    )
    names = await connection.fetch(
        f'SELECT object, field, physical, type, retired_at FROM "{schema}".physical_name ORDER BY physical'
    )
    return kernel.model.compile(
        [json.loads(row["body"]) for row in rows],
        schema=schema,
        revision=int(number),
        names=Names.load([dict(row) for row in names]),
        packages={(row["kind"], row["name"]): row["package"] for row in rows if row["package"] is not None},
    )
