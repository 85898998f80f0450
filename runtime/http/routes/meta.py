"""Metadata: the description for clients, documents, change sets, and revisions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import kernel.api
import kernel.fields
import metadata
from kernel.faults import text
from runtime import revisions
from runtime.http import answers, meta_bodies
from runtime.http.answers import Answer
from runtime.http.meta_bodies import (
    ChangeSet,
    ChangeSetList,
    ChangesRequest,
    CheckAnswer,
    Description,
    Document,
    DocumentList,
    DocumentReference,
    Published,
    PublishRequest,
    RevisionList,
    Schemas,
)
from runtime.http.operations import Parameter, Routes
from runtime.http.problems import errors, refuse

if TYPE_CHECKING:
    from collections.abc import Mapping
    from uuid import UUID

    from kernel.migration import Plan
    from runtime.call import Call
    from runtime.http.exchange import Exchange

routes = Routes("meta")
STATES = ("draft", "published", "discarded")
GONE = ("not-found",)
DRAFT = ("not-found", "conflict", "invalid")


@routes.get("/meta/model", answer=Description, statuses=(200, 304))
async def model(exchange: Exchange) -> Answer:
    """Objects, fields, layouts, views and apps as the caller may see them, texts in his language."""
    exchange.parameters()
    call = exchange.call
    tag = exchange.server.descriptions.tag(call)
    headers = [
        (b"etag", tag),
        (b"cache-control", b"private, no-cache"),
        (b"vary", b"Accept-Language, Authorization, Cookie"),
    ]
    if exchange.has(tag):
        return Answer(status=304, headers=headers)
    body = exchange.server.descriptions.model(call)
    return Answer(body, headers=[answers.JSON_TYPE, *headers])


@routes.get("/meta/schemas", answer=Schemas)
async def schemas(exchange: Exchange) -> Answer:
    """JSON Schemas of every kind of document, and the field types."""
    exchange.parameters()
    _admin(exchange)
    locale = exchange.call.locale
    types = [
        meta_bodies.FieldTypeDescription(
            name=kind.name,
            label=text(f"field_type.{kind.name}", locale, {}),
            help=text(f"field_type.{kind.name}.help", locale, {}),
            options=kind.options_schema,
            operators=list(kind.operators),
            widget=kind.widget,
            sortable=kind.sortable,
            unique=kind.unique,
            searchable=kind.searchable,
        )
        for kind in kernel.fields.TYPES.values()
    ]
    return answers.value(Schemas(metadata.schemas(), metadata.common(), types))


@routes.get("/meta/documents", answer=DocumentList)
async def list_documents(exchange: Exchange) -> Answer:
    """Every published document, the platform's own among them."""
    exchange.parameters()
    call = _admin(exchange)
    stored = await _stored(call)
    found = [
        meta_bodies.DocumentSummary(
            kind, name, _label(body, call.locale), *stored.get((kind, name), (None, 0)), core=(kind, name) not in stored
        )
        for (kind, name), body in sorted(call.model.documents.items())
    ]
    return answers.value(DocumentList(found))


@routes.get("/meta/documents/{kind}/{name}", answer=Document, problems=GONE)
async def read_document(exchange: Exchange) -> Answer:
    """One published document."""
    exchange.parameters()
    call = _admin(exchange)
    key = (exchange.path["kind"], exchange.path["name"])
    body = call.model.documents.get(key)
    if body is None:
        raise refuse("not-found", "no_document", kind=key[0], name=key[1])
    stored = await _stored(call)
    package, revision = stored.get(key, (None, 0))
    return answers.value(Document(*key, package, revision, core=key not in stored, body=dict(body)))


@routes.post("/meta/changes", body=ChangesRequest, answer=ChangeSet, statuses=(201,), problems=("invalid",))
async def create_change(exchange: Exchange) -> Answer:
    """Open a change set: a draft of documents to publish together."""
    call = _admin(exchange)
    wanted = await exchange.read(ChangesRequest)
    for index, document in enumerate(wanted.documents):
        _identified(document, f"/documents/{index}")
    change_id = await revisions.create(
        call,
        documents=wanted.documents,
        deletes=[(one.kind, one.name) for one in wanted.deletes],
        title=wanted.title,
    )
    return answers.value(await revisions.get(call, change_id), status=201)


@routes.get(
    "/meta/changes",
    answer=ChangeSetList,
    parameters=(
        Parameter("state", "query", {"enum": list(STATES)}, "Only change sets in this state."),
        Parameter("mine", "query", {"type": "boolean"}, "Only the caller's own."),
    ),
)
async def list_changes(exchange: Exchange) -> Answer:
    """Change sets, the latest first."""
    query = exchange.parameters("state", "mine")
    call = _admin(exchange)
    state = query.get("state")
    if state is not None and state not in STATES:
        raise refuse("bad-request", "not_allowed", pointer="/state", value=state, allowed=list(STATES))
    found = await revisions.listing(call, state=state, mine=exchange.flag("mine"))
    return answers.value({"data": found})


@routes.get("/meta/changes/{id}", answer=ChangeSet, problems=GONE)
async def read_change(exchange: Exchange) -> Answer:
    """A change set with its documents."""
    exchange.parameters()
    return await _change(_admin(exchange), exchange.id())


@routes.delete("/meta/changes/{id}", statuses=(204,), problems=("not-found", "conflict"))
async def discard_change(exchange: Exchange) -> Answer:
    """Give a draft up."""
    change_id = exchange.id()
    await _known(change_id, revisions.discard(_admin(exchange), change_id))
    return answers.nothing()


@routes.put("/meta/changes/{id}/documents/{kind}/{name}", body=dict[str, Any], answer=ChangeSet, problems=DRAFT)
async def put_document(exchange: Exchange) -> Answer:
    """Add a document to a draft, or replace it there."""
    call = _admin(exchange)
    document = await exchange.read(dict[str, Any])
    _identified(document, "")
    for property_name in ("kind", "name"):
        if document[property_name] != exchange.path[property_name]:
            raise refuse("invalid", "differs_from_path", pointer=f"/{property_name}", property=property_name)
    change_id = exchange.id()
    await _known(change_id, revisions.put(call, change_id, document))
    return await _change(call, change_id)


@routes.delete("/meta/changes/{id}/documents/{kind}/{name}", answer=ChangeSet, problems=("not-found", "conflict"))
async def withdraw_document(exchange: Exchange) -> Answer:
    """Take a document out of a draft, so that publishing leaves it as it is."""
    call, change_id = _admin(exchange), exchange.id()
    await _known(change_id, revisions.withdraw(call, change_id, exchange.path["kind"], exchange.path["name"]))
    return await _change(call, change_id)


@routes.post("/meta/changes/{id}/deletes", body=DocumentReference, answer=ChangeSet, problems=DRAFT)
async def delete_document(exchange: Exchange) -> Answer:
    """Have a draft delete a published document."""
    call, change_id = _admin(exchange), exchange.id()
    wanted = await exchange.read(DocumentReference)
    await _known(change_id, revisions.mark_deleted(call, change_id, wanted.kind, wanted.name))
    return await _change(call, change_id)


@routes.post("/meta/changes/{id}/check", answer=CheckAnswer, problems=GONE)
async def check_change(exchange: Exchange) -> Answer:
    """What publishing a draft would do: its faults, the plan, and what would be lost. Changes nothing."""
    call, change_id = _admin(exchange), exchange.id()
    result = await _known(change_id, revisions.check(call, change_id))
    losses = [
        meta_bodies.LossDescription(
            str(loss.parameters["object"]),
            loss.parameters.get("field"),
            int(loss.parameters["rows"]),
            loss.message(call.locale),
        )
        for loss in result.losses
    ]
    plan = None if result.plan is None else _plan(result.plan, call.locale)
    return answers.value(CheckAnswer(errors(result.faults, call.locale), plan, losses))


@routes.post(
    "/meta/changes/{id}/publish",
    body=PublishRequest,
    body_required=False,
    answer=Published,
    problems=("not-found", "conflict", "losses", "invalid"),
)
async def publish_change(exchange: Exchange) -> Answer:
    """Make a draft the next revision: all of it, or nothing changes."""
    call, change_id = _admin(exchange), exchange.id()
    wanted = await exchange.read(PublishRequest, PublishRequest())
    number = await _known(
        change_id, revisions.publish(call, change_id, comment=wanted.comment, accept_losses=wanted.accept_losses)
    )
    return answers.value(Published(number))


@routes.get("/meta/revisions", answer=RevisionList)
async def list_revisions(exchange: Exchange) -> Answer:
    """What was published when and by whom, the latest first."""
    exchange.parameters()
    call = _admin(exchange)
    return answers.value(RevisionList(await _revisions(call)))


def _admin(exchange: Exchange) -> Call:
    """The call of somebody who may change metadata."""
    call = exchange.call
    if not call.access.admin:
        raise refuse("forbidden", "admin_only")
    return call


async def _known(change_id: UUID, doing: Any) -> Any:
    """Await work on a change set; one that is not there is answered with 404."""
    try:
        return await doing
    except LookupError as error:
        if str(error).strip("'") != str(change_id):
            raise
        raise refuse("not-found", "no_such_id", id=str(change_id)) from None


async def _change(call: Call, change_id: UUID) -> Answer:
    return answers.value(await _known(change_id, revisions.get(call, change_id)))


def _identified(document: Mapping[str, Any], pointer: str) -> None:
    """A draft may hold invalid documents, but each needs a kind and a name to be found by."""
    for name, longest in (("kind", 48), ("name", 100)):
        value = document.get(name)
        if value is None:
            raise refuse("invalid", "missing_property", pointer=f"{pointer}/{name}", property=name)
        if not isinstance(value, str):
            raise refuse("invalid", "wrong_type", pointer=f"{pointer}/{name}", expected="str")
        if not 1 <= len(value) <= longest:
            raise refuse("invalid", "too_long" if value else "required", pointer=f"{pointer}/{name}", max=longest)
        if name == "kind" and value not in metadata.KINDS:
            raise refuse("invalid", "kind_unknown", pointer=f"{pointer}/kind", kind=value)


def _plan(plan: Plan, locale: str) -> meta_bodies.PlanDescription:
    return meta_bodies.PlanDescription(
        steps=[meta_bodies.PlanStep(step.message(locale), step.sql()) for step in plan.steps],
        warnings=[warning.message(locale) for warning in plan.warnings],
    )


def _label(body: Mapping[str, Any], locale: str) -> str:
    label = body.get("label")
    if not isinstance(label, dict):
        return str(body["name"])
    return str(label.get(locale) or label.get("en") or body["name"])


async def _stored(call: Call) -> dict[tuple[str, str], tuple[str | None, int]]:
    """Package and revision of each document that is not the platform's own."""
    async with call.db.connection() as connection:
        rows = await connection.fetch(f'SELECT kind, name, package, revision FROM "{call.tenant.schema}".document')
    return {(row["kind"], row["name"]): (row["package"], row["revision"]) for row in rows}


async def _revisions(call: Call) -> list[meta_bodies.Revision]:
    """The latest two hundred revisions."""
    import msgspec  # noqa: PLC0415

    from runtime.security.users import user_columns  # noqa: PLC0415

    schema, user = call.tenant.schema, user_columns(call.model)
    async with call.db.connection() as connection:
        found = await connection.fetchval(
            f"""SELECT coalesce(json_agg(r), '[]')::text FROM (
                  SELECT r.number, r.at, r.comment, r.package,
                         CASE WHEN r.by_id IS NOT NULL
                              THEN json_build_object('id', r.by_id, 'name', u.{user.name}) END AS by,
                         coalesce((SELECT json_agg(json_build_object('kind', d.kind, 'name', d.name)
                                                   ORDER BY d.kind, d.name)
                                   FROM "{schema}".revision_document d WHERE d.revision = r.number), '[]') AS documents
                  FROM "{schema}".revision r LEFT JOIN {user.table} u ON u.id = r.by_id
                  ORDER BY r.number DESC LIMIT 200) r"""
        )
    return msgspec.json.decode(found, type=list[meta_bodies.Revision])
