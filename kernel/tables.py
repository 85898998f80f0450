"""A Model's tables, as SQLAlchemy sees them: columns, indexes, foreign keys. All names are generated."""

from __future__ import annotations

import re
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from kernel.fields import TYPES
from kernel.fields.autonumber import Autonumber

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from kernel.model import FieldModel

SCHEMA = re.compile(r"t_[a-z0-9_]{1,60}")
TRIGRAMS = "tangram.gin_trgm_ops"  # pg_trgm is in the control schema
INDEX_BYTES = 2_600  # of 2,704 that a B-tree entry may have
BYTES_A_CHARACTER = 4
NOT_NULL = ("id", "version", "created_at", "updated_at")


@dataclass(slots=True, frozen=True)
class ForeignKey:
    """A lookup's foreign key. Kept apart from the SQLAlchemy table, so that tables can be made in any order."""

    name: str
    column: str
    target: str
    on_delete: str


class Tables:
    """The tables of one tenant's schema."""

    def __init__(self, schema: str) -> None:
        if SCHEMA.fullmatch(schema) is None:
            raise ValueError(f"not a tenant's schema: {schema!r}")
        self._metadata = sa.MetaData(schema=schema)

    def add(
        self,
        physical: str,
        fields: Mapping[str, FieldModel],
        unique_keys: Sequence[Sequence[str]],
        indexes: Sequence[Sequence[str]],
        searched: Sequence[FieldModel],
    ) -> sa.Table:
        """The table of an object with its indexes; foreign keys come by ``reference``."""
        columns = [column for one in fields.values() for column in self._columns(one)]
        table = sa.Table(physical, self._metadata, *columns)
        table.info["foreign_keys"] = []
        live = table.c.deleted_at.is_(None)
        for key in unique_keys:
            over = [table.c[fields[name].columns[0]] for name in key]
            sa.Index(_unique_name(physical, fields, key), *over, unique=True, postgresql_where=live)
        for one in fields.values():
            _index_field(table, one, live)
        for key in indexes:
            over_fields = [fields[name] for name in key]
            name = "_".join([physical, *(one.columns[0] for one in over_fields), "idx"])
            expressions = [one.type.indexed(one, one.expressions(table)) for one in over_fields]
            sa.Index(name, *expressions, postgresql_where=live)
        expression = search_expression(searched, table)
        if expression is not None:
            digest = zlib.crc32(" ".join(one.columns[0] for one in searched).encode())
            sa.Index(
                f"{physical}_search_{digest:08x}",
                expression.label("search"),
                postgresql_using="gin",
                postgresql_ops={"search": TRIGRAMS},
                postgresql_where=live,
            )
        return table

    def reference(self, table: sa.Table, field: FieldModel, target: sa.Table) -> None:
        """Note the foreign key of a lookup."""
        on_delete = "RESTRICT" if field.on_delete == "restrict" else "SET NULL"
        key = ForeignKey(f"{table.name}_{field.columns[0]}_fkey", field.columns[0], target.name, on_delete)
        table.info["foreign_keys"].append(key)

    def _columns(self, field: FieldModel) -> list[sa.Column[Any]]:
        types = field.type.columns(field)
        default: Any = None
        if isinstance(field.type, Autonumber) and field.sequence is not None:
            sequence = f'"{self._metadata.schema}"."{field.sequence}"'
            default = sa.literal_column(field.type.server_default(field, sequence))
        return [
            sa.Column(
                name,
                kind,
                primary_key=name == "id",
                nullable=name not in NOT_NULL,
                server_default=default if position == 0 else None,
            )
            for position, (name, kind) in enumerate(zip(field.columns, types, strict=True))
        ]


def foreign_keys(table: sa.Table) -> list[ForeignKey]:
    """The foreign keys that the table of an object has."""
    found: list[ForeignKey] = table.info["foreign_keys"]
    return found


def constraints(
    physical: str, fields: Mapping[str, FieldModel], unique_keys: Sequence[Sequence[str]]
) -> dict[str, tuple[str, ...]]:
    """Names of unique indexes and foreign keys with the fields that they are over: what a database error names."""
    found = {_unique_name(physical, fields, key): tuple(key) for key in unique_keys}
    for one in fields.values():
        if one.target is not None and not one.system:
            found[f"{physical}_{one.columns[0]}_fkey"] = (one.name,)
    return found


def search_expression(fields: Sequence[FieldModel], table: sa.FromClause) -> sa.ColumnElement[str] | None:
    """Lower-case text of fields, one a line; the same for the index and for queries, without bound values."""
    if not fields:
        return None
    empty, line = sa.text("''"), sa.text("chr(10)")  # constants, so that queries match the index
    joined: Any = None
    for one in fields:
        text = sa.func.coalesce(table.c[one.columns[0]], empty)
        joined = text if joined is None else joined.op("||")(line).op("||")(text)
    return sa.func.lower(joined, type_=sa.Text())


def longest_text(document: Mapping[str, Any]) -> dict[str, int]:
    """Characters that each text field may have because it stands in an index, by field name."""
    textual = {one["name"] for one in document["fields"] if TYPES[one["type"]].searchable}
    keys = [[one["name"]] for one in document["fields"] if one.get("unique") or one.get("index")]
    keys.append([document["name_field"]])
    keys += [key["fields"] for key in (*document.get("unique_keys", ()), *document.get("indexes", ()))]
    found: dict[str, int] = {}
    for key in keys:
        texts = [name for name in key if name in textual]
        for name in texts:
            share = INDEX_BYTES // BYTES_A_CHARACTER // len(texts)
            found[name] = min(found.get(name, share), share)
    return found


def _index_field(table: sa.Table, field: FieldModel, live: Any) -> None:
    columns = field.expressions(table)
    name = f"{table.name}_{field.columns[0]}_idx"
    if field.target is not None and field.name not in ("created_by", "updated_by"):
        # Over deleted records too: the foreign key looks them up when a target is purged.
        sa.Index(name, columns[0])
    elif field.index and field.type.indexable:
        over = field.type.indexed(field, columns)
        sa.Index(name, over, postgresql_where=live, postgresql_using=field.type.index_method)


def _unique_name(physical: str, fields: Mapping[str, FieldModel], key: Sequence[str]) -> str:
    return "_".join([physical, *(fields[name].columns[0] for name in key), "key"])


__all__ = ["ForeignKey", "Tables", "constraints", "foreign_keys", "longest_text", "search_expression"]
