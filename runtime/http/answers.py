"""What a handler returns: a status, headers and bytes, sent as they are."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterable

    from litestar.types import Receive, Scope, Send

Headers = list[tuple[bytes, bytes]]
JSON_TYPE = (b"content-type", b"application/json")
NO_STORE = (b"cache-control", b"no-store")
encode = msgspec.json.Encoder(decimal_format="number").encode


class Answer:
    """A response with a whole body. An ASGI application, so that Litestar passes it through untouched."""

    __slots__ = ("body", "headers", "status")

    def __init__(self, body: bytes = b"", *, status: int = 200, headers: Iterable[tuple[bytes, bytes]] = ()) -> None:
        self.body = body
        self.status = status
        self.headers: Headers = [*headers, (b"content-length", b"%d" % len(body))]
        if status in {204, 304}:
            self.headers.pop()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": self.status, "headers": self.headers})
        body = b"" if scope["method"] == "HEAD" else self.body  # type: ignore[typeddict-item]
        await send({"type": "http.response.body", "body": body, "more_body": False})


class Stream(Answer):
    """A response whose body is made while it is sent.

    The first chunk is made before the status is sent, so that a fault in the request is still answered as one.
    """

    __slots__ = ("chunks", "first")

    def __init__(self, first: bytes, chunks: AsyncIterator[bytes], *, headers: Iterable[tuple[bytes, bytes]]) -> None:
        super().__init__(headers=headers)
        self.headers.pop()
        self.first = first
        self.chunks = chunks

    @classmethod
    async def begin(cls, chunks: AsyncIterator[bytes], *, headers: Iterable[tuple[bytes, bytes]]) -> Stream:
        """Make the first chunk; raises what making it raises."""
        first = await anext(chunks, b"")
        return cls(first, chunks, headers=headers)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await send({"type": "http.response.start", "status": self.status, "headers": self.headers})
            await send({"type": "http.response.body", "body": self.first, "more_body": True})
            async for chunk in self.chunks:
                await send({"type": "http.response.body", "body": chunk, "more_body": True})
            await send({"type": "http.response.body", "body": b"", "more_body": False})
        finally:
            close = getattr(self.chunks, "aclose", None)
            if close is not None:
                await close()


def json(body: str | bytes, *, status: int = 200, headers: Iterable[tuple[bytes, bytes]] = ()) -> Answer:
    """JSON that is already text, as PostgreSQL made it."""
    return Answer(
        body.encode() if isinstance(body, str) else body, status=status, headers=(JSON_TYPE, NO_STORE, *headers)
    )


def value(body: Any, *, status: int = 200, headers: Iterable[tuple[bytes, bytes]] = ()) -> Answer:
    """A Struct, or what JSON can hold."""
    return json(encode(body), status=status, headers=headers)


def nothing() -> Answer:
    """204."""
    return Answer(status=204, headers=(NO_STORE,))


def etag(version: int) -> tuple[bytes, bytes]:
    """The entity tag of a record's version."""
    return (b"etag", b'"%d"' % version)


def attachment(name: str, media_type: str) -> Headers:
    """Headers that have a browser save the body as a file called ``name`` (ASCII without quotes)."""
    return [
        (b"content-type", media_type.encode()),
        (b"content-disposition", f'attachment; filename="{name}"'.encode()),
        NO_STORE,
    ]


def to_json(value: Any) -> Any:
    """A Struct as what JSON holds: dictionaries, lists, text, numbers."""
    return msgspec.to_builtins(value)


def given(body: msgspec.Struct) -> dict[str, Any]:
    """The properties that a request body really had."""
    values = {name: getattr(body, name) for name in body.__struct_fields__}
    return {name: value for name, value in values.items() if value is not msgspec.UNSET}
