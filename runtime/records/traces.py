"""What every write leaves behind, in the same statement: history, audit and outbox."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql as pg
from uuid_utils.compat import uuid7

from runtime.statements import JsonObject, parameter

if TYPE_CHECKING:
    from collections.abc import Iterable

    from kernel.model import FieldModel, ObjectModel
    from runtime.call import Call

ID = pg.UUID(as_uuid=True)
MOMENT = sa.DateTime(timezone=True)
NOBODY = "00000000-0000-0000-0000-000000000000"  # who a key of idempotency belongs to where no user asks


@lru_cache(maxsize=1024)
def _table(schema: str, name: str) -> sa.TableClause:
    columns = [sa.column(column, kind) for column, kind in _COLUMNS[name].items()]
    return sa.table(name, *columns, schema=schema)


_COLUMNS: dict[str, dict[str, sa.types.TypeEngine[Any]]] = {
    "history": {
        "id": ID,
        "object": sa.Text(),
        "record_id": ID,
        "at": MOMENT,
        "by_id": ID,
        "action": sa.Text(),
        "version": sa.Integer(),
        "changes": pg.JSONB(),
        "source": sa.Text(),
    },
    "audit": {
        "id": ID,
        "at": MOMENT,
        "by_id": ID,
        "action": sa.Text(),
        "object": sa.Text(),
        "record_id": ID,
        "source": sa.Text(),
        "request_id": sa.Text(),
        "ip": pg.INET(),
        "detail": pg.JSONB(),
    },
    "outbox": {
        "id": sa.BigInteger(),
        "at": MOMENT,
        "object": sa.Text(),
        "record_id": ID,
        "event": sa.Text(),
        "version": sa.Integer(),
        "by_id": ID,
        "payload": pg.JSONB(),
    },
    "idempotency_key": {
        "user_id": ID,
        "key": sa.Text(),
        "request_hash": sa.LargeBinary(),
        "status": sa.Integer(),
        "headers": pg.JSONB(),
        "body": sa.Text(),
        "created_at": MOMENT,
    },
}


def history_table(schema: str) -> sa.TableClause:
    return _table(schema, "history")


def audit_table(schema: str) -> sa.TableClause:
    return _table(schema, "audit")


def outbox_table(schema: str) -> sa.TableClause:
    return _table(schema, "outbox")


def key_table(schema: str) -> sa.TableClause:
    return _table(schema, "idempotency_key")


def values(call: Call) -> dict[str, Any]:
    """The parameters of ``written`` for one record."""
    return {
        "_by": call.identity.user_id,
        "_source": call.source,
        "_request": call.request_id,
        "_ip": call.ip,
        "_history": uuid7(),
        "_audit": uuid7(),
    }


def changes(fields: Iterable[FieldModel], old: Any, new: Any) -> JsonObject:
    """``{field: {"old": value, "new": value}}`` of the fields that differ between two rows; ``old`` None is no row."""
    pairs = []
    for one in fields:
        after = one.json(new)
        if old is None:
            differs: Any = one.expressions(new)[0].is_not(None)
            pair = JsonObject([("old", sa.null()), ("new", after)])
        else:
            both = zip(one.expressions(old), one.expressions(new), strict=True)
            differs = sa.or_(*(before.is_distinct_from(now) for before, now in both))
            pair = JsonObject([("old", one.json(old)), ("new", after)])
        pairs.append((one.name, sa.case((differs, pair))))
    return JsonObject(pairs, absent=True, binary=True)


def written(
    schema: str, item: ObjectModel, action: str, row: Any, changed: Any, *, fields: Iterable[str] | None = None
) -> list[sa.CTE]:
    """The inserts that go with a write of one record.

    Args:
        action: ``created``, ``updated``, ``deleted``, ``restored`` or ``purged``.
        row: where ``id`` and ``version`` of the record written are.
        changed: the SQL expression of the history's changes.
        fields: names of the fields changed, for those who follow the outbox.
    """
    payload = None if fields is None else {"fields": sorted(fields)}
    made = [_audit(schema, item, action, row), _outbox(schema, item, action, row, payload)]
    if item.features["history"]:
        made.append(_history(schema, item, action, row, changed))
    return made


def _history(schema: str, item: ObjectModel, action: str, row: Any, changed: Any) -> sa.CTE:
    table = history_table(schema)
    given = {
        "id": parameter("_history", ID),
        "object": sa.literal(item.name, sa.Text()),
        "record_id": row.c.id,
        "at": sa.func.now(),
        "by_id": parameter("_by", ID),
        "action": sa.literal(action, sa.Text()),
        "version": row.c.version,
        "changes": changed,
        "source": parameter("_source", sa.Text()),
    }
    return table.insert().from_select(list(given), sa.select(*given.values()).select_from(row)).cte("history_made")


def _audit(schema: str, item: ObjectModel, action: str, row: Any) -> sa.CTE:
    table = audit_table(schema)
    given = {
        "id": parameter("_audit", ID),
        "at": sa.func.now(),
        "by_id": parameter("_by", ID),
        "action": sa.literal(action, sa.Text()),
        "object": sa.literal(item.name, sa.Text()),
        "record_id": row.c.id,
        "source": parameter("_source", sa.Text()),
        "request_id": parameter("_request", sa.Text()),
        "ip": parameter("_ip", pg.INET()),
    }
    return table.insert().from_select(list(given), sa.select(*given.values()).select_from(row)).cte("audit_made")


def _outbox(schema: str, item: ObjectModel, action: str, row: Any, payload: dict[str, Any] | None) -> sa.CTE:
    table = outbox_table(schema)
    given: dict[str, Any] = {
        "at": sa.func.now(),
        "object": sa.literal(item.name, sa.Text()),
        "record_id": row.c.id,
        "event": sa.literal(action, sa.Text()),
        "version": row.c.version,
        "by_id": parameter("_by", ID),
    }
    if payload is not None:
        fields = sa.literal(payload["fields"], pg.ARRAY(sa.Text()))
        given["payload"] = JsonObject([("fields", sa.func.to_jsonb(fields))], binary=True)
    return table.insert().from_select(list(given), sa.select(*given.values()).select_from(row)).cte("outbox_made")
