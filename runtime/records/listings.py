"""Lists: filter, search, sort and page in one statement that answers with JSON."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from kernel.faults import Fault
from runtime import statements
from runtime.records import cursors
from runtime.records._door import UNANSWERABLE, question_refused
from runtime.records.errors import BadQuery
from runtime.records.filters import Filters, prepare
from runtime.records.paths import Source, resolve
from runtime.records.selection import record_json, wanted

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Sequence

    from kernel.model import FieldModel
    from runtime.records._door import Door
    from runtime.records.query import Query, Sort

MOST_WORDS = 10
ALWAYS_THERE = ("id", "created_at", "updated_at", "version")
LONGEST_KEPT = 1_000
TEXTS_KEPT = 2_000

# Of query strings: what was made of them, or the Query where that depends on the caller or the day.
_texts = statements.Cache(TEXTS_KEPT)


@dataclass(slots=True, frozen=True)
class Order:
    """What a list is sorted by: fields along a path, and the direction; empty values come last either way."""

    fields: tuple[FieldModel, ...]
    descending: bool

    def key(self, source: Source) -> sa.ColumnElement[Any]:
        field = self.fields[-1]
        key = field.sort(source.table(self.fields[:-1]))
        # lower() and the like have no type of their own; cursors need one
        return sa.type_coerce(key, field.type.columns(field)[0]) if isinstance(key.type, sa.types.NullType) else key

    @property
    def is_always_there(self) -> bool:
        """Whether every record has a value."""
        return len(self.fields) == 1 and self.fields[0].name in ALWAYS_THERE

    def is_indexed(self, source: Source) -> bool:
        """Whether an index gives the records in this order."""
        field = self.fields[0]
        if len(self.fields) > 1 or not (field.index or field.unique):
            return False
        columns = field.expressions(source.root)
        over = field.type.indexed(field, columns) if field.index else columns[0]
        return over.compare(field.sort(source.root))


@dataclass(slots=True, frozen=True)
class Asked:
    """A list made ready to be asked for.

    Attributes:
        order: what cursors are marked with.
        arguments: of the statement.
        lasting: whether it asks the same at any time and for any caller of the same Access.
    """

    query: Query
    order: Hashable
    statement: statements.Statement
    arguments: Sequence[Any]
    lasting: bool


def asked(door: Door, text: bytes, parse: Callable[[], Query]) -> Asked:
    """The list that a query string stands for. The same text under the same Model and Access is read only once.

    Args:
        parse: makes the query of the text, and of nothing else.

    Raises ``BadQuery``.
    """
    if len(text) > LONGEST_KEPT:
        return prepared(door, parse())
    shape = (door.object.name, text)
    found: Asked | Query | None = _texts.find(door.owners, shape)
    if isinstance(found, Asked):
        return found
    query = found if found is not None else parse()
    ready = prepared(door, query)
    # pages after the first are rarely asked for twice
    if found is None and query.cursor is None:
        _texts.keep(door.owners, shape, ready if ready.lasting else query)
    return ready


def prepared(door: Door, query: Query) -> Asked:
    """A list made ready. Raises ``BadQuery``."""
    filters = prepare(door, query.filters)
    words = search_words(query.q)
    order = tuple((sort.path, sort.descending) for sort in query.sort)
    values = filters.values
    values.update((f"q{index}", pattern(word)) for index, word in enumerate(words))
    after: tuple[bool, ...] = ()
    if query.cursor is not None:
        keys = cursors.decode(query.cursor, order, _kinds(door, query))
        after = tuple(key is not None for key in keys)
        values.update((f"k{index}", key) for index, key in enumerate(keys) if key is not None)
    shape: tuple[Any, ...] = ("list", door.object.name, query.fields, query.expand, filters.shape, order, after)
    shape += (len(words), query.limit, query.count, query.deleted)
    statement = statements.cache.get(door.owners, shape, lambda: _compile(door, query, filters, after, len(words)))
    return Asked(query, order, statement, statement.arguments(values), filters.lasting)


async def page(door: Door, ready: Asked) -> str:
    """The body of a page. Raises ``BadQuery`` where PostgreSQL cannot answer."""
    try:
        async with door.call.db.connection() as connection:
            row = await connection.fetchrow(ready.statement.sql, *ready.arguments)
    except UNANSWERABLE as error:
        raise question_refused(error) from error
    return body(row, ready.query, ready.order)


def body(row: Any, query: Query, order: Hashable) -> str:
    """The answer made of the row (data, number of records found, last sort keys, count if asked)."""
    data, found, last = row[0], row[1], row[2]
    following = f'"{cursors.encode(last, order)}"' if found > query.limit else "null"
    count = f',"count":{row[3]}' if query.count else ""
    return f'{{"data":{data or "[]"},"next":{following}{count}}}'


def orders(door: Door, sorts: Sequence[Sort]) -> list[Order]:
    """What to sort by; newest first where nothing is said. Raises ``BadQuery`` with every fault."""
    found, faults = [], []
    for sort in sorts:
        try:
            fields = resolve(door, sort.path, sort.pointer)
            if not fields[-1].type.sortable:
                raise BadQuery([Fault(sort.pointer, "field_not_sortable", {"field": sort.path})])
        except BadQuery as error:
            faults += error.faults
        else:
            found.append(Order(fields, sort.descending))
    if faults:
        raise BadQuery(faults)
    identity = door.object.fields["id"]
    if not any(order.fields == (identity,) for order in found):
        found.append(Order((identity,), descending=found[-1].descending if found else True))
    return found


def search_words(q: str | None) -> list[str]:
    """The words of a search, each of which has to be found; lower case. Raises ``BadQuery``."""
    words = list(dict.fromkeys((q or "").lower().split()))
    if len(words) > MOST_WORDS:
        raise BadQuery([Fault("/q", "too_many_items", {"max": MOST_WORDS})])
    return words


def pattern(word: str) -> str:
    """A LIKE pattern that finds the word anywhere."""
    escaped = word.replace("\\", r"\\").replace("%", r"\%").replace("_", r"\_")
    return f"%{escaped}%"


def conditions(
    door: Door, source: Source, filters: Filters, words: int, *, deleted: bool
) -> list[sa.ColumnElement[bool]]:
    """What the records of a list have to fulfil; the words are the parameters ``q0``, ``q1``, ..."""
    table = source.root
    found: list[sa.ColumnElement[bool]] = [table.c.deleted_at.is_not(None) if deleted else table.c.deleted_at.is_(None)]
    rules = filters.condition(source)
    if rules is not None:
        found.append(rules)
    if words:
        searched = door.object.search_expression(table)
        if searched is None:
            raise BadQuery([Fault("/q", "not_searchable", {"object": door.object.name})])
        found += [searched.like(statements.parameter(f"q{index}", sa.Text())) for index in range(words)]
    return found


def order_by(order: Order, key: sa.ColumnElement[Any], *, never_null: bool = False) -> Any:
    """A term of ORDER BY. Where no value is null (and ascending anyway) it is the order of an index."""
    if not order.descending:
        return key.asc()
    return key.desc() if never_null or order.is_always_there else key.desc().nulls_last()


def beyond(
    order: Sequence[Order], keys: Sequence[sa.ColumnElement[Any]], known: Sequence[bool]
) -> sa.ColumnElement[bool]:
    """Whether a record comes after the one whose sort keys are the parameters ``k0``, ``k1``, ...

    Args:
        known: for each key whether that record had a value.
    """
    condition: sa.ColumnElement[bool] = sa.false()
    for index in reversed(range(len(order))):
        key, alone = keys[index], index == len(order) - 1
        if not known[index]:
            condition = sa.and_(key.is_(None), condition)
            continue
        bound = statements.parameter(f"k{index}", key.type)
        later = key < bound if order[index].descending else key > bound
        if not alone:
            later = sa.or_(later, key.is_(None), sa.and_(key == bound, condition))
        elif order[index].fields[-1].name != "id":
            later = sa.or_(later, key.is_(None))
        condition = later
    return condition


def _kinds(door: Door, query: Query) -> tuple[sa.types.TypeEngine[Any], ...]:
    """The SQL types of a list's sort keys."""
    order = tuple((sort.path, sort.descending) for sort in query.sort)

    def build() -> tuple[sa.types.TypeEngine[Any], ...]:
        source = Source(door.object, door.model.objects)
        return tuple(one.key(source).type for one in orders(door, query.sort))

    kinds: tuple[sa.types.TypeEngine[Any], ...] = statements.cache.get(
        door.owners, ("kinds", door.object.name, order), build
    )
    return kinds


def _compile(door: Door, query: Query, filters: Filters, after: tuple[bool, ...], words: int) -> statements.Statement:
    faults: list[Fault] = []
    try:
        node = wanted(door, query.fields, query.expand, deleted=query.deleted)
    except BadQuery as error:
        faults += error.faults
    try:
        order = orders(door, query.sort)
    except BadQuery as error:
        faults += error.faults
    if faults:
        raise BadQuery(faults)
    source = Source(door.object, door.model.objects)
    where = conditions(door, source, filters, words, deleted=query.deleted)
    keys = [one.key(source) for one in order]
    table = source.root
    columns: list[Any] = [table.c[name] for name in node.columns()]
    columns += [key.label(f"k{index}") for index, key in enumerate(keys)]
    rows = sa.select(*columns).select_from(source.joined).where(*where)
    in_parts = (order[0].descending or bool(after)) and not order[0].is_always_there and order[0].is_indexed(source)
    found = _sorted(rows, order, keys, after, query.limit + 1, in_parts=in_parts).subquery("f")
    numbered = sa.select(found, sa.func.row_number().over().label("n")).subquery("p")
    limit: Any = sa.literal_column(str(query.limit))
    record = record_json(door, node, numbered)
    last = [_at(sa.func.array_agg(numbered.c[f"k{index}"]), query.limit) for index in range(len(keys))]
    answer: list[Any] = [
        sa.cast(sa.func.json_agg(record).filter(numbered.c.n <= limit), sa.Text()),
        sa.func.count(),
        sa.cast(sa.func.json_build_array(*last), sa.Text()),
    ]
    if query.count:
        answer.append(sa.select(sa.func.count()).select_from(source.joined).where(*where).scalar_subquery())
    return statements.compile(sa.select(*answer).select_from(numbered))


def _sorted(
    rows: Any, order: Sequence[Order], keys: Sequence[Any], after: tuple[bool, ...], most: int, *, in_parts: bool
) -> Any:
    """The next rows in order.

    Empty values come last either way, which no index gives when descending (nor when going on after a cursor). So
    where the first key has an index, the records with a value are asked first, then, if the page is not full, those
    without: PostgreSQL runs the parts of UNION ALL in turn and stops at the limit.
    """
    first, key, rest = order[0], keys[0], list(zip(order, keys, strict=True))
    limit: Any = sa.literal_column(str(most))
    later = [beyond(order, keys, after)] if after else []
    if not in_parts:
        return rows.where(*later).order_by(*(order_by(one, column) for one, column in rest)).limit(limit)
    others = [order_by(one, column) for one, column in rest[1:]]
    without = rows.where(key.is_(None))
    if after and not after[0]:
        return without.where(*later).order_by(*others).limit(limit)
    given = rows.where(key.is_not(None), *later)
    if after:
        bound = statements.parameter("k0", key.type)
        given = given.where(key <= bound if first.descending else key >= bound)
    given = given.order_by(order_by(first, key, never_null=True), *others).limit(limit).subquery()
    without = without.order_by(*others).limit(limit).subquery()
    return sa.union_all(sa.select(given), sa.select(without)).limit(limit)


def _at(array: Any, position: int) -> Any:
    """An element of an array, counted from 1."""
    return sa.type_coerce(array, sa.ARRAY(sa.Text()))[sa.literal_column(str(position))]
