"""Everything that one process of the platform needs, opened and closed together."""

from __future__ import annotations

import time
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from runtime import migrations
from runtime.call import Call
from runtime.database import Database
from runtime.postgres import Postgres
from runtime.revisions import Models
from runtime.security import Identity, system_identity
from runtime.tenants import Tenant, Tenants

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from ipaddress import IPv4Address, IPv6Address
    from pathlib import Path

    from runtime.settings import Settings

TENANT_KNOWN_SECONDS = 5.0


@dataclass(slots=True)
class Platform:
    """What requests, jobs and commands run on. ``open`` makes it; the database must have been migrated.

    Attributes:
        files: folder of uploaded files; one folder a tenant in it.
    """

    settings: Settings
    db: Database
    tenants: Tenants
    models: Models
    files: Path = field(init=False)
    _known: dict[str, tuple[float, Tenant]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.files = self.settings.files

    @classmethod
    @asynccontextmanager
    async def open(
        cls,
        settings: Settings,
        *,
        database_url: str | None = None,
        follow: bool = True,
        migrate: bool = False,
        name: str = "tangram",
    ) -> AsyncIterator[Platform]:
        """Connect to the database.

        Args:
            database_url: default is that of the settings, and without one the bundled server's.
            follow: keep up with revisions that other processes publish.
            migrate: bring the platform's tables to the newest version first.
            name: what the database lists this process as.

        Raises ``DatabaseUnusable``.
        """
        url = database_url or settings.database_url or bundled_url(settings)
        db = await Database.open(url, max_size=settings.pool_size, application_name=name)
        try:
            if migrate:
                await migrations.upgrade(db)
            tenants = Tenants(db)
            models = Models(db, tenants)
            if follow:
                await models.start()
            try:
                yield cls(settings, db, tenants, models)
            finally:
                await models.stop()
        finally:
            await db.close()

    async def call(
        self,
        tenant_name: str,
        identity: Identity | None = None,
        *,
        locale: str = "en",
        source: str = "cli",
        request_id: str = "",
        ip: IPv4Address | IPv6Address | None = None,
    ) -> Call:
        """A call on the tenant's current Model; by the system where no identity is given. Raises ``LookupError``."""
        model = await self.models.get(tenant_name)
        tenant = await self._tenant(tenant_name)
        who = identity or system_identity()
        return Call(
            tenant=tenant,
            model=model,
            identity=who,
            access=model.roles_access(who.roles),
            db=self.db,
            locale=locale,
            source=source,
            request_id=request_id,
            ip=ip,
            files=self.files,
            models=self.models,
        )

    async def _tenant(self, name: str) -> Tenant:
        known = self._known.get(name)
        if known is not None and known[0] > time.monotonic():
            return known[1]
        tenant = await self.tenants.by_name(name)
        if tenant is None:
            self._known.pop(name, None)
            raise LookupError(name)
        self._known[name] = (time.monotonic() + TENANT_KNOWN_SECONDS, tenant)
        return tenant


def bundled_url(settings: Settings) -> str:
    """The address of the bundled server that keeps its data in the home folder."""
    return Postgres(settings.home / "postgres").url()
