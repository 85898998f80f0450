"""Whatever goes wrong, in one form: RFC 9457 problem details in the caller's language, with a pointer to each fault."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import asyncpg
import msgspec
from litestar.exceptions import HTTPException

from kernel.faults import Fault, Invalid, text
from runtime import records, revisions, security
from runtime.http.answers import NO_STORE, Answer
from runtime.http.bodies import DocumentName, Problem, ProblemError
from runtime.imports.errors import TooLarge, WrongState

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

log = logging.getLogger("tangram.http")

STATUSES = {
    "bad-request": 400,
    "unauthenticated": 401,
    "forbidden": 403,
    "not-found": 404,
    "method-not-allowed": 405,
    "conflict": 409,
    "losses": 409,
    "stale": 412,
    "too-large": 413,
    "unsupported-media": 415,
    "invalid": 422,
    "rate-limited": 429,
    "internal": 500,
    "unavailable": 503,
}
SLUG_OF_STATUS = {status: slug for slug, status in STATUSES.items() if slug != "losses"}
RETRY_SECONDS = 2


@dataclass(slots=True)
class Refused(Exception):
    """A request that the HTTP layer itself turns down.

    Attributes:
        slug: what kind of problem it is, a key of ``STATUSES``.
        detail: (code, parameters) of the text that explains it; the first fault's text where it is None.
    """

    slug: str
    detail: tuple[str, dict[str, Any]] | None = None
    faults: Sequence[Fault] = ()
    headers: list[tuple[bytes, bytes]] = field(default_factory=list)


def refuse(slug: str, code: str, *, pointer: str | None = None, **parameters: Any) -> Refused:
    """A refusal explained by one text; with ``pointer`` it is also listed as a fault of the request."""
    faults = [] if pointer is None else [Fault(pointer, code, parameters)]
    return Refused(slug, (code, parameters), faults)


def errors(faults: Iterable[Fault], locale: str) -> list[ProblemError]:
    """Faults as the body of a problem lists them."""
    return [
        ProblemError(
            fault.pointer,
            fault.code,
            fault.message(locale),
            msgspec.UNSET if fault.document is None else DocumentName(*fault.document),
        )
        for fault in faults
    ]


def answer(error: Exception, locale: str, request_id: str) -> Answer:
    """The problem that an exception is answered with; what nobody foresaw is logged and answered with 500."""
    refused = refusal(error)
    if refused.slug == "internal":
        log.error("request %s failed", request_id, exc_info=error)
    elif refused.slug == "unavailable":
        log.warning("request %s: %r", request_id, error)
    faults = list(refused.faults)
    if refused.detail is not None:
        detail = text(refused.detail[0], locale, refused.detail[1])
    else:
        detail = faults[0].message(locale) if faults else text(f"problem.{refused.slug}.detail", locale, {})
    body = Problem(
        type=f"urn:tangram:problem:{refused.slug}",
        title=text(f"problem.{refused.slug}", locale, {}),
        status=STATUSES[refused.slug],
        detail=detail,
        errors=errors(faults, locale),
        request_id=request_id,
    )
    return Answer(
        msgspec.json.encode(body),
        status=body.status,
        headers=[
            (b"content-type", b"application/problem+json"),
            (b"content-language", locale.encode()),
            NO_STORE,
            *refused.headers,
        ],
    )


def refusal(error: Exception) -> Refused:
    """Which problem an exception is."""
    if isinstance(error, Refused):
        return error
    for kind in type(error).__mro__:
        make = _KNOWN.get(kind)
        if make is not None:
            return make(error)
    return Refused("internal")


def _http(error: HTTPException) -> Refused:
    slug = SLUG_OF_STATUS.get(error.status_code, "internal" if error.status_code >= 500 else "bad-request")
    headers = [(name.lower().encode(), value.encode()) for name, value in (error.headers or {}).items()]
    return Refused(slug, headers=headers if slug == "method-not-allowed" else [])


def _not_found(error: records.NotFound) -> Refused:
    if error.key is None:
        return refuse("not-found", "no_object", object=error.object)
    return refuse("not-found", "no_record", object=error.object, key=error.key)


def _too_many(error: security.TooManyAttempts) -> Refused:
    refused = refuse("rate-limited", "too_many_attempts", seconds=error.seconds)
    refused.headers.append((b"retry-after", b"%d" % error.seconds))
    return refused


def _unavailable(error: Exception) -> Refused:
    return Refused("unavailable", headers=[(b"retry-after", b"%d" % RETRY_SECONDS)])


def _faults(slug: str) -> Callable[[Any], Refused]:
    return lambda error: Refused(slug, None, error.faults)


def _fault(slug: str) -> Callable[[Any], Refused]:
    return lambda error: Refused(slug, None, [error.fault])


_KNOWN: dict[type, Callable[[Any], Refused]] = {
    HTTPException: _http,
    Invalid: _faults("invalid"),
    TooLarge: _faults("too-large"),
    WrongState: _fault("conflict"),
    records.NotFound: _not_found,
    records.AccessDenied: _fault("forbidden"),
    records.Stale: _fault("stale"),
    records.Taken: _fault("conflict"),
    records.InUse: _fault("conflict"),
    records.BadQuery: _faults("bad-request"),
    records.IdempotencyMismatch: lambda _: refuse("conflict", "idempotency_mismatch"),
    records.IdempotencyInProgress: lambda _: refuse("conflict", "idempotency_in_progress"),
    records.Busy: _unavailable,
    revisions.NotDraft: lambda _: refuse("conflict", "not_draft"),
    revisions.Conflict: _faults("conflict"),
    revisions.LossesNotAccepted: _faults("losses"),
    security.TooManyAttempts: _too_many,
    security.WrongCredentials: lambda _: refuse("unauthenticated", "wrong_credentials"),
    security.WeakPassword: lambda _: refuse("invalid", "weak_password", pointer="/new"),
    RecursionError: lambda _: refuse("bad-request", "json_too_deep", pointer="", max=100),
    # The database is away, or is shutting down, or has no connection to spare: the same request may succeed later.
    asyncpg.PostgresConnectionError: _unavailable,
    asyncpg.InterfaceError: _unavailable,
    asyncpg.CannotConnectNowError: _unavailable,
    asyncpg.AdminShutdownError: _unavailable,
    asyncpg.CrashShutdownError: _unavailable,
    asyncpg.TooManyConnectionsError: _unavailable,
    asyncpg.LockNotAvailableError: _unavailable,
    asyncpg.QueryCanceledError: _unavailable,
    ConnectionError: _unavailable,
    asyncio.TimeoutError: _unavailable,
}
