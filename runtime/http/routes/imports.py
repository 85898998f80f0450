"""Imports of files: upload, mapping, preview, start, progress, faults, undo."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kernel.faults import Fault, Invalid, escape
from runtime import imports
from runtime.http import answers
from runtime.http.answers import Answer, Stream
from runtime.http.bodies import (
    FaultGroups,
    FaultList,
    Import,
    ImportList,
    ImportSettings,
    PreviewAnswer,
    PreviewRequest,
    StartRequest,
)
from runtime.http.operations import UPLOAD_LIMIT, Parameter, Routes
from runtime.http.problems import refuse

if TYPE_CHECKING:
    from runtime.http.exchange import Exchange

routes = Routes("imports")
GONE = ("not-found",)
CHANGE = ("not-found", "conflict", "invalid")
LONGEST_FILE_NAME = 255


@routes.post(
    "/api/{object}/import",
    body=bytes,
    body_type="*/*",
    body_limit=UPLOAD_LIMIT,
    answer=Import,
    statuses=(201,),
    parameters=(
        Parameter(
            "file_name",
            "query",
            {"type": "string", "minLength": 1, "maxLength": LONGEST_FILE_NAME},
            "Name of the file; its ending says whether it is CSV or XLSX.",
            required=True,
        ),
    ),
    problems=("not-found", "invalid", "too-large"),
)
async def upload(exchange: Exchange) -> Answer:
    """Upload a file to import into an object. The body is the file itself."""
    query = exchange.parameters("file_name")
    name = query.get("file_name", "")
    if not 1 <= len(name) <= LONGEST_FILE_NAME:
        code, bound = (
            ("too_long", {"max": LONGEST_FILE_NAME}) if name else ("missing_property", {"property": "file_name"})
        )
        raise refuse("bad-request", code, pointer="/file_name", **bound)
    made = await imports.create(exchange.call, exchange.path["object"], name, exchange.upload(), UPLOAD_LIMIT)
    return answers.value(made, status=201)


@routes.get(
    "/api/imports",
    answer=ImportList,
    parameters=(Parameter("object", "query", {"type": "string"}, "Only imports into this object."),),
    problems=("not-found",),
)
async def list_imports(exchange: Exchange) -> Answer:
    """Imports, the latest first."""
    query = exchange.parameters("object")
    return answers.value({"data": await imports.listing(exchange.call, object_name=query.get("object"))})


@routes.get("/api/imports/{id}", answer=Import, problems=GONE)
async def read_import(exchange: Exchange) -> Answer:
    """State and progress of an import."""
    exchange.parameters()
    return answers.value(await imports.get(exchange.call, exchange.id()))


@routes.patch("/api/imports/{id}", body=ImportSettings, answer=Import, problems=CHANGE)
async def configure(exchange: Exchange) -> Answer:
    """Set which column goes into which field, and how."""
    settings = await exchange.read(dict[str, Any])
    faults = [
        Fault(f"/{escape(name)}", "unknown_property", {"property": name})
        for name in settings
        if name not in {"mapping", "options"}
    ]
    if faults:
        raise Invalid(faults)
    return answers.value(await imports.configure(exchange.call, exchange.id(), **settings))


@routes.post(
    "/api/imports/{id}/preview", body=PreviewRequest, body_required=False, answer=PreviewAnswer, problems=CHANGE
)
async def preview(exchange: Exchange) -> Answer:
    """The first rows as they would be imported, with their faults."""
    wanted = await exchange.read(PreviewRequest, PreviewRequest())
    return answers.value(await imports.preview(exchange.call, exchange.id(), rows=wanted.rows))


@routes.post("/api/imports/{id}/start", body=StartRequest, body_required=False, answer=Import, problems=CHANGE)
async def start(exchange: Exchange) -> Answer:
    """Queue the import; a dry run writes nothing and lists the faults."""
    wanted = await exchange.read(StartRequest, StartRequest())
    return answers.value(await imports.start(exchange.call, exchange.id(), dry_run=wanted.dry_run))


@routes.post("/api/imports/{id}/cancel", answer=Import, problems=CHANGE)
async def cancel(exchange: Exchange) -> Answer:
    """Stop an import after the batch that it is at; what is imported stays."""
    return answers.value(await imports.cancel(exchange.call, exchange.id()))


@routes.post("/api/imports/{id}/resume", answer=Import, problems=CHANGE)
async def resume(exchange: Exchange) -> Answer:
    """Go on with an import that was cancelled or has failed."""
    return answers.value(await imports.resume(exchange.call, exchange.id()))


@routes.post("/api/imports/{id}/undo", answer=Import, problems=CHANGE)
async def undo(exchange: Exchange) -> Answer:
    """Take an import back: what it created is deleted, what it changed gets its old values, unless changed since."""
    return answers.value(await imports.undo(exchange.call, exchange.id()))


@routes.get(
    "/api/imports/{id}/faults",
    answer=FaultList,
    parameters=(
        Parameter("cursor", "query", {"type": "string"}, "Where to go on: `next` of the page before."),
        Parameter("limit", "query", {"type": "integer", "minimum": 1, "maximum": 1000, "default": 100}, "Rows a page."),
    ),
    problems=GONE,
)
async def faults(exchange: Exchange) -> Answer:
    """Rows that could not be imported, with the reason for each."""
    query = exchange.parameters("cursor", "limit")
    limit = exchange.number("limit", 100, low=1, high=1000)
    return answers.value(await imports.faults(exchange.call, exchange.id(), cursor=query.get("cursor"), limit=limit))


@routes.get("/api/imports/{id}/fault-groups", answer=FaultGroups, problems=GONE)
async def fault_groups(exchange: Exchange) -> Answer:
    """Faults by column and value, the most frequent first, with close values that would do."""
    exchange.parameters()
    return answers.value(await imports.fault_groups(exchange.call, exchange.id()))


@routes.get("/api/imports/{id}/faults.csv", answer_types=("text/csv; charset=utf-8",), problems=GONE)
async def faults_file(exchange: Exchange) -> Answer:
    """Rows that could not be imported as CSV, with a column that says why."""
    exchange.parameters()
    chunks = imports.faults_csv(exchange.call, exchange.id())
    return await Stream.begin(chunks, headers=answers.attachment("faults.csv", "text/csv; charset=utf-8"))


@routes.delete("/api/imports/{id}", statuses=(204,), problems=("not-found", "conflict"))
async def delete_import(exchange: Exchange) -> Answer:
    """Forget an import and its file; the records stay, and it cannot be undone any more."""
    await imports.delete(exchange.call, exchange.id())
    return answers.nothing()
