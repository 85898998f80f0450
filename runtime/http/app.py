"""The Litestar application: routes, admission, problems, and what goes with every answer."""

from __future__ import annotations

import logging
import re
import time
from contextlib import asynccontextmanager
from secrets import token_hex
from typing import TYPE_CHECKING, Any

from litestar import Litestar, Request, Response
from litestar.exceptions.http_exceptions import RequestEntityTooLarge
from litestar.handlers import HTTPRouteHandler
from litestar.types import ASGIApp  # noqa: TC002

from runtime.http import pages, problems
from runtime.http.exchange import REQUEST_ID, Exchange, locale_of
from runtime.http.operations import MEGABYTE
from runtime.http.routing import operations
from runtime.http.server import Server
from runtime.platform import Platform

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from litestar.types import Message, Scope

    from runtime.call import Call
    from runtime.http.operations import Operation
    from runtime.settings import Settings

log = logging.getLogger("tangram.access")
NOSNIFF = (b"x-content-type-options", b"nosniff")


class Trace:
    """What is known of one request for its answer's headers and the log."""

    __slots__ = ("began", "request_id", "revision", "status", "tenant", "user")

    def __init__(self, request_id: str) -> None:
        self.began = time.perf_counter()
        self.request_id = request_id
        self.status = 0
        self.revision: int | None = None
        self.tenant = ""
        self.user = ""

    def admit(self, call: Call) -> None:
        self.revision = call.model.revision
        self.tenant = call.tenant.name
        self.user = str(call.identity.user_id)


class Tangram(Litestar):
    """Litestar with the outermost layer that its middleware cannot be: it also sees what no route answers."""

    def __init__(self, source: Platform | Settings) -> None:
        self.server: Server
        if isinstance(source, Platform):
            self.server = Server.on(source)
        super().__init__(
            route_handlers=[*(self._endpoint(operation) for operation in operations()), *pages.handlers()],
            exception_handlers={Exception: _problem},
            lifespan=[] if isinstance(source, Platform) else [lambda _: self._open(source)],
            openapi_config=None,
            logging_config=None,
        )

    @asynccontextmanager
    async def _open(self, settings: Settings) -> AsyncIterator[None]:
        async with Platform.open(settings, name="tangram web") as platform:
            self.server = Server.on(platform)
            yield

    def _endpoint(self, operation: Operation) -> HTTPRouteHandler:
        async def endpoint(request: Request[Any, Any, Any]) -> ASGIApp:
            exchange = Exchange(request, operation, self.server)
            await self.server.admit(exchange)
            try:
                return await operation.handler(exchange)
            except RequestEntityTooLarge:
                limit = operation.body_limit // MEGABYTE
                raise problems.refuse("too-large", "body_too_large", pointer="", limit=limit) from None

        path = operation.path.replace("{value}", "{value:path}")
        return HTTPRouteHandler(
            re.sub(r"{(\w+)}", r"{\1:str}", path),
            http_method=operation.method,  # type: ignore[arg-type]
            status_code=200,  # what Litestar would answer with; ours say it themselves
            request_max_body_size=operation.body_limit,
            name=operation.name,
        )(endpoint)

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """One request: named, answered with the headers that all answers have, and logged without what it holds."""
        if scope["type"] != "http":
            await super().__call__(scope, receive, send)
            return
        trace = scope["tangram"] = Trace(_request_id(scope))
        name = (b"x-request-id", trace.request_id.encode())

        async def send_marked(message: Message) -> None:
            if message["type"] == "http.response.start":
                trace.status = message["status"]
                headers = [*message["headers"], name, NOSNIFF]
                if trace.revision is not None:
                    headers.append((b"tangram-revision", b"%d" % trace.revision))
                message["headers"] = headers
            await send(message)

        try:
            await super().__call__(scope, receive, send_marked)
        finally:
            if log.isEnabledFor(logging.INFO):
                _log(scope, trace)


def _request_id(scope: Scope) -> str:
    """The caller's own name for the request where it has a usable one, else a new one."""
    for name, text in scope["headers"]:
        if name == b"x-request-id" and REQUEST_ID.fullmatch(text):
            return text.decode()
    return token_hex(16)


def _log(scope: Scope, trace: Trace) -> None:
    milliseconds = (time.perf_counter() - trace.began) * 1000
    facts = {
        "method": scope["method"],  # type: ignore[typeddict-item]
        "path": scope["path"],
        "status": trace.status,
        "ms": round(milliseconds, 1),
        "tenant": trace.tenant,
        "user": trace.user,
        "request_id": trace.request_id,
    }
    log.info(" ".join(f"{name}={fact!r}" for name, fact in facts.items()), extra={"facts": facts})


def _problem(request: Request[Any, Any, Any], error: Exception) -> Response[Any]:
    scope = request.scope
    locale = locale_of(dict(scope["headers"]).get(b"accept-language", b""))
    answer = problems.answer(error, locale, scope["tangram"].request_id)  # type: ignore[typeddict-item]
    return _Passed(answer)


class _Passed(Response[Any]):
    """An answer that is ready, in the shape in which Litestar expects what an exception is answered with."""

    def __init__(self, answer: ASGIApp) -> None:
        super().__init__(None)
        self._answer = answer

    def to_asgi_response(self, *_: Any, **__: Any) -> Any:
        return self._answer
