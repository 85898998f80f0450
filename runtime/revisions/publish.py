"""Check and publish: a draft becomes a revision in one transaction, or nothing changes."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

import kernel.documents
import kernel.model
from kernel.faults import Fault, Invalid
from kernel.names import Names
from metadata import core_documents
from runtime.revisions.changes import ChangeSet, LossesNotAccepted, NotDraft, get
from runtime.tenants import CHANNEL

if TYPE_CHECKING:
    from collections.abc import Callable
    from uuid import UUID

    from kernel.migration import Plan
    from kernel.model import Model
    from runtime.call import Call

LOCK_TIMEOUT = "5s"


class Conflict(Exception):
    """Somebody published a document of this draft after the draft took its copy; ``faults`` names each."""

    def __init__(self, faults: list[Fault]) -> None:
        super().__init__("conflict")
        self.faults = faults


@dataclass(slots=True)
class CheckResult:
    """What publishing would do: ``faults`` stop it; each of ``losses`` has to be accepted."""

    faults: list[Fault] = field(default_factory=list)
    plan: Plan | None = None
    losses: list[Fault] = field(default_factory=list)


@dataclass(slots=True)
class _Compiled:
    old: Model
    new: Model
    names: Names
    plan: Plan
    losses: list[Fault]


async def check(call: Call, change_id: UUID) -> CheckResult:
    """Validate a draft against the newest revision and plan its DDL. Changes nothing. Raises ``LookupError``."""
    change = await get(call, change_id)

    def run(connection: sa.Connection) -> CheckResult:
        try:
            compiled = _compile(connection, call, change)
        except (Invalid, Conflict) as error:
            return CheckResult(faults=error.faults)
        return CheckResult(plan=compiled.plan, losses=compiled.losses)

    return await call.db.run_sync(run)


async def publish(
    call: Call,
    change_id: UUID,
    *,
    comment: str = "",
    accept_losses: bool = False,
    package: str | None = None,
    also: Callable[[sa.Connection], None] | None = None,
) -> int:
    """Make a draft the next revision and return its number.

    Documents, DDL, physical names, the audit row and the notification to other processes share one transaction.
    Publishing to one tenant is serialised by an advisory lock.

    Args:
        package: the package that the documents come from.
        also: more to store in the same transaction.

    Raises:
        LookupError: no such change set.
        NotDraft: it was published or discarded.
        Conflict: a document of it was published by somebody else meanwhile.
        Invalid: the documents have faults.
        LossesNotAccepted: values would be lost and ``accept_losses`` is false.
    """
    change = await get(call, change_id)

    def run(connection: sa.Connection) -> Model:
        from kernel import migration  # Alembic takes long to load  # noqa: PLC0415

        schema = call.tenant.schema
        connection.execute(sa.text("SELECT set_config('lock_timeout', :timeout, true)"), {"timeout": LOCK_TIMEOUT})
        connection.execute(sa.text("SELECT pg_advisory_xact_lock(hashtext(:schema))"), {"schema": schema})
        state = connection.scalar(sa.text(f'SELECT state FROM "{schema}".change_set WHERE id = :id'), {"id": change.id})
        if state != "draft":
            raise NotDraft(str(change.id))
        compiled = _compile(connection, call, change, package)
        if compiled.losses and not accept_losses:
            raise LossesNotAccepted(compiled.losses)
        try:
            migration.apply(compiled.plan, connection)
        except sa.exc.IntegrityError as error:
            raise Invalid(_shared_values(compiled.new, error)) from error
        _store(connection, call, change, compiled, comment=comment, package=package)
        if also is not None:
            also(connection)
        return compiled.new

    model = await call.db.run_sync(run)
    if call.models is not None:
        call.models.show(call.tenant.name, model)  # so that the caller's next request finds what it published
    return model.revision


def _compile(connection: sa.Connection, call: Call, change: ChangeSet, package: str | None = None) -> _Compiled:
    from kernel import migration  # noqa: PLC0415

    schema = call.tenant.schema
    number = int(connection.scalar(sa.text(f'SELECT coalesce(max(number), 0) FROM "{schema}".revision')) or 0)
    rows = connection.execute(sa.text(f'SELECT kind, name, package, body FROM "{schema}".document')).all()
    published: dict[tuple[str, str], dict[str, Any]] = {(row.kind, row.name): _json(row.body) for row in rows}
    _refuse_conflicts(published, change)
    _refuse_deletes(published, change)
    merged = dict(published)
    packages: dict[tuple[str, str], str] = {(row.kind, row.name): row.package for row in rows if row.package}
    for document in change.documents:
        key = (document.kind, document.name)
        if document.body is None:
            merged.pop(key, None)
            packages.pop(key, None)
            continue
        merged[key] = document.body
        if package is not None:
            packages[key] = package
    faults = kernel.documents.check([*core_documents(), *merged.values()])
    if faults:
        raise Invalid(faults)
    stored = connection.execute(
        sa.text(f'SELECT object, field, physical, type, retired_at FROM "{schema}".physical_name')
    ).all()
    name_rows = [dict(row._mapping) for row in stored]
    old = call.model
    if old.revision != number:
        old = kernel.model.compile(published.values(), schema=schema, revision=number, names=Names.load(name_rows))
    names = Names.load(name_rows)
    in_order = [merged[key] for key in sorted(merged)]  # as ``models.read`` has them: every process compiles the same
    new = kernel.model.compile(in_order, schema=schema, revision=number + 1, names=names, packages=packages)
    plan = migration.plan(old, new)
    return _Compiled(old, new, names, plan, _losses(connection, old, plan))


def _refuse_conflicts(published: dict[tuple[str, str], dict[str, Any]], change: ChangeSet) -> None:
    faults = [
        Fault("", "published_meanwhile", {"kind": document.kind, "name": document.name}, (document.kind, document.name))
        for document in change.documents
        if published.get((document.kind, document.name)) != document.base_body
        and published.get((document.kind, document.name)) != document.body
    ]
    if faults:
        raise Conflict(faults)


def _refuse_deletes(published: dict[tuple[str, str], dict[str, Any]], change: ChangeSet) -> None:
    """A deletion of what never was, or of the platform's own, would be told as done and change nothing."""
    core = {(str(one["kind"]), str(one["name"])) for one in core_documents()}
    faults = []
    for document in change.documents:
        key = (document.kind, document.name)
        if document.body is None and document.base_body is None and key not in published:
            code = "document_kept" if key in core else "document_not_there"
            faults.append(Fault("", code, {"kind": document.kind, "name": document.name}, key))
    if faults:
        raise Invalid(faults)


def _losses(connection: sa.Connection, old: Model, plan: Plan) -> list[Fault]:
    faults = []
    for loss in plan.losses:
        table = old.objects[loss.object].table
        count = sa.select(sa.func.count()).select_from(table)
        if loss.field is not None:
            column = table.c[old.objects[loss.object].fields[loss.field].columns[0]]
            count = count.where(column.is_not(None))
        rows = int(connection.scalar(count) or 0)
        if rows:
            code = "loss_object" if loss.field is None else "loss_field"
            parameters = {"object": loss.object, "field": loss.field, "rows": rows}
            faults.append(Fault("", code, parameters, ("object", loss.object)))
    return faults


def _shared_values(new: Model, error: sa.exc.IntegrityError) -> list[Fault]:
    """A field was to become unique, but records share a value. Raises the error again where it is another one."""
    name = getattr(getattr(error.orig, "__cause__", None), "constraint_name", None)
    for item in new.objects.values():
        fields = item.constraints.get(str(name))
        if fields is not None:
            pointer, document = _place_of(new, item.name, fields)
            return [Fault(pointer, "values_shared", {"object": item.name, "field": ", ".join(fields)}, document)]
    raise error


def _place_of(new: Model, object_name: str, fields: tuple[str, ...]) -> tuple[str, tuple[str, str]]:
    """Where a document says that these fields are unique."""
    for key, body in new.documents.items():
        if {"object": body.get("name"), "extension": body.get("object")}.get(key[0]) != object_name:
            continue
        for index, one in enumerate(body["fields"]):
            if fields == (one["name"],) and one.get("unique"):
                return f"/fields/{index}/unique", key
        for index, one in enumerate(body.get("unique_keys", ())):
            if set(one["fields"]) == set(fields):
                return f"/unique_keys/{index}", key
    return "", ("object", object_name)


def _store(
    connection: sa.Connection, call: Call, change: ChangeSet, compiled: _Compiled, *, comment: str, package: str | None
) -> None:
    schema, number = call.tenant.schema, compiled.new.revision
    by = call.identity.user_id
    connection.execute(
        sa.text(
            f'INSERT INTO "{schema}".revision (number, at, by_id, comment, package)'
            " VALUES (:number, now(), :by, :comment, :package)"
        ),
        {"number": number, "by": by, "comment": comment, "package": package},
    )
    for document in change.documents:
        key = {"kind": document.kind, "name": document.name}
        body = None if document.body is None else json.dumps(document.body, ensure_ascii=False)
        connection.execute(
            sa.text(
                f'INSERT INTO "{schema}".revision_document (revision, kind, name, body)'
                " VALUES (:number, :kind, :name, CAST(CAST(:body AS text) AS jsonb))"
            ),
            {**key, "number": number, "body": body},
        )
        if body is None:
            connection.execute(sa.text(f'DELETE FROM "{schema}".document WHERE kind = :kind AND name = :name'), key)
            continue
        connection.execute(
            sa.text(
                f'INSERT INTO "{schema}".document AS d (kind, name, package, body, revision)'
                " VALUES (:kind, :name, :package, CAST(CAST(:body AS text) AS jsonb), :number)"
                " ON CONFLICT (kind, name) DO UPDATE SET body = excluded.body, revision = excluded.revision,"
                " package = coalesce(excluded.package, d.package)"
            ),
            {**key, "package": package, "body": body, "number": number},
        )
    _store_names(connection, schema, compiled)
    connection.execute(
        sa.text(
            f"UPDATE \"{schema}\".change_set SET state = 'published', revision = :number, updated_at = now()"
            " WHERE id = :id"
        ),
        {"number": number, "id": change.id},
    )
    _store_audit(connection, call, change, number)
    message = json.dumps({"tenant": call.tenant.name, "revision": number})
    connection.execute(sa.text("SELECT pg_notify(:channel, :message)"), {"channel": CHANNEL, "message": message})


def _store_names(connection: sa.Connection, schema: str, compiled: _Compiled) -> None:
    for row in compiled.names.new_rows:
        connection.execute(
            sa.text(
                f'INSERT INTO "{schema}".physical_name (object, field, physical, type)'
                " VALUES (:object, :field, :physical, :type)"
            ),
            dict(row),
        )
    for name, known in compiled.old.objects.items():
        kept = compiled.new.objects.get(name)
        gone: list[str | None] = [f for f in known.fields if kept is None or f not in kept.fields]
        if kept is None:
            gone.append(None)
        for field_name in gone:
            connection.execute(
                sa.text(
                    f'UPDATE "{schema}".physical_name SET retired_at = now() WHERE object = :object'
                    " AND field IS NOT DISTINCT FROM CAST(:field AS text) AND retired_at IS NULL"
                ),
                {"object": name, "field": field_name},
            )


def _store_audit(connection: sa.Connection, call: Call, change: ChangeSet, number: int) -> None:
    detail = {"revision": number, "documents": [[document.kind, document.name] for document in change.documents]}
    connection.execute(
        sa.text(
            f'INSERT INTO "{call.tenant.schema}".audit (id, at, by_id, action, source, request_id, ip, detail)'
            " VALUES (:id, now(), :by, 'published', :source, :request, CAST(CAST(:ip AS text) AS inet),"
            " CAST(CAST(:detail AS text) AS jsonb))"
        ),
        {
            "id": change.id,
            "by": call.identity.user_id,
            "source": call.source,
            "request": call.request_id,
            "ip": None if call.ip is None else str(call.ip),
            "detail": json.dumps(detail),
        },
    )


def _json(value: Any) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads(value) if isinstance(value, str) else value
    return loaded
