"""One HTTP request on its way: what the handlers read from it."""

from __future__ import annotations

import hashlib
import re
from functools import lru_cache
from ipaddress import ip_address
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import parse_qsl, unquote_to_bytes
from uuid import UUID

from kernel.faults import Fault, escape
from runtime import records
from runtime.http.decoding import decode
from runtime.http.problems import Refused, refuse

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from ipaddress import IPv4Address, IPv6Address

    from litestar import Request

    from runtime.call import Call
    from runtime.http.operations import Operation
    from runtime.http.server import Server
    from runtime.platform import Platform
    from runtime.security import Admitted

T = TypeVar("T")
REQUEST_ID = re.compile(rb"[A-Za-z0-9._:-]{1,64}")
IDEMPOTENCY_KEY = re.compile(rb"[\x21-\x7e]{1,200}")
ETAG = re.compile(rb'(?:W/)?"(\d{1,18})"')
MOST_PARAMETERS = 200
_MISSING: Any = object()


class Exchange:
    """A request, who makes it, and access to its parts. Every method that reads a part raises ``Refused``.

    Attributes:
        headers: names in lower case; of a repeated header the last one.
        admitted: None where nobody is signed in.
    """

    __slots__ = ("_call", "_query", "admitted", "headers", "operation", "request", "server")

    def __init__(self, request: Request[Any, Any, Any], operation: Operation, server: Server) -> None:
        self.request = request
        self.operation = operation
        self.server = server
        self.headers: dict[bytes, bytes] = dict(request.scope["headers"])
        self.admitted: Admitted | None = None
        self._call: Call | None = None
        self._query: dict[str, str | list[str]] | None = None

    @property
    def platform(self) -> Platform:
        return self.server.platform

    @property
    def call(self) -> Call:
        """The call of an operation whose caller has to be signed in."""
        if self._call is None:
            raise RuntimeError(f"{self.operation.path} is for anybody, so there is no call")
        return self._call

    @call.setter
    def call(self, call: Call) -> None:
        self._call = call

    @property
    def locale(self) -> str:
        return locale_of(self.headers.get(b"accept-language", b""))

    @property
    def path(self) -> dict[str, Any]:
        """The parameters in the path, still text."""
        found: dict[str, Any] = self.request.scope["path_params"]
        return found

    def id(self, name: str = "id") -> UUID:
        """A parameter in the path as a UUID; what is no UUID names nothing, so it is answered with 404."""
        text = self.path[name]
        try:
            return UUID(text)
        except ValueError:
            raise refuse("not-found", "no_such_id", id=text) from None

    def last_of_path(self) -> str:
        """What stands behind the last fixed part of the path, where it may hold slashes (``by/{field}/{value}``)."""
        raw: bytes = self.request.scope["raw_path"]
        parts = raw.split(b"?", 1)[0].split(b"/", 5)
        if len(parts) < 6:  # one of the fixed slashes was written as %2F
            raise refuse("not-found", "no_page")
        try:
            text = unquote_to_bytes(parts[5]).decode()
        except UnicodeDecodeError:
            raise refuse("bad-request", "bad_encoding", name="path") from None
        if "\x00" in text:
            raise refuse("bad-request", "bad_text", pointer="")
        return text

    def query(self) -> dict[str, str | list[str]]:
        """The parameters behind the question mark; one that is given several times is a list."""
        if self._query is None:
            raw: bytes = self.request.scope["query_string"]
            self._query = read_query(raw) if raw else {}
        return self._query

    def parameters(self, *names: str) -> dict[str, str]:
        """The query, which may have these parameters, each once, and no others."""
        query = self.query()
        faults, single = [], {}
        for name, value in query.items():
            if name not in names:
                faults.append(Fault(f"/{escape(name)}", "parameter_unknown", {"name": name}))
            elif isinstance(value, list):
                faults.append(Fault(f"/{name}", "parameter_repeated", {"name": name}))
            else:
                single[name] = value
        if faults:
            raise Refused("bad-request", None, faults)
        return single

    def number(self, name: str, default: int, *, low: int, high: int) -> int:
        """A whole number among the parameters of the query (see ``parameters``)."""
        text = self.query().get(name)
        if not isinstance(text, str):
            return default
        if not re.fullmatch(r"-?[0-9]{1,9}", text):
            raise refuse("bad-request", "integer_invalid", pointer=f"/{name}", value=text)
        if not low <= int(text) <= high:
            code, bound = ("below_minimum", {"min": low}) if int(text) < low else ("above_maximum", {"max": high})
            raise refuse("bad-request", code, pointer=f"/{name}", **bound)
        return int(text)

    def flag(self, name: str) -> bool:
        """A yes or no among the parameters of the query; no where it is not given."""
        text = self.query().get(name, "false")
        if text not in {"true", "false"}:
            raise refuse("bad-request", "not_allowed", pointer=f"/{name}", value=text, allowed=["true", "false"])
        return text == "true"

    async def body(self) -> bytes:
        """The whole body, up to the operation's limit."""
        return await self.request.body()

    async def read(self, kind: type[T], default: Any = _MISSING) -> T:
        """The body as JSON of type ``kind``; ``default`` where the body is empty and may be."""
        raw = await self.body()
        if not raw and default is not _MISSING:
            found: T = default
            return found
        self._refuse_other_media()
        return decode(raw, kind)

    def upload(self) -> AsyncIterator[bytes]:
        """The body in chunks as they come in."""
        return self.request.stream()

    def _refuse_other_media(self) -> None:
        media = self.headers.get(b"content-type")
        if media is not None and media != b"application/json":
            kind, _, parameters = media.decode("latin-1").lower().partition(";")
            charset = parameters.partition("charset=")[2].strip(' "')
            json = kind.strip() == "application/json" or re.fullmatch(r"application/[a-z0-9.-]+\+json", kind.strip())
            if not json or charset not in {"", "utf-8", "utf8"}:
                raise refuse("unsupported-media", "json_expected", media=media.decode("latin-1"))
        coding = self.headers.get(b"content-encoding", b"identity")
        if coding.lower() != b"identity":
            raise refuse("unsupported-media", "coding_unsupported", coding=coding.decode("latin-1"))

    async def idempotency(self) -> records.Idempotency | None:
        """The request's idempotency key with a fingerprint of the request, None where it has none."""
        key = self.headers.get(b"idempotency-key")
        if key is None:
            return None
        if not IDEMPOTENCY_KEY.fullmatch(key):
            raise refuse("bad-request", "bad_idempotency_key")
        scope = self.request.scope
        said = b"\n".join(
            [scope["method"].encode(), scope["raw_path"], scope["query_string"], self.headers.get(b"if-match", b"")]
        )
        fingerprint = hashlib.sha256(said + b"\n" + await self.body()).digest()
        return records.Idempotency(key.decode(), fingerprint)

    def if_match(self) -> int | None:
        """The version that the caller saw; None for any."""
        tag = self.headers.get(b"if-match")
        if tag is None or tag.strip() == b"*":
            return None
        found = ETAG.fullmatch(tag.strip())
        if found is None:
            raise refuse("bad-request", "bad_etag", header="If-Match")
        return int(found[1])

    def has(self, etag: bytes) -> bool:
        """Whether the caller already has what this entity tag stands for (``If-None-Match``)."""
        tags = self.headers.get(b"if-none-match")
        return tags is not None and etag in {tag.strip().removeprefix(b"W/") for tag in tags.split(b",")}


def read_query(raw: bytes) -> dict[str, str | list[str]]:
    """The parameters of a query string. Raises ``Refused`` for bad UTF-8, NUL, and too many."""
    if b"%00" in raw:
        raise refuse("bad-request", "bad_text", pointer="")
    try:
        pairs = parse_qsl(raw.decode("ascii"), keep_blank_values=True, errors="strict", max_num_fields=MOST_PARAMETERS)
    except UnicodeError:
        raise refuse("bad-request", "bad_encoding", name="query") from None
    except ValueError:
        raise refuse("bad-request", "too_many_parameters", max=MOST_PARAMETERS) from None
    query: dict[str, str | list[str]] = {}
    for name, value in pairs:
        known = query.get(name)
        if known is None:
            query[name] = value
        else:
            query[name] = [*known, value] if isinstance(known, list) else [known, value]
    return query


@lru_cache(maxsize=1024)
def locale_of(accepted: bytes) -> str:
    """The language among ours that ``Accept-Language`` asks for first; English where it names none of them."""
    best, weight = "en", 0.0
    for part in accepted.decode("latin-1").lower().split(",")[:20]:
        tag, _, rest = part.strip().partition(";")
        found = re.fullmatch(r"\s*q=([01](?:\.\d{0,3})?)\s*", rest) if rest else None
        quality = 1.0 if not rest else float(found[1]) if found else 0.0
        language = tag.strip().split("-", 1)[0]
        if quality > weight and language in {"en", "zh", "*"}:
            best, weight = ("zh-CN" if language == "zh" else "en"), quality
    return best


@lru_cache(maxsize=4096)
def address_of(text: str | None) -> IPv4Address | IPv6Address | None:
    """The caller's address; None where it comes through a socket without one."""
    try:
        return None if text is None else ip_address(text)
    except ValueError:
        return None
