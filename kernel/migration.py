"""From one Model to the next: what the database has to do, said in words and in SQL, and doing it.

What a document loses is retired, not dropped: its table or columns stay, without constraints and indexes.
"""

from __future__ import annotations

import io
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, cast

import sqlalchemy as sa
from alembic.migration import MigrationContext
from alembic.operations import Operations, ops
from sqlalchemy.dialects.postgresql import asyncpg
from sqlalchemy.schema import CreateSequence

from kernel.faults import Fault, Invalid, text
from kernel.fields.autonumber import Autonumber
from kernel.tables import ForeignKey, foreign_keys

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from kernel.model import FieldModel, Model, ObjectModel


@dataclass(slots=True, frozen=True)
class Loss:
    """Values that would no longer be seen: of a field, or (``field`` None) all records of an object."""

    object: str
    field: str | None


@dataclass(slots=True, frozen=True)
class Step:
    """One thing that publishing does to the database.

    Attributes:
        code, parameters: as in ``kernel.faults.Fault``; ``message`` gives the words.
        operations: Alembic operations, in order; none where words are all there is to say.
    """

    code: str
    parameters: Mapping[str, Any]
    operations: tuple[ops.MigrateOperation, ...]

    def message(self, locale: str) -> str:
        return text(self.code, locale, self.parameters)

    def sql(self) -> list[str]:
        """The statements, as PostgreSQL gets them."""
        buffer = io.StringIO()
        context = MigrationContext.configure(
            dialect=asyncpg.dialect(),  # type: ignore[no-untyped-call]
            opts={"as_sql": True, "output_buffer": buffer},
        )
        operations = Operations(context)
        for operation in self.operations:
            operations.invoke(operation)
        return [one.strip() for one in buffer.getvalue().split(";\n\n") if one.strip()]


@dataclass(slots=True)
class Plan:
    """What publishing does. ``warnings`` are faults by form only: they tell, and stop nothing."""

    steps: list[Step] = field(default_factory=list)
    warnings: list[Fault] = field(default_factory=list)
    losses: list[Loss] = field(default_factory=list)

    def sql(self) -> list[str]:
        """All statements, in order."""
        return [statement for step in self.steps for statement in step.sql()]


def plan(old: Model, new: Model) -> Plan:
    """The way from the Model that is published to another of the same tenant.

    Raises ``Invalid`` (``type_change``) where a field's values would have to become of another type.
    """
    if old.schema != new.schema:
        raise ValueError(f"models of two tenants: {old.schema!r}, {new.schema!r}")
    faults = [fault for name, item in new.objects.items() for fault in _type_changes(new, old.objects.get(name), item)]
    if faults:
        raise Invalid(faults)
    result = Plan()
    late: list[Step] = []
    for name, item in old.objects.items():
        if name not in new.objects:
            _retire_object(result, item)
    for name, item in new.objects.items():
        before = old.objects.get(name)
        if before is None:
            _create(result, late, item)
        else:
            _change(result, late, before, item)
    # Foreign keys need all tables.
    result.steps += late
    return result


def apply(plan: Plan, connection: sa.Connection) -> None:
    """Do it, in the connection's transaction. Raises what the database raises (``sqlalchemy.exc.DBAPIError``)."""
    operations = Operations(MigrationContext.configure(connection))
    for step in plan.steps:
        for operation in step.operations:
            operations.invoke(operation)


def _create(result: Plan, late: list[Step], item: ObjectModel) -> None:
    table = item.table
    operations: list[ops.MigrateOperation] = [
        _sequence(one, table) for one in item.fields.values() if one.sequence is not None
    ]
    columns = [column._copy() for column in table.columns]
    operations.append(ops.CreateTableOp(table.name, columns, schema=table.schema))
    operations += [_create_index(index) for index in _indexes(table).values()]
    result.steps.append(Step("plan_create_table", {"object": item.name}, tuple(operations)))
    keys = foreign_keys(table)
    if keys:
        added = tuple(_add_key(table, key, check=True) for key in keys)
        late.append(Step("plan_add_constraint", {"object": item.name}, added))


def _change(result: Plan, late: list[Step], before: ObjectModel, item: ObjectModel) -> None:
    table = item.table
    added = [one for name, one in item.fields.items() if name not in before.fields]
    removed = [one for name, one in before.fields.items() if name not in item.fields]
    old_keys = {key.name: key for key in foreign_keys(before.table)}
    new_keys = {key.name: key for key in foreign_keys(table)}
    old_indexes, new_indexes = _indexes(before.table), _indexes(table)
    lost = [name for name in old_indexes if name not in new_indexes]
    gone_keys = [name for name, key in old_keys.items() if new_keys.get(name) != key]

    for one in removed:
        _retire_field(result, before, one, gone_keys, lost)
    if gone_keys:
        dropped = tuple(_drop_key(before.table, name) for name in gone_keys)
        result.steps.append(Step("plan_drop_constraint", {"object": item.name}, dropped))
    if lost:
        dropped_indexes = tuple(_drop_index(before.table, name) for name in lost)
        result.steps.append(Step("plan_drop_index", {"object": item.name}, dropped_indexes))
    for one in added:
        _add_field(result, item, one)
    for name, one in item.fields.items():
        if name in before.fields:
            _change_default(result, item, before.fields[name], one)
    _add_indexes(result, item, [index for name, index in new_indexes.items() if name not in old_indexes], added)
    missing = [key for name, key in new_keys.items() if old_keys.get(name) != key]
    if missing:
        # The columns are new and empty, or were checked under their old key: nothing to read through.
        keys = tuple(_add_key(table, key, check=False) for key in missing)
        late.append(Step("plan_add_constraint", {"object": item.name}, keys))


def _retire_object(result: Plan, item: ObjectModel) -> None:
    operations: list[ops.MigrateOperation] = [_drop_key(item.table, key.name) for key in foreign_keys(item.table)]
    result.steps.append(Step("plan_retire_table", {"object": item.name}, tuple(operations)))
    result.losses.append(Loss(item.name, None))


def _retire_field(result: Plan, item: ObjectModel, one: FieldModel, gone_keys: list[str], lost: list[str]) -> None:
    """The column stays; its key and the indexes over it alone go with it (and leave the lists)."""
    table = item.table
    key_name, index_names = (
        f"{table.name}_{one.columns[0]}_fkey",
        {
            f"{table.name}_{one.columns[0]}_idx",
            f"{table.name}_{one.columns[0]}_key",
        },
    )
    operations: list[ops.MigrateOperation] = []
    if key_name in gone_keys:
        gone_keys.remove(key_name)
        operations.append(_drop_key(table, key_name))
    for name in [name for name in lost if name in index_names]:
        lost.remove(name)
        operations.append(_drop_index(table, name))
    if one.sequence is not None:
        operations.append(
            ops.AlterColumnOp(table.name, one.columns[0], modify_server_default=None, schema=table.schema)
        )
    result.steps.append(Step("plan_retire_column", {"object": item.name, "field": one.name}, tuple(operations)))
    result.losses.append(Loss(item.name, one.name))


def _add_field(result: Plan, item: ObjectModel, one: FieldModel) -> None:
    table = item.table
    operations: list[ops.MigrateOperation] = []
    if one.sequence is not None:
        operations.append(_sequence(one, table))
    for name in one.columns:
        column = table.c[name]._copy()
        # With its default the column would rewrite the table, to number the records that are there.
        column.server_default = None
        operations.append(ops.AddColumnOp(table.name, column, schema=table.schema))
    if one.sequence is not None:
        operations.append(_set_default(table, one))
        result.warnings.append(_warning("warning_autonumber", item, one.name))
    result.steps.append(Step("plan_add_column", {"object": item.name, "field": one.name}, tuple(operations)))


def _change_default(result: Plan, item: ObjectModel, before: FieldModel, one: FieldModel) -> None:
    if not isinstance(one.type, Autonumber) or before.document.get("format") == one.document.get("format"):
        return
    parameters = {"object": item.name, "field": one.name}
    result.steps.append(Step("plan_change_column", parameters, (_set_default(item.table, one),)))


def _add_indexes(result: Plan, item: ObjectModel, indexes: Sequence[sa.Index], added: Sequence[FieldModel]) -> None:
    if not indexes:
        return
    operations = tuple(_create_index(index) for index in indexes)
    result.steps.append(Step("plan_add_index", {"object": item.name}, operations))
    fresh = {name for one in added for name in one.columns}
    if any(not _columns(index) <= fresh for index in indexes):
        result.warnings.append(_warning("warning_index", item))
    if any(index.unique and not _columns(index) <= fresh for index in indexes):
        result.warnings.append(_warning("warning_unique", item))


def _type_changes(new: Model, before: ObjectModel | None, item: ObjectModel) -> Iterator[Fault]:
    if before is None:
        return
    for name, old in before.fields.items():
        one = item.fields.get(name)
        if one is None or old.system:
            continue
        if old.type.name != one.type.name:
            yield _refused(new, item, one, "type", old.type.name, one.type.name)
        elif old.target != one.target:
            yield _refused(new, item, one, "object", f"{old.type.name} {old.target}", f"{one.type.name} {one.target}")


def _refused(new: Model, item: ObjectModel, one: FieldModel, option: str, before: str, after: str) -> Fault:
    """The fault of a changed type, in the object's document or in that of the extension that has the field."""
    for key, document in new.documents.items():
        if key == ("object", item.name) or (key[0] == "extension" and document["object"] == item.name):
            for position, field_document in enumerate(document["fields"]):
                if field_document["name"] == one.name:
                    pointer = f"/fields/{position}/{option}"
                    return Fault(pointer, "type_change", {"old": before, "new": after}, key)
    raise LookupError(one.name)


def _columns(index: sa.Index) -> set[str]:
    names: set[str] = set()
    for expression in index.expressions:
        for element in sa.sql.visitors.iterate(cast("Any", expression)):
            if isinstance(element, sa.Column):
                names.add(element.name)
    return names


def _indexes(table: sa.Table) -> dict[str, sa.Index]:
    return {str(index.name): index for index in sorted(table.indexes, key=lambda one: str(one.name))}


def _create_index(index: sa.Index) -> ops.MigrateOperation:
    return ops.CreateIndexOp.from_index(index)


def _drop_index(table: sa.Table, name: str) -> ops.MigrateOperation:
    return ops.DropIndexOp(name, table_name=table.name, schema=table.schema)


def _add_key(table: sa.Table, key: ForeignKey, *, check: bool) -> ops.MigrateOperation:
    later = {} if check else {"postgresql_not_valid": True}
    return ops.CreateForeignKeyOp(
        key.name,
        table.name,
        key.target,
        [key.column],
        ["id"],
        ondelete=key.on_delete,
        source_schema=table.schema,
        referent_schema=table.schema,
        **later,
    )


def _drop_key(table: sa.Table, name: str) -> ops.MigrateOperation:
    return ops.DropConstraintOp(name, table.name, type_="foreignkey", schema=table.schema)


def _sequence(one: FieldModel, table: sa.Table) -> ops.MigrateOperation:
    start = one.document.get("start", 1)
    sequence = sa.Sequence(str(one.sequence), schema=table.schema, start=start, minvalue=min(start, 1))
    return ops.ExecuteSQLOp(CreateSequence(sequence))


def _set_default(table: sa.Table, one: FieldModel) -> ops.MigrateOperation:
    default = table.c[one.columns[0]].server_default
    expression = default.arg if isinstance(default, sa.DefaultClause) else None
    return ops.AlterColumnOp(table.name, one.columns[0], modify_server_default=expression, schema=table.schema)


def _warning(code: str, item: ObjectModel, field_name: str | None = None) -> Fault:
    return Fault("", code, {"object": item.name, "field": field_name}, ("object", item.name))
