"""What becomes of single rows: values as people write them, links, keys, faults."""

from __future__ import annotations

from typing import Any

import pytest

from kernel.faults import Invalid
from runtime import imports
from runtime.imports.errors import Unreadable, WrongState
from runtime.records.errors import AccessDenied, NotFound


async def records(call: Any, object_name: str, *fields: str) -> list[dict[str, Any]]:
    item = call.model.objects[object_name]
    columns = ", ".join(f'"{item.fields[name].columns[0]}" AS "{name}"' for name in fields)
    table = f'"{item.table.schema}"."{item.table.name}"'
    async with call.db.connection() as connection:
        rows = await connection.fetch(f"SELECT {columns} FROM {table} WHERE deleted_at IS NULL ORDER BY id")
    return [dict(row) for row in rows]


async def reasons(call: Any, import_id: Any) -> list[tuple[int, str | None, str]]:
    page = await imports.faults(call, import_id)
    return [(row["row"], one["column"], one["code"]) for row in page["data"] for one in row["faults"]]


async def test_values_are_understood_as_people_write_them(call: Any, load: Any) -> None:
    done = await load(
        "product",
        "产品名称;标准售价;在售;Code\nA;1.234,50;是;1\nB;7,25;no;2\n'=C;;否;3\n".encode("gb18030"),
    )
    assert (done.created_rows, done.failed_rows) == (3, 0), await reasons(call, done.id)
    found = await records(call, "product", "name", "list_price", "active")
    assert [(one["name"], one["list_price"] and float(one["list_price"]), one["active"]) for one in found] == [
        ("A", 1234.5, True),
        ("B", 7.25, False),
        ("=C", None, False),
    ]


async def test_picklists_take_values_and_labels_of_both_languages_in_any_case(call: Any, load: Any) -> None:
    done = await load("account", "name,sector\nA,RETAIL\nB,零售\nC,Telecommunications\nD,retial\n")
    assert [one["sector"] for one in await records(call, "account", "sector")] == [
        "retail",
        "retail",
        "telecommunications",
    ]
    group = (await imports.fault_groups(call, done.id))["data"][0]
    assert (group["column"], group["value"], group["code"], group["suggestions"][:1]) == (
        "sector",
        "retial",
        "picklist_value",
        ["retail"],
    )


async def test_the_order_of_dates_is_that_of_the_whole_column(call: Any, load: Any) -> None:
    text = "external_id,close_date\n1,3/4/2017\n2,2017-12-31\n3,2/29/2017\n4,12/20/2017\n"
    mapping = [
        {"column": "external_id", "field": "external_id"},
        {"column": "close_date", "field": "close_date", "date_order": "auto"},
    ]
    done = await load("opportunity", text, mapping, {"key": "external_id"})
    found = await records(call, "opportunity", "close_date")
    assert [one["close_date"].isoformat() for one in found] == ["2017-03-04", "2017-12-31", "2017-12-20"]
    assert await reasons(call, done.id) == [(4, "close_date", "date_invalid")]


async def test_links_are_found_by_any_field_and_missing_ones_created_on_demand(call: Any, load: Any) -> None:
    await load("account", "name,email\nAcme,info@acme.example\nBeta,\n")
    mapping = [
        {"column": "last", "field": "name"},
        {"column": "company", "field": "account", "lookup": {"match": "email"}},
    ]
    done = await load("contact", "last,company\nReyes,INFO@acme.example\nSmith,no@where.example\n", mapping)
    assert (done.created_rows, done.failed_rows) == (1, 1)
    assert await reasons(call, done.id) == [(3, "company", "import_lookup_missing")]
    mapping[1]["lookup"] = {"match": "name", "create_missing": True}
    await load("contact", "last,company\nJones,Gamma\nBrown,Gamma\nGreen,Acme\n", mapping)
    assert [one["name"] for one in await records(call, "account", "name")] == ["Acme", "Beta", "Gamma"]


async def test_two_records_of_the_same_name_are_ambiguous(call: Any, load: Any) -> None:
    await load("user", "name\nLin Yue\nLin Yue\n", [{"column": "name", "field": "name"}], {"mode": "create"})
    mapping = [{"column": "n", "field": "name"}, {"column": "o", "field": "owner_id"}]
    done = await load("account", "n,o\nA,Lin Yue\nB,admin@demo.test\n", mapping)
    assert done.created_rows == 1
    assert await reasons(call, done.id) == [(2, "o", "import_lookup_ambiguous")]
    owner = (await records(call, "account", "owner_id"))[0]["owner_id"]
    assert owner == call.identity.user_id


async def test_parents_may_stand_after_their_children(call: Any, load: Any) -> None:
    rows = ["name,parent", *(f"Child {number},Parent {number % 7}" for number in range(1500))]
    rows += [f"Parent {number}," for number in range(7)]
    mapping = [{"column": "name", "field": "name"}, {"column": "parent", "field": "parent"}]
    done = await load("account", "\n".join(rows), mapping, {"key": "name"})
    assert (done.created_rows, done.failed_rows) == (1507, 0)
    found = {one["name"]: one["parent"] for one in await records(call, "account", "name", "parent")}
    assert sum(parent is not None for parent in found.values()) == 1500


async def test_of_rows_with_the_same_key_the_last_wins(call: Any, load: Any) -> None:
    done = await load("account", "name,location\nA,Paris\nB,Rome\nA,Berlin\n", options={"key": "name"})
    assert (done.created_rows, done.updated_rows) == (2, 1)
    assert [one["location"] for one in await records(call, "account", "location")] == ["Berlin", "Rome"]


async def test_a_taken_value_is_reported_where_there_is_no_key(call: Any, load: Any) -> None:
    mapping = [{"column": "name", "field": "name"}]
    done = await load("account", "name\nA\nB\nA\n", mapping, {"mode": "create"})
    assert (done.created_rows, done.failed_rows) == (2, 1)
    assert await reasons(call, done.id) == [(4, "name", "taken")]


@pytest.mark.parametrize(
    ("mode", "expected", "location"),
    [("create", (1, 0, 1), "Paris"), ("update", (0, 1, 1), "Berlin"), ("upsert", (1, 1, 0), "Berlin")],
)
async def test_the_mode_says_what_becomes_of_rows_with_and_without_a_record(
    call: Any, load: Any, mode: str, expected: tuple[int, int, int], location: str
) -> None:
    await load("account", "name,location\nA,Paris\n")
    options = {"mode": mode, "key": "name"}
    dry = await load("account", "name,location\nA,Berlin\nB,Rome\n", options=options, dry_run=True)
    done = await load("account", "name,location\nA,Berlin\nB,Rome\n", options=options)
    assert (dry.created_rows, dry.updated_rows, dry.skipped_rows) == expected
    assert (done.created_rows, done.updated_rows, done.skipped_rows) == expected
    assert (await records(call, "account", "location"))[0]["location"] == location


async def test_blank_cells_keep_or_clear(call: Any, load: Any) -> None:
    await load("product", "name,unit,active\nA,box,no\n")
    await load("product", "name,unit,active\nA,,\n")
    assert await records(call, "product", "unit", "active") == [{"unit": "box", "active": False}]
    await load("product", "name,unit,active\nA,,\n", options={"key": "name", "empty": "clear"})
    assert await records(call, "product", "unit", "active") == [{"unit": None, "active": None}]


async def test_a_new_record_gets_defaults_for_blank_cells(call: Any, load: Any) -> None:
    await load("product", "name,active\nA,\n")
    assert await records(call, "product", "active") == [{"active": True}]


async def test_records_are_updated_by_id(call: Any, load: Any) -> None:
    await load("account", "name,location\nA,Paris\n")
    record = (await records(call, "account", "id"))[0]["id"]
    text = f"id,name\n{record},A2\n00000000-0000-7000-8000-000000000000,X\nno id,Y\n"
    done = await load("account", text)
    assert (done.updated_rows, done.skipped_rows, done.failed_rows) == (1, 1, 1)
    assert await records(call, "account", "name", "location") == [{"name": "A2", "location": "Paris"}]


async def test_broken_rows_are_reported_and_the_others_written(call: Any, load: Any) -> None:
    data = b'name,location\nA,Paris\nB\nC,x,y\n\nD,"Ro\x00me"\nE,Oslo,\n,Nowhere\nF,Bern\n'
    done = await load("account", data, options={"key": "name"})
    assert (done.total_rows, done.created_rows, done.failed_rows) == (7, 3, 4)
    assert await reasons(call, done.id) == [
        (3, None, "import_row_short"),
        (4, None, "import_row_long"),
        (6, None, "import_row_nul"),
        (8, "name", "import_key_blank"),
    ]


async def test_short_rows_can_be_padded(call: Any, load: Any) -> None:
    done = await load("account", "name,location\nA\nB,Paris\n", options={"key": "name", "ragged": "pad"})
    assert done.created_rows == 2


async def test_damaged_characters_are_a_fault_of_their_row(call: Any, load: Any) -> None:
    data = "name,location\nÄ,Köln\n".encode() + b"B,K\xf6ln\n" + b"C,Bern\n"
    options = {"key": "name", "encoding": "utf-8"}
    done = await load("account", data, options=options)
    assert (done.created_rows, done.failed_rows) == (2, 1)
    assert await reasons(call, done.id) == [(3, None, "import_row_encoding")]
    text = b"".join([chunk async for chunk in imports.faults_csv(call, done.id)]).decode("utf-8-sig")
    assert "K�ln" in text


async def test_the_error_file_has_the_columns_the_row_and_the_reasons(call: Any, load: Any) -> None:
    done = await load("account", "name,sector,employees\nA,x,many\n=B,retail,-1\nC,retail,5\n")
    lines = b"".join([chunk async for chunk in imports.faults_csv(call, done.id)]).decode().splitlines()
    assert lines[0] == "\ufeffname,sector,employees,Row,Reason"
    assert lines[1].startswith("A,x,many,2,")
    assert "sector: " in lines[1]
    assert "employees: many is not a whole number." in lines[1]
    assert lines[2].startswith("'=B,retail,-1,3,")
    assert len(lines) == 3


async def test_an_import_can_stop_at_the_first_fault(call: Any, load: Any, counted: Any) -> None:
    done = await load("account", "name,employees\nA,1\nB,x\n", options={"key": "name", "on_error": "stop"})
    assert (done.state, done.error["code"]) == ("failed", "import_stopped")
    assert await counted("account") == 0
    assert await reasons(call, done.id) == [(3, "employees", "integer_invalid")]


async def test_a_dry_run_counts_and_writes_nothing(call: Any, load: Any, counted: Any) -> None:
    await load("account", "name\nA\n")
    text = "name,employees,parent\nA,1,\nB,2,A\nC,x,\nB,3,C\nD,4,Nobody\n"
    dry = await load("account", text, options={"key": "name"}, dry_run=True)
    assert (dry.state, dry.dry_run) == ("done", True)
    assert (dry.created_rows, dry.updated_rows, dry.failed_rows) == (1, 1, 3)
    assert await counted("account") == 1
    real = await imports.run_now(call, dry.id)
    assert (real.created_rows, real.dry_run) == (1, False)


async def test_a_preview_shows_values_faults_and_actions(call: Any, load: Any, upload: Any) -> None:
    await load("account", "name\nAcme\n")
    made = await upload("account", "name,sector,employees,parent\nAcme,零售,5,\nBeta,x,,Acme\n")
    shown = (await imports.preview(call, made.id))["rows"]
    assert shown[0]["data"] == {"name": "Acme", "sector": "retail", "employees": 5}
    assert [one["action"] for one in shown] == ["update", "skip"]
    assert shown[1]["data"]["parent"]["_name"] == "Acme"
    assert [(one["column"], one["code"]) for one in shown[1]["faults"]] == [("sector", "picklist_value")]
    assert shown[1]["cells"] == ["Beta", "x", "", "Acme"]


async def test_the_mapping_is_suggested_from_headings_and_values(call: Any, sample: Any, upload: Any) -> None:
    from tests.runtime.imports.conftest import SAMPLES

    for name in ("sales_teams", "products", "accounts"):
        await sample(name)
    made = await upload("opportunity", (SAMPLES / "sales_pipeline.csv").read_bytes())
    assert {one.column: one.field for one in made.mapping} == {
        "opportunity_id": "external_id",
        "sales_agent": "owner_id",
        "product": "product",
        "account": "account",
        "deal_stage": "stage",
        "engage_date": "engage_date",
        "close_date": "close_date",
        "close_value": "amount",
    }
    assert made.options.key == "external_id"
    assert {one.column: one.date_order for one in made.mapping if one.date_order} == {
        "engage_date": "mdy",
        "close_date": "mdy",
    }
    chinese = await upload("account", "客户名称,行业,员工人数,上级客户,Website URL\nA,零售,5,,https://a.example\n")
    assert [one.field for one in chinese.mapping] == ["name", "sector", "employees", "parent", "website"]


@pytest.mark.parametrize(
    ("mapping", "options", "pointers"),
    [
        ([{"column": "nope", "field": "name"}], {}, {"/mapping/0/column"}),
        ([{"column": "name", "field": "nope"}], {}, {"/mapping/0/field", "/mapping"}),
        ([{"column": "name", "field": "name"}, {"column": "b", "field": "name"}], {}, {"/mapping/1/field"}),
        ([{"column": "name", "field": "created_at"}], {}, {"/mapping/0/field", "/mapping"}),
        ([{"column": "name", "field": "name", "lookup": {"match": "x"}}], {}, {"/mapping/0/lookup"}),
        ([{"column": "name", "field": "name", "x": 1}], {}, {"/mapping/0/x"}),
        ([{"column": "name", "field": "name", "lookup": {"match": 1}}], {}, {"/mapping/0/lookup/match"}),
        ([{"column": "name", "field": "name", "date_order": "x"}], {}, {"/mapping/0/date_order"}),
        ([{"column": "b", "field": "location"}], {"mode": "update", "key": "name"}, {"/options/key"}),
        ([{"column": "name", "field": "name"}], {"mode": "upsert"}, {"/options/key"}),
        ([{"column": "name", "field": "name"}], {"key": "sector"}, {"/options/key"}),
        ([{"column": "name", "field": "name"}], {"mode": "x"}, {"/options/mode"}),
        ([{"column": "name", "field": "name"}], {"y": 1}, {"/options/y"}),
        ([], {}, {"/mapping"}),
        ("text", {}, {"/mapping"}),
    ],
)
async def test_a_mapping_that_cannot_run_is_refused(
    call: Any, upload: Any, mapping: Any, options: Any, pointers: set[str]
) -> None:
    made = await upload("account", "name,b\nA,1\n")
    with pytest.raises(Invalid) as refused:
        await imports.configure(call, made.id, mapping, options)
    assert {fault.pointer for fault in refused.value.faults} == pointers
    for fault in refused.value.faults:
        assert fault.message("en") != fault.message("zh-CN")


async def test_reading_options_read_the_file_anew(call: Any, upload: Any) -> None:
    made = await upload("account", "Name;Location\nCafé;Köln\n".encode("cp1252"))
    changed = await imports.configure(call, made.id, options={"encoding": "cp1251", "delimiter": ";"})
    assert changed.columns[0].samples == ["Cafй"]
    with pytest.raises(Unreadable):
        await imports.configure(call, made.id, options={"encoding": "no such"})


async def test_a_workbook_is_imported(call: Any, load: Any) -> None:
    import datetime

    from tests.runtime.imports.test_reading import workbook

    data = workbook([["Opportunity ID", "Close date", "Close value"], ["X1", datetime.date(2017, 3, 1), 1054.5]])
    done = await load("opportunity", data)
    assert (done.format, done.created_rows, done.failed_rows) == ("xlsx", 1, 0)
    found = (await records(call, "opportunity", "close_date", "amount"))[0]
    assert (found["close_date"].isoformat(), float(found["amount"])) == ("2017-03-01", 1054.5)


async def test_only_those_who_may_import_may_import(call: Any, member_call: Any, upload: Any, load: Any) -> None:
    with pytest.raises(AccessDenied):
        await upload("user", "name\nX\n", by=member_call)
    with pytest.raises(NotFound):
        await upload("no_such", "name\nX\n")
    made = await upload("user", "name\nX\n")
    with pytest.raises(AccessDenied):
        await imports.get(member_call, made.id)
    assert await imports.listing(member_call) == []
    assert (await load("account", "name\nX\n", by=member_call)).created_rows == 1


async def test_an_import_that_has_run_cannot_run_dry(call: Any, load: Any) -> None:
    done = await load("account", "name\nX\n")
    with pytest.raises(WrongState):
        await imports.start(call, done.id, dry_run=True)
