"""``package``, ``meta``, ``import``, ``openapi``: documents and records."""

from __future__ import annotations

import json
from pathlib import Path  # noqa: TC003  # cyclopts reads the annotations
from typing import Any

from cyclopts import App

import kernel.api
from runtime import demo, packages
from runtime.cli.terminal import Failed, call, existing_file, existing_folder, platform, say, show

EXIT_ROWS_FAILED = 3
package = App(name="package", help="Install packages.")
meta = App(name="meta", help="Documents of a tenant.")


def add(app: App) -> None:
    app.command(package)
    app.command(meta)
    app.command(import_file, name="import")
    app.command(openapi)


@package.command
async def install(folder: Path, *, tenant: str) -> None:
    """Install a package's folder; the same version again changes nothing."""
    found = packages.read_package(existing_folder(folder))
    async with platform() as opened:
        revision = await packages.install(await call(opened, tenant), found)
    title = f"{found.manifest.name} {found.manifest.version}"
    say(f"{title} is installed already" if revision is None else f"{title} is installed (revision {revision})")


@package.command(name="list")
async def list_packages(*, tenant: str) -> None:
    """List the installed packages and their versions."""
    async with platform() as opened:
        found = await packages.installed(await call(opened, tenant))
    for name, version in found.items():
        show(f"{name} {version}")


@meta.command
async def push(folder: Path, *, tenant: str, title: str | None = None, accept_losses: bool = False) -> None:
    """Publish a folder of documents (<kind>/<name>.json) as one change set: all of it or nothing.

    Parameters
    ----------
    title
        What the revision is called; the folder's name if left out.
    accept_losses
        Publish although values would no longer be seen.
    """
    documents = packages.read_documents(existing_folder(folder))
    async with platform() as opened:
        caller = await call(opened, tenant)
        revision = await packages.push(caller, documents, title=title or folder.name, accept_losses=accept_losses)
    say("Nothing has changed" if revision is None else f"Published as revision {revision}")


async def import_file(file: Path, *, object: str, mapping: Path, tenant: str) -> int:  # noqa: A002
    """Import a CSV or XLSX file and wait for it. Exit code 3: some rows were not taken.

    Parameters
    ----------
    object
        Name of the object that the rows become.
    mapping
        JSON file with "mapping" and "options", like those in packages/crm/sample_data.
    """
    chosen = _mapping(existing_file(mapping))
    existing_file(file)
    async with platform() as opened:
        await call(opened, tenant)
        done = await demo.load_file(opened, tenant, object, file, chosen)
    counts = {name: getattr(done, f"{name}_rows") for name in ("created", "updated", "skipped", "failed")}
    say(f"{file.name}: " + ", ".join(f"{count} {name}" for name, count in counts.items()))
    if done.state != "done":
        raise Failed(f"the import ended as {done.state}: {done.error}")
    return EXIT_ROWS_FAILED if counts["failed"] else 0


async def openapi(*, tenant: str, role: str = "admin") -> None:
    """Print the OpenAPI document of a tenant as a role sees it."""
    from runtime.http.openapi import document  # noqa: PLC0415  # the web framework is needed here only

    async with platform() as opened:
        caller = await call(opened, tenant)
    if role not in caller.model.roles:
        raise Failed(f"there is no role {role}; there are: {', '.join(sorted(caller.model.roles))}")
    access = caller.model.roles_access(frozenset({role}))
    found = kernel.api.openapi(caller.model, access, base=document(records=False))
    show(json.dumps(found, ensure_ascii=False, indent=2))


def _mapping(file: Path) -> dict[str, Any]:
    try:
        found = json.loads(file.read_text("utf-8"))
    except ValueError as error:
        raise Failed(f"{file} is not readable JSON: {error}") from error
    if not isinstance(found, dict) or not isinstance(found.get("mapping"), list):
        raise Failed(f'{file}: an object with "mapping" (a list) is expected')
    return found
