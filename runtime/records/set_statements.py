"""The statements of ``sets``: rows come as one array a column, by ``unnest``."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql as pg
from uuid_utils.compat import uuid7

from runtime import statements
from runtime.records import traces
from runtime.statements import JsonObject, parameter

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from uuid import UUID

    from kernel.model import FieldModel
    from runtime.records._door import Door
    from runtime.statements import Statement

_Column = tuple[str, sa.types.TypeEngine[Any], Any]
"""Name, type and array of values."""


def match(door: Door, key: FieldModel) -> Statement:
    """(key, id, version) of the records whose key is among ``keys``; locks them in the order of their ids."""

    def build() -> Statement:
        table = door.object.table
        column = table.c[key.columns[0]]
        keys = parameter("keys", pg.ARRAY(column.type))
        found = sa.select(column, table.c.id, table.c.version).where(
            column == sa.any_(keys), table.c.deleted_at.is_(None)
        )
        return statements.compile(found.order_by(table.c.id).with_for_update(key_share=True))

    statement: Statement = statements.cache.get(door.owners, ("match", door.object.name, key.name), build)
    return statement


def taken(door: Door, names: tuple[str, ...]) -> Statement:
    """The values of a unique key that are there, of those given by ``u0``, ``u1``, ..."""

    def build() -> Statement:
        table = door.object.table
        columns = [table.c[door.object.fields[name].columns[0]] for name in names]
        keys = [parameter(f"u{index}", pg.ARRAY(column.type)) for index, column in enumerate(columns)]
        asked = unnest(
            [(f"u{index}", column.type, key) for index, (column, key) in enumerate(zip(columns, keys, strict=True))]
        )
        same = [column == asked.c[f"u{index}"] for index, column in enumerate(columns)]
        return statements.compile(sa.select(*columns).where(*same, table.c.deleted_at.is_(None)))

    statement: Statement = statements.cache.get(door.owners, ("taken", door.object.name, names), build)
    return statement


def insert(door: Door, rows: Sequence[dict[str, Any]], source: str) -> tuple[Statement, dict[str, Any]]:
    """The insert of new records, and its arguments; it gives the ids of those that no unique key stood against."""
    table = door.object.table
    used = {column for row in rows for column, value in row.items() if value is not None}
    columns = tuple(column.name for column in table.columns if column.name in used)

    def build() -> Statement:
        given = unnest([(name, _wire(table, name), _array(table, name)) for name in columns])
        values = {name: _stored(table, name, given.c[name]) for name in columns}
        values |= {
            "version": sa.literal(1, sa.Integer()),
            "created_at": sa.func.now(),
            "updated_at": sa.func.now(),
            "created_by": parameter("_by", traces.ID),
            "updated_by": parameter("_by", traces.ID),
        }
        new = (
            pg.insert(table)
            .from_select(list(values), sa.select(*values.values()))
            .on_conflict_do_nothing()
            .returning(*table.c)
            .cte("new")
        )
        own = [one for one in door.object.fields.values() if not one.system]
        # the one entry of its kind that a record ever has, so the record's id serves as the entry's
        made = trail(door, "created", new, history=(new.c.id, traces.changes(own, None, new), new))
        return statements.compile(sa.select(new.c.id).add_cte(*made))

    shape = ("insert set", door.object.name, columns)
    statement: Statement = statements.cache.get(door.owners, shape, build)
    arguments: dict[str, Any] = {name: _wired(table, name, [row.get(name) for row in rows]) for name in columns}
    return statement, {**arguments, **_trail_values(door, source)}


def update(
    door: Door, rows: Sequence[tuple[UUID, dict[str, Any]]], given: Iterable[str], source: str
) -> tuple[Statement, dict[str, Any]]:
    """The update of records that are locked, and its arguments; it gives (id, version, changes) of those that changed.

    Args:
        rows: id and new values of each.
        given: the columns that any of the rows has.
    """
    table = door.object.table
    columns = tuple(column.name for column in table.columns if column.name in set(given))
    partial = tuple(name for name in columns if not all(name in values for _, values in rows))

    def build() -> Statement:
        parts: list[_Column] = [("id", traces.ID, parameter("ids", pg.ARRAY(traces.ID)))]
        parts += [("entry", traces.ID, parameter("entries", pg.ARRAY(traces.ID)))]
        parts += [(name, _wire(table, name), _array(table, name)) for name in columns]
        parts += [(f"has_{name}", sa.Boolean(), parameter(f"has_{name}", pg.ARRAY(sa.Boolean()))) for name in partial]
        asked = unnest(parts)
        old = sa.select(*table.c).where(table.c.id == sa.any_(parameter("ids", pg.ARRAY(traces.ID)))).cte("old")
        after: dict[str, Any] = {}
        for name in columns:
            value = _stored(table, name, asked.c[name])
            after[name] = sa.case((asked.c[f"has_{name}"], value), else_=old.c[name]) if name in partial else value
        differs = sa.or_(sa.false(), *(old.c[name].is_distinct_from(value) for name, value in after.items()))
        new = (
            sa.update(table)
            .where(table.c.id == old.c.id, old.c.id == asked.c.id, differs)
            .values(
                **after,
                version=table.c.version + 1,
                updated_at=sa.func.now(),
                updated_by=parameter("_by", traces.ID),
            )
            .returning(*table.c, asked.c.entry)
            .cte("new")
        )
        fields = [one for one in door.object.fields.values() if any(column in after for column in one.columns)]
        changed = (
            sa.select(new.c.id, new.c.version, new.c.entry, traces.changes(fields, old, new).label("changes"))
            .where(old.c.id == new.c.id)
            .cte("changed")
        )
        made = trail(door, "updated", changed, history=(changed.c.entry, changed.c.changes, changed))
        result = sa.select(changed.c.id, changed.c.version, sa.cast(changed.c.changes, sa.Text()))
        return statements.compile(result.add_cte(*made))

    shape = ("update set", door.object.name, columns, partial)
    statement: Statement = statements.cache.get(door.owners, shape, build)
    arguments: dict[str, Any] = {"ids": [identity for identity, _ in rows], "entries": [uuid7() for _ in rows]}
    for name in columns:
        arguments[name] = _wired(table, name, [values.get(name) for _, values in rows])
    for name in partial:
        arguments[f"has_{name}"] = [name in values for _, values in rows]
    return statement, {**arguments, **_trail_values(door, source)}


def trail(door: Door, action: str, written: Any, *, history: tuple[Any, Any, Any]) -> list[sa.CTE]:
    """History and outbox of each record; one audit entry with all ids."""
    schema, item = door.model.schema, door.object
    made = [_audit(schema, item.name, action, written), _outbox(schema, item.name, action, written)]
    if item.features["history"]:
        entry, changes, row = history
        given = {
            "id": entry,
            "object": sa.literal(item.name, sa.Text()),
            "record_id": row.c.id,
            "at": sa.func.now(),
            "by_id": parameter("_by", traces.ID),
            "action": sa.literal(action, sa.Text()),
            "version": row.c.version,
            "changes": changes,
            "source": parameter("_source", sa.Text()),
        }
        table = traces.history_table(schema)
        made.append(table.insert().from_select(list(given), sa.select(*given.values())).cte("history_made"))
    return made


def _audit(schema: str, name: str, action: str, written: Any) -> sa.CTE:
    ids = sa.select(sa.func.jsonb_agg(written.c.id).label("ids"), sa.func.count().label("records")).subquery("w")
    given = {
        "id": parameter("_audit", traces.ID),
        "at": sa.func.now(),
        "by_id": parameter("_by", traces.ID),
        "action": sa.literal(action, sa.Text()),
        "object": sa.literal(name, sa.Text()),
        "source": parameter("_source", sa.Text()),
        "request_id": parameter("_request", sa.Text()),
        "ip": parameter("_ip", pg.INET()),
        "detail": JsonObject([("ids", ids.c.ids)], binary=True),
    }
    rows = sa.select(*given.values()).select_from(ids).where(ids.c.records > 0)
    return traces.audit_table(schema).insert().from_select(list(given), rows).cte("audit_made")


def _outbox(schema: str, name: str, action: str, written: Any) -> sa.CTE:
    given = {
        "at": sa.func.now(),
        "object": sa.literal(name, sa.Text()),
        "record_id": written.c.id,
        "event": sa.literal(action, sa.Text()),
        "version": written.c.version,
        "by_id": parameter("_by", traces.ID),
    }
    return traces.outbox_table(schema).insert().from_select(list(given), sa.select(*given.values())).cte("outbox_made")


def _trail_values(door: Door, source: str) -> dict[str, Any]:
    return {**traces.values(door.call), "_source": source}


def unnest(parts: Sequence[_Column]) -> Any:
    """Arrays, one a column, as rows."""
    columns = [sa.column(name, kind) for name, kind, _ in parts]
    return sa.func.unnest(*(array for _, _, array in parts)).table_valued(*columns, name="given").render_derived()


def _wire(table: sa.Table, name: str) -> sa.types.TypeEngine[Any]:
    """The type in which a column's values travel: arrays as JSON, because unnest would take them apart."""
    kind = table.c[name].type
    return sa.Text() if isinstance(kind, sa.ARRAY) else kind


def _array(table: sa.Table, name: str) -> sa.BindParameter[Any]:
    return parameter(name, pg.ARRAY(_wire(table, name)))


def _wired(table: sa.Table, name: str, values: list[Any]) -> list[Any]:
    if not isinstance(table.c[name].type, sa.ARRAY):
        return values
    return [None if value is None else json.dumps(value) for value in values]


def _stored(table: sa.Table, name: str, value: Any) -> Any:
    kind = table.c[name].type
    if not isinstance(kind, sa.ARRAY):
        return value
    parts = sa.func.jsonb_array_elements_text(sa.cast(value, pg.JSONB())).column_valued("part")
    return sa.case((value.is_not(None), sa.func.array(sa.select(parts).scalar_subquery(), type_=kind)))
