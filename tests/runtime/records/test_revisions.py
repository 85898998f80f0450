"""Records of objects that change: wide objects, fields that come and go while calls are under way."""

from __future__ import annotations

import dataclasses
import json
from typing import TYPE_CHECKING, Any

import pytest

from runtime import records, revisions
from runtime.records import BadQuery, Query

if TYPE_CHECKING:
    from runtime.call import Call


def document(fields: list[str], **options: Any) -> dict[str, Any]:
    return {
        "kind": "object",
        "name": "thing",
        "label": {"en": "Thing"},
        "name_field": "name",
        "fields": [
            {"name": "name", "type": "text", "label": {"en": "Name"}, "required": True, "searchable": True},
            *({"name": one, "type": "integer", "label": {"en": one}} for one in fields),
        ],
        **options,
    }


async def published(platform: Any, call: Call, body: dict[str, Any]) -> Call:
    change = await revisions.create(call, documents=[body])
    await revisions.publish(call, change, accept_losses=True)
    return dataclasses.replace(await platform.call("demo", call.identity), source="api")


async def test_objects_may_have_hundreds_of_fields(platform: Any, call: Call) -> None:
    fields = [f"f{n}" for n in range(250)]
    call = await published(platform, call, document(fields))
    data = {one: n for n, one in enumerate(fields)}
    written = await records.create(call, "thing", {"name": "x", **data})
    record = json.loads((await records.update(call, "thing", written.id, {one: n + 1 for one, n in data.items()})).body)
    assert record["f249"] == 250
    await records.batch(call, [{"op": "create", "object": "thing", "data": {"name": "y", **data}}] * 3)
    ids = {"op": "update", "object": "thing", "id": str(written.id), "data": dict.fromkeys(fields, 0)}
    await records.batch(call, [ids])
    found = json.loads(await records.listing(call, "thing", Query.parse({"sort": "-f3"})))["data"]
    assert [one["f249"] for one in found] == [249, 249, 249, 0]
    lines = b"".join([part async for part in await records.export(call, "thing", Query(), format="csv")]).splitlines()
    assert len(lines) == 5


async def test_a_call_under_way_finishes_on_the_revision_that_it_began_with(platform: Any, call: Call) -> None:
    old = await published(platform, call, document(["a", "b"]))
    first = await records.create(old, "thing", {"name": "x", "a": 1, "b": 2})
    new = await published(platform, old, document(["a", "c"]))
    for caller, known, unknown in ((old, "b", "c"), (new, "c", "b")):
        await records.update(caller, "thing", first.id, {known: 5})
        assert json.loads((await records.read(caller, "thing", first.id))[0])[known] == 5
        await records.batch(caller, [{"op": "create", "object": "thing", "data": {"name": "y", known: 1}}])
        assert json.loads(await records.listing(caller, "thing", Query.parse({known: "5"})))["data"]
        with pytest.raises(records.Invalid):
            await records.update(caller, "thing", first.id, {unknown: 5})
        with pytest.raises(records.BadQuery):
            await records.listing(caller, "thing", Query.parse({unknown: "5"}))
    changes = [one["changes"] for one in json.loads(await records.history(new, "thing", first.id))["data"]]
    assert all("b" not in one for one in changes)


async def test_objects_without_history_are_audited_all_the_same(platform: Any, call: Call) -> None:
    call = await published(platform, call, document(["a"], features={"history": False}))
    written = await records.create(call, "thing", {"name": "x"})
    await records.update(call, "thing", written.id, {"a": 1})
    await records.batch(call, [{"op": "create", "object": "thing", "data": {"name": "y"}}])
    assert json.loads(await records.history(call, "thing", written.id))["data"] == []
    async with call.db.connection() as connection:
        schema = call.tenant.schema
        audit = await connection.fetchval(f"SELECT count(*) FROM \"{schema}\".audit WHERE object = 'thing'")
        outbox = await connection.fetchval(f"SELECT count(*) FROM \"{schema}\".outbox WHERE object = 'thing'")
    assert (audit, outbox) == (3, 3)


async def test_a_query_string_read_before_is_read_again_under_a_new_revision(platform: Any, call: Call) -> None:
    async def asked(asker: Call) -> Any:
        text = {"first": "1"}
        found = await records.listing_of(asker, "thing", b"first=1", lambda: Query.parse(text))
        return [sorted(one) for one in json.loads(found)["data"]]

    old = await published(platform, call, document(["first"]))
    await records.create(old, "thing", {"name": "A", "first": 1})
    (before,) = await asked(old)
    new = await published(platform, old, document(["first", "second"]))
    (after,) = await asked(new)
    assert set(after) - set(before) == {"second"}
    without = await published(platform, new, document(["second"]))
    with pytest.raises(BadQuery):
        await asked(without)
