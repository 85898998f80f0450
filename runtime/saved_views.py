"""Saved views: columns, filter and order of a list that a user keeps, for himself or for everybody."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec
from uuid_utils.compat import uuid7

from kernel.faults import Fault, Invalid
from runtime.records import AccessDenied, BadQuery, NotFound
from runtime.records.query import parse_filter

if TYPE_CHECKING:
    from uuid import UUID

    from runtime.call import Call

MOST_COLUMNS = 60
LONGEST_PATH = 250
MOST_VIEWS = 1000


async def listing(call: Call, object_name: str | None = None) -> str:
    """The caller's own views and the shared ones, of objects that he may read, as JSON, by label."""
    if object_name is not None:
        _readable(call, object_name)
    names = [name for name in call.model.objects if call.access.may(name, "read")]
    async with call.db.connection() as connection:
        text: str = await connection.fetchval(
            f"""SELECT coalesce(json_agg(v), '[]')::text FROM (
                  SELECT {_columns()} FROM "{call.tenant.schema}".saved_view
                  WHERE (owner_id = $1 OR shared) AND object = ANY ($2) AND ($3::text IS NULL OR object = $3)
                  ORDER BY lower(label), id LIMIT {MOST_VIEWS}) v""",
            call.identity.user_id,
            names,
            object_name,
        )
    return text


async def create(call: Call, object_name: str, label: str, definition: dict[str, Any], *, shared: bool) -> str:
    """Save a view and return it as JSON.

    Args:
        definition: ``columns`` (field paths, or ``{field, width}``), ``filter`` (react-querybuilder's), ``sort``.

    Raises:
        NotFound, AccessDenied: the object is not there, or the caller may not read it.
        Invalid: the definition has not the right form.
    """
    _readable(call, object_name)
    if call.identity.user_id is None:
        raise AccessDenied("create", "saved_view")
    _check(definition)
    async with call.db.connection() as connection:
        text: str = await connection.fetchval(
            f"""WITH made AS (
                  INSERT INTO "{call.tenant.schema}".saved_view
                    (id, object, label, definition, shared, owner_id, created_at, updated_at)
                  VALUES ($2, $3, $4, $5::text::jsonb, $6, $1, now(), now()) RETURNING *)
                SELECT row_to_json(v)::text FROM (SELECT {_columns()} FROM made) v""",
            call.identity.user_id,
            uuid7(),
            object_name,
            label,
            msgspec.json.encode(definition).decode(),
            shared,
        )
    return text


async def change(call: Call, view_id: UUID, changes: dict[str, Any]) -> str:
    """Change ``label``, ``definition`` or ``shared`` of a view and return it as JSON. Raises ``NotFound``, ``Invalid``.

    Only the owner may, and an admin for a shared view; for anybody else the view is not there.
    """
    definition = changes.get("definition")
    if definition is not None:
        _check(definition)
    async with call.db.connection() as connection:
        text: str | None = await connection.fetchval(
            f"""WITH changed AS (
                  UPDATE "{call.tenant.schema}".saved_view
                  SET label = coalesce($4, label), definition = coalesce($5::text::jsonb, definition),
                      shared = coalesce($6, shared), updated_at = now()
                  WHERE id = $2 AND {_editable()} RETURNING *)
                SELECT row_to_json(v)::text FROM (SELECT {_columns()} FROM changed) v""",
            call.identity.user_id,
            view_id,
            call.access.admin,
            changes.get("label"),
            None if definition is None else msgspec.json.encode(definition).decode(),
            changes.get("shared"),
        )
    if text is None:
        raise NotFound("saved_view", view_id)
    return text


async def delete(call: Call, view_id: UUID) -> None:
    """Forget a view. Raises ``NotFound``; who may is as in ``change``."""
    async with call.db.connection() as connection:
        found = await connection.fetchval(
            f'DELETE FROM "{call.tenant.schema}".saved_view WHERE id = $2 AND {_editable()} RETURNING true',
            call.identity.user_id,
            view_id,
            call.access.admin,
        )
    if not found:
        raise NotFound("saved_view", view_id)


def _readable(call: Call, object_name: str) -> None:
    if object_name not in call.model.objects:
        raise NotFound(object_name)
    if not call.access.may(object_name, "read"):
        raise AccessDenied("read", object_name)


def _columns() -> str:
    return "id, object, label, definition, shared, owner_id, owner_id IS NOT DISTINCT FROM $1 AS mine"


def _editable() -> str:
    return "(owner_id = $1 OR (shared AND $3))"


def _check(definition: dict[str, Any]) -> None:
    faults = _column_faults(definition.get("columns") or [])
    try:
        parse_filter(definition.get("filter"), "/definition/filter")
    except BadQuery as error:
        faults += error.faults
    if faults:
        raise Invalid(faults)


def _column_faults(columns: list[Any]) -> list[Fault]:
    if len(columns) > MOST_COLUMNS:
        return [Fault("/definition/columns", "too_many_items", {"max": MOST_COLUMNS})]
    faults = []
    for index, column in enumerate(columns):
        pointer = f"/definition/columns/{index}"
        path = column.get("field") if isinstance(column, dict) else column
        if not isinstance(path, str):
            faults.append(Fault(pointer, "wrong_type", {"expected": "str"}))
        elif len(path) > LONGEST_PATH:
            faults.append(Fault(pointer, "too_long", {"max": LONGEST_PATH}))
    return faults
