"""Every fault of every document at once, each with its place."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kernel.documents import check, field_schema
from kernel.fields import TYPES
from metadata import LOCALES, core_documents, schemas
from tests.kernel.samples import EVERY_TYPE, object_document, text_field

Found = list[tuple[str, str]]


def found(*documents: Any) -> Found:
    """Pointers and codes of the faults of documents, checked with the platform's own; each fault has its texts."""
    faults = check([*core_documents(), *documents])
    assert all(fault.message(locale) for fault in faults for locale in LOCALES)
    return [(fault.pointer, fault.code) for fault in faults]


def with_field(**options: Any) -> dict[str, Any]:
    return object_document("thing", {"name": "f", "label": {"en": "F"}, **options})


def test_the_platforms_documents_and_packages_crm_have_no_fault(crm: list[dict[str, Any]]) -> None:
    assert found(*crm) == []
    assert found(EVERY_TYPE) == []


@pytest.mark.parametrize(
    "name", ['x"; drop table', "X", "1a", "", "a b", "a\n", "名", "a" * 49, "x'--", "a.b", "__proto__", "\x00"]
)
def test_a_name_that_could_be_sql_is_refused(name: str) -> None:
    code = "bad_text" if "\x00" in name else "bad_name"
    assert ("/name", code) in found({**object_document("thing"), "name": name})
    assert (("/fields/1/name", code)) in found(object_document("thing", text_field(name)))


def test_all_faults_of_all_documents_come_at_once() -> None:
    broken = object_document("a", {"name": "f", "type": "text", "label": {}, "max_length": 0, "colour": 1}, 5)
    broken |= {"name_field": "nix", "surplus": True}
    faults = check([*core_documents(), broken, {"kind": "view", "name": "v"}, {"kind": "nix", "name": "n"}])
    assert {(fault.document, fault.pointer, fault.code) for fault in faults} == {
        (("object", "a"), "/surplus", "unknown_property"),
        (("object", "a"), "/fields/1/label", "too_few_items"),
        (("object", "a"), "/fields/1/label/en", "missing_property"),
        (("object", "a"), "/fields/1/max_length", "below_minimum"),
        (("object", "a"), "/fields/1/colour", "unknown_property"),
        (("object", "a"), "/fields/2", "wrong_type"),
        (("view", "v"), "/label", "missing_property"),
        (("view", "v"), "/object", "missing_property"),
        (("view", "v"), "/columns", "missing_property"),
        (("nix", "n"), "/kind", "kind_unknown"),
    }


@pytest.mark.parametrize(
    ("document", "fault"),
    [
        (5, ("", "wrong_type")),
        ({}, ("/kind", "missing_property")),
        ({"kind": 5}, ("/kind", "wrong_type")),
        (object_document("import"), ("/name", "object_reserved")),
        (object_document("user"), ("/name", "object_package")),
        (object_document("thing", text_field("name")), ("/fields/1/name", "duplicate_field")),
        (object_document("thing", text_field("version")), ("/fields/1/name", "field_reserved")),
        (object_document("thing", text_field("owner")), ("/fields/1/name", "field_reserved")),
        (object_document("thing", text_field("limit")), ("/fields/1/name", "field_reserved")),
        (with_field(type="nix"), ("/fields/1/type", "type_unknown")),
        (with_field(type="long_text", unique=True), ("/fields/1/unique", "unique_unsupported")),
        (with_field(type="json", index=True), ("/fields/1/index", "index_unsupported")),
        (with_field(type="date", searchable=True), ("/fields/1/searchable", "searchable_unsupported")),
        (with_field(type="integer", min=5, max=1), ("/fields/1/min", "min_above_max")),
        (with_field(type="text", min_length=5, max_length=1), ("/fields/1/min_length", "min_above_max")),
        (with_field(type="text", pattern="("), ("/fields/1/pattern", "bad_regex")),
        (with_field(type="text", pattern="(?=a)"), ("/fields/1/pattern", "bad_regex")),
        (with_field(type="lookup"), ("/fields/1/object", "missing_property")),
        (with_field(type="lookup", object="nix"), ("/fields/1/object", "object_unknown")),
        (with_field(type="lookup", object="thing", on_delete="cascade"), ("/fields/1/on_delete", "not_allowed")),
        (with_field(type="picklist"), ("/fields/1/values", "picklist_values_missing")),
        (with_field(type="picklist", picklist="nix"), ("/fields/1/picklist", "picklist_unknown")),
        (with_field(type="picklist", picklist="p", values=[]), ("/fields/1/values", "picklist_values_both")),
        (
            with_field(type="picklist", values=[{"value": "a", "label": {"en": "A"}}] * 2),
            ("/fields/1/values/1/value", "duplicate_value"),
        ),
        (with_field(type="currency", currency="XXX"), ("/fields/1/currency", "not_allowed")),
        (with_field(type="autonumber", format="no number"), ("/fields/1/format", "bad_pattern")),
        (with_field(type="decimal", scale=11), ("/fields/1/scale", "above_maximum")),
        (with_field(type="integer", default="x"), ("/fields/1/default", "wrong_type")),
        (with_field(type="currency", default={"amount": "x"}), ("/fields/1/default/amount", "wrong_type")),
        (object_document("thing", name_field="nix"), ("/name_field", "field_unknown")),
        (
            {**with_field(type="long_text"), "name_field": "f"},
            ("/name_field", "field_not_textual"),
        ),
        (object_document("thing", unique_keys=[{"fields": ["nix"]}]), ("/unique_keys/0/fields/0", "field_unknown")),
        (
            {**with_field(type="json"), "unique_keys": [{"fields": ["f"]}]},
            ("/unique_keys/0/fields/0", "unique_unsupported"),
        ),
        ({**with_field(type="json"), "indexes": [{"fields": ["f"]}]}, ("/indexes/0/fields/0", "index_unsupported")),
        (object_document("thing", indexes=[{"fields": ["name"] * 2}]), ("/indexes/0/fields", "not_unique_items")),
        ({**object_document("thing"), "label": {"en": "x" * 201}}, ("/label/en", "too_long")),
        ({**object_document("thing"), "label": {"en": ""}}, ("/label/en", "too_short")),
        ({**object_document("thing"), "label": {"en": "x", "EN!": "x"}}, ("/label/EN!", "unknown_property")),
        ({**object_document("thing"), "color": "red"}, ("/color", "bad_pattern")),
        ({**object_document("thing"), "fields": []}, ("/fields", "too_few_items")),
        (
            {
                "kind": "picklist",
                "name": "p",
                "label": {"en": "P"},
                "values": [{"value": "a", "label": {"en": "A"}}] * 2,
            },
            ("/values/1/value", "duplicate_value"),
        ),
        ({"kind": "role", "name": "admin", "label": {"en": "A"}}, ("/name", "document_reserved")),
        (
            {**object_document("thing"), "fields": [text_field(f"f{n}") for n in range(401)]},
            ("/fields", "too_many_items"),
        ),
    ],
)
def test_a_fault_in_an_object_is_found(document: Any, fault: tuple[str, str]) -> None:
    assert fault in found(document)


def extension(name: str, *fields: dict[str, Any], target: str = "thing") -> dict[str, Any]:
    return {"kind": "extension", "name": name, "object": target, "fields": list(fields)}


def test_faults_of_extensions() -> None:
    thing = object_document("thing")
    assert found(thing, extension("x__a", text_field("x__f")), extension("y__a", text_field("y__f"))) == []
    assert found(thing, extension("plain", text_field("f"))) == [("/name", "extension_unprefixed")]
    assert found(thing, extension("x__a", text_field("f"))) == [("/fields/0/name", "extension_prefix")]
    assert found(extension("x__a", text_field("x__f"))) == [("/object", "object_unknown")]
    twice = (extension("x__a", text_field("x__f")), extension("x__b", text_field("x__f")))
    assert found(thing, *twice) == [("/fields/0/name", "duplicate_field")]
    own = object_document("thing", text_field("x__f"))
    assert ("/fields/0/name", "duplicate_field") in found(own, extension("x__a", text_field("x__f")))


def test_two_documents_of_one_name() -> None:
    assert found(object_document("thing"), object_document("thing")) == [("/name", "duplicate_document")]


def test_two_lookups_must_not_call_their_records_alike() -> None:
    lookup = {"type": "lookup", "label": {"en": "L"}, "object": "thing", "related_name": "parts"}
    document = object_document("thing", {"name": "a", **lookup}, {"name": "b", **lookup})
    assert found(document) == [("/fields/2/related_name", "related_duplicate")]


def page(kind: str, **body: Any) -> dict[str, Any]:
    return {"kind": kind, "name": "page", "label": {"en": "Page"}, **body}


def section(*fields: str, name: str = "top") -> dict[str, Any]:
    return {"name": name, "label": {"en": "Top"}, "fields": list(fields)}


def rule(field: str, operator: str, value: Any = None) -> dict[str, Any]:
    return {"field": field, "operator": operator, "value": value}


def filtered(*rules: dict[str, Any]) -> dict[str, Any]:
    body = {"combinator": "and", "rules": [{"combinator": "or", "rules": list(rules)}]}
    return page("view", object="user", columns=[{"field": "name"}], filter=body)


@pytest.mark.parametrize(
    ("document", "faults"),
    [
        (page("layout", object="nix", sections=[]), [("/object", "object_unknown")]),
        (page("layout", object="user", sections=[section("nix")]), [("/sections/0/fields/0", "field_unknown")]),
        (
            page("layout", object="user", sections=[section("name"), section("name")]),
            [("/sections/1/name", "duplicate_value"), ("/sections/1/fields/0", "duplicate_value")],
        ),
        (
            page("layout", object="user", sections=[], related=[{"object": "nix", "field": "x"}]),
            [("/related/0/object", "object_unknown")],
        ),
        (
            page("layout", object="user", sections=[], related=[{"object": "team", "field": "x"}]),
            [("/related/0/field", "field_unknown")],
        ),
        (
            page(
                "layout", object="user", sections=[], related=[{"object": "user", "field": "team", "columns": ["a.b"]}]
            ),
            [("/related/0/field", "field_not_lookup"), ("/related/0/columns/0", "field_unknown")],
        ),
        (page("view", object="nix", columns=[{"field": "x"}]), [("/object", "object_unknown")]),
        (
            page(
                "view",
                object="user",
                columns=[{"field": "team.nix"}, {"field": "name.x"}, {"field": "owner.team.name"}],
            ),
            [("/columns/0/field", "field_unknown"), ("/columns/1/field", "path_too_deep")],
        ),
        (
            page("view", object="user", columns=[{"field": "name"}], sort=[{"field": "nix"}]),
            [("/sort/0/field", "field_unknown")],
        ),
        (filtered(rule("active", "contains", "x")), [("/filter/rules/0/rules/0/operator", "operator_unknown")]),
        (filtered(rule("active", "=", "x")), [("/filter/rules/0/rules/0/value", "wrong_type")]),
        (filtered(rule("nix", "=", "x")), [("/filter/rules/0/rules/0/field", "field_unknown")]),
        (filtered(rule("name", "in", "x")), [("/filter/rules/0/rules/0/value", "list_expected")]),
        (filtered(rule("owner_id", "=", "$me"), rule("created_at", ">", "$today-7d")), []),
        (page("app", items=[{"object": "nix"}]), [("/items/0/object", "object_unknown")]),
        (
            page("app", items=[{"group": {"en": "G"}, "items": [{"object": "user", "view": "team_all"}]}]),
            [("/items/0/items/0/view", "view_unknown")],
        ),
        (
            page("role", permissions=[{"object": "nix", "actions": ["read"]}]),
            [("/permissions/0/object", "object_unknown")],
        ),
        (
            page("role", permissions=[{"object": "user", "actions": ["update"]}]),
            [("/permissions/0/actions", "core_read_only")],
        ),
        (
            page("role", permissions=[{"object": "*", "actions": ["explode"]}]),
            [("/permissions/0/actions/0", "not_allowed")],
        ),
        (
            {
                "kind": "translation",
                "name": "t",
                "locale": "de",
                "texts": {"object.user.label": "B", "object.nix.label": "N"},
            },
            [("/texts/object.nix.label", "text_unknown")],
        ),
    ],
)
def test_faults_of_pages_roles_and_translations(document: dict[str, Any], faults: Found) -> None:
    assert found(document) == faults


def test_what_cannot_be_sorted_is_not_sorted_by() -> None:
    thing = object_document("thing", {"name": "data", "type": "json", "label": {"en": "D"}})
    view = page("view", object="thing", columns=[{"field": "data"}], sort=[{"field": "data"}])
    assert found(thing, view) == [("/sort/0/field", "field_not_sortable")]


def test_json_too_deep_is_a_fault_and_no_crash() -> None:
    deep: Any = "x"
    for _ in range(10_000):
        deep = [deep]
    faults = check([*core_documents(), {**object_document("thing"), "description": deep}])
    assert [(fault.document, fault.code) for fault in faults] == [(("object", "thing"), "json_too_deep")]


def test_numbers_that_json_does_not_have_are_refused() -> None:
    assert ("/fields/1/min", "number_invalid") in found(with_field(type="decimal", min=float("nan")))


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=5,
)


@given(st.data())
@settings(max_examples=150)
def test_no_document_however_broken_makes_the_check_fail(crm: list[dict[str, Any]], data: st.DataObject) -> None:
    documents = copy.deepcopy(crm)
    for _ in range(data.draw(st.integers(1, 4))):
        here: Any = documents[data.draw(st.integers(0, len(documents) - 1))]
        for _ in range(data.draw(st.integers(0, 5))):
            keys = list(here) if isinstance(here, dict) else list(range(len(here)))
            if not keys:
                break
            key = data.draw(st.sampled_from(keys))
            if not isinstance(here[key], dict | list) or data.draw(st.booleans()):
                here[key] = data.draw(json_values)
                break
            here = here[key]
    for fault in check([*core_documents(), *documents]):
        for locale in LOCALES:
            fault.message(locale)


@given(st.lists(json_values, max_size=3))
@settings(max_examples=60)
def test_nothing_is_a_document_just_so(values: list[Any]) -> None:
    faults = check([*core_documents(), *values])
    assert len(faults) >= len(values)


@pytest.mark.parametrize("name", TYPES)
def test_the_whole_schema_of_a_field_says_what_its_type_adds(name: str) -> None:
    schema = field_schema(name)
    assert schema["properties"]["type"] == {"const": name}
    assert set(schema["properties"]) >= {"label", "required", *TYPES[name].options}
    assert schema["additionalProperties"] is False
    json.dumps(schema)


def test_there_is_a_schema_for_each_kind() -> None:
    assert set(schemas()) == {"object", "extension", "picklist", "layout", "view", "app", "role", "translation"}


def test_an_object_has_a_number_of_searchable_fields_that_can_be_searched() -> None:
    def document(count: int) -> dict[str, Any]:
        more = [text_field(f"s{number}") | {"searchable": True} for number in range(count)]
        return object_document("thing", *more)

    assert found(document(50)) == []
    assert [code for _, code in found(document(60))] == ["too_many_searchable"]
