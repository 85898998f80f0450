"""The table of routes: each HTTP operation with its bodies, parameters and answers, declared beside its handler.

The table is what Litestar is given to route by (`runtime.http.app`) and what the OpenAPI document is made of
(`runtime.http.openapi`), so that the two cannot disagree.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from runtime.http.answers import Answer
    from runtime.http.exchange import Exchange

    Handler = Callable[[Exchange], Awaitable[Answer]]

MEGABYTE = 1_000_000
BODY_LIMIT = 10 * MEGABYTE
UPLOAD_LIMIT = 300 * MEGABYTE
JSON = "application/json"


@dataclass(slots=True, frozen=True)
class Parameter:
    """One parameter of an operation; ``schema`` is its JSON Schema, ``repeated`` ones are comma separated."""

    name: str
    place: Literal["query", "header", "path"]
    schema: Mapping[str, Any]
    description: str = ""
    required: bool = False


@dataclass(slots=True, frozen=True)
class Operation:
    """One method of one path.

    Attributes:
        body: Struct that decodes the request body, None where there is none.
        body_type: media type of the body, ``*/*`` for an upload.
        answer: Struct of the answer's body, None where there is none.
        answer_types: media types of an answer that is not JSON.
        statuses: the statuses of success.
        problems: slugs of the problems that this operation can answer with, beside those of every operation.
        signed_in: whether the caller has to be somebody; such operations can also answer 401 and 403.
        record: one of the operations on records, which the kernel describes again per object.
    """

    method: str
    path: str
    name: str
    tag: str
    summary: str
    handler: Handler
    body: Any = None
    body_type: str = JSON
    body_required: bool = True
    body_limit: int = BODY_LIMIT
    answer: Any = None
    answer_types: tuple[str, ...] = (JSON,)
    statuses: tuple[int, ...] = (200,)
    problems: tuple[str, ...] = ()
    parameters: tuple[Parameter, ...] = ()
    signed_in: bool = True
    record: bool = False
    hidden: bool = False


@dataclass(slots=True)
class Routes:
    """Collects the operations of one area; ``get`` and its siblings are decorators for handlers."""

    tag: str
    operations: list[Operation] = field(default_factory=list)

    def get(self, path: str, **options: Any) -> Callable[[Handler], Handler]:
        return self._add("GET", path, options)

    def post(self, path: str, **options: Any) -> Callable[[Handler], Handler]:
        return self._add("POST", path, options)

    def put(self, path: str, **options: Any) -> Callable[[Handler], Handler]:
        return self._add("PUT", path, options)

    def patch(self, path: str, **options: Any) -> Callable[[Handler], Handler]:
        return self._add("PATCH", path, options)

    def delete(self, path: str, **options: Any) -> Callable[[Handler], Handler]:
        return self._add("DELETE", path, options)

    def _add(self, method: str, path: str, options: dict[str, Any]) -> Callable[[Handler], Handler]:
        def keep(handler: Handler) -> Handler:
            name = f"{self.tag}_{handler.__name__}"
            summary = (handler.__doc__ or "").strip().splitlines()[0].rstrip(".")
            self.operations.append(Operation(method, path, name, self.tag, summary, handler, **options))
            return handler

        return keep
