"""Many writers at once: nothing is lost, nothing is made twice."""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from typing import TYPE_CHECKING

import pytest

from runtime import records

if TYPE_CHECKING:
    from runtime.call import Call


async def test_of_two_writers_with_the_same_version_one_wins(call: Call) -> None:
    written = await records.create(call, "account", {"name": "Acme"})
    for version in range(1, 11):
        done = await asyncio.gather(
            *(
                records.update(call, "account", written.id, {"employees": version * 10 + n}, if_match=version)
                for n in (1, 2)
            ),
            return_exceptions=True,
        )
        assert Counter(type(one) for one in done) == {records.Written: 1, records.Stale: 1}


async def test_concurrent_updates_make_one_unbroken_history(call: Call) -> None:
    written = await records.create(call, "account", {"name": "Acme", "employees": 0})
    await asyncio.gather(
        *(records.update(call, "account", written.id, {"employees": number}) for number in range(1, 41))
    )
    entries = json.loads(await records.history(call, "account", written.id, limit=200))["data"]
    by_version = sorted(entries, key=lambda entry: entry["version"])
    assert [entry["version"] for entry in by_version] == list(range(1, 42))
    value = 0
    for entry in by_version[1:]:
        assert entry["changes"]["employees"]["old"] == value
        value = entry["changes"]["employees"]["new"]
    assert json.loads((await records.read(call, "account", written.id))[0])["employees"] == value


async def test_racing_upserts_make_one_record(call: Call) -> None:
    for round_ in range(5):
        done = await asyncio.gather(
            *(records.upsert(call, "account", "name", f"Acme {round_}", {"employees": task}) for task in range(8))
        )
        assert len({one.id for one in done}) == 1
        assert sum(one.created for one in done) == 1


async def test_racing_upserts_of_sets_make_each_record_once(call: Call) -> None:
    codec = call.model.objects["account"].codec

    async def load(task: int) -> Counter[str]:
        rows = [records.Row(codec.decode({"name": f"N{n}", "employees": task}, mode="upsert")) for n in range(50)]
        async with call.db.transaction() as connection:
            results = await records.write_many(connection, call, "account", rows, mode="upsert", key="name")
        return Counter(one.action for one in results)

    counts = await asyncio.gather(*(load(task) for task in range(6)))
    assert sum(count["created"] for count in counts) == 50
    assert sum(count["failed"] for count in counts) == 0
    body = json.loads(await records.listing(call, "account", records.Query.parse({"count": "true"})))
    assert body["count"] == 50


async def test_a_repeated_request_is_answered_with_the_first_answer(call: Call) -> None:
    key = records.Idempotency("k1", b"hash")
    first = await records.create(call, "account", {"name": "Acme"}, idempotency=key)
    again = await records.create(call, "account", {"name": "Acme"}, idempotency=key)
    assert (again.id, again.version, again.body) == (first.id, first.version, first.body)
    assert (first.replayed, again.replayed, again.created) == (False, True, True)
    with pytest.raises(records.IdempotencyMismatch):
        await records.create(call, "account", {"name": "Other"}, idempotency=records.Idempotency("k1", b"other"))


async def test_a_repeated_update_is_not_stale(call: Call) -> None:
    written = await records.create(call, "account", {"name": "Acme"})
    key = records.Idempotency("k2", b"hash")
    first = await records.update(call, "account", written.id, {"employees": 1}, if_match=1, idempotency=key)
    again = await records.update(call, "account", written.id, {"employees": 1}, if_match=1, idempotency=key)
    assert again.replayed
    assert again.body == first.body
    await records.update(call, "account", written.id, {"employees": 2})
    once_more = await records.update(call, "account", written.id, {"employees": 1}, if_match=1, idempotency=key)
    assert once_more.body == first.body


async def test_a_failed_request_may_be_repeated_with_its_key(call: Call) -> None:
    key = records.Idempotency("k3", b"hash")
    other = await records.create(call, "account", {"name": "Acme"})
    with pytest.raises(records.Taken):
        await records.create(call, "account", {"name": "Acme"}, idempotency=key)
    await records.delete(call, "account", other.id)
    assert not (await records.create(call, "account", {"name": "Acme"}, idempotency=key)).replayed


@pytest.mark.parametrize("kind", ["create", "batch", "upsert"])
async def test_racing_repetitions_are_done_once(call: Call, kind: str) -> None:
    key = records.Idempotency("race", b"hash")

    async def write() -> str:
        if kind == "create":
            return (await records.create(call, "note", {"title": "Hello"}, idempotency=key)).body
        if kind == "upsert":
            return (await records.upsert(call, "account", "name", "A", {}, idempotency=key)).body
        return await records.batch(
            call, [{"op": "create", "object": "note", "data": {"title": "Hello"}}], idempotency=key
        )

    answers = await asyncio.gather(*(write() for _ in range(8)))
    assert len(set(answers)) == 1
    name = "account" if kind == "upsert" else "note"
    body = json.loads(await records.listing(call, name, records.Query.parse({"count": "true"})))
    assert body["count"] == 1


async def test_nothing_refers_to_a_record_that_was_deleted_in_the_same_moment(call: Call) -> None:
    for round_ in range(10):
        product = await records.create(call, "product", {"name": f"P{round_}"})
        data = {"product": str(product.id)}
        deleted, *made = await asyncio.gather(
            records.delete(call, "product", product.id),
            *(records.create(call, "opportunity", data) for _ in range(3)),
            return_exceptions=True,
        )
        if deleted is None:
            assert all(isinstance(one, records.Invalid) for one in made)
        else:
            assert isinstance(deleted, records.InUse)
            assert any(isinstance(one, records.Written) for one in made)


async def test_writers_that_lock_each_other_out_are_repeated(call: Call) -> None:
    ids = [str((await records.create(call, "account", {"name": f"A{n}"})).id) for n in range(6)]

    async def write(order: list[str], number: int) -> str:
        operations = []
        for identity in order:
            operations.append({"op": "update", "object": "account", "id": identity, "data": {"employees": number}})
            operations.append({"op": "create", "object": "note", "data": {"title": "x"}})
        return await records.batch(call, operations)

    done = await asyncio.gather(*(write(ids if n % 2 else ids[::-1], n) for n in range(6)), return_exceptions=True)
    assert all(isinstance(one, str | records.Busy) for one in done), done
    assert any(isinstance(one, str) for one in done)


async def test_a_repeated_delete_and_restore_is_done_once(call: Call) -> None:
    written = await records.create(call, "account", {"name": "Acme"})
    gone, back = records.Idempotency("gone", b"1"), records.Idempotency("back", b"2")
    for _ in range(2):
        await records.delete(call, "account", written.id, if_match=1, idempotency=gone)
    answers = [await records.restore(call, "account", written.id, idempotency=back) for _ in range(2)]
    assert [one.replayed for one in answers] == [False, True]
    assert answers[0].body == answers[1].body
    await records.delete(call, "account", written.id, idempotency=gone)
    await records.read(call, "account", written.id)


async def test_racing_deletes_with_one_key_are_one_delete(call: Call) -> None:
    written = await records.create(call, "account", {"name": "Acme"})
    key = records.Idempotency("gone", b"1")
    done = await asyncio.gather(
        *(records.delete(call, "account", written.id, idempotency=key) for _ in range(6)), return_exceptions=True
    )
    assert done == [None] * 6
