"""Upkeep removes what is too old at the moment it is told, and nothing else."""

from __future__ import annotations

import asyncio
import hashlib
import os
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from kernel.faults import Invalid
from runtime import imports, job_worker, records, revisions, security, upkeep
from runtime.imports import leftovers, register
from runtime.records import Idempotency

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path
    from uuid import UUID

    from httpx import AsyncClient

    from runtime.call import Call
    from runtime.platform import Platform

FILE = "name,employees\nAcme,5\nBeta,many\n"


async def after(platform: Platform, call: Call, **age: float) -> upkeep.Tidied:
    """Upkeep as it would be some time from now."""
    return await upkeep.tidy(platform.db, call.tenant, platform.files, datetime.now(UTC) + timedelta(**age))


async def count(call: Call, table: str) -> int:
    async with call.db.connection() as connection:
        return int(await connection.fetchval(f'SELECT count(*) FROM "{call.tenant.schema}"."{table}"'))


async def loaded(call: Call, *, run: bool = True) -> UUID:
    async def chunks() -> AsyncIterator[bytes]:
        yield FILE.encode()

    made = await imports.create(call, "account", "accounts.csv", chunks())
    if run:
        await imports.run_now(call, made.id)
    return made.id


def file_of(call: Call, import_id: UUID) -> Path:
    return register.folder(call) / str(import_id)


async def test_an_idempotency_key_is_kept_for_a_day(
    platform: Platform, call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(upkeep, "BATCH_ROWS", 2)
    for number in range(5):
        key = Idempotency(f"k{number}", hashlib.sha256(b"").digest())
        await records.create(call, "account", {"name": f"A{number}"}, idempotency=key)
    assert await after(platform, call, hours=23) == upkeep.Tidied()
    assert (await records.create(call, "account", {"name": "A0"}, idempotency=key)).replayed
    assert (await after(platform, call, hours=25)).idempotency_keys == 5, "more than a batch"
    assert await count(call, "idempotency_key") == 0


async def test_a_session_goes_when_it_ends(platform: Platform, call: Call) -> None:
    assert call.identity.user_id is not None
    await security.open_session(platform.db, call.tenant, call.identity.user_id, ip=None, agent="")
    assert (await after(platform, call, days=13)).sessions == 0
    assert (await after(platform, call, days=15)).sessions == 1


async def test_a_discarded_draft_goes_with_its_documents_and_other_drafts_stay(platform: Platform, call: Call) -> None:
    document = {"kind": "app", "name": "x"}
    kept = await revisions.create(call, documents=[document])
    gone = await revisions.create(call, documents=[document])
    await revisions.discard(call, gone)
    before = await count(call, "change_document")
    assert (await after(platform, call, days=29)).drafts == 0
    assert (await after(platform, call, days=31)).drafts == 1
    assert await count(call, "change_document") == before - 1
    assert (await revisions.get(call, kept)).state == "draft"
    with pytest.raises(LookupError):
        await revisions.get(call, gone)


async def test_the_file_of_a_finished_import_goes_and_its_faults_can_still_be_read(
    platform: Platform, call: Call, client: AsyncClient
) -> None:
    import_id = await loaded(call)
    place = f"/api/imports/{import_id}"
    before = (await client.get(f"{place}/faults.csv")).content
    assert (await after(platform, call, days=29)).files == 0
    assert file_of(call, import_id).is_file()
    assert (await after(platform, call, days=31)).files == 1
    assert not file_of(call, import_id).exists()
    assert (await client.get(place)).json()["failed_rows"] == 1
    assert b"Beta" in before
    assert (await client.get(f"{place}/faults.csv")).content == before
    assert (await client.get(f"{place}/fault-groups")).status_code == 200
    assert (await client.post(f"{place}/undo")).status_code == 200


async def test_what_needs_the_removed_file_says_so(platform: Platform, call: Call, client: AsyncClient) -> None:
    import_id = await loaded(call, run=False)
    place = f"/api/imports/{import_id}"
    assert (await after(platform, call, days=31)).files == 1, "an upload that nobody started"
    for method, address, body in [
        ("POST", f"{place}/preview", {}),
        ("POST", f"{place}/start", {"dry_run": True}),
        ("POST", f"{place}/start", {}),
        ("PATCH", place, {"options": {"mode": "create", "header": 0}}),
    ]:
        for locale, text in (("en", "no longer there"), ("zh-CN", "请重新上传")):
            answer = await client.request(method, address, json=body, headers={"Accept-Language": locale})
            assert answer.status_code == 422, (address, answer.text)
            assert text in answer.json()["detail"]
    assert (await client.get(place)).json()["state"] == "uploaded"
    assert (await client.delete(place)).status_code == 204


async def test_without_the_file_an_import_that_has_run_is_not_run_again(
    platform: Platform, call: Call, client: AsyncClient
) -> None:
    import_id = await loaded(call)
    await after(platform, call, days=31)
    answer = await client.post(f"/api/imports/{import_id}/start")
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (422, "import_file_missing")
    assert (await imports.get(call, import_id)).state == "done", "nothing about it has changed"


async def test_the_file_of_an_import_that_waits_or_runs_stays(platform: Platform, call: Call) -> None:
    import_id = await loaded(call, run=False)
    await imports.start(call, import_id)
    assert (await after(platform, call, days=300)).files == 0
    assert file_of(call, import_id).is_file()


async def test_an_import_that_is_being_started_keeps_its_file(platform: Platform, call: Call) -> None:
    import_id = await loaded(call, run=False)
    async with platform.db.transaction() as connection:
        await register.fetch(connection, call, import_id, lock=True)
        assert (await after(platform, call, days=31)).files == 0
    with pytest.raises(Invalid):  # no earlier than that
        await after(platform, call, days=31)
        await imports.start(call, import_id)


async def test_what_broken_uploads_left_goes_after_a_day_and_unknown_files_stay(platform: Platform, call: Call) -> None:
    folder = register.folder(call)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "1.part").write_bytes(b"half")
    (folder / "other").write_bytes(b"of another database")
    old = (datetime.now(UTC) - timedelta(days=400)).timestamp()
    os.utime(folder / "other", (old, old))
    assert (await after(platform, call, hours=23)).files == 0
    assert (await after(platform, call, hours=25)).files == 1
    assert [path.name for path in folder.iterdir()] == ["other"]


async def test_many_files_are_looked_at_in_batches(
    platform: Platform, call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(leftovers, "BATCH_FILES", 2)
    for _ in range(5):
        await loaded(call, run=False)
    assert (await after(platform, call, days=31)).files == 5


async def test_a_worker_does_the_upkeep_of_every_tenant(
    platform: Platform, call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert call.identity.user_id is not None
    other = await platform.tenants.create("acme", "Acme")
    for tenant in (call.tenant, other):
        await security.open_session(platform.db, tenant, call.identity.user_id, ip=None, agent="")
        async with platform.db.connection() as connection:
            await connection.execute(f"UPDATE \"{tenant.schema}\".session SET expires_at = now() - interval '1 second'")
    stop = asyncio.Event()
    monkeypatch.setattr(upkeep, "EVERY", "* * * * *")
    worker = asyncio.create_task(job_worker.work(platform, jobs_at_a_time=1, stop=stop))
    try:
        async with asyncio.timeout(30):
            while True:
                async with platform.db.connection() as connection:
                    left = [
                        await connection.fetchval(f'SELECT count(*) FROM "{tenant.schema}".session')
                        for tenant in (call.tenant, other)
                    ]
                if left == [0, 0]:
                    break
                await asyncio.sleep(0.1)
    finally:
        stop.set()
        await worker
