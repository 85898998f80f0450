"""Many records at once: batches with references, and sets as imports write them."""

from __future__ import annotations

import json
from collections import Counter
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

import pytest

from runtime import records
from runtime.records import Query, Row

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from runtime.call import Call

    Make = Callable[..., Awaitable[dict[str, Any]]]


async def done(call: Call, *operations: dict[str, Any]) -> list[dict[str, Any]]:
    results: list[dict[str, Any]] = json.loads(await records.batch(call, list(operations)))["results"]
    return results


async def read(call: Call, object_name: str, identity: str, **options: Any) -> dict[str, Any]:
    record: dict[str, Any] = json.loads((await records.read(call, object_name, UUID(identity), **options))[0])
    return record


async def count(call: Call, table: str, where: str = "true") -> int:
    async with call.db.connection() as connection:
        return int(await connection.fetchval(f'SELECT count(*) FROM "{call.tenant.schema}".{table} WHERE {where}'))


async def test_later_operations_refer_to_earlier_ones(call: Call) -> None:
    results = await done(
        call,
        {"op": "create", "object": "account", "ref": "a", "data": {"name": "Contoso"}},
        {"op": "create", "object": "account", "ref": "b", "data": {"name": "Sub", "parent": {"$ref": "a"}}},
        {"op": "create", "object": "contact", "data": {"name": "Ana", "account": {"$ref": "b"}}},
        {"op": "update", "object": "account", "id": {"$ref": "a"}, "data": {"employees": 7}},
        {"op": "upsert", "object": "account", "key": "name", "ref": "c", "data": {"name": "Sub", "employees": 8}},
        {"op": "create", "object": "note", "data": {"title": "n", "account": {"$ref": "c"}}},
        {"op": "delete", "object": "account", "id": {"$ref": "b"}},
    )
    assert [one["action"] for one in results] == [
        "created", "created", "created", "updated", "updated", "created", "deleted",
    ]  # fmt: skip
    assert [one["version"] for one in results] == [1, 1, 1, 2, 2, 1, 3]
    contact = await read(call, "contact", results[2]["id"], expand=["account"])
    assert contact["account"] == {"id": results[1]["id"], "_name": "Sub", "_deleted": True}
    assert (await read(call, "account", results[0]["id"]))["employees"] == 7
    assert (await read(call, "note", results[5]["id"]))["account"] == results[1]["id"]


async def test_a_batch_is_all_or_nothing(call: Call) -> None:
    operations = [{"op": "create", "object": "account", "data": {"name": f"A{n}"}} for n in range(5)]
    with pytest.raises(records.Invalid) as caught:
        await done(
            call, *operations, {"op": "create", "object": "contact", "data": {"name": "x", "account": str(uuid4())}}
        )
    assert caught.value.faults[0].pointer == "/operations/5/data/account"
    for table in ("audit", "outbox", "history"):
        assert await count(call, table, "object = 'account'") == 0
    with pytest.raises(records.Taken) as taken:
        await done(call, *operations, operations[2])
    assert taken.value.fault.pointer == "/operations/5/data/name"
    assert json.loads(await records.listing(call, "account", Query()))["data"] == []


async def test_a_batch_of_creates_leaves_full_traces(call: Call) -> None:
    results = await done(call, *({"op": "create", "object": "note", "data": {"title": f"N{n}"}} for n in range(30)))
    assert await count(call, "history", "object = 'note' AND action = 'created'") == 30
    assert await count(call, "outbox", "object = 'note' AND event = 'created'") == 30
    async with call.db.connection() as connection:
        rows = await connection.fetch(
            f"SELECT detail::text FROM \"{call.tenant.schema}\".audit WHERE object = 'note' AND action = 'created'"
        )
    assert [set(json.loads(row[0])["ids"]) for row in rows] == [{one["id"] for one in results}]
    entry = json.loads(await records.history(call, "note", UUID(results[3]["id"])))["data"]
    assert [(one["action"], one["changes"]["title"]["new"]) for one in entry] == [("created", "N3")]


BAD_OPERATIONS: list[Any] = [
    (5, ""),
    ({}, "/op"),
    ({"op": "drop", "object": "account"}, "/op"),
    ({"op": "create", "object": 5}, "/object"),
    ({"op": "create", "object": "nothing"}, "/object"),
    ({"op": "create", "object": "account", "data": []}, "/data"),
    ({"op": "create", "object": "account", "data": {"name": "x", "parent": {"$ref": "q"}}}, "/data/parent"),
    ({"op": "create", "object": "account", "data": {"name": "x", "parent": {"$ref": 5}}}, "/data/parent"),
    ({"op": "create", "object": "account", "data": {}}, "/data/name"),
    ({"op": "create", "object": "account", "id": str(uuid4()), "data": {"name": "x"}}, "/id"),
    ({"op": "update", "object": "account", "id": "x"}, "/id"),
    ({"op": "update", "object": "account"}, "/id"),
    ({"op": "delete", "object": "account", "id": {"$ref": "q"}}, "/id"),
    ({"op": "upsert", "object": "account", "data": {"name": "x"}}, "/key"),
    ({"op": "upsert", "object": "account", "key": "employees", "data": {"name": "x"}}, "/key"),
    ({"op": "update", "object": "account", "id": str(uuid4()), "if_match": 2**40}, "/if_match"),
    ({"op": "create", "object": "account", "extra": 1, "data": {"name": "x"}}, "/extra"),
]


async def test_a_bad_operation_is_told_by_its_place(call: Call) -> None:
    for operation, pointer in BAD_OPERATIONS:
        good = {"op": "create", "object": "note", "ref": "n", "data": {"title": "x"}}
        with pytest.raises(records.Invalid) as caught:
            await records.batch(call, [good, operation])
        assert caught.value.faults[0].pointer == f"/operations/1{pointer}"
        assert await count(call, "outbox", "object = 'note'") == 0


async def test_operations_on_records_that_are_gone_stale_or_used(call: Call, make: Make) -> None:
    with pytest.raises(records.NotFound):
        await done(call, {"op": "update", "object": "account", "id": str(uuid4()), "data": {"employees": 1}})
    account = await make("account", name="A")
    with pytest.raises(records.Stale):
        await done(
            call, {"op": "update", "object": "account", "id": account["id"], "if_match": 9, "data": {"employees": 1}}
        )
    product = await make("product", name="P")
    await make("opportunity", product=product["id"])
    with pytest.raises(records.InUse) as caught:
        await done(call, {"op": "delete", "object": "product", "id": product["id"]})
    assert caught.value.fault.pointer == "/operations/0"


def account_rows(call: Call, *data: dict[str, Any]) -> list[Row]:
    codec = call.model.objects["account"].codec
    return [Row(codec.decode(one, mode="upsert")) for one in data]


async def written(call: Call, object_name: str, rows: list[Row], **options: Any) -> list[records.Result]:
    async with call.db.transaction() as connection:
        return await records.write_many(connection, call, object_name, rows, **options)


async def test_a_set_creates_what_is_missing_and_updates_what_is_there(call: Call, make: Make) -> None:
    await make("account", name="A", employees=1, location="X")
    await make("account", name="B", employees=2)
    rows = account_rows(
        call,
        {"name": "A", "employees": 10},
        {"name": "B", "employees": 2},
        {"name": "C"},
        {"name": "A", "employees": 11, "location": None},
        {"name": "D", "parent": str(uuid4())},
        {"employees": 5},
    )
    results = await written(call, "account", rows, mode="upsert", key="name", source="import")
    assert [one.action for one in results] == ["updated", "unchanged", "created", "updated", "failed", "failed"]
    assert [(one.pointer, one.code) for one in results[4].faults] == [("/parent", "reference_invalid")]
    assert [(one.pointer, one.code) for one in results[5].faults] == [("/name", "required")]
    assert json.loads(results[3].changes or "") == {
        "employees": {"old": 10, "new": 11},
        "location": {"old": "X", "new": None},
    }
    made = await read(call, "account", str(results[2].id))
    assert made["type"] == "prospect"
    assert made["owner_id"] == str(call.identity.user_id)
    assert await count(call, "history", "source = 'import'") == 3
    again = await written(call, "account", rows[1:4], mode="upsert", key="name")
    assert [one.action for one in again] == ["unchanged", "unchanged", "unchanged"]


async def test_rows_of_a_set_may_give_different_fields(call: Call, make: Make) -> None:
    await make("account", name="A", employees=1, location="X")
    await make("account", name="B", employees=2, location="Y")
    rows = account_rows(call, {"name": "A", "employees": 9}, {"name": "B", "location": "Z"})
    await written(call, "account", rows, mode="update", key="name")
    found = json.loads(await records.listing(call, "account", Query.parse({"sort": "name"})))["data"]
    assert [(one["employees"], one["location"]) for one in found] == [(9, "X"), (2, "Z")]


async def test_modes_skip_what_they_are_not_for(call: Call, make: Make) -> None:
    await make("account", name="A")
    rows = account_rows(call, {"name": "A", "employees": 1}, {"name": "B"})
    assert [one.action for one in await written(call, "account", rows, mode="update", key="name")] == [
        "updated",
        "skipped",
    ]
    assert [one.action for one in await written(call, "account", rows, mode="create", key="name")] == [
        "skipped",
        "created",
    ]
    with pytest.raises(ValueError, match="key"):
        await written(call, "account", rows, mode="upsert")
    with pytest.raises(ValueError, match="unique"):
        await written(call, "account", rows, mode="upsert", key="employees")


async def test_values_taken_by_others_fail_their_rows_only(call: Call, make: Make) -> None:
    await make("product", name="P", code="1")
    await make("product", name="Q", code="2")
    codec = call.model.objects["product"].codec
    data = [
        {"name": "R", "code": "1"},
        {"name": "S", "code": "3"},
        {"name": "T", "code": "3"},
        {"name": "P", "code": "2"},
        {"name": "Q", "code": "4"},
    ]
    rows = [Row(codec.decode(one, mode="upsert")) for one in data]
    results = await written(call, "product", rows, mode="upsert", key="name")
    assert [one.action for one in results] == ["failed", "created", "failed", "failed", "updated"]
    assert {fault.pointer for one in results for fault in one.faults} == {"/code"}


async def test_sets_hold_every_type(call: Call) -> None:
    codec = call.model.objects["contact"].codec
    data = {"name": "x", "preferred_channels": ["email", "wechat"], "birthday": "1990-05-06", "do_not_contact": True}
    rows = [Row(codec.decode(data, mode="create")), Row(codec.decode({"name": "y"}, mode="create"))]
    results = await written(call, "contact", rows, mode="create")
    found = [await read(call, "contact", str(one.id)) for one in results]
    assert {name: found[0][name] for name in data} == data
    assert found[1]["preferred_channels"] is None
    changed = [
        Row(codec.decode({"preferred_channels": ["wechat"]}, mode="update"), results[0].id),
        Row(codec.decode({"preferred_channels": ["email"], "birthday": "2000-01-01"}, mode="update"), results[1].id),
    ]
    assert Counter(one.action for one in await written(call, "contact", changed, mode="update", key="id")) == {
        "updated": 2
    }
    assert (await read(call, "contact", str(results[0].id)))["preferred_channels"] == ["wechat"]
    assert (await read(call, "contact", str(results[0].id)))["birthday"] == "1990-05-06"


async def test_many_are_deleted_but_those_changed_since_or_in_use(call: Call, make: Make) -> None:
    made = [await make("product", name=f"P{n}") for n in range(4)]
    ids = [UUID(one["id"]) for one in made]
    await records.update(call, "product", ids[1], {"code": "x"})
    await make("opportunity", product=made[2]["id"])
    versions = {**dict.fromkeys(ids, 1), uuid4(): 1}
    async with call.db.transaction() as connection:
        assert await records.delete_many(connection, call, "product", versions) == {ids[0], ids[3]}
    entry = json.loads(await records.history(call, "product", ids[3]))["data"][0]
    assert (entry["action"], entry["version"]) == ("deleted", 2)
    assert await count(call, "outbox", "event = 'deleted'") == 2
