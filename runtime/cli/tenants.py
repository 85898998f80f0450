"""``tenant``, ``user``, ``token``."""

from __future__ import annotations

from typing import Annotated

from cyclopts import App, Parameter
from rich.console import Console
from rich.table import Table

from runtime import security
from runtime.cli.terminal import Failed, call, platform, say, show
from runtime.records import Taken

tenant = App(name="tenant", help="Make, list and remove tenants.")
user = App(name="user", help="Make users.")
token = App(name="token", help="Make API tokens.")


def add(app: App) -> None:
    for group in (tenant, user, token):
        app.command(group)


@tenant.command(name="create")
async def create_tenant(name: str, *, label: str | None = None, host: str | None = None) -> None:
    """Make a tenant.

    Parameters
    ----------
    name
        Lower-case letter, then letters, digits and _.
    label
        What people see; the name if left out.
    host
        Host name by which browsers choose this tenant.
    """
    async with platform() as opened:
        made = await opened.tenants.create(name, label or name, host=host)
    say(f"Tenant {made.name} is there; make its first user with `tangram user create --tenant {name} --role admin ...`")


@tenant.command(name="list")
async def list_tenants() -> None:
    """List the tenants."""
    async with platform() as opened:
        found = await opened.tenants.listing()
    table = Table("Name", "Label", "Host", "Created", box=None, pad_edge=False)
    for one in found:
        table.add_row(one.name, one.label, one.host or "", f"{one.created_at:%Y-%m-%d %H:%M}")
    Console().print(table)


@tenant.command(name="drop")
async def drop_tenant(name: str, *, yes: bool = False) -> None:
    """Remove a tenant and all of its data.

    Parameters
    ----------
    yes
        Do it; without this nothing happens.
    """
    if not yes:
        raise Failed(f"all data of tenant {name} would be removed; say so with --yes")
    async with platform() as opened:
        try:
            await opened.tenants.drop(name)
        except LookupError as error:
            raise Failed(f"there is no tenant {name}") from error
    say(f"Tenant {name} is removed")


@user.command(name="create")
async def create_user(
    *, tenant: str, email: str, name: str, password: str | None = None, role: Annotated[list[str], Parameter()]
) -> None:
    """Make a user.

    Parameters
    ----------
    password
        At least as long as the platform asks for; without one he cannot sign in with a password.
    role
        Name of a role; may be given several times.
    """
    async with platform() as opened:
        caller = await call(opened, tenant)
        try:
            await security.create_user(caller, email, name, password, role)
        except security.EmailTaken as error:
            raise Failed(f"somebody signs in with {email} already") from error
        except security.UnknownRole as error:
            known = ", ".join(sorted(caller.model.roles))
            raise Failed(f"there is no role {error}; there are: {known}") from error
        except security.WeakPassword as error:
            raise Failed(f"the password is too weak: {error}") from error
        except Taken as error:
            raise Failed(error.fault.message(caller.locale)) from error
    say(f"User {email} is there")


@token.command(name="create")
async def create_token(*, tenant: str, user: str, name: str, write_key: bool = False) -> None:
    """Make an API token and print it, alone, on standard output. It is shown this once.

    Parameters
    ----------
    user
        E-mail address of the user whose rights it has.
    name
        What it is for.
    write_key
        A key that only sends to /v1.
    """
    async with platform() as opened:
        caller = await call(opened, tenant)
        try:
            user_id = await security.user_id_of(opened.db, caller.tenant, user)
        except LookupError as error:
            raise Failed(f"nobody signs in to {tenant} with {user}") from error
        kind = "write" if write_key else "api"
        text = await security.create_token(opened.db, caller.tenant, user_id, name, kind)  # type: ignore[arg-type]
    show(text)
