"""Secrets that a caller carries: made here, shown once, stored only as a hash.

A token is ``tgm_<tenant>_<secret>`` (``tgw_`` for a write key), a session cookie ``<tenant>.<secret>``; the tenant's
name in front says where to look. Secrets are 32 random bytes in hexadecimal, so a plain hash is enough.
"""

from __future__ import annotations

import hashlib
import re
import secrets
from typing import Literal, NamedTuple

TOKEN = re.compile(r"(tgm|tgw)_([a-z][a-z0-9_]{0,47})_([0-9a-f]{64})")
COOKIE = re.compile(r"([a-z][a-z0-9_]{0,47})\.([0-9a-f]{64})")
Kind = Literal["api", "write"]


class Carried(NamedTuple):
    """A secret as it came in: the tenant that it names, and what of it is stored."""

    tenant: str
    hash: bytes


def new_secret() -> str:
    return secrets.token_hex(32)


def hash_secret(secret: str) -> bytes:
    return hashlib.sha256(secret.encode()).digest()


def token_text(tenant: str, secret: str, kind: Kind) -> str:
    return f"{'tgw' if kind == 'write' else 'tgm'}_{tenant}_{secret}"


def cookie_text(tenant: str, secret: str) -> str:
    return f"{tenant}.{secret}"


def read_token(text: str) -> Carried | None:
    """None where the text cannot be a token."""
    found = TOKEN.fullmatch(text)
    return Carried(found[2], hash_secret(found[3])) if found else None


def read_cookie(text: str) -> Carried | None:
    """None where the text cannot be a session cookie."""
    found = COOKIE.fullmatch(text)
    return Carried(found[1], hash_secret(found[2])) if found else None
