"""Records: list, read, write, query, aggregate, export, search, history. The fast paths are here; keep them short."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kernel.faults import Fault
from runtime import records
from runtime.http import answers
from runtime.http.answers import Answer, Stream
from runtime.http.bodies import (
    AggregateAnswer,
    AggregateRequest,
    BatchAnswer,
    BatchRequest,
    ExportRequest,
    HistoryList,
    JsonObject,
    QueryRequest,
    RecordList,
    SearchAnswer,
)
from runtime.http.operations import Parameter, Routes
from runtime.http.problems import Refused, refuse

if TYPE_CHECKING:
    from collections.abc import Mapping

    from runtime.http.exchange import Exchange

routes = Routes("records")
OF_EXPORT = ("format", "columns")
PAGING = ("cursor", "limit", "count")
EXPORT_TYPES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
_TEXT = {"type": "string"}
FIELDS = Parameter("fields", "query", _TEXT, "Field paths to answer with, comma separated.")
EXPAND = Parameter("expand", "query", _TEXT, "Lookups to answer with as objects, comma separated.")
FILTERS = (
    Parameter("filter", "query", _TEXT, "A filter as react-querybuilder's JSON."),
    Parameter("sort", "query", _TEXT, "Field paths, comma separated, each with - before it for descending."),
    Parameter("q", "query", {"type": "string", "maxLength": 200}, "Words to find in the searchable fields."),
    Parameter("deleted", "query", {"enum": ["only"]}, "Only what is in the recycle bin."),
)
LISTING = (
    FIELDS,
    EXPAND,
    *FILTERS,
    Parameter("cursor", "query", _TEXT, "Where to go on: `next` of the page before."),
    Parameter("limit", "query", {"type": "integer", "minimum": 1, "maximum": 200, "default": 50}, "Records a page."),
    Parameter("count", "query", {"type": "boolean"}, "Whether to count all records that fit."),
)
EXPORT = (
    Parameter("format", "query", {"enum": ["csv", "xlsx"]}, "Kind of file; csv where not given."),
    Parameter("columns", "query", _TEXT, "Field paths, comma separated; all readable fields where not given."),
)
IDEMPOTENCY = Parameter(
    "Idempotency-Key",
    "header",
    {"type": "string", "minLength": 1, "maxLength": 200, "pattern": "^[!-~]+$"},
    "Makes the write safe to repeat: the same key is answered with the first answer.",
)
IF_MATCH = Parameter(
    "If-Match",
    "header",
    {"type": "string", "pattern": '^(\\*|(W/)?"[0-9]{1,18}")$'},
    "The ETag of what the caller saw.",
)
WRITE_PROBLEMS = ("not-found", "conflict", "invalid")
CHANGE_PROBLEMS = (*WRITE_PROBLEMS, "stale")


@routes.get("/api/{object}", answer=RecordList, parameters=LISTING, problems=("not-found",), record=True)
async def list_records(exchange: Exchange) -> Answer:
    """List records; further parameters are filters, `field=value` or `field.operator=value`."""
    text: bytes = exchange.request.scope["query_string"]
    parse = lambda: records.Query.parse(exchange.query())  # noqa: E731  # only where the text was not seen before
    return answers.json(await records.listing_of(exchange.call, exchange.path["object"], text, parse))


@routes.post("/api/{object}/query", body=QueryRequest, answer=RecordList, problems=("not-found",), record=True)
async def query_records(exchange: Exchange) -> Answer:
    """List records by a query in the body."""
    exchange.parameters()
    query = records.Query.from_json(await exchange.read(dict[str, Any]))
    return answers.json(await records.listing(exchange.call, exchange.path["object"], query))


@routes.post(
    "/api/{object}/aggregate", body=AggregateRequest, answer=AggregateAnswer, problems=("not-found",), record=True
)
async def aggregate_records(exchange: Exchange) -> Answer:
    """Count, sum and the like, by groups."""
    exchange.parameters()
    request = await exchange.read(dict[str, Any])
    return answers.json(await records.aggregate(exchange.call, exchange.path["object"], request))


@routes.get(
    "/api/{object}/export",
    answer_types=tuple(EXPORT_TYPES.values()),
    parameters=(*EXPORT, *FILTERS),
    problems=("not-found",),
    record=True,
)
async def export_records(exchange: Exchange) -> Answer:
    """Write records as a file; filters as in the list."""
    query = exchange.query()
    _refuse_paging(query, "parameter_unknown")
    chosen = query.get("columns")
    paths = None if chosen is None else _paths(chosen if isinstance(chosen, str) else ",".join(chosen))
    return await _export(exchange, records.Query.parse(query, ignore=OF_EXPORT), query.get("format", "csv"), paths)


@routes.post(
    "/api/{object}/export",
    body=ExportRequest,
    answer_types=tuple(EXPORT_TYPES.values()),
    problems=("not-found",),
    record=True,
)
async def export_query(exchange: Exchange) -> Answer:
    """Write records as a file, by a query in the body."""
    exchange.parameters()
    body = await exchange.read(dict[str, Any])
    _refuse_paging(body, "unknown_property")
    columns = body.get("columns")
    if columns is not None and not (isinstance(columns, list) and all(isinstance(path, str) for path in columns)):
        raise refuse("bad-request", "list_expected", pointer="/columns")
    return await _export(exchange, records.Query.from_json(body, ignore=OF_EXPORT), body.get("format", "csv"), columns)


def _refuse_paging(given: Mapping[str, Any], code: str) -> None:
    """An export is not cut into pages."""
    faults = [Fault(f"/{name}", code, {"name": name, "property": name}) for name in PAGING if name in given]
    if faults:
        raise Refused("bad-request", None, faults)


def _paths(text: str) -> list[str]:
    return [path.strip() for path in text.split(",") if path.strip()]


async def _export(exchange: Exchange, query: records.Query, kind: Any, columns: list[str] | None) -> Answer:
    name = exchange.path["object"]
    if not isinstance(kind, str) or kind not in EXPORT_TYPES:
        raise refuse("bad-request", "not_allowed", pointer="/format", value=kind, allowed=sorted(EXPORT_TYPES))
    chunks = await records.export(exchange.call, name, query, format=kind, columns=columns)
    return await Stream.begin(chunks, headers=answers.attachment(f"{name}.{kind}", EXPORT_TYPES[kind]))


@routes.post(
    "/api/{object}",
    body=JsonObject,
    answer=JsonObject,
    statuses=(201,),
    parameters=(IDEMPOTENCY,),
    problems=WRITE_PROBLEMS,
    record=True,
)
async def create_record(exchange: Exchange) -> Answer:
    """Create a record."""
    exchange.parameters()
    name = exchange.path["object"]
    data = await exchange.read(dict[str, Any])
    written = await records.create(exchange.call, name, data, idempotency=await exchange.idempotency())
    return _written(written, status=201, location=f"/api/{name}/{written.id}")


@routes.get("/api/{object}/{id}", answer=JsonObject, parameters=(FIELDS, EXPAND), problems=("not-found",), record=True)
async def read_record(exchange: Exchange) -> Answer:
    """Read a record."""
    fields: tuple[str, ...] | None = None
    expand: tuple[str, ...] = ()
    if exchange.request.scope["query_string"]:
        query = exchange.parameters("fields", "expand")
        parsed = records.Query.parse(query)
        fields, expand = parsed.fields, parsed.expand
    body, version = await records.read(
        exchange.call, exchange.path["object"], exchange.id(), fields=fields, expand=expand
    )
    tag = answers.etag(version)
    # What is expanded can change without the record's own version, so only plain reads are answered with 304.
    if not expand and fields is None and exchange.has(tag[1]):
        return Answer(status=304, headers=(tag, answers.NO_STORE))
    return answers.json(body, headers=(tag,))


@routes.patch(
    "/api/{object}/{id}",
    body=JsonObject,
    answer=JsonObject,
    parameters=(IDEMPOTENCY, IF_MATCH),
    problems=CHANGE_PROBLEMS,
    record=True,
)
async def update_record(exchange: Exchange) -> Answer:
    """Change some fields of a record; null clears one."""
    exchange.parameters()
    data = await exchange.read(dict[str, Any])
    written = await records.update(
        exchange.call,
        exchange.path["object"],
        exchange.id(),
        data,
        if_match=exchange.if_match(),
        idempotency=await exchange.idempotency(),
    )
    return _written(written)


@routes.delete(
    "/api/{object}/{id}",
    statuses=(204,),
    parameters=(
        Parameter("purge", "query", {"type": "boolean"}, "Remove for good what is in the recycle bin; admins only."),
        IDEMPOTENCY,
        IF_MATCH,
    ),
    problems=("not-found", "conflict", "stale"),
    record=True,
)
async def delete_record(exchange: Exchange) -> Answer:
    """Move a record to the recycle bin."""
    exchange.parameters("purge")
    await records.delete(
        exchange.call,
        exchange.path["object"],
        exchange.id(),
        if_match=exchange.if_match(),
        purge=exchange.flag("purge"),
        idempotency=await exchange.idempotency(),
    )
    return answers.nothing()


@routes.post(
    "/api/{object}/{id}/restore", answer=JsonObject, parameters=(IDEMPOTENCY,), problems=WRITE_PROBLEMS, record=True
)
async def restore_record(exchange: Exchange) -> Answer:
    """Bring a record back from the recycle bin."""
    exchange.parameters()
    key = await exchange.idempotency()
    return _written(await records.restore(exchange.call, exchange.path["object"], exchange.id(), idempotency=key))


@routes.get(
    "/api/{object}/{id}/history",
    answer=HistoryList,
    parameters=(
        Parameter("cursor", "query", _TEXT, "Where to go on: `next` of the page before."),
        Parameter(
            "limit", "query", {"type": "integer", "minimum": 1, "maximum": 200, "default": 50}, "Entries a page."
        ),
    ),
    problems=("not-found",),
)
async def record_history(exchange: Exchange) -> Answer:
    """Who changed what of a record, the latest first."""
    query = exchange.parameters("cursor", "limit")
    limit = exchange.number("limit", 50, low=1, high=200)
    return answers.json(
        await records.history(
            exchange.call, exchange.path["object"], exchange.id(), cursor=query.get("cursor"), limit=limit
        )
    )


@routes.get(
    "/api/{object}/by/{field}/{value}",
    answer=JsonObject,
    parameters=(FIELDS, EXPAND),
    problems=("not-found",),
    record=True,
)
async def read_record_by(exchange: Exchange) -> Answer:
    """Read the record that has this value in a unique field."""
    parsed = records.Query.parse(exchange.parameters("fields", "expand"))
    body, version = await records.read_by(
        exchange.call,
        exchange.path["object"],
        exchange.path["field"],
        exchange.last_of_path(),
        fields=parsed.fields,
        expand=parsed.expand,
    )
    return answers.json(body, headers=(answers.etag(version),))


@routes.put(
    "/api/{object}/by/{field}/{value}",
    body=JsonObject,
    answer=JsonObject,
    statuses=(200, 201),
    parameters=(IDEMPOTENCY,),
    problems=WRITE_PROBLEMS,
    record=True,
)
async def upsert_record(exchange: Exchange) -> Answer:
    """Update the record that has this value in a unique field, or create it."""
    exchange.parameters()
    name = exchange.path["object"]
    data = await exchange.read(dict[str, Any])
    written = await records.upsert(
        exchange.call,
        name,
        exchange.path["field"],
        exchange.last_of_path(),
        data,
        idempotency=await exchange.idempotency(),
    )
    if written.created:
        return _written(written, status=201, location=f"/api/{name}/{written.id}")
    return _written(written)


@routes.post(
    "/api/batch",
    body=BatchRequest,
    answer=BatchAnswer,
    parameters=(IDEMPOTENCY,),
    problems=CHANGE_PROBLEMS,
)
async def batch(exchange: Exchange) -> Answer:
    """Many writes in one transaction, with references between them: all of them or none."""
    exchange.parameters()
    body = await exchange.read(dict[str, Any])
    operations = body.pop("operations", None)
    if body:
        name = next(iter(body))
        raise refuse("invalid", "unknown_property", pointer=f"/{name}", property=name)
    if not isinstance(operations, list):
        raise refuse("invalid", "list_expected", pointer="/operations")
    return answers.json(await records.batch(exchange.call, operations, idempotency=await exchange.idempotency()))


@routes.get(
    "/api/search",
    answer=SearchAnswer,
    parameters=(
        Parameter("q", "query", {"type": "string", "minLength": 1, "maxLength": 200}, "Words to find.", required=True),
        Parameter("limit", "query", {"type": "integer", "minimum": 1, "maximum": 100, "default": 20}, "Most hits."),
        Parameter("objects", "query", _TEXT, "Names of objects, comma separated; all where not given."),
    ),
    problems=("not-found",),
)
async def search(exchange: Exchange) -> Answer:
    """Find records of any object by words in their searchable fields."""
    query = exchange.parameters("q", "limit", "objects")
    if "q" not in query:
        raise refuse("bad-request", "missing_property", pointer="/q", property="q")
    limit = exchange.number("limit", 20, low=1, high=100)
    objects = _paths(query["objects"]) if "objects" in query else None
    return answers.json(await records.search(exchange.call, query["q"], limit=limit, objects=objects))


def _written(written: records.Written, *, status: int = 200, location: str | None = None) -> Answer:
    headers = [answers.etag(written.version)]
    if location is not None:
        headers.append((b"location", location.encode()))
    if written.replayed:
        headers.append((b"idempotency-replayed", b"true"))
    return answers.json(written.body, status=status, headers=headers)
