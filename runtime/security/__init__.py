"""Sign-in: identities, passwords, sessions and API tokens."""

from runtime.security.accounts import (
    Brakes,
    EmailTaken,
    TooManyAttempts,
    UnknownRole,
    WrongCredentials,
    check_password,
    create_user,
    merge_preferences,
    preferences,
    set_password,
    user_id_of,
)
from runtime.security.doorkeeper import Admitted, Doorkeeper
from runtime.security.identity import Identity, system_identity
from runtime.security.passwords import WeakPassword, hash_password, verify_password
from runtime.security.sessions import close_session, open_session
from runtime.security.tokens import create_named_token, create_token, list_tokens, revoke_token

__all__ = [
    "Admitted",
    "Brakes",
    "Doorkeeper",
    "EmailTaken",
    "Identity",
    "TooManyAttempts",
    "UnknownRole",
    "WeakPassword",
    "WrongCredentials",
    "check_password",
    "close_session",
    "create_named_token",
    "create_token",
    "create_user",
    "hash_password",
    "list_tokens",
    "merge_preferences",
    "open_session",
    "preferences",
    "revoke_token",
    "set_password",
    "system_identity",
    "user_id_of",
    "verify_password",
]
