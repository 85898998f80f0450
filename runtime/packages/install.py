"""Installing a package: one change set, published in one transaction, or nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec
import sqlalchemy as sa

from kernel.faults import Fault, Invalid
from runtime import revisions

if TYPE_CHECKING:
    from collections.abc import Iterable

    from runtime.call import Call
    from runtime.packages.folder import Manifest, Package


async def installed(call: Call) -> dict[str, str]:
    """Version by package."""
    async with call.db.connection() as connection:
        rows = await connection.fetch(f'SELECT name, version FROM "{call.tenant.schema}".package ORDER BY name')
    return {row["name"]: row["version"] for row in rows}


async def install(call: Call, package: Package) -> int | None:
    """Install a package; returns the new revision, or None where this version is installed already.

    Raises ``Invalid`` with every fault; nothing is installed then.
    """
    present = await installed(call)
    manifest = package.manifest
    if present.get(manifest.name) == manifest.version:
        return None
    faults = _version_faults(manifest, present) + await _taken_faults(call, package.documents)
    if faults:
        raise Invalid(faults)
    stored = {
        "name": manifest.name,
        "version": manifest.version,
        "manifest": msgspec.json.encode(manifest).decode(),
        "by": call.identity.user_id,
    }

    def record(connection: sa.Connection) -> None:
        connection.execute(
            sa.text(
                f'INSERT INTO "{call.tenant.schema}".package (name, version, manifest, installed_by)'
                " VALUES (:name, :version, CAST(CAST(:manifest AS text) AS jsonb), :by)"
            ),
            stored,
        )

    title = f"{manifest.name} {manifest.version}"
    change_id = await revisions.create(call, documents=package.documents, title=title)
    try:
        return await revisions.publish(call, change_id, comment=title, package=manifest.name, also=record)
    except BaseException:
        await revisions.discard(call, change_id)
        raise


async def push(call: Call, documents: list[dict[str, Any]], *, title: str, accept_losses: bool = False) -> int | None:
    """Publish documents as one change set; returns the new revision, or None where all of them are published already.

    Raises ``Invalid``, ``revisions.Conflict`` or ``revisions.LossesNotAccepted``; nothing is changed then.
    """
    changed = [one for one in documents if call.model.documents.get((one["kind"], one["name"])) != one]
    if not changed:
        return None
    change_id = await revisions.create(call, documents=changed, title=title)
    try:
        return await revisions.publish(call, change_id, comment=title, accept_losses=accept_losses)
    except BaseException:
        await revisions.discard(call, change_id)
        raise


def _version_faults(manifest: Manifest, present: dict[str, str]) -> list[Fault]:
    faults = []
    where = ("package", "package.json")
    if manifest.name in present:
        versions = {"package": manifest.name, "installed": present[manifest.name], "version": manifest.version}
        faults.append(Fault("/version", "package_other_version", versions, where))
    for name, lowest in manifest.dependencies.items():
        pointer = f"/dependencies/{name}"
        if name not in present:
            needed = {"package": name, "version": lowest}
            faults.append(Fault(pointer, "package_dependency_missing", needed, where))
        elif not _serves(present[name], lowest):
            versions = {"package": name, "version": lowest, "installed": present[name]}
            faults.append(Fault(pointer, "package_dependency_version", versions, where))
    return faults


def _serves(version: str, lowest: str) -> bool:
    has, needs = _numbers(version), _numbers(lowest)
    return has[0] == needs[0] and has >= needs


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split("."))


async def _taken_faults(call: Call, documents: Iterable[dict[str, Any]]) -> list[Fault]:
    async with call.db.connection() as connection:
        rows = await connection.fetch(f'SELECT kind, name, package FROM "{call.tenant.schema}".document')
    owners = {(row["kind"], row["name"]): row["package"] or call.tenant.name for row in rows}
    return [
        Fault("/name", "package_document_taken", {"kind": key[0], "name": key[1], "owner": owners[key]}, key)
        for key in ((str(one["kind"]), str(one["name"])) for one in documents)
        if key in owners
    ]
