"""Statements: built with SQLAlchemy Core, compiled once to PostgreSQL text with ``$1`` parameters, run by asyncpg.

SQLAlchemy's own execution costs more than most of our queries, so a compiled ``Statement`` is kept by its shape and
asyncpg (which prepares it once a connection) runs it. Values are always bound, never part of the text.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.dialects.postgresql.asyncpg import PGDialect_asyncpg
from sqlalchemy.ext.compiler import compiles

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterable, Mapping

    from sqlalchemy.sql.compiler import SQLCompiler

DIALECT = PGDialect_asyncpg()  # type: ignore[no-untyped-call]
CACHED_STATEMENTS = 4096


@dataclass(slots=True, frozen=True)
class Statement:
    """SQL text with its parameters. Values are what asyncpg takes: no conversion happens here.

    Attributes:
        sql: the text, with ``$1``, ``$2``, ...
        names: of the parameters, in order.
        constants: the bound values, those that change from run to run being None.
        slots: (position, name) of the values that change.
    """

    sql: str
    names: tuple[str, ...]
    constants: tuple[Any, ...]
    slots: tuple[tuple[int, str], ...]

    def arguments(self, values: Mapping[str, Any]) -> list[Any]:
        """The values to run the statement with, in order. Raises ``KeyError`` where one is missing."""
        found = list(self.constants)
        for position, name in self.slots:
            found[position] = values[name]
        return found


def compile(statement: sa.ClauseElement) -> Statement:  # noqa: A001  # read as statements.compile
    """Compile a SQLAlchemy statement. Parameters made with ``parameter`` stay open; all others keep their values."""
    compiled: SQLCompiler = statement.compile(dialect=DIALECT)  # type: ignore[assignment]  # always SQL
    names = tuple(compiled.positiontup or ())
    binds = [compiled.binds[name] for name in names]
    constants = tuple(None if bind.required else bind.effective_value for bind in binds)
    slots = tuple((position, bind.key) for position, bind in enumerate(binds) if bind.required)
    return Statement(str(compiled), names, constants, slots)


def parameter(name: str, kind: sa.types.TypeEngine[Any]) -> sa.BindParameter[Any]:
    """A value to be given when the statement runs; the same name is the same value wherever it stands."""
    return sa.bindparam(name, type_=kind, required=True)


class Cache:
    """Compiled statements by shape, the least recently used thrown away first.

    ``owners`` are the objects (Model, Access) that a shape belongs to. They are compared by identity and kept alive by
    the entry, so that a key never stands for another Model's statement.
    """

    def __init__(self, limit: int = CACHED_STATEMENTS) -> None:
        self._limit = limit
        self._entries: OrderedDict[Hashable, tuple[Any, tuple[object, ...]]] = OrderedDict()

    def __len__(self) -> int:
        return len(self._entries)

    def get(self, owners: tuple[object, ...], shape: Hashable, build: Callable[[], Any]) -> Any:
        """What was built for the shape, or what ``build`` gives now."""
        found = self.find(owners, shape)
        if found is None:
            found = build()
            self.keep(owners, shape, found)
        return found

    def find(self, owners: tuple[object, ...], shape: Hashable) -> Any:
        """What is kept for the shape, or None."""
        key = (*map(id, owners), shape)
        entry = self._entries.get(key)
        if entry is None:
            return None
        self._entries.move_to_end(key)
        return entry[0]

    def keep(self, owners: tuple[object, ...], shape: Hashable, built: Any) -> None:
        """Keep what was built for a shape."""
        self._entries[(*map(id, owners), shape)] = (built, owners)
        if len(self._entries) > self._limit:
            self._entries.popitem(last=False)


cache = Cache()


class JsonObject(sa.ColumnElement[Any]):
    """``JSON_OBJECT(key VALUE value, ...)``: like ``json_build_object``, without its limit of 50 pairs.

    Keys are bound: names from documents never get into SQL text.

    Args:
        pairs: keys and SQL expressions.
        absent: leave out pairs whose value is null.
        binary: give ``jsonb``.
    """

    inherit_cache = False
    type = sa.JSON()
    __visit_name__ = "tangram_json_object"

    def __init__(self, pairs: Iterable[tuple[str, Any]], *, absent: bool = False, binary: bool = False) -> None:
        self.pairs = [(sa.bindparam(None, key, sa.Text()), value) for key, value in pairs]
        self.absent = absent
        self.binary = binary

    def get_children(self, **_: Any) -> list[Any]:
        return [part for pair in self.pairs for part in pair]

    @property
    def _from_objects(self) -> list[Any]:
        return [one for _, value in self.pairs for one in value._from_objects]


@compiles(JsonObject)
def _render_json_object(element: JsonObject, compiler: SQLCompiler, **words: Any) -> str:
    words.pop("within_columns_clause", None)
    kind = "jsonb" if element.binary else "json"
    if not element.pairs:
        return f"'{{}}'::{kind}"
    pairs = (
        f"({compiler.process(key, **words)}) VALUE ({compiler.process(value, **words)})" for key, value in element.pairs
    )
    return f"JSON_OBJECT({', '.join(pairs)} {'ABSENT' if element.absent else 'NULL'} ON NULL RETURNING {kind})"


def in_order(value: Any, *order: Any) -> Any:
    """The argument of an aggregate that takes its rows in an order."""
    build: Any = aggregate_order_by
    return build(value, *order)
