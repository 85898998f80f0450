"""API tokens: they belong to one user and one tenant and may do what the user may do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from uuid_utils.compat import uuid7

from runtime.security.secrets import Kind, hash_secret, new_secret, token_text

if TYPE_CHECKING:
    from uuid import UUID

    from runtime.database import Database
    from runtime.tenants import Tenant


async def create_token(db: Database, tenant: Tenant, user_id: UUID, name: str, kind: Kind = "api") -> str:
    """Make a token and return its text, which is not kept: only its hash is."""
    return (await create_named_token(db, tenant, user_id, name, kind))[1]


async def create_named_token(
    db: Database, tenant: Tenant, user_id: UUID, name: str, kind: Kind = "api"
) -> tuple[UUID, str]:
    """The id and the text of a new token."""
    token_id, secret = uuid7(), new_secret()
    async with db.connection() as connection:
        await connection.execute(
            f'INSERT INTO "{tenant.schema}".token (id, hash, user_id, name, kind, created_at)'
            " VALUES ($1, $2, $3, $4, $5, now())",
            token_id,
            hash_secret(secret),
            user_id,
            name,
            kind,
        )
    return token_id, token_text(tenant.name, secret, kind)


async def list_tokens(db: Database, tenant: Tenant, user_id: UUID) -> str:
    """The user's tokens as JSON, newest first, without their secrets."""
    async with db.connection() as connection:
        text: str = await connection.fetchval(
            f"""SELECT coalesce(json_agg(t), '[]')::text FROM (
                  SELECT id, name, kind, created_at, expires_at, used_at, revoked_at
                  FROM "{tenant.schema}".token WHERE user_id = $1 ORDER BY id DESC LIMIT 1000) t""",
            user_id,
        )
    return text


async def revoke_token(db: Database, tenant: Tenant, user_id: UUID, token_id: UUID) -> bytes:
    """End a token of the user and return its hash. Raises ``LookupError`` where he has no such token in force."""
    async with db.connection() as connection:
        hashed: bytes | None = await connection.fetchval(
            f'UPDATE "{tenant.schema}".token SET revoked_at = now()'
            " WHERE id = $1 AND user_id = $2 AND revoked_at IS NULL RETURNING hash",
            token_id,
            user_id,
        )
    if hashed is None:
        raise LookupError(str(token_id))
    return hashed
