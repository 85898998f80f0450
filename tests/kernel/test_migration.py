"""Plans are made of two Models, say what they do, and do it on a real PostgreSQL."""

from __future__ import annotations

import copy
import dataclasses
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest
import sqlalchemy as sa
from uuid_utils.compat import uuid7

from kernel.faults import Invalid
from kernel.migration import Loss, Plan, apply, plan
from kernel.names import Names
from tests.kernel.samples import EVERY_TYPE, SCHEMA, compiled, object_document, text_field

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kernel.model import Model, ObjectModel

NUMBER = {"name": "number", "type": "autonumber", "label": {"en": "N"}, "format": "N-{00}"}
PARENT = {"name": "parent", "type": "lookup", "label": {"en": "P"}, "object": "thing"}


class Tenant:
    """A tenant's tables in a database: publishes documents one revision after the other."""

    def __init__(self, connection: sa.Connection) -> None:
        self.connection = connection
        self.names = Names()
        self.model: Model = dataclasses.replace(compiled(names=self.names, revision=0), objects={})

    def publish(self, *documents: dict[str, Any]) -> Plan:
        new = compiled(*documents, names=self.names, revision=self.model.revision + 1)
        steps = plan(self.model, new)
        apply(steps, self.connection)
        self.model = new
        return steps

    def insert(self, name: str, /, **values: Any) -> Any:
        item = self.model.objects[name]
        columns = {item.fields[key].columns[0]: value for key, value in values.items()}
        key, now = uuid7(), datetime.now(UTC)
        self.connection.execute(
            item.table.insert(), [{"id": key, "version": 1, "created_at": now, "updated_at": now, **columns}]
        )
        return key

    def value(self, name: str, field: str, key: Any) -> Any:
        item = self.model.objects[name]
        column = item.fields[field].expressions(item.table)[0]
        return self.connection.scalar(sa.select(column).where(item.table.c.id == key))

    def indexes(self, item: ObjectModel) -> set[str]:
        rows = self.connection.execute(
            sa.text("SELECT indexname FROM pg_indexes WHERE schemaname = :schema AND tablename = :table"),
            {"schema": SCHEMA, "table": item.table.name},
        )
        return {row.indexname for row in rows} - {f"{item.table.name}_pkey"}


@pytest.fixture(scope="module")
def database(postgres: str) -> Iterator[sa.Engine]:
    from tests import server

    with server.clone(postgres, "template0") as url:
        engine = sa.create_engine(url.replace("postgresql://", "postgresql+psycopg://"))
        with engine.begin() as opened:
            for statement in (
                "CREATE SCHEMA tangram",
                "CREATE EXTENSION pg_trgm SCHEMA tangram",
                f"CREATE SCHEMA {SCHEMA}",
            ):
                opened.execute(sa.text(statement))
        yield engine
        engine.dispose()


@pytest.fixture
def tenant(database: sa.Engine) -> Iterator[Tenant]:
    with database.connect() as connection:
        yield Tenant(connection)
        connection.rollback()


def codes(steps: Plan) -> list[str]:
    return [step.code for step in steps.steps]


def test_packages_crm_can_be_published_and_taken_back(tenant: Tenant, crm: list[dict[str, Any]]) -> None:
    made = tenant.publish(*crm)
    assert codes(made).count("plan_create_table") == len(tenant.model.objects) == 10
    assert made.losses == [] and made.warnings == []
    key = tenant.insert("opportunity", name="Deal")
    assert tenant.value("opportunity", "number", key) == "OPP-00001"
    back = tenant.publish()
    assert {loss.object for loss in back.losses} == {one["name"] for one in crm if one["kind"] == "object"}


def test_what_the_plan_says_is_what_the_database_gets(tenant: Tenant, crm: list[dict[str, Any]]) -> None:
    new = compiled(*crm, EVERY_TYPE, names=tenant.names)
    for statement in plan(tenant.model, new).sql():
        tenant.connection.exec_driver_sql(statement.replace("%", "%%"))
    tenant.model = new
    for item in new.objects.values():
        assert tenant.indexes(item) == {index.name for index in item.table.indexes}
    assert plan(new, compiled(*crm, EVERY_TYPE, names=tenant.names)).steps == []


def test_changed_texts_bounds_and_lengths_need_no_ddl(tenant: Tenant) -> None:
    tenant.publish(EVERY_TYPE)
    changed = copy.deepcopy(EVERY_TYPE)
    changed["label"] = {"en": "Renamed"}
    for field in changed["fields"]:
        field["label"] = {"en": "Renamed"}
        field["help"] = {"en": "Help"}
        field["required"] = field["type"] != "autonumber"
        if field["type"] == "text":
            field |= {"max_length": 300, "pattern": "^x"}
        if field["type"] in ("decimal", "currency", "percent"):
            field |= {"scale": 6, "min": -5, "max": 5}
    assert tenant.publish(changed) == Plan()


def test_a_new_field_takes_no_rewrite_and_no_scan(tenant: Tenant) -> None:
    tenant.publish(object_document("thing"))
    key = tenant.insert("thing", name="a")
    before = tenant.connection.scalar(sa.text(f"SELECT pg_relation_filenode('{tenant.model.objects['thing'].table}')"))
    fields = [
        {"name": "cost", "type": "currency", "label": {"en": "C"}, "required": True, "default": 5},
        PARENT,
        NUMBER,
    ]
    made = tenant.publish(object_document("thing", *fields))
    after = tenant.connection.scalar(sa.text(f"SELECT pg_relation_filenode('{tenant.model.objects['thing'].table}')"))
    assert before == after
    assert codes(made) == ["plan_add_column"] * 3 + ["plan_add_index", "plan_add_constraint"]
    assert "NOT VALID" in made.sql()[-1]
    assert [fault.code for fault in made.warnings] == ["warning_autonumber"]
    assert tenant.value("thing", "number", key) is None
    assert tenant.value("thing", "number", tenant.insert("thing", name="b")) == "N-01"


def test_a_deleted_field_keeps_its_values_and_its_name_is_never_given_again(tenant: Tenant) -> None:
    fields = [text_field("code", unique=True, searchable=True), PARENT, NUMBER]
    tenant.publish(object_document("thing", *fields))
    key = tenant.insert("thing", name="a", code="x")
    old = tenant.model.objects["thing"]
    column = old.fields["code"].columns[0]

    removed = tenant.publish(object_document("thing"))
    assert removed.losses == [Loss("thing", "code"), Loss("thing", "parent"), Loss("thing", "number")]
    assert codes(removed) == ["plan_retire_column"] * 3 + ["plan_drop_index"]
    assert tenant.connection.scalar(sa.select(old.table.c[column]).where(old.table.c.id == key)) == "x"
    item = tenant.model.objects["thing"]
    assert tenant.indexes(item) == {index.name for index in item.table.indexes}
    tenant.insert("thing", name="b")

    tenant.names = Names.load(
        [{**row, "retired_at": "now" if row["field"] == "code" else None} for row in tenant.names.new_rows]
    )
    tenant.publish(object_document("thing", text_field("code")))
    assert tenant.model.objects["thing"].fields["code"].columns[0] != column
    assert tenant.value("thing", "code", key) is None


def test_a_deleted_object_does_not_hold_on_to_others(tenant: Tenant) -> None:
    strict = {"name": "thing", "type": "lookup", "label": {"en": "T"}, "object": "thing", "on_delete": "restrict"}
    tenant.publish(object_document("thing"), object_document("part", strict))
    thing = tenant.insert("thing", name="t")
    tenant.insert("part", name="p", thing=thing)
    removed = tenant.publish(object_document("thing"))
    assert removed.losses == [Loss("part", None)]
    table = tenant.model.objects["thing"].table
    tenant.connection.execute(table.delete().where(table.c.id == thing))


@pytest.mark.parametrize(("on_delete", "goes"), [("keep", True), ("restrict", False)])
def test_a_purge_empties_or_is_stopped_by_lookups(tenant: Tenant, on_delete: str, goes: bool) -> None:
    tenant.publish(object_document("thing", {**PARENT, "on_delete": on_delete}))
    parent = tenant.insert("thing", name="p")
    child = tenant.insert("thing", name="c", parent=parent)
    table = tenant.model.objects["thing"].table
    with tenant.connection.begin_nested() as trial:
        if goes:
            tenant.connection.execute(table.delete().where(table.c.id == parent))
            assert tenant.value("thing", "parent", child) is None
        else:
            with pytest.raises(sa.exc.IntegrityError):
                tenant.connection.execute(table.delete().where(table.c.id == parent))
            trial.rollback()


def test_what_a_purge_does_can_be_changed(tenant: Tenant) -> None:
    tenant.publish(object_document("thing", PARENT))
    changed = tenant.publish(object_document("thing", {**PARENT, "on_delete": "restrict"}))
    assert codes(changed) == ["plan_drop_constraint", "plan_add_constraint"]


def test_unique_means_unique_among_what_is_not_deleted(tenant: Tenant) -> None:
    tenant.publish(object_document("thing", text_field("code", unique=True)))
    item = tenant.model.objects["thing"]
    first = tenant.insert("thing", name="a", code="x")
    tenant.insert("thing", name="empty", code=None)
    tenant.insert("thing", name="empty too", code=None)
    with pytest.raises(sa.exc.IntegrityError) as caught, tenant.connection.begin_nested():
        tenant.insert("thing", name="b", code="x")
    assert item.constraints[caught.value.orig.diag.constraint_name] == ("code",)
    tenant.connection.execute(item.table.update().where(item.table.c.id == first).values(deleted_at=sa.func.now()))
    tenant.insert("thing", name="b", code="x")


def test_a_field_made_unique_warns_and_fails_on_values_that_are_there_twice(tenant: Tenant) -> None:
    tenant.publish(object_document("thing", text_field("code")))
    tenant.insert("thing", name="a", code="x")
    tenant.insert("thing", name="b", code="x")
    new = compiled(object_document("thing", text_field("code", unique=True)), names=tenant.names)
    steps = plan(tenant.model, new)
    assert [fault.code for fault in steps.warnings] == ["warning_index", "warning_unique"]
    with pytest.raises(sa.exc.IntegrityError), tenant.connection.begin_nested():
        apply(steps, tenant.connection)


@pytest.mark.parametrize(
    ("before", "after", "pointer"),
    [
        (text_field("f"), {"name": "f", "type": "integer", "label": {"en": "F"}}, "/fields/1/type"),
        ({**PARENT, "name": "f"}, {**PARENT, "name": "f", "object": "user"}, "/fields/1/object"),
        (
            {**PARENT, "name": "f", "object": "user"},
            {"name": "f", "type": "user", "label": {"en": "F"}},
            "/fields/1/type",
        ),
    ],
)
def test_a_field_cannot_become_of_another_type(before: dict[str, Any], after: dict[str, Any], pointer: str) -> None:
    names = Names()
    old = compiled(object_document("thing", before), names=names)
    with pytest.raises(Invalid) as caught:
        plan(old, compiled(object_document("thing", after), names=names))
    assert [(one.pointer, one.code, one.document) for one in caught.value.faults] == [
        (pointer, "type_change", ("object", "thing"))
    ]


def test_the_type_of_a_field_of_an_extension_cannot_change_either() -> None:
    names = Names()

    def with_extension(kind: str) -> Model:
        field = {"name": "x__f", "type": kind, "label": {"en": "F"}}
        body = {"kind": "extension", "name": "x__e", "object": "thing", "fields": [field]}
        return compiled(object_document("thing"), body, names=names)

    with pytest.raises(Invalid) as caught:
        plan(with_extension("text"), with_extension("date"))
    fault = caught.value.faults[0]
    assert (fault.document, fault.pointer) == (("extension", "x__e"), "/fields/0/type")


def test_the_format_of_a_number_can_change_and_is_never_too_narrow(tenant: Tenant) -> None:
    tenant.publish(object_document("thing", {**NUMBER, "start": 99}))
    assert tenant.value("thing", "number", tenant.insert("thing", name="a")) == "N-99"
    assert tenant.value("thing", "number", tenant.insert("thing", name="a")) == "N-100"
    changed = tenant.publish(object_document("thing", {**NUMBER, "start": 99, "format": "%s :x '{0000}' \\"}))
    assert codes(changed) == ["plan_change_column"]
    assert tenant.value("thing", "number", tenant.insert("thing", name="a")) == "%s :x '0101' \\"


def test_search_uses_its_index_and_finds_chinese(tenant: Tenant) -> None:
    tenant.publish(object_document("thing", text_field("code", searchable=True), text_field("note", searchable=True)))
    tenant.insert("thing", name="a", code="北京人民医院", note="Second LINE")
    tenant.insert("thing", name="b", code="other")
    item = tenant.model.objects["thing"]
    search = item.search_expression(item.table)
    assert search is not None
    live = item.table.c.deleted_at.is_(None)
    for part, count in (("人民医院", 1), ("民医", 1), ("second", 1), ("医院 second", 0)):
        query = sa.select(sa.func.count()).where(live, search.like(sa.func.lower(f"%{part}%")))
        assert tenant.connection.scalar(query) == count, part
    now = datetime.now(UTC)
    column = item.fields["code"].columns[0]
    many = [
        {"id": uuid7(), "version": 1, "created_at": now, "updated_at": now, column: f"row {number * 7919}"}
        for number in range(3_000)
    ]
    tenant.connection.execute(item.table.insert(), many)
    index = next(one.name for one in item.table.indexes if "_search_" in str(one.name))
    tenant.connection.execute(sa.text(f"SELECT gin_clean_pending_list('{SCHEMA}.{index}')"))
    tenant.connection.execute(sa.text(f"ANALYZE {item.table}"))
    query = sa.select(item.table.c.id).where(live, search.like(sa.literal("%人民医院%")))
    text = str(query.compile(tenant.connection, compile_kwargs={"literal_binds": True}))
    explained = tenant.connection.exec_driver_sql(f"EXPLAIN {text}").scalars().all()
    assert any("_search_" in line for line in explained), explained


def test_a_list_sorted_or_filtered_by_an_indexed_text_uses_the_index(tenant: Tenant) -> None:
    tenant.publish(object_document("thing", text_field("code", index=True)))
    item = tenant.model.objects["thing"]
    live, field = item.table.c.deleted_at.is_(None), item.fields["code"]
    tenant.connection.execute(sa.text("SET LOCAL enable_seqscan = off"))
    tenant.connection.execute(sa.text("SET LOCAL enable_sort = off"))
    for query in (
        sa.select(item.table.c.id).where(live).order_by(field.sort(item.table)),
        sa.select(item.table.c.id).where(live, field.compare(item.table, "=", "X")),
    ):
        text = str(query.compile(tenant.connection, compile_kwargs={"literal_binds": True}))
        explained = tenant.connection.exec_driver_sql(f"EXPLAIN {text}").scalars().all()
        assert any(f"{field.columns[0]}_idx" in line for line in explained), explained


def test_a_new_searchable_field_makes_a_new_search_index(tenant: Tenant) -> None:
    tenant.publish(object_document("thing", text_field("code", searchable=True), text_field("note")))
    fields = (text_field("code", searchable=True), text_field("note", searchable=True))
    changed = tenant.publish(object_document("thing", *fields))
    assert codes(changed) == ["plan_drop_index", "plan_add_index"]


def test_a_text_as_long_as_an_index_allows_can_be_stored(tenant: Tenant) -> None:
    fields = [text_field(name) for name in ("a", "b", "c")]
    fields.append({"name": "site", "type": "url", "label": {"en": "S"}, "index": True})
    tenant.publish(object_document("thing", *fields, unique_keys=[{"fields": ["a", "b", "c"]}]))
    item = tenant.model.objects["thing"]
    letters = "".join(chr(0x20000 + (number * 7919) % 40_000) for number in range(700))  # four bytes, hard to compress
    values = {name: letters[: item.fields[name].longest or 0] for name in ("a", "b", "c")}
    tenant.insert("thing", name=letters[:650], site="https://x.example/" + "y" * 630, **values)


def test_steps_speak_the_readers_language(tenant: Tenant) -> None:
    tenant.publish()
    step = tenant.publish(object_document("thing")).steps[0]
    assert (step.message("en"), step.message("zh-CN")) == ("Create object thing", "创建对象 thing")


def test_models_of_two_tenants_are_not_compared() -> None:
    import kernel.model

    other = kernel.model.compile([], schema="t_other", revision=0, names=Names())
    with pytest.raises(ValueError, match="two tenants"):
        plan(compiled(), other)
