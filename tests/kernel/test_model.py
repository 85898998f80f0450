from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import asyncpg

from kernel.model import ObjectModel, PathFault
from kernel.names import Names
from tests.kernel.samples import EVERY_TYPE, compiled, object_document, text_field

SYSTEM = ["id", "owner_id", "created_at", "created_by", "updated_at", "updated_by", "version", "deleted_at"]


def test_system_fields_come_first_and_have_fixed_columns(thing: ObjectModel) -> None:
    assert list(thing.fields)[:8] == SYSTEM
    assert [column.name for column in thing.table.columns][:8] == SYSTEM
    assert all(thing.fields[name].columns == (name,) and thing.fields[name].system for name in SYSTEM)


def test_only_what_the_platform_fills_itself_may_not_be_null(thing: ObjectModel) -> None:
    filled = {column.name for column in thing.table.columns if not column.nullable}
    assert filled == {"id", "version", "created_at", "updated_at"}


def test_names_of_documents_never_become_names_of_the_database(thing: ObjectModel) -> None:
    own = {column.name for column in thing.table.columns} - set(SYSTEM)
    assert all(name.startswith("c") and name[1:].replace("_1", "").isdigit() for name in own)
    assert thing.table.name.startswith("o")
    assert {index.name.split("_")[0] for index in thing.table.indexes} == {thing.table.name}


@pytest.mark.parametrize("schema", ["public", 't_x"; drop schema public', "T_X", "t_", ""])
def test_a_schema_that_is_no_tenants_is_refused(schema: str) -> None:
    import kernel.model

    with pytest.raises(ValueError, match="not a tenant's schema"):
        kernel.model.compile([], schema=schema, revision=0, names=Names())


def test_paths_lead_over_lookups(crm: list[dict[str, Any]]) -> None:
    model = compiled(*crm)
    assert [one.name for one in model.resolve("opportunity", "owner.team.name")] == ["owner_id", "team", "name"]
    assert [one.name for one in model.resolve("opportunity", "account.sector")] == ["account", "sector"]
    assert [one.name for one in model.resolve("opportunity", "owner")] == ["owner_id"]
    for name, path, code in (
        ("opportunity", "account.nix", "field_unknown"),
        ("opportunity", "nix.name", "field_unknown"),
        ("opportunity", "stage.name", "path_too_deep"),
        ("nix", "name", "object_unknown"),
    ):
        with pytest.raises(PathFault) as caught:
            model.resolve(name, path)
        assert caught.value.fault.code == code


def test_what_points_at_an_object(crm: list[dict[str, Any]]) -> None:
    model = compiled(*crm)
    found = model.references_to("product")
    assert {(one.object, one.field, one.on_delete, one.related_name) for one in found} >= {
        ("opportunity", "product", "restrict", "opportunities")
    }
    assert not any(one.system for one in found)
    systems = [one for one in model.references_to("user") if one.system]
    assert ("opportunity", "owner_id") in {(one.object, one.field) for one in systems}


def test_extensions_add_their_fields() -> None:
    extension = {"kind": "extension", "name": "x__e", "object": "thing", "fields": [text_field("x__more", unique=True)]}
    item = compiled(object_document("thing"), extension).objects["thing"]
    assert "x__more" in item.fields
    assert ("x__more",) in item.unique_keys


def test_unique_keys_have_a_constraint_with_a_name_to_find_them_by(thing: ObjectModel) -> None:
    column = thing.fields["code"].columns[0]
    assert thing.constraints[f"{thing.table.name}_{column}_key"] == ("code",)
    lookup = thing.fields["lookup"].columns[0]
    assert thing.constraints[f"{thing.table.name}_{lookup}_fkey"] == ("lookup",)


def test_a_default_value_of_a_picklist_is_the_fields_default() -> None:
    values = [{"value": "a", "label": {"en": "A"}}, {"value": "b", "label": {"en": "B"}, "default": True}]
    field = {"name": "f", "type": "picklist", "label": {"en": "F"}, "values": values}
    many = {"name": "m", "type": "multi_picklist", "label": {"en": "M"}, "values": values}
    given = {**field, "name": "g", "default": "a"}
    fields = compiled(object_document("thing", field, many, given)).objects["thing"].fields
    assert (fields["f"].default, fields["m"].default, fields["g"].default) == ("b", ["b"], "a")


def test_text_in_an_index_is_kept_short_enough_for_it() -> None:
    fields = [text_field("a", unique=True), text_field("b"), text_field("c"), text_field("d")]
    item = compiled(object_document("thing", *fields, unique_keys=[{"fields": ["b", "c"]}])).objects["thing"]
    assert [item.fields[name].longest for name in "abcd"] == [650, 325, 325, None]


def test_search_looks_in_all_searchable_fields_without_bound_values(thing: ObjectModel) -> None:
    alias = thing.table.alias("r")
    compiled_sql = sa.select(thing.search_expression(alias)).compile(dialect=asyncpg.dialect())
    assert compiled_sql.params == {}
    assert [one.name for one in thing.search_fields] == ["text", "long_text"]
    plain = compiled(object_document("plain")).objects["plain"]
    assert plain.search_expression(plain.table) is None


def test_the_name_field_is_indexed() -> None:
    item = compiled(object_document("thing")).objects["thing"]
    assert item.fields["name"].index


def test_a_model_cannot_be_changed(thing: ObjectModel) -> None:
    with pytest.raises(TypeError):
        thing.fields["x"] = thing.fields["id"]  # type: ignore[index]
    with pytest.raises(AttributeError):
        thing.name = "other"  # type: ignore[misc]


def test_compiling_twice_gives_the_same_tables() -> None:
    names = Names()
    first, second = compiled(EVERY_TYPE, names=names), compiled(EVERY_TYPE, names=names)
    before = {index.name for index in first.objects["thing"].table.indexes}
    assert before == {index.name for index in second.objects["thing"].table.indexes}
