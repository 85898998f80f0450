"""Running an import: batch by batch, each in one transaction with its faults, its counts and its position.

A worker may be killed at any moment: what is committed names the row to go on with, and nothing else is there.
"""

from __future__ import annotations

import asyncio
import logging
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

import asyncpg
import msgspec

from kernel.faults import Fault, Invalid
from runtime import jobs
from runtime.imports import plan, register
from runtime.imports.cells import storable
from runtime.imports.errors import Unreadable, WrongState
from runtime.imports.examine import Examiner
from runtime.imports.register import Position
from runtime.imports.rows import Table
from runtime.imports.write import Writer
from runtime.records.errors import AccessDenied, NotFound

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Sequence

    from runtime.call import Call
    from runtime.imports.cells import Draft
    from runtime.imports.plan import Plan
    from runtime.imports.register import Import
    from runtime.imports.rows import Row

BATCH_ROWS = 1_000
ATTEMPTS = 4
LOST_RACES = (asyncpg.DeadlockDetectedError, asyncpg.SerializationError, asyncpg.LockNotAvailableError)
log = logging.getLogger(__name__)


async def start(call: Call, import_id: UUID, *, dry_run: bool = False) -> Import:
    """Queue an import, or a dry run of it, for a worker.

    An import that has run is run again for its faulty rows only, so that mending a mapping never writes a row twice.

    Raises ``NotFound``, ``AccessDenied``, ``WrongState``, or ``Invalid`` where the mapping cannot be run or the file
    was removed.
    """
    async with call.db.transaction() as connection:
        await _begin(connection, call, import_id, dry_run=dry_run)
        await _defer(connection, call, "import_run", import_id)
        return register.shown(call, await register.fetch(connection, call, import_id))


async def resume(call: Call, import_id: UUID) -> Import:
    """Have a worker go on with an import that was cancelled or has failed. Raises as ``start`` does."""
    async with call.db.transaction() as connection:
        entry = await register.fetch(connection, call, import_id, lock=True)
        register.require(entry, "resume")
        plan.check(call, entry)
        await register.require_file(call, entry)
        await register.change(connection, call, import_id, state="queued", error=None, finished_at=None)
        await _defer(connection, call, "import_run", import_id)
        return register.shown(call, await register.fetch(connection, call, import_id))


async def cancel(call: Call, import_id: UUID) -> Import:
    """Stop an import after the batch that it is at; what is written stays. Raises ``WrongState``."""
    async with call.db.transaction() as connection:
        entry = await register.fetch(connection, call, import_id, lock=True)
        register.require(entry, "cancel")
        await register.change(connection, call, import_id, state="cancelled", finished_at=datetime.now(UTC))
        return register.shown(call, await register.fetch(connection, call, import_id))


async def run_now(call: Call, import_id: UUID, *, dry_run: bool = False) -> Import:
    """Run an import to its end in this process, without a worker. Raises as ``start`` does."""
    async with call.db.transaction() as connection:
        await _begin(connection, call, import_id, dry_run=dry_run)
    await run(call, import_id)
    return await register.get(call, import_id)


async def _run_job(call: Call, **args: Any) -> None:
    try:
        await run(call, UUID(args["import_id"]))
    except NotFound:
        log.info("import %s is gone", args["import_id"])


jobs.task("import_run", queue="imports")(_run_job)


async def run(call: Call, import_id: UUID) -> None:
    """Go on with an import from where it stands, to its end, or until it is cancelled.

    Where it cannot go on (the file or the mapping is at fault) its state becomes ``failed``. Other errors, such as a
    lost database, pass: the position is kept, and running it again goes on.
    """
    async with call.db.transaction() as connection:
        entry = await register.fetch(connection, call, import_id, lock=True)
        if entry.state not in ("queued", "running"):
            return
        await register.change(
            connection, call, import_id, state="running", started_at=entry.started_at or datetime.now(UTC)
        )
        if entry.dry_run and entry.position is not None:
            await _forget_results(connection, call, import_id)  # what it knew of values seen is lost
            entry.position = None
    try:
        compiled = await asyncio.to_thread(plan.compile, call, entry)
        await _Run(compiled).go()
    except (Unreadable, Invalid) as error:
        await _fail(call, import_id, error.faults[0])
    except (NotFound, AccessDenied) as error:
        await _fail(
            call, import_id, getattr(error, "fault", None) or Fault("", "object_unknown", {"object": entry.object})
        )
    except FileNotFoundError:
        await _fail(call, import_id, Fault("", "import_file_missing"))
    except _Ended:
        return


class _Ended(Exception):
    """The import was cancelled, deleted, or taken over by another worker."""


class _Stopped(Exception):
    """The first fault of an import that is to stop there."""

    def __init__(self, row: int) -> None:
        super().__init__(row)
        self.row = row


class _Run:
    """One run of an import in this process."""

    def __init__(self, compiled: Plan) -> None:
        self._plan = compiled
        self._call, self._entry = compiled.call, compiled.entry
        self._position = compiled.entry.position or Position()
        self._dry = compiled.entry.dry_run
        self._examiner = Examiner(compiled)
        self._writer = Writer(compiled)

    async def go(self) -> None:
        if not self._position.again:
            await self._file()
        if self._second_look():
            await self._faulty()
        await self._finish()

    async def _file(self) -> None:
        path = register.table_path(self._call, self._entry)
        table = await asyncio.to_thread(Table, path, self._entry.source, after=self._position.row)
        with table:
            async for batch, drafts in _ahead(lambda: self._next(table)):
                position = msgspec.structs.replace(self._position, row=batch[-1][0])
                await self._commit(batch, drafts, position)

    def _next(self, table: Table) -> tuple[list[Row], list[Draft]]:
        batch = table.batch(BATCH_ROWS)
        return batch, self._plan.drafts(batch)

    def _second_look(self) -> bool:
        """Whether faulty rows are gone through (again).

        They are when the user has mended the mapping after a run; and once after the file where rows may point at
        rows of the same file that came later.
        """
        return self._position.again or any(links.own for links in self._plan.links.values())

    async def _faulty(self) -> None:
        if not self._position.again:
            await self._mark(Position(again=True))
        while True:
            batch = await self._faulty_rows(self._position.row)
            if not batch:
                return
            drafts = await asyncio.to_thread(self._plan.drafts, batch)
            position = msgspec.structs.replace(self._position, row=batch[-1][0])
            await self._commit(batch, drafts, position)

    async def _faulty_rows(self, after: int) -> list[Row]:
        async with self._call.db.connection() as connection:
            rows = await connection.fetch(
                f'SELECT "row", "values"::text AS "values" FROM "{self._call.tenant.schema}".import_fault'
                ' WHERE import_id = $1 AND "row" > $2 ORDER BY "row" LIMIT $3',
                self._entry.id,
                after,
                BATCH_ROWS,
            )
        return [(row["row"], msgspec.json.decode(row["values"], type=list[str])) for row in rows]

    async def _commit(self, batch: list[Row], drafts: list[Draft], position: Position) -> None:
        """Write a batch in one transaction; again where it lost a race for locks."""
        for attempt in range(ATTEMPTS):
            try:
                async with self._call.db.transaction() as connection:
                    await self._still_ours(connection)
                    await self._batch(connection, drafts, position)
            except LOST_RACES:
                if attempt == ATTEMPTS - 1:
                    raise
                await asyncio.sleep(0.05 * (attempt + 1))
                for links in self._plan.links.values():
                    links.clear()
                drafts = await asyncio.to_thread(self._plan.drafts, batch)
            except _Stopped as stopped:
                await self._stop(drafts, stopped.row)
                raise _Ended from stopped
            else:
                break
        self._position = position

    async def _batch(self, connection: asyncpg.Connection[Any], drafts: list[Draft], position: Position) -> None:
        if self._dry:
            await self._examiner.examine(connection, drafts)
        else:
            await self._writer.write(connection, drafts)
        faulty = [draft for draft in drafts if draft.problems]
        if faulty and self._entry.options.on_error == "stop":
            raise _Stopped(faulty[0].row)
        counts = {
            "created_rows": sum(draft.action == "create" for draft in drafts),
            "updated_rows": sum(draft.action == "update" for draft in drafts),
            "skipped_rows": sum(draft.action == "skip" and not draft.problems for draft in drafts),
            "failed_rows": len(faulty),
            "done_rows": len(drafts),
        }
        if self._position.again:
            await _mended(connection, self._call, self._entry.id, [one.row for one in drafts if not one.problems])
            counts |= {"done_rows": 0, "failed_rows": len(faulty) - len(drafts)}
        await _keep_faults(connection, self._call, self._entry.id, faulty)
        await register.advance(connection, self._call, self._entry.id, position, counts)

    async def _still_ours(self, connection: asyncpg.Connection[Any]) -> None:
        try:
            entry = await register.fetch(connection, self._call, self._entry.id, lock=True)
        except NotFound:
            raise _Ended from None
        if entry.state != "running" or (entry.position or Position()) != self._position:
            raise _Ended

    async def _mark(self, position: Position) -> None:
        async with self._call.db.transaction() as connection:
            await self._still_ours(connection)
            await register.change(connection, self._call, self._entry.id, position=position)
        self._position = position

    async def _stop(self, drafts: list[Draft], row: int) -> None:
        """End at the first fault: nothing of its batch is written, but the faults of the batch are shown."""
        fault = Fault("", "import_stopped", {"row": row})
        async with self._call.db.transaction() as connection:
            await self._still_ours(connection)
            await _keep_faults(connection, self._call, self._entry.id, [one for one in drafts if one.problems])
            await _end(connection, self._call, self._entry.id, "failed", fault)

    async def _finish(self) -> None:
        async with self._call.db.transaction() as connection:
            await self._still_ours(connection)
            entry = await register.fetch(connection, self._call, self._entry.id)
            await register.change(connection, self._call, self._entry.id, total_rows=entry.done_rows)
            await _end(connection, self._call, self._entry.id, "done", None)


async def _ahead(read: Callable[[], tuple[list[Row], list[Draft]]]) -> AsyncIterator[tuple[list[Row], list[Draft]]]:
    """Read in a thread, one batch ahead of the one that is being written."""
    coming = asyncio.ensure_future(asyncio.to_thread(read))
    try:
        while True:
            batch, drafts = await coming
            if not batch:
                return
            coming = asyncio.ensure_future(asyncio.to_thread(read))
            yield batch, drafts
    finally:
        # the file must not be closed under the thread
        await asyncio.gather(coming, return_exceptions=True)


async def _begin(connection: asyncpg.Connection[Any], call: Call, import_id: UUID, *, dry_run: bool) -> None:
    entry = await register.fetch(connection, call, import_id, lock=True)
    if not (entry.dry_run and entry.state in ("cancelled", "failed")):  # a dry run that broke off binds nobody
        register.require(entry, "start")
    plan.check(call, entry)
    await register.require_file(call, entry)  # also for faulty rows: how dates are written is found out from all rows
    again = entry.state == "done" and not entry.dry_run
    if again and dry_run:
        raise WrongState("start", entry.state)
    values: dict[str, Any] = {"state": "queued", "dry_run": dry_run, "error": None, "finished_at": None}
    if again:
        values["position"] = Position(again=True)
    else:
        await _forget_results(connection, call, import_id)
        values |= {"started_at": None, "total_rows": entry.source.rows}
    await register.change(connection, call, import_id, **values)


async def _forget_results(connection: asyncpg.Connection[Any], call: Call, import_id: UUID) -> None:
    schema = call.tenant.schema
    await connection.execute(f'DELETE FROM "{schema}".import_fault WHERE import_id = $1', import_id)
    # what an undo had to leave belongs to nobody's import any more
    await connection.execute(
        f"DELETE FROM \"{schema}\".import_record WHERE import_id = $1 AND action = 'left'", import_id
    )
    await register.change(connection, call, import_id, position=None, **dict.fromkeys(register.COUNTS, 0))


async def _defer(connection: asyncpg.Connection[Any], call: Call, task: str, import_id: UUID) -> None:
    await jobs.defer(
        connection,
        task,
        tenant=call.tenant.name,
        args={"import_id": str(import_id)},
        user_id=call.identity.user_id,
        lock=f"import:{import_id}",
        queue="imports",
        locale=call.locale,
    )


async def _fail(call: Call, import_id: UUID, fault: Fault) -> None:
    async with call.db.transaction() as connection:
        entry = await register.fetch(connection, call, import_id, lock=True)
        if entry.state == "running":
            await _end(connection, call, import_id, "failed", fault)


async def _end(
    connection: asyncpg.Connection[Any], call: Call, import_id: UUID, state: str, fault: Fault | None
) -> None:
    error = None if fault is None else {"code": fault.code, "parameters": dict(fault.parameters)}
    await register.change(connection, call, import_id, state=state, error=error, finished_at=datetime.now(UTC))


async def _keep_faults(
    connection: asyncpg.Connection[Any], call: Call, import_id: UUID, faulty: Sequence[Draft]
) -> None:
    if not faulty:
        return
    await connection.execute(
        f"""INSERT INTO "{call.tenant.schema}".import_fault (import_id, "row", "values", faults)
            SELECT $1, f."row", f."values"::jsonb, f.faults::jsonb
            FROM unnest($2::int[], $3::text[], $4::text[]) AS f("row", "values", faults)
            ON CONFLICT (import_id, "row") DO UPDATE SET faults = excluded.faults""",
        import_id,
        [draft.row for draft in faulty],
        [register.json([storable(cell) for cell in draft.cells]) for draft in faulty],
        [register.json(draft.problems) for draft in faulty],
    )


async def _mended(connection: asyncpg.Connection[Any], call: Call, import_id: UUID, rows: Sequence[int]) -> None:
    if rows:
        await connection.execute(
            f'DELETE FROM "{call.tenant.schema}".import_fault WHERE import_id = $1 AND "row" = ANY($2)',
            import_id,
            list(rows),
        )
