"""IndexKeeper: saves what was read, in batches, off the way to the screen. Its failure costs speed, nothing else."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping
from pathlib import Path

from odw_core.index.rows import Row
from odw_core.index.write import Batch, IndexUnavailable, IndexWriter, remove_index
from odw_core.model.address import Address
from odw_core.model.evidence import Unit
from odw_core.model.problem import Problem

_PAUSE_S, _MORE_FOR_FEW_S = 1.0, 3.0
"""A few that go on talking are saved every four seconds; many at once are not kept in memory for that."""
_TURN_S = 0.004
_BATCH = 200


class IndexKeeper:
    """Remembers which units are to be saved; ``row_of`` makes the newest row of one when its turn comes, ``saved``
    hears of it when it is on disk."""

    def __init__(self, path: Path, row_of: Callable[[Address], Row | None], saved: Callable[[Address], None]) -> None:
        self._path, self._row_of, self._saved = path, row_of, saved
        self._writer = IndexWriter(path)
        self._pending: dict[Address, None] = {}
        self._rows: dict[Address, Row] = {}
        """Rows that somebody made already."""
        self._unkept: set[Address] = set()
        self._gone: dict[Unit, None] = {}
        self._folders: dict[str, tuple[int, int]] = {}
        self._is_noted = asyncio.Event()
        self._is_open = False
        self._failure: str | None = None
        self._lock = asyncio.Lock()

    @property
    def _is_behind(self) -> bool:
        return bool(self._pending or self._gone or self._folders)

    @property
    def problems(self) -> tuple[Problem, ...]:
        """Why the cache is not kept, in a sentence; empty while it is."""
        if self._failure is None:
            return ()
        reason = (
            f"the cache cannot be written: {self._failure}; the room goes on, the next start reads everything again"
        )
        return (Problem(str(self._path), 0, reason),)

    def start_anew(self) -> None:
        """The cache was damaged: begin with an empty one."""
        remove_index(self._path)

    def note(self, address: Address) -> None:
        """It was read further."""
        self._rows.pop(address, None)
        if self._failure is None:
            self._pending[address] = None
            self._is_noted.set()

    def note_row(self, address: Address, row: Row) -> None:
        """It was read elsewhere, and this is its newest row."""
        self.note(address)
        if self._failure is None:
            self._rows[address] = row

    def note_folders(self, stamps: Mapping[str, tuple[int, int]]) -> None:
        """The watched folders were listed when they had these stamps, and all that was in them is noted."""
        if self._failure is None and stamps:
            self._folders.update(stamps)
            self._is_noted.set()

    def note_gone(self, unit: Unit) -> None:
        """It is no more."""
        self._pending.pop(unit.address, None)
        self._unkept.discard(unit.address)
        if self._failure is None:
            self._gone[unit] = None
            self._is_noted.set()

    def is_pending(self, address: Address) -> bool:
        """Whether it is not on disk yet."""
        return address in self._pending

    async def run(self) -> None:
        """Save until cancelled."""
        while True:
            await self._is_noted.wait()
            self._is_noted.clear()
            await asyncio.sleep(_PAUSE_S)
            if len(self._pending) < _BATCH:
                await asyncio.sleep(_MORE_FOR_FEW_S)
            await self.flush()

    async def flush(self) -> None:
        """Save everything that is noted."""
        async with self._lock:
            try:
                if not self._is_open and self._failure is None and self._is_behind:
                    await self._writer.open()
                    self._is_open = True
                while self._is_behind and self._failure is None:
                    await self._save_batch()
            except IndexUnavailable as error:
                self._failure = str(error)
                self._pending.clear()
                self._rows.clear()
                self._gone.clear()
                self._folders.clear()

    async def _save_batch(self) -> None:
        batch = [address for address, _ in zip(self._pending, range(_BATCH), strict=False)]
        rows: list[Row] = []
        stop_at = time.perf_counter() + _TURN_S
        for address in batch:
            row = self._rows.pop(address, None) or self._row_of(address)
            if row is not None:
                rows.append(row)
                self._unkept.discard(address)
            elif address in self._pending:
                self._unkept.add(address)
            if time.perf_counter() >= stop_at:
                # Making rows is work, of long runs more than of short ones; let the screen have its turn.
                await asyncio.sleep(0)
                stop_at = time.perf_counter() + _TURN_S
        gone, self._gone = [*self._gone], {}
        for address in batch:
            self._pending.pop(address, None)
        # A folder's stamp says that everything in it is known here, so it comes with the last of them, or not at all.
        folders: Mapping[str, tuple[int, int]] = {}
        if not self._pending:
            folders, self._folders = {} if self._unkept else self._folders, {}
        await self._writer.save(Batch(rows, gone, folders))
        for address in batch:
            self._saved(address)

    async def close(self) -> None:
        """Save the rest and close; close also when there is no time left to save (its thread would never end)."""
        try:
            await self.flush()
        finally:
            await self._writer.close()
