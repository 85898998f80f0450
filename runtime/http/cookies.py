"""The session cookie, in and out."""

from __future__ import annotations

NAME = b"tangram_session"


def session_cookie(header: bytes) -> str | None:
    """The session's cookie out of a ``Cookie`` header, None where it has none."""
    for part in header.split(b";"):
        name, _, text = part.strip().partition(b"=")
        if name == NAME:
            return text.decode("latin-1")
    return None


def set_session(text: str, *, seconds: int, secure: bool) -> tuple[bytes, bytes]:
    """The header that has the browser keep the cookie; 0 seconds remove it. Scripts of a page cannot read it."""
    cookie = f"{NAME.decode()}={text}; Path=/; Max-Age={seconds}; HttpOnly; SameSite=Lax"
    return (b"set-cookie", (f"{cookie}; Secure" if secure else cookie).encode())
