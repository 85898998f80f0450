"""Accounts: a user's record with a credential, and the check of a password with its brakes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import UUID

import msgspec

from runtime.security.identity import Identity
from runtime.security.passwords import hash_password, verify_password
from runtime.security.throttle import FREE_FAILURES, Throttle, pause_after
from runtime.security.users import user_columns

if TYPE_CHECKING:
    from collections.abc import Iterable

    import asyncpg

    from kernel.model import Model
    from runtime.call import Call
    from runtime.database import Database
    from runtime.tenants import Tenant

# Many people may share an address, so it has more tries, shorter pauses and a shorter memory than an account.
FREE_FAILURES_OF_AN_ADDRESS = 30
LONGEST_PAUSE_OF_AN_ADDRESS = 60.0
ADDRESS_FORGOTTEN_AFTER = 300.0
NOBODY = UUID(int=0)


class WrongCredentials(Exception):
    """Unknown user, wrong password, or an account that is not active: the caller is not told which."""


class TooManyAttempts(Exception):
    """Try again after ``seconds``."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"wait {seconds:.0f} s")
        self.seconds = max(1, round(seconds + 0.5))


class UnknownRole(Exception):
    """There is no such role; ``role`` is its name."""

    def __init__(self, role: str) -> None:
        super().__init__(role)
        self.role = role


class EmailTaken(Exception):
    """Another user signs in with this address."""


@dataclass(slots=True)
class Brakes:
    """The failures that this process has seen."""

    accounts: Throttle
    addresses: Throttle

    @classmethod
    def new(cls) -> Brakes:
        addresses = Throttle(
            FREE_FAILURES_OF_AN_ADDRESS, longest=LONGEST_PAUSE_OF_AN_ADDRESS, forget_after=ADDRESS_FORGOTTEN_AFTER
        )
        return cls(Throttle(), addresses)


async def create_user(call: Call, email: str, name: str, password: str | None, roles: Iterable[str]) -> UUID:
    """Create a user's record and what he signs in with; without a password he cannot sign in yet.

    Raises:
        WeakPassword: the password is too short.
        UnknownRole: one of the roles is not in the tenant's model.
        EmailTaken: somebody signs in with this address.
        kernel.faults.Invalid, runtime.records.Taken: the record is not right.
    """
    from runtime import records  # records imports Call, which names Identity  # noqa: PLC0415

    chosen = sorted(set(roles))
    for role in chosen:
        if role not in call.model.roles:
            raise UnknownRole(role)
    hashed = None if password is None else await hash_password(password)
    schema, key = call.tenant.schema, email.strip().lower()
    async with call.db.connection() as connection:
        if await connection.fetchval(f'SELECT true FROM "{schema}".credential WHERE email = $1', key):
            raise EmailTaken(key)
    written = await records.create(call, "user", {"name": name, "email": key})
    try:
        await _insert_credential(call.db, schema, written.id, key, hashed, chosen)
    except BaseException:
        await records.delete(call, "user", written.id, purge=True)
        raise
    return written.id


async def _insert_credential(
    db: Database, schema: str, user_id: UUID, email: str, hashed: str | None, roles: list[str]
) -> None:
    async with db.connection() as connection:
        inserted = await connection.fetchval(
            f'INSERT INTO "{schema}".credential (user_id, email, password_hash, roles, created_at, updated_at)'
            " VALUES ($1, $2, $3, $4, now(), now()) ON CONFLICT (email) DO NOTHING RETURNING true",
            user_id,
            email,
            hashed,
            roles,
        )
    if not inserted:
        raise EmailTaken(email)


async def set_password(db: Database, tenant: Tenant, user_id: UUID, password: str) -> None:
    """Store a new password, lift a lock, and end the user's sessions. Raises ``WeakPassword`` or ``LookupError``."""
    hashed = await hash_password(password)
    async with db.transaction() as connection:
        found = await connection.fetchval(
            f'UPDATE "{tenant.schema}".credential SET password_hash = $2, failures = 0, locked_until = NULL,'
            " updated_at = now() WHERE user_id = $1 RETURNING true",
            user_id,
            hashed,
        )
        if not found:
            raise LookupError(str(user_id))
        await connection.execute(f'DELETE FROM "{tenant.schema}".session WHERE user_id = $1', user_id)


async def user_id_of(db: Database, tenant: Tenant, email: str) -> UUID:
    """The user who signs in with this address. Raises ``LookupError``."""
    async with db.connection() as connection:
        found: UUID | None = await connection.fetchval(
            f'SELECT user_id FROM "{tenant.schema}".credential WHERE email = $1', email.strip().lower()
        )
    if found is None:
        raise LookupError(email)
    return found


async def check_password(
    db: Database, tenant: Tenant | None, model: Model | None, email: str, password: str, *, brakes: Brakes, address: str
) -> Identity:
    """Whose password it is. Takes the same time for users that there are and that there are not.

    Args:
        tenant, model: None where the caller named a tenant that there is not; then nobody is found.
        address: where the attempt came from, counted against guessing many accounts.

    Raises:
        TooManyAttempts: the account or the address has failed too often.
        WrongCredentials: anything else that does not fit.
    """
    key = email.strip().lower()
    account = f"{tenant.name if tenant else ''} {key}"
    async with brakes.accounts.turn(account):
        _refuse_hurry(max(brakes.accounts.wait(account), brakes.addresses.wait(address)))
        row = None if tenant is None or model is None else await _credential(db, tenant, model, key)
        if row is not None:
            _refuse_hurry(float(row["wait"]))
        right = await verify_password(None if row is None else row["password_hash"], password)
        if row is None or tenant is None or not right or not row["active"]:
            brakes.accounts.fail(account)
            brakes.addresses.fail(address)
            if tenant is not None:
                # For nobody too, so that an address that is not there takes as long.
                await _count_failure(db, tenant, NOBODY if row is None else row["user_id"])
            raise WrongCredentials
        brakes.accounts.succeed(account)
        if row["failures"]:
            await _forget_failures(db, tenant, row["user_id"])
    return Identity(row["user_id"], row["name"], row["email"], frozenset(row["roles"]), "session")


def _refuse_hurry(seconds: float) -> None:
    if seconds > 0:
        raise TooManyAttempts(seconds)


async def _credential(db: Database, tenant: Tenant, model: Model, email: str) -> asyncpg.Record | None:
    user = user_columns(model)
    async with db.connection() as connection:
        row: asyncpg.Record | None = await connection.fetchrow(
            f"""SELECT c.user_id, c.email, c.password_hash, c.roles, c.failures, u.{user.name} AS name,
                       u.{user.active} IS NOT FALSE AND u.deleted_at IS NULL AS active,
                       coalesce(extract(epoch FROM c.locked_until - now()), 0)::float8 AS wait
                FROM "{tenant.schema}".credential c JOIN {user.table} u ON u.id = c.user_id
                WHERE c.email = $1""",
            email,
        )
        return row


async def _count_failure(db: Database, tenant: Tenant, user_id: UUID) -> None:
    async with db.transaction() as connection:
        failures = await connection.fetchval(
            f'UPDATE "{tenant.schema}".credential SET failures = failures + 1 WHERE user_id = $1 RETURNING failures',
            user_id,
        )
        if failures is not None and failures >= FREE_FAILURES:
            await connection.execute(
                f'UPDATE "{tenant.schema}".credential SET locked_until = now() + make_interval(secs => $2)'
                " WHERE user_id = $1",
                user_id,
                pause_after(failures),
            )


async def _forget_failures(db: Database, tenant: Tenant, user_id: UUID) -> None:
    async with db.connection() as connection:
        await connection.execute(
            f'UPDATE "{tenant.schema}".credential SET failures = 0, locked_until = NULL WHERE user_id = $1', user_id
        )


async def preferences(db: Database, tenant: Tenant, user_id: UUID) -> dict[str, Any]:
    """What the user likes: language, theme, whether the tour was seen."""
    async with db.connection() as connection:
        text = await connection.fetchval(
            f'SELECT preferences::text FROM "{tenant.schema}".credential WHERE user_id = $1', user_id
        )
    return {} if text is None else msgspec.json.decode(text, type=dict[str, Any])


async def merge_preferences(db: Database, tenant: Tenant, user_id: UUID, changes: dict[str, Any]) -> dict[str, Any]:
    """Set some preferences, remove those that are None, and return all. Raises ``LookupError``."""
    async with db.connection() as connection:
        text = await connection.fetchval(
            f'UPDATE "{tenant.schema}".credential'
            " SET preferences = jsonb_strip_nulls(preferences || $2::text::jsonb), updated_at = now()"
            " WHERE user_id = $1 RETURNING preferences::text",
            user_id,
            msgspec.json.encode(changes).decode(),
        )
    if text is None:
        raise LookupError(str(user_id))
    return msgspec.json.decode(text, type=dict[str, Any])
