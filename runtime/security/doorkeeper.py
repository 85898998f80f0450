"""From what a caller carries to who he is, remembered for five seconds so that most requests ask no database."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, NamedTuple

from runtime.security.identity import Identity
from runtime.security.secrets import Carried, read_cookie, read_token
from runtime.security.sessions import LIFETIME_DAYS
from runtime.security.users import user_columns

if TYPE_CHECKING:
    from runtime.database import Database
    from runtime.revisions import Models
    from runtime.tenants import Tenants

REMEMBER_SECONDS = 5.0
MOST_REMEMBERED = 20_000


class Admitted(NamedTuple):
    """A caller, his tenant, the hash of what he carried, and whether it may only write to ``/v1``."""

    tenant: str
    identity: Identity
    hash: bytes
    write_only: bool


class Doorkeeper:
    """Identifies callers. A revoked token or an ended session is refused at once here, elsewhere after 5 s."""

    def __init__(self, db: Database, tenants: Tenants, models: Models) -> None:
        self._db = db
        self._tenants = tenants
        self._models = models
        self._remembered: dict[bytes, tuple[float, Admitted]] = {}

    async def by_token(self, text: str) -> Admitted | None:
        """Whose API token this is; None where it is nobody's, was revoked or has run out."""
        carried = read_token(text)
        return None if carried is None else self._recall(carried) or await self._token(carried)

    async def by_cookie(self, text: str) -> Admitted | None:
        """Whose session this is; None where it is nobody's or has ended."""
        carried = read_cookie(text)
        return None if carried is None else self._recall(carried) or await self._session(carried)

    def forget(self, hashed: bytes) -> None:
        """Stop remembering one secret (revoked, signed out)."""
        self._remembered.pop(hashed, None)

    def forget_all(self) -> None:
        """Stop remembering anybody (a user's sessions were ended)."""
        self._remembered.clear()

    def _recall(self, carried: Carried) -> Admitted | None:
        found = self._remembered.get(carried.hash)
        if found is None or found[0] < time.monotonic() or found[1].tenant != carried.tenant:
            return None
        return found[1]

    def _remember(self, admitted: Admitted) -> Admitted:
        if len(self._remembered) >= MOST_REMEMBERED:
            self._remembered.clear()
        self._remembered[admitted.hash] = (time.monotonic() + REMEMBER_SECONDS, admitted)
        return admitted

    async def _token(self, carried: Carried) -> Admitted | None:
        return await self._find(
            carried,
            "token",
            "s.revoked_at IS NULL AND (s.expires_at IS NULL OR s.expires_at > now())",
            "s.kind = 'write' AS write_only, s.used_at IS NULL OR s.used_at < now() - interval '1 minute' AS stale",
            "used_at = now()",
        )

    async def _session(self, carried: Carried) -> Admitted | None:
        return await self._find(
            carried,
            "session",
            "s.expires_at > now()",
            "false AS write_only, s.seen_at < now() - interval '1 minute' AS stale",
            f"seen_at = now(), expires_at = now() + interval '{LIFETIME_DAYS} days'",
        )

    async def _find(self, carried: Carried, table: str, valid: str, columns: str, touch: str) -> Admitted | None:
        tenant = await self._tenants.by_name(carried.tenant)
        if tenant is None:
            return None
        user = user_columns(await self._models.get(tenant.name))
        async with self._db.connection() as connection:
            row = await connection.fetchrow(
                f"""SELECT c.user_id, c.email, c.roles, u.{user.name} AS name, {columns}
                    FROM "{tenant.schema}"."{table}" s
                    JOIN "{tenant.schema}".credential c ON c.user_id = s.user_id
                    JOIN {user.table} u ON u.id = s.user_id
                    WHERE s.hash = $1 AND {valid} AND u.deleted_at IS NULL AND u.{user.active} IS NOT FALSE""",
                carried.hash,
            )
            if row is None:
                return None
            if row["stale"]:
                await connection.execute(
                    f'UPDATE "{tenant.schema}"."{table}" SET {touch} WHERE hash = $1', carried.hash
                )
        kind = "token" if table == "token" else "session"
        identity = Identity(row["user_id"], row["name"] or "", row["email"], frozenset(row["roles"]), kind)  # type: ignore[arg-type]
        return self._remember(Admitted(tenant.name, identity, carried.hash, bool(row["write_only"])))
