"""The demo tenant: two people, the package crm, and its sample data through the product's own import."""

from __future__ import annotations

import json
import logging
from typing import TYPE_CHECKING, Any

from runtime import packages, security
from runtime.settings import ROOT

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable
    from pathlib import Path

    from runtime.platform import Platform

TENANT = "demo"
LABEL = "Demo"
PASSWORD = "tangram-demo"  # noqa: S105  # printed at every start: the demo is for trying out
ADMIN = "admin@demo.test"
MEMBER = "member@demo.test"
CRM = ROOT / "packages" / "crm"
CHUNK_BYTES = 1024 * 1024
UPLOAD_BYTES = 300 * 1024 * 1024
log = logging.getLogger(__name__)


async def ensure(platform: Platform, *, sample_data: bool = True, say: Callable[[str], None] = log.info) -> None:
    """Make whatever of the demo is not there yet. An interrupted run is continued by the next one.

    Args:
        say: told what is being done.
    """
    if await platform.tenants.by_name(TENANT) is None:
        say("Creating tenant demo")
        await platform.tenants.create(TENANT, LABEL)
    await _people(platform)
    package = packages.read_package(CRM)
    call = await platform.call(TENANT, source="package")
    if package.manifest.name not in await packages.installed(call):
        say("Installing package crm")
        await packages.install(call, package)
    if sample_data:
        await _load(platform, package, say)


async def _people(platform: Platform) -> None:
    call = await platform.call(TENANT, source="cli")
    for email, name, roles in ((ADMIN, "Ada Admin", ["admin"]), (MEMBER, "Max Member", ["member"])):
        try:
            await security.user_id_of(platform.db, call.tenant, email)
        except LookupError:
            await security.create_user(call, email, name, PASSWORD, roles)


async def _load(platform: Platform, package: packages.Package, say: Callable[[str], None]) -> None:
    call = await platform.call(TENANT, source="import")
    async with platform.db.connection() as connection:
        done = await connection.fetch(
            f"SELECT file_name FROM \"{call.tenant.schema}\".import WHERE state = 'done' AND created_by IS NULL"
        )
    loaded = {row["file_name"] for row in done}
    for sample in package.manifest.sample_data:
        file = package.folder / sample.file
        if file.name not in loaded:
            say(f"Importing {file.name}")
            mapping = json.loads((package.folder / sample.mapping).read_text("utf-8"))
            await load_file(platform, TENANT, sample.object, file, mapping)


async def load_file(platform: Platform, tenant: str, object_name: str, file: Path, mapping: dict[str, Any]) -> Any:
    """Import one file and wait for the end; returns the import as ``runtime.imports`` describes it.

    Args:
        mapping: ``{"mapping": [...], "options": {...}}`` as in packages/crm/sample_data.
    """
    from runtime import imports  # noqa: PLC0415  # not needed to serve

    call = await platform.call(tenant, source="import")
    made = await imports.create(call, object_name, file.name, _chunks(file), UPLOAD_BYTES)
    await imports.configure(call, made.id, mapping["mapping"], mapping.get("options", {}))
    return await imports.run_now(call, made.id)


async def _chunks(file: Path) -> AsyncIterator[bytes]:
    with file.open("rb") as source:  # a local file, read once by a command
        while chunk := source.read(CHUNK_BYTES):
            yield chunk
