"""Create, read, update, delete, restore and purge one record."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

import pytest

from runtime import records

if TYPE_CHECKING:
    from runtime.call import Call


async def rows(call: Call, sql: str, *values: Any) -> list[Any]:
    async with call.db.connection() as connection:
        return await connection.fetch(sql.replace("$schema", f'"{call.tenant.schema}"'), *values)


async def test_a_created_record_has_its_values_defaults_and_system_fields(call: Call) -> None:
    written = await records.create(call, "account", {"name": "Acme", "revenue": 12.5, "employees": 3})
    record = json.loads(written.body)
    assert record["id"] == str(written.id)
    assert record["name"] == "Acme"
    assert record["type"] == "prospect"
    assert record["revenue"] == {"amount": 12.5, "currency": "USD"}
    assert record["owner_id"] == record["created_by"] == record["updated_by"] == str(call.identity.user_id)
    assert record["version"] == written.version == 1
    assert record["created_at"].endswith("Z")
    assert "deleted_at" not in record
    assert json.loads((await records.read(call, "account", written.id))[0]) == record


async def test_a_write_leaves_history_audit_and_outbox(call: Call) -> None:
    written = await records.create(call, "account", {"name": "Acme"})
    await records.update(call, "account", written.id, {"employees": 4, "name": "Acme"})
    await records.delete(call, "account", written.id)
    await records.restore(call, "account", written.id)
    actions = ["created", "updated", "deleted", "restored"]
    for table, column in (("history", "action"), ("audit", "action"), ("outbox", "event")):
        found = await rows(
            call,
            f"SELECT {column} AS action, by_id FROM $schema.{table} WHERE record_id = $1 ORDER BY at",
            written.id,
        )
        assert [row["action"] for row in found] == actions, table
        assert {row["by_id"] for row in found} == {call.identity.user_id}, table
    changes = await rows(call, "SELECT changes::text FROM $schema.history WHERE record_id = $1 ORDER BY id", written.id)
    assert json.loads(changes[0][0])["name"] == {"old": None, "new": "Acme"}
    assert json.loads(changes[1][0]) == {"employees": {"old": None, "new": 4}}
    payload = await rows(call, "SELECT payload::text FROM $schema.outbox WHERE event = 'updated'")
    assert json.loads(payload[0][0]) == {"fields": ["employees", "name"]}


async def test_every_fault_of_a_record_is_told_at_once(call: Call) -> None:
    with pytest.raises(records.Invalid) as caught:
        await records.create(call, "account", {"sector": "no such", "employees": "many", "nothing": 1, "id": "x"})
    assert {fault.pointer for fault in caught.value.faults} == {"/name", "/sector", "/employees", "/nothing", "/id"}
    assert await rows(call, "SELECT 1 FROM $schema.outbox WHERE object = 'account'") == []


async def test_a_value_of_a_unique_field_is_taken_until_its_record_is_deleted(call: Call) -> None:
    first = await records.create(call, "account", {"name": "Acme"})
    with pytest.raises(records.Taken) as caught:
        await records.create(call, "account", {"name": "Acme"})
    assert (caught.value.fault.pointer, caught.value.fault.code) == ("/name", "taken")
    await records.delete(call, "account", first.id)
    await records.create(call, "account", {"name": "Acme"})
    with pytest.raises(records.Taken):
        await records.restore(call, "account", first.id)


async def test_fields_unique_together_are_told_together(call: Call) -> None:
    product = await records.create(call, "product", {"name": "P"})
    entry = {"product": str(product.id), "price": 5, "valid_from": "2026-01-01"}
    await records.create(call, "price_book_entry", entry)
    with pytest.raises(records.Taken) as caught:
        await records.create(call, "price_book_entry", entry)
    assert caught.value.fault.code == "taken_together"
    assert caught.value.fault.pointer == "/price_book"


@pytest.mark.parametrize("deleted", [True, False])
async def test_a_lookup_has_to_point_at_a_record_that_is_there(call: Call, deleted: bool) -> None:
    target = uuid4()
    if deleted:
        target = (await records.create(call, "account", {"name": "Gone"})).id
        await records.delete(call, "account", target)
    contact = await records.create(call, "contact", {"name": "Ann"})
    for write in (
        records.create(call, "contact", {"name": "Bo", "account": str(target)}),
        records.update(call, "contact", contact.id, {"account": str(target)}),
    ):
        with pytest.raises(records.Invalid) as caught:
            await write
        assert [(one.pointer, one.code) for one in caught.value.faults] == [("/account", "reference_invalid")]


async def test_an_update_changes_what_is_given_and_null_clears(call: Call) -> None:
    written = await records.create(call, "account", {"name": "Acme", "employees": 3, "revenue": 5})
    record = json.loads(
        (await records.update(call, "account", written.id, {"employees": None, "revenue": None, "location": "X"})).body
    )
    assert (record["employees"], record["revenue"], record["location"]) == (None, None, "X")
    assert record["name"] == "Acme"
    assert record["version"] == 2


async def test_an_update_that_changes_nothing_leaves_no_trace(call: Call) -> None:
    written = await records.create(call, "account", {"name": "Acme", "employees": 3})
    again = await records.update(call, "account", written.id, {"employees": 3})
    assert again.version == 1
    assert json.loads(again.body)["employees"] == 3
    assert (await records.update(call, "account", written.id, {})).version == 1
    assert len(await rows(call, "SELECT 1 FROM $schema.history WHERE record_id = $1", written.id)) == 1


async def test_a_stale_version_is_refused(call: Call) -> None:
    written = await records.create(call, "account", {"name": "Acme"})
    await records.update(call, "account", written.id, {"employees": 1}, if_match=1)
    for write in (
        records.update(call, "account", written.id, {"employees": 2}, if_match=1),
        records.update(call, "account", written.id, {"employees": 1}, if_match=1),
        records.delete(call, "account", written.id, if_match=1),
    ):
        with pytest.raises(records.Stale) as caught:
            await write
        assert caught.value.version == 2


async def test_a_deleted_record_is_in_the_bin_only(call: Call) -> None:
    written = await records.create(call, "account", {"name": "Acme"})
    await records.delete(call, "account", written.id, if_match=1)
    for write in (
        records.read(call, "account", written.id),
        records.update(call, "account", written.id, {"employees": 2}),
        records.delete(call, "account", written.id),
    ):
        with pytest.raises(records.NotFound):
            await write
    body, version = await records.read(call, "account", written.id, deleted=True)
    assert json.loads(body)["deleted_at"] is not None
    assert version == 2
    assert (await records.restore(call, "account", written.id)).version == 3
    await records.read(call, "account", written.id)
    with pytest.raises(records.NotFound):
        await records.restore(call, "account", written.id)


async def test_a_restricting_lookup_forbids_deleting_its_target(call: Call) -> None:
    product = await records.create(call, "product", {"name": "P"})
    deal = await records.create(call, "opportunity", {"product": str(product.id)})
    with pytest.raises(records.InUse) as caught:
        await records.delete(call, "product", product.id)
    assert caught.value.fault.parameters == {"object": "opportunity", "field": "product", "count": 1}
    await records.delete(call, "opportunity", deal.id)
    with pytest.raises(records.InUse):  # the deal could still be restored
        await records.delete(call, "product", product.id, purge=True)
    await records.delete(call, "product", product.id)


async def test_a_keeping_lookup_shows_its_deleted_target_and_is_emptied_by_a_purge(call: Call) -> None:
    account = await records.create(call, "account", {"name": "Acme"})
    contact = await records.create(call, "contact", {"name": "Ann", "account": str(account.id)})
    await records.delete(call, "account", account.id)
    body, _ = await records.read(call, "contact", contact.id, expand=["account"])
    assert json.loads(body)["account"] == {"id": str(account.id), "_name": "Acme", "_deleted": True}
    await records.delete(call, "account", account.id, purge=True)
    body, _ = await records.read(call, "contact", contact.id, expand=["account"])
    assert json.loads(body)["account"] is None


async def test_a_purge_takes_the_values_out_of_the_history_and_is_for_admins(call: Call, member_call: Call) -> None:
    account = await records.create(call, "account", {"name": "Acme"})
    with pytest.raises(records.AccessDenied):
        await records.delete(member_call, "account", account.id, purge=True)
    await records.delete(call, "account", account.id, purge=True)
    found = await rows(call, "SELECT action, changes::text FROM $schema.history WHERE record_id = $1", account.id)
    assert [tuple(row) for row in found] == [("purged", "{}")]
    with pytest.raises(records.NotFound):
        await records.read(call, "account", account.id, deleted=True)


async def test_members_read_users_and_change_none(call: Call, member_call: Call) -> None:
    me = call.identity.user_id
    assert me is not None
    await records.read(member_call, "user", me)
    for write in (
        records.create(member_call, "user", {"name": "Eve"}),
        records.update(member_call, "user", me, {"name": "Eve"}),
        records.delete(member_call, "user", me),
        records.upsert(member_call, "user", "email", "eve@x.test", {"name": "Eve"}),
        records.batch(member_call, [{"op": "create", "object": "team", "data": {"name": "T"}}]),
    ):
        with pytest.raises(records.AccessDenied):
            await write


async def test_objects_that_are_not_there_are_not_found(call: Call) -> None:
    for write in (
        records.create(call, "nothing", {}),
        records.read(call, "nothing", uuid4()),
        records.listing(call, "nothing", records.Query()),
        records.read(call, "account", UUID(int=0)),
    ):
        with pytest.raises(records.NotFound):
            await write


async def test_an_upsert_updates_or_creates_by_a_unique_value(call: Call) -> None:
    made = await records.upsert(call, "account", "name", "North wind", {"employees": 5})
    assert made.created
    changed = await records.upsert(call, "account", "name", "North wind", {"employees": 6})
    assert not changed.created
    assert changed.id == made.id
    assert json.loads((await records.read_by(call, "account", "name", "North wind"))[0])["employees"] == 6
    with pytest.raises(records.BadQuery):
        await records.upsert(call, "account", "employees", "6", {})
    with pytest.raises(records.Invalid):
        await records.upsert(call, "contact", "email", "no address", {"name": "x"})
    with pytest.raises(records.NotFound):
        await records.read_by(call, "account", "name", "South wind")


async def test_an_upsert_can_rename_its_record_but_not_to_a_name_that_is_taken(call: Call) -> None:
    await records.create(call, "account", {"name": "A"})
    await records.create(call, "account", {"name": "B"})
    renamed = await records.upsert(call, "account", "name", "A", {"name": "C"})
    assert json.loads(renamed.body)["name"] == "C"
    with pytest.raises(records.Taken):
        await records.upsert(call, "account", "name", "C", {"name": "B"})
    with pytest.raises(records.Taken):
        await records.upsert(call, "account", "name", "new", {"name": "B"})
