"""Change sets: checked with every fault, published whole or not at all, seen by all processes at once."""

from __future__ import annotations

import asyncio
import sys
import time
from typing import TYPE_CHECKING, Any

import pytest
import sqlalchemy as sa

from kernel.faults import Invalid
from runtime import demo, records, revisions
from runtime.platform import Platform

if TYPE_CHECKING:
    from runtime.call import Call
    from runtime.settings import Settings


def installation(*fields: dict[str, Any], name: str = "installation") -> dict[str, Any]:
    title = {"name": "name", "type": "text", "label": {"en": "Name"}, "required": True}
    return {
        "kind": "object",
        "name": name,
        "label": {"en": "Installation", "zh-CN": "装机"},
        "name_field": "name",
        "fields": [title, *fields],
    }


def field(name: str, kind: str = "text", **options: Any) -> dict[str, Any]:
    return {"name": name, "type": kind, "label": {"en": name.title()}, **options}


async def publish(call: Call, *documents: dict[str, Any], **options: Any) -> int:
    return await revisions.publish(call, await revisions.create(call, documents=documents), **options)


async def now(platform: Platform, call: Call) -> Call:
    return await platform.call(demo.TENANT, call.identity)


async def test_the_publishing_process_serves_the_new_object_at_once(platform: Platform, call: Call) -> None:
    revision = await publish(call, installation(field("account", "lookup", object="account")))
    fresh = await now(platform, call)
    assert fresh.model.revision == revision == call.model.revision + 1
    written = await records.create(fresh, "installation", {"name": "Line 3"})
    body, _ = await records.read(fresh, "installation", written.id)
    assert "Line 3" in body


async def test_a_call_in_flight_keeps_its_model(platform: Platform, call: Call) -> None:
    await publish(call, installation())
    assert "installation" not in call.model.objects
    assert "installation" in (await now(platform, call)).model.objects


async def test_another_process_serves_a_new_revision_within_a_second(
    settings: Settings, platform: Platform, call: Call
) -> None:
    async with Platform.open(settings) as other:
        await other.models.get(demo.TENANT)
        revision = await publish(call, installation())
        began = time.monotonic()
        while (await other.models.get(demo.TENANT)).revision < revision:
            assert time.monotonic() - began < 1
            await asyncio.sleep(0.005)


async def test_a_revision_published_while_the_channel_was_lost_is_found(
    settings: Settings, platform: Platform, call: Call
) -> None:
    async with Platform.open(settings, name="deaf") as other:
        await other.models.get(demo.TENANT)
        async with platform.db.connection() as connection:
            await connection.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'deaf'"
            )
        revision = await publish(call, installation())
        async with asyncio.timeout(5):
            while (await other.models.get(demo.TENANT)).revision < revision:
                await asyncio.sleep(0.01)


async def test_check_names_every_fault_and_changes_nothing(call: Call) -> None:
    wrong = installation(field("a", "no_such_type"), field("b", "lookup", object="nowhere"))
    change = await revisions.create(call, documents=[wrong])
    result = await revisions.check(call, change)
    assert {fault.code for fault in result.faults} >= {"object_unknown"}
    assert len(result.faults) >= 2
    assert all(fault.document == ("object", "installation") for fault in result.faults)
    with pytest.raises(Invalid):
        await revisions.publish(call, change)
    assert (await revisions.get(call, change)).state == "draft"


async def test_check_shows_the_plan_without_doing_it(platform: Platform, call: Call) -> None:
    change = await revisions.create(call, documents=[installation()])
    result = await revisions.check(call, change)
    assert result.faults == []
    assert result.plan is not None
    assert result.plan.steps
    assert "installation" not in (await now(platform, call)).model.objects


async def test_publishing_that_fails_half_way_changes_nothing(
    platform: Platform, call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    tables = await _tables(call)

    def fail(connection: sa.Connection, *_: Any) -> None:
        assert len(tables) < connection.scalar(sa.text(_COUNT_TABLES), {"schema": call.tenant.schema}), "DDL ran"
        raise RuntimeError("power cut")

    change = await revisions.create(call, documents=[installation()])
    monkeypatch.setattr(sys.modules["runtime.revisions.publish"], "_store_audit", fail)
    with pytest.raises(RuntimeError, match="power cut"):
        await revisions.publish(call, change)
    monkeypatch.undo()
    assert await _tables(call) == tables
    assert (await now(platform, call)).model is call.model
    assert (await revisions.get(call, change)).state == "draft"
    assert await revisions.publish(call, change) == call.model.revision + 1, "and it can be published later"


async def test_a_draft_over_a_document_that_somebody_else_published_is_a_conflict(
    platform: Platform, call: Call
) -> None:
    await publish(call, installation())
    fresh = await now(platform, call)
    mine = await revisions.create(fresh, documents=[installation(field("mine"))])
    theirs = await revisions.create(fresh, documents=[installation(field("theirs"))])
    await revisions.publish(fresh, theirs)
    with pytest.raises(revisions.Conflict) as caught:
        await revisions.publish(await now(platform, call), mine)
    assert [fault.document for fault in caught.value.faults] == [("object", "installation")]


async def test_two_who_publish_at_once_come_one_after_the_other(platform: Platform, call: Call) -> None:
    changes = [await revisions.create(call, documents=[installation(name=f"thing{n}")]) for n in range(3)]
    numbers = await asyncio.gather(*(revisions.publish(call, change) for change in changes))
    assert sorted(numbers) == [call.model.revision + n for n in (1, 2, 3)]
    assert {"thing0", "thing1", "thing2"} <= set((await now(platform, call)).model.objects)


async def test_values_are_lost_only_when_that_is_accepted(platform: Platform, call: Call) -> None:
    await publish(call, installation(field("city")))
    fresh = await now(platform, call)
    await records.create(fresh, "installation", {"name": "Line 3", "city": "上海"})
    without = await revisions.create(fresh, documents=[installation()])
    result = await revisions.check(fresh, without)
    assert [(fault.code, fault.parameters["rows"]) for fault in result.losses] == [("loss_field", 1)]
    with pytest.raises(revisions.LossesNotAccepted):
        await revisions.publish(fresh, without)
    await revisions.publish(fresh, without, accept_losses=True)
    assert "city" not in (await now(platform, call)).model.objects["installation"].fields


async def test_a_field_of_the_same_name_does_not_bring_the_old_values_back(platform: Platform, call: Call) -> None:
    await publish(call, installation(field("city")))
    fresh = await now(platform, call)
    written = await records.create(fresh, "installation", {"name": "Line 3", "city": "上海"})
    await publish(fresh, installation(), accept_losses=True)
    await publish(await now(platform, call), installation(field("city", "integer")))
    body, _ = await records.read(await now(platform, call), "installation", written.id)
    assert "上海" not in body


async def test_deleting_an_object_retires_it(platform: Platform, call: Call) -> None:
    await publish(call, installation())
    fresh = await now(platform, call)
    change = await revisions.create(fresh, documents=[], deletes=[("object", "installation")])
    await revisions.publish(fresh, change)
    assert "installation" not in (await now(platform, call)).model.objects


async def test_a_published_or_discarded_change_set_cannot_be_changed(call: Call) -> None:
    change = await revisions.create(call, documents=[installation()])
    await revisions.publish(call, change)
    with pytest.raises(revisions.NotDraft):
        await revisions.put(call, change, installation(field("more")))
    with pytest.raises(revisions.NotDraft):
        await revisions.publish(call, change)
    other = await revisions.create(call, documents=[])
    await revisions.discard(call, other)
    with pytest.raises(revisions.NotDraft):
        await revisions.mark_deleted(call, other, "object", "installation")


async def test_a_revision_keeps_what_it_changed_and_who_changed_it(platform: Platform, call: Call) -> None:
    number = await publish(call, installation(), comment="machines")
    async with platform.db.connection() as connection:
        row = await connection.fetchrow('SELECT * FROM "t_demo".revision WHERE number = $1', number)
        documents = await connection.fetch(
            'SELECT kind, name FROM "t_demo".revision_document WHERE revision = $1', number
        )
        audit = await connection.fetchval("SELECT count(*) FROM \"t_demo\".audit WHERE action = 'published'")
    assert (row["comment"], row["by_id"]) == ("machines", call.identity.user_id)
    assert [tuple(one) for one in documents] == [("object", "installation")]
    assert audit >= 1


async def test_publishing_an_object_with_twelve_fields_is_quick(platform: Platform, call: Call) -> None:
    kinds = (
        "text",
        "integer",
        "decimal",
        "date",
        "datetime",
        "boolean",
        "email",
        "url",
        "phone",
        "percent",
        "long_text",
    )
    change = await revisions.create(
        call, documents=[installation(*(field(f"f{n}", kind) for n, kind in enumerate(kinds)))]
    )
    began = time.perf_counter()
    await revisions.publish(call, change)
    await records.create(await now(platform, call), "installation", {"name": "x"})
    assert time.perf_counter() - began < 1.5, "the bound of the issue, 0.3 s, is measured by tests/bench alone"


_COUNT_TABLES = "SELECT count(*) FROM pg_tables WHERE schemaname = :schema"


async def _tables(call: Call) -> set[str]:
    async with call.db.connection() as connection:
        rows = await connection.fetch("SELECT tablename FROM pg_tables WHERE schemaname = $1", call.tenant.schema)
    return {row["tablename"] for row in rows}
