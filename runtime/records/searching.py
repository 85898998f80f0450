"""Global search: words in the searchable fields of every object that the caller may read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from kernel.faults import Fault
from runtime import statements
from runtime.records._door import UNANSWERABLE, Door, enter, question_refused
from runtime.records.errors import BadQuery
from runtime.records.listings import pattern, search_words
from runtime.records.query import LONGEST_SEARCH, is_text, limit_of
from runtime.statements import JsonObject, parameter

if TYPE_CHECKING:
    from collections.abc import Sequence

    from runtime.call import Call

DEFAULT_LIMIT = 20
MOST_HITS = 100


async def search(
    call: Call,
    q: str,
    *,
    limit: int = DEFAULT_LIMIT,
    objects: Sequence[str] | None = None,
) -> str:
    """Records that have every word, best first: ``{"data": [{"object", "id", "label", "detail"}]}``.

    A name that begins with the words comes before one that has them inside, that before other fields; then the newest.
    Objects without the feature ``search`` are left out, and so are those that the caller may not read.

    Args:
        limit: most hits, 1 to ``MOST_HITS``.
        objects: names of the objects to look in; None for all.

    Raises ``BadQuery``, ``NotFound`` (an object of ``objects``) or ``AccessDenied``.
    """
    if not isinstance(q, str) or not is_text(q):
        raise BadQuery([Fault("/q", "bad_text")])
    if len(q) > LONGEST_SEARCH:
        raise BadQuery([Fault("/q", "too_long", {"max": LONGEST_SEARCH})])
    limit = limit_of(limit, "/limit", default=DEFAULT_LIMIT, most=MOST_HITS)
    doors = _doors(call, objects)
    words = search_words(q)
    if not words or not doors:
        return '{"data":[]}'
    shape = ("search", tuple(door.object.name for door in doors), len(words), limit)
    statement = statements.cache.get(doors[0].owners, shape, lambda: _compile(doors, len(words), limit))
    values = {f"q{index}": pattern(word) for index, word in enumerate(words)}
    whole = pattern(q.strip().lower())
    values |= {"begins": whole[1:], "inside": whole}
    try:
        async with call.db.connection() as connection:
            data = await connection.fetchval(statement.sql, *statement.arguments(values))
    except UNANSWERABLE as error:
        raise question_refused(error) from error
    return f'{{"data":{data or "[]"}}}'


def _doors(call: Call, objects: Sequence[str] | None) -> list[Door]:
    if objects is not None:
        doors = [enter(call, name, "read") for name in dict.fromkeys(objects)]
    else:
        doors = [enter(call, name, "read") for name in call.model.objects if call.access.may(name, "read")]
    return [door for door in doors if door.object.features["search"] and door.object.search_fields]


def _compile(doors: list[Door], words: int, limit: int) -> statements.Statement:
    hits = [_hits(door, words, limit) for door in doors]
    union: Any = sa.union_all(*hits)
    every = union.subquery("h")
    best = sa.select(every).order_by(every.c.rank, every.c.id.desc()).limit(sa.literal_column(str(limit))).subquery("b")
    pairs = [("object", best.c.object), ("id", best.c.id), ("label", best.c.label), ("detail", best.c.detail)]
    ordered = statements.in_order(JsonObject(pairs), best.c.rank, best.c.id.desc())
    return statements.compile(sa.select(sa.cast(sa.func.json_agg(ordered), sa.Text())).select_from(best))


def _hits(door: Door, words: int, limit: int) -> Any:
    """The best hits of one object."""
    item = door.object
    table = item.table.alias()
    text = item.search_expression(table)
    assert text is not None
    name = sa.cast(item.fields[item.name_field].expressions(table)[0], sa.Text())
    lower = sa.func.lower(name)
    rank = sa.case(
        (lower.like(parameter("begins", sa.Text())), 0), (lower.like(parameter("inside", sa.Text())), 1), else_=2
    )
    others = [one for one in item.search_fields if one.name != item.name_field and one.name in door.readable]
    details = [sa.cast(one.expressions(table)[0], sa.Text()) for one in others]
    hits = (
        sa.select(
            sa.literal(item.name, sa.Text()).label("object"),
            table.c.id.label("id"),
            name.label("label"),
            (sa.func.coalesce(*details) if details else sa.cast(sa.null(), sa.Text())).label("detail"),
            rank.label("rank"),
        )
        .where(table.c.deleted_at.is_(None))
        .where(*(text.like(parameter(f"q{index}", sa.Text())) for index in range(words)))
        .order_by(rank, table.c.id.desc())
        .limit(sa.literal_column(str(limit)))
        .subquery()
    )
    return sa.select(hits)
