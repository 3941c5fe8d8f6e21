"""Sharing: when a room starts with hundreds of megabytes unread, a second process reads from the end of the queue.

What it reads comes back as index rows. If it cannot be started or ends early, the room reads everything itself.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import pickle
import sys
from collections import deque
from collections.abc import Callable

from odw_core.index.rows import Row
from odw_core.model.address import Address
from odw_core.service.schedule import Schedule
from odw_core.service.second_process import SIZE_BYTES
from odw_core.service.unit_reader import UnitReader

WORTH_BYTES = 48 << 20
"""So much unread is worth a second process, whose start takes as long as reading a fifth of it."""
_BATCH_BYTES = 24 << 20
_AHEAD = 2
"""Batches handed out before the first one is back, so that it never waits for the room."""
_STEP = 400
"""Sizes that are asked for at once."""


class Sharing:
    """``took`` is given what was read: the unit and its row; None where the room has to look itself."""

    def __init__(
        self,
        schedule: Schedule,
        find: Callable[[Address], UnitReader | None],
        took: Callable[[UnitReader, Row | None], None],
        worth_bytes: int = WORTH_BYTES,
    ) -> None:
        self._schedule, self._find, self._took, self._worth_bytes = schedule, find, took, worth_bytes
        self._away: dict[Address, UnitReader] = {}
        self._came = asyncio.Event()

    @property
    def is_away(self) -> bool:
        """Whether something is being read elsewhere."""
        return bool(self._away)

    async def came(self) -> None:
        """Wait until something came back."""
        self._came.clear()
        await self._came.wait()

    async def run(self) -> None:
        """Share what is unread now, until it is read."""
        waiting = await self._unread()
        if sum(size for _, size in waiting) < self._worth_bytes:
            return
        # Taken out of the queue before anything is awaited: until the process is up the room reads what is left.
        batches = deque(self._next_batch(waiting) for _ in range(_AHEAD))
        # Half a start that is given up would leave a process behind: it is waited for, then ended.
        starting = asyncio.ensure_future(_start())
        try:
            await self._share(await asyncio.shield(starting), batches, waiting)
        except (OSError, EOFError, ValueError, pickle.UnpicklingError, TypeError, KeyError):
            # It never came up, is gone, or says something else than it should: what it had is read here.
            pass
        finally:
            for reader in self._away.values():
                self._took(reader, None)
            self._away.clear()
            self._came.set()
            ending = asyncio.ensure_future(_end(starting))
            try:
                await asyncio.shield(ending)
            except asyncio.CancelledError:
                await ending
                raise

    async def _unread(self) -> deque[tuple[Address, int]]:
        """What is queued and was never read, with the size of its journal. Asks in small steps."""
        found: deque[tuple[Address, int]] = deque()
        for number, address in enumerate(self._schedule.waiting(), 1):
            reader = self._find(address)
            if reader is not None and reader.item is None:
                with contextlib.suppress(OSError, ValueError):
                    found.append((address, os.lstat(reader.file).st_size))
            if number % _STEP == 0:
                await asyncio.sleep(0)
        return found

    async def _share(
        self,
        process: asyncio.subprocess.Process,
        batches: deque[list[UnitReader]],
        waiting: deque[tuple[Address, int]],
    ) -> None:
        """``batches`` are to be handed out first; as many are on their way as there are of them."""
        assert process.stdin is not None and process.stdout is not None
        for batch in batches:
            process.stdin.write(_order(batch))
        while batches:
            # Orders are never drained: who waits for the other side to read while it waits to be read waits for ever.
            for _ in batches.popleft():
                size = int.from_bytes(await process.stdout.readexactly(SIZE_BYTES), "big")
                address, row = pickle.loads(await process.stdout.readexactly(size))
                self._took(self._away.pop(Address.parse(address)), row)
                self._came.set()
            if batch := self._next_batch(waiting):
                batches.append(batch)
                process.stdin.write(_order(batch))

    def _next_batch(self, waiting: deque[tuple[Address, int]]) -> list[UnitReader]:
        """Some units from the end of the queue that are still unread."""
        batch: list[UnitReader] = []
        size = 0
        queued = set(self._schedule.waiting())
        while waiting and size < _BATCH_BYTES:
            address, bytes_of = waiting.pop()
            reader = self._find(address)
            if address not in queued or reader is None or reader.acc is not None or reader.item is not None:
                continue
            self._schedule.take_out(address)
            self._away[address] = reader
            batch.append(reader)
            size += bytes_of
        return batch


async def _start() -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "odw_core.service.second_process",
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        # A key for the screen must not end it half-way; it ends with its stdin.
        start_new_session=True,
    )


async def _end(starting: asyncio.Future[asyncio.subprocess.Process]) -> None:
    """End what was started, and leave no pipe behind that a closed loop would complain of."""
    try:
        process = await starting
    except OSError:
        return
    with contextlib.suppress(ProcessLookupError):
        process.kill()
    await process.wait()
    # asyncio closes the pipes of a process that ended when it is collected, which may be after the loop is closed.
    process._transport.close()  # type: ignore[attr-defined]


def _order(batch: list[UnitReader]) -> bytes:
    units = [[str(reader.unit.address), reader.unit.place, reader.unit.root] for reader in batch]
    return json.dumps(units).encode() + b"\n"
