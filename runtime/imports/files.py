"""The uploaded file on disk: stored while it streams in, looked at on the way, never held in memory."""

from __future__ import annotations

import asyncio
import codecs
import re
import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING

from runtime.imports.errors import NoSpace, TooLarge

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

RESERVE_BYTES = 256 * 1024 * 1024
"""Space that an upload leaves free on the disk, for the database that may share it."""
CHECK_BYTES = 16 * 1024 * 1024
WRITE_BYTES = 1024 * 1024
FOREIGN = re.compile(rb"[\x80-\xff]")


@dataclass(slots=True)
class Upload:
    """What was seen of a file while it was stored.

    Attributes:
        size: bytes.
        lines: line feeds (bytes 0x0A); with none at all, carriage returns.
        utf8: whether all of it is valid UTF-8.
        foreign_at: offset of the first byte above 0x7F, -1 where there is none.
    """

    size: int = 0
    lines: int = 0
    utf8: bool = True
    foreign_at: int = -1


class _Watcher:
    """Looks at the bytes of an upload as they pass."""

    def __init__(self) -> None:
        self.upload = Upload()
        self._decoder = codecs.getincrementaldecoder("utf-8")()
        self._returns = 0

    def see(self, block: bytes) -> None:
        upload = self.upload
        upload.lines += block.count(b"\n")
        self._returns += block.count(b"\r")
        if upload.foreign_at < 0 and not block.isascii():
            upload.foreign_at = upload.size + _first_foreign(block)
        if upload.utf8:
            self._decode(block)
        upload.size += len(block)

    def close(self) -> Upload:
        if self.upload.utf8:
            self._decode(b"", final=True)
        if not self.upload.lines:
            self.upload.lines = self._returns
        return self.upload

    def _decode(self, block: bytes, *, final: bool = False) -> None:
        try:
            self._decoder.decode(block, final)
        except UnicodeDecodeError:
            self.upload.utf8 = False


def _first_foreign(block: bytes) -> int:
    found = FOREIGN.search(block)
    return found.start() if found else 0


async def store(stream: AsyncIterator[bytes], path: Path, *, limit: int, reserve: int = RESERVE_BYTES) -> Upload:
    """Write a stream to ``path`` (its folder is made) and say what was seen of it.

    Disk writes and the look at the bytes happen in a thread. On any failure, the caller's cancellation among them,
    the partial file is removed.

    Raises:
        TooLarge: the stream has more than ``limit`` bytes.
        NoSpace: less than ``reserve`` bytes would stay free on the disk.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f"{path.name}.part")
    watcher = _Watcher()
    checked = -CHECK_BYTES
    try:
        with await asyncio.to_thread(partial.open, "wb") as file:

            def write(block: bytes) -> None:
                watcher.see(block)
                file.write(block)

            async for block in _blocks(stream, limit):
                if watcher.upload.size - checked >= CHECK_BYTES:
                    checked = watcher.upload.size
                    _leave_space(path.parent, reserve)
                await asyncio.to_thread(write, block)
        upload = await asyncio.to_thread(watcher.close)
        partial.replace(path)
        return upload
    finally:
        partial.unlink(missing_ok=True)


def look(path: Path) -> Upload:
    """What ``store`` saw of a file that is stored already."""
    watcher = _Watcher()
    with path.open("rb") as file:
        while block := file.read(WRITE_BYTES):
            watcher.see(block)
    return watcher.close()


async def _blocks(stream: AsyncIterator[bytes], limit: int) -> AsyncIterator[bytes]:
    """Chunks put together to blocks that are worth a trip to a thread."""
    waiting = bytearray()
    size = 0
    async for chunk in stream:
        size += len(chunk)
        if size > limit:
            raise TooLarge("import_too_large", {"limit": limit // 1_000_000})
        waiting += chunk
        if len(waiting) >= WRITE_BYTES:
            yield bytes(waiting)
            waiting.clear()
    if waiting:
        yield bytes(waiting)


def _leave_space(folder: Path, reserve: int) -> None:
    if shutil.disk_usage(folder).free < reserve + CHECK_BYTES:
        raise NoSpace("import_no_space")
