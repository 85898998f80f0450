"""Counting and summing by groups, in one statement that answers with JSON."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any
from zoneinfo import available_timezones

import sqlalchemy as sa

from kernel.faults import Fault, escape
from runtime import statements
from runtime.records._door import UNANSWERABLE, enter, question_refused
from runtime.records.errors import BadQuery
from runtime.records.filters import Filters, prepare
from runtime.records.paths import Source, resolve
from runtime.records.query import limit_of, parse_filter
from runtime.statements import JsonObject, parameter

if TYPE_CHECKING:
    from collections.abc import Callable

    from kernel.model import FieldModel
    from runtime.call import Call
    from runtime.records._door import Door

FUNCTIONS = ("count", "sum", "avg", "min", "max", "count_distinct")
BUCKETS = ("day", "week", "month", "quarter", "year")
DEFAULT_LIMIT = 1000
MOST_GROUPS = 10_000
MOST_PARTS = 20
LONGEST_NAME = 100
AVERAGE_DIGITS = 6
NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_.]{0,99}")
KEYS = {"group", "measures", "filter", "sort", "limit", "time_zone"}


@dataclass(slots=True, frozen=True)
class _Part:
    """A group (``function`` empty) or a measure, as asked for."""

    name: str
    path: str | None
    function: str
    bucket: str | None
    pointer: str


@dataclass(slots=True, frozen=True)
class _Sort:
    index: int
    descending: bool


async def aggregate(call: Call, object: str, request: dict[str, Any]) -> str:  # noqa: A002
    """Groups with their measures: ``{"data": [{...}, ...]}``.

    Args:
        request: ``{"group": [{"field", "bucket"?, "as"?}], "measures": [{"function", "field"?, "as"?}], "filter"?,
            "sort"?: [{"field": a name, "direction"}], "limit"?, "time_zone"?}``. Dates and times fall into buckets by
            ``time_zone`` (IANA name, UTC where none is given); weeks begin on Monday. Currencies are summed by amount.

    Raises ``NotFound`` (no such object), ``AccessDenied`` or ``BadQuery`` with every fault.
    """
    door = enter(call, object, "read")
    if not isinstance(request, dict):
        raise BadQuery([Fault("", "wrong_type", {"expected": "object"})])
    faults = [
        Fault(f"/{escape(str(name))}", "unknown_property", {"property": str(name)}) for name in request.keys() - KEYS
    ]
    parts = _groups(request.get("group"), faults) + _measures(request.get("measures"), faults)
    _refuse_same_names(parts, faults)
    sort = _sorts(request.get("sort"), parts, faults)
    zone = _zone(request.get("time_zone"), faults)
    filters = _caught(lambda: prepare(door, parse_filter(request.get("filter"))), faults)
    limit = _caught(lambda: limit_of(request.get("limit"), "/limit", default=DEFAULT_LIMIT, most=MOST_GROUPS), faults)
    fields = {part: _field(door, part, faults) for part in parts}
    if faults or filters is None:
        raise BadQuery(faults)
    shape = ("aggregate", object, tuple(parts), filters.shape, tuple(sort), zone is not None)
    statement = statements.cache.get(door.owners, shape, lambda: _compile(door, fields, filters, sort))
    values = {**filters.values, "limit": limit, "zone": zone or "UTC"}
    try:
        async with call.db.connection() as connection:
            data = await connection.fetchval(statement.sql, *statement.arguments(values))
    except UNANSWERABLE as error:
        raise question_refused(error) from error
    return f'{{"data":{data or "[]"}}}'


def _caught(run: Callable[[], Any], faults: list[Fault]) -> Any:
    try:
        return run()
    except BadQuery as error:
        faults += error.faults
        return None


def _groups(value: Any, faults: list[Fault]) -> list[_Part]:
    found = []
    for pointer, one in _entries(value, "/group", {"field", "bucket", "as"}, faults):
        bucket = one.get("bucket")
        if not isinstance(one.get("field"), str):
            faults.append(Fault(f"{pointer}/field", "missing_property", {"property": "field"}))
        elif bucket is not None and bucket not in BUCKETS:
            faults.append(Fault(f"{pointer}/bucket", "not_allowed", {"value": str(bucket)[:50], "allowed": BUCKETS}))
        else:
            name = _name(one.get("as", one["field"]), f"{pointer}/as", faults)
            found.append(_Part(name, one["field"], "", bucket, pointer))
    return found


def _measures(value: Any, faults: list[Fault]) -> list[_Part]:
    found = []
    entries = _entries(
        [{"function": "count"}] if value is None else value, "/measures", {"function", "field", "as"}, faults
    )
    for pointer, one in entries:
        function, path = one.get("function"), one.get("field")
        if function not in FUNCTIONS:
            allowed = {"value": str(function)[:50], "allowed": FUNCTIONS}
            faults.append(Fault(f"{pointer}/function", "not_allowed", allowed))
        elif path is not None and not isinstance(path, str):
            faults.append(Fault(f"{pointer}/field", "wrong_type", {"expected": "string"}))
        elif path is None and function != "count":
            faults.append(Fault(f"{pointer}/field", "missing_property", {"property": "field"}))
        else:
            default = function if path is None else f"{function}_{path}"
            name = _name(one.get("as", default), f"{pointer}/as", faults)
            found.append(_Part(name, path, function, None, pointer))
    return found


def _entries(value: Any, pointer: str, known: set[str], faults: list[Fault]) -> list[tuple[str, dict[str, Any]]]:
    if value is None:
        return []
    if not isinstance(value, list):
        faults.append(Fault(pointer, "list_expected"))
        return []
    if len(value) > MOST_PARTS:
        faults.append(Fault(pointer, "too_many_items", {"max": MOST_PARTS}))
        return []
    found = []
    for index, one in enumerate(value):
        here = f"{pointer}/{index}"
        if not isinstance(one, dict):
            faults.append(Fault(here, "wrong_type", {"expected": "object"}))
            continue
        unknown = one.keys() - known
        faults += [
            Fault(f"{here}/{escape(str(name))}", "unknown_property", {"property": str(name)}) for name in unknown
        ]
        if not unknown:
            found.append((here, one))
    return found


def _name(value: Any, pointer: str, faults: list[Fault]) -> str:
    if not isinstance(value, str) or NAME.fullmatch(value) is None:
        faults.append(Fault(pointer, "bad_result_name", {"value": str(value)[:50], "max": LONGEST_NAME}))
        return ""
    return value


def _refuse_same_names(parts: list[_Part], faults: list[Fault]) -> None:
    seen: set[str] = set()
    for part in parts:
        if part.name in seen:
            faults.append(Fault(f"{part.pointer}/as", "duplicate_value", {"value": part.name}))
        seen.add(part.name)


def _sorts(value: Any, parts: list[_Part], faults: list[Fault]) -> list[_Sort]:
    positions = {part.name: index for index, part in enumerate(parts)}
    found = []
    for pointer, one in _entries(value, "/sort", {"field", "direction"}, faults):
        direction = one.get("direction", "asc")
        index = positions.get(one["field"]) if isinstance(one.get("field"), str) else None
        if index is None:
            shown = {"value": str(one.get("field"))[:50], "allowed": list(positions)}
            faults.append(Fault(f"{pointer}/field", "not_allowed", shown))
        elif direction not in ("asc", "desc"):
            shown = {"value": str(direction)[:50], "allowed": ["asc", "desc"]}
            faults.append(Fault(f"{pointer}/direction", "not_allowed", shown))
        else:
            found.append(_Sort(index, direction == "desc"))
    return found


@lru_cache(maxsize=1)
def _zones() -> frozenset[str]:
    return frozenset(available_timezones())


def _zone(value: Any, faults: list[Fault]) -> str | None:
    if value is None:
        return None
    if not isinstance(value, str) or value not in _zones():
        faults.append(Fault("/time_zone", "time_zone_unknown", {"value": str(value)[:50]}))
        return None
    return value


def _field(door: Door, part: _Part, faults: list[Fault]) -> tuple[FieldModel, ...]:
    """The fields along a part's path, if its function or bucket can be asked of them."""
    if part.path is None:
        return ()
    try:
        fields = resolve(door, part.path, f"{part.pointer}/field")
    except BadQuery as error:
        faults += error.faults
        return ()
    target = fields[-1]
    if part.bucket is not None and not isinstance(target.type.columns(target)[0], sa.Date | sa.DateTime):
        faults.append(Fault(f"{part.pointer}/bucket", "bucket_unsupported", {"field": part.path}))
    elif not _may_ask(part.function, target):
        wrong = {"field": part.path, "function": part.function or "group"}
        faults.append(Fault(f"{part.pointer}/field", "function_unsupported", wrong))
    return fields


def _may_ask(function: str, target: FieldModel) -> bool:
    """Whether a function, or grouping (empty), makes sense for a field."""
    if function in ("sum", "avg"):
        return target.type.numeric
    if function in ("min", "max"):
        kind = target.type.columns(target)[0]
        return target.type.sortable and not isinstance(kind, sa.Uuid | sa.Boolean)
    return function == "count" or target.type.groupable


def _compile(
    door: Door, fields: dict[_Part, tuple[FieldModel, ...]], filters: Filters, sort: list[_Sort]
) -> statements.Statement:
    source = Source(door.object, door.model.objects)
    table = source.root
    values = [_value(source, part, fields[part]).label(f"v{index}") for index, part in enumerate(fields)]
    where: list[Any] = [table.c.deleted_at.is_(None)]
    rules = filters.condition(source)
    if rules is not None:
        where.append(rules)
    base = sa.select(*values).select_from(source.joined).where(*where).subquery("b")
    parts = list(fields)
    groups = [base.c[f"v{index}"] for index, part in enumerate(parts) if part.function == ""]
    results = [_result(part, base.c[f"v{index}"]).label(f"r{index}") for index, part in enumerate(parts)]
    rows = sa.select(*results)
    if groups:
        rows = rows.group_by(*groups)
    found = rows.subquery("r")
    columns = [found.c[f"r{index}"] for index in range(len(parts))]
    order = [_directed(columns[one.index], descending=one.descending) for one in sort]
    order += [column.asc().nulls_last() for column, part in zip(columns, parts, strict=True) if part.function == ""]
    chosen = sa.select(*columns, sa.func.row_number().over(order_by=order).label("n")).subquery("s")
    limited = sa.select(chosen).where(chosen.c.n <= parameter("limit", sa.BigInteger())).subquery("l")
    pairs = [(part.name, _shown(part, fields[part], limited.c[f"r{index}"])) for index, part in enumerate(parts)]
    array = sa.func.json_agg(statements.in_order(JsonObject(pairs), limited.c.n))
    return statements.compile(sa.select(sa.cast(array, sa.Text())).select_from(limited))


def _value(source: Source, part: _Part, fields: tuple[FieldModel, ...]) -> Any:
    """What a part looks at in each record."""
    if not fields:
        return sa.literal_column("1")
    target = fields[-1]
    table = source.table(fields[:-1])
    column = target.expressions(table)[0]
    if part.function == "" and part.bucket is None:
        return target.group(table)
    if part.bucket is None:
        return column
    if isinstance(column.type, sa.DateTime):
        column = sa.func.timezone(parameter("zone", sa.Text()), column)
    return sa.cast(sa.func.date_trunc(sa.literal(part.bucket, sa.Text()), column), sa.Date())


def _result(part: _Part, value: Any) -> Any:
    if part.function == "":
        return value
    if part.function == "count":
        return sa.func.count(value)
    if part.function == "count_distinct":
        return sa.func.count(value.distinct())
    if part.function == "avg":
        return sa.func.round(sa.cast(sa.func.avg(value), sa.Numeric()), AVERAGE_DIGITS)
    functions: dict[str, Any] = {"sum": sa.func.sum, "min": sa.func.min, "max": sa.func.max}
    return functions[part.function](value)


def _shown(part: _Part, fields: tuple[FieldModel, ...], value: Any) -> Any:
    """The JSON of a result: as the field itself would show it, where it is a value of the field."""
    plain = part.bucket is not None or part.function in ("count", "count_distinct", "sum", "avg")
    if plain or len(fields[-1].columns) > 1:
        return sa.func.trim_scale(value) if part.function in ("avg", "sum") and _is_numeric(fields[-1]) else value
    return fields[-1].type.json(fields[-1], (value,))


def _is_numeric(target: FieldModel) -> bool:
    return isinstance(target.type.columns(target)[0], sa.Numeric)


def _directed(column: Any, *, descending: bool) -> Any:
    return column.desc().nulls_last() if descending else column.asc().nulls_last()
