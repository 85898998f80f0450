"""The one argument of everything that touches a tenant's data: who asks, of which tenant, under which revision."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ipaddress import IPv4Address, IPv6Address
    from pathlib import Path

    from kernel.access import Access
    from kernel.model import Model
    from runtime.database import Database
    from runtime.revisions import Models
    from runtime.security import Identity
    from runtime.tenants import Tenant


@dataclass(slots=True, frozen=True)
class Call:
    """One request, job or script run.

    A call keeps the ``model`` it began with, so that a request in flight finishes on the revision it started on
    while newer requests already see the next one.

    Attributes:
        source: the door it came through: ``api``, ``ui``, ``import``, ``package``, ``cli`` or ``job``; kept in audit.
        locale: ``en`` or ``zh-CN``; the language of error messages.
        ip: the caller's address, None where there is none (jobs, command line).
        files: folder of uploaded files of all tenants; None: that of the settings of this process.
        models: where a revision published by this call is shown to the process at once; None: it arrives by NOTIFY.
    """

    tenant: Tenant
    model: Model
    identity: Identity
    access: Access
    db: Database
    locale: str = "en"
    source: str = "api"
    request_id: str = ""
    ip: IPv4Address | IPv6Address | None = None
    files: Path | None = None
    models: Models | None = None
