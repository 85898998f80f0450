"""Sessions of browsers: a cookie whose secret is stored as a hash; they end fourteen days after the last use."""

from __future__ import annotations

from typing import TYPE_CHECKING

from runtime.security.secrets import cookie_text, hash_secret, new_secret

if TYPE_CHECKING:
    from ipaddress import IPv4Address, IPv6Address
    from uuid import UUID

    from runtime.database import Database
    from runtime.tenants import Tenant

LIFETIME_DAYS = 14
LIFETIME_SECONDS = LIFETIME_DAYS * 86_400
LONGEST_AGENT = 300


async def open_session(
    db: Database, tenant: Tenant, user_id: UUID, *, ip: IPv4Address | IPv6Address | None, agent: str
) -> str:
    """Begin a session and return the value of its cookie; sessions that have run out are removed."""
    secret = new_secret()
    async with db.transaction() as connection:
        await connection.execute(f'DELETE FROM "{tenant.schema}".session WHERE expires_at < now()')
        await connection.execute(
            f'INSERT INTO "{tenant.schema}".session (hash, user_id, created_at, seen_at, expires_at, ip, agent)'
            " VALUES ($1, $2, now(), now(), now() + make_interval(days => $3), $4, $5)",
            hash_secret(secret),
            user_id,
            LIFETIME_DAYS,
            ip,
            agent[:LONGEST_AGENT].replace("\x00", ""),
        )
    return cookie_text(tenant.name, secret)


async def close_session(db: Database, tenant: Tenant, hashed: bytes) -> None:
    async with db.connection() as connection:
        await connection.execute(f'DELETE FROM "{tenant.schema}".session WHERE hash = $1', hashed)
