"""Sharing: when a room starts with hundreds of megabytes unread, a second process reads from the end of the queue.

First it helps to list what is there, then to read what was only skimmed. What it reads comes back as index rows. If it
cannot be started or ends early, the room reads everything itself.
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
from itertools import islice
from typing import NamedTuple

from odw_core.index.rows import Row
from odw_core.model.address import Address
from odw_core.service.watching.schedule import Priority, Schedule
from odw_core.service.watching.second_process import SIZE_BYTES
from odw_core.service.watching.unit_reader import UnitReader

WORTH_BYTES = 48 << 20
"""So much unread is worth a second process, whose start takes as long as reading a fifth of it."""
_BATCH = 128
_AHEAD = 2
"""Batches handed out before the first one is back, so that it never waits for the room."""
_STEP = 400
"""Sizes that are asked for at once."""
_TAKEN = 16
"""Answers that are taken in at once."""


class _Batch(NamedTuple):
    """What is read there together."""

    units: list[UnitReader]
    skims: bool
    """Whether both ends of a file are enough where they say what the row needs."""


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

    @property
    def is_listing(self) -> bool:
        """Whether something is being read elsewhere that has no row yet."""
        return any(reader.item is None for reader in self._away.values())

    async def came(self) -> None:
        """Wait until something came back."""
        self._came.clear()
        await self._came.wait()

    async def run(self) -> None:
        """Share what is unread now, until it is read."""
        if not await self._is_worth_it():
            return
        # Taken out of the queue before anything is awaited: until the process is up the room reads what is left.
        batches = deque(batch for _ in range(_AHEAD) if (batch := self._next_batch()) is not None)
        # Half a start that is given up would leave a process behind: it is waited for, then ended.
        starting = asyncio.ensure_future(_start())
        try:
            await self._share(await asyncio.shield(starting), batches)
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

    async def _is_worth_it(self) -> bool:
        """Whether much is queued that was never read. Asks for sizes in small steps."""
        unread = 0
        for number, address in enumerate([*self._schedule.from_the_end(Priority.NEW)], 1):
            if unread >= self._worth_bytes:
                break
            reader = self._find(address)
            if reader is not None and reader.item is None:
                with contextlib.suppress(OSError, ValueError):
                    unread += os.lstat(reader.file).st_size
            if number % _STEP == 0:
                await asyncio.sleep(0)
        return unread >= self._worth_bytes

    async def _share(self, process: asyncio.subprocess.Process, batches: deque[_Batch]) -> None:
        """``batches`` are to be handed out first; as many are on their way as there are of them."""
        assert process.stdin is not None and process.stdout is not None
        for batch in batches:
            process.stdin.write(_order(batch))
        while batches:
            # Orders are never drained: who waits for the other side to read while it waits to be read waits for ever.
            for number, _ in enumerate(batches.popleft().units, 1):
                size = int.from_bytes(await process.stdout.readexactly(SIZE_BYTES), "big")
                address, row = pickle.loads(await process.stdout.readexactly(size))
                self._took(self._away.pop(Address.parse(address)), row)
                self._came.set()
                if number % _TAKEN == 0:
                    # What has come already is read without a pause; keys and the screen get theirs.
                    await asyncio.sleep(0)
            following = self._next_batch()
            if following is not None:
                batches.append(following)
                process.stdin.write(_order(following))

    def _next_batch(self) -> _Batch | None:
        """Some units from the end of the queue that have no row yet; when there are none, some that were skimmed."""
        units = self._take(Priority.NEW, is_read=False)
        if units:
            return _Batch(units, skims=True)
        units = self._take(Priority.DEEPEN, is_read=True)
        return _Batch(units, skims=False) if units else None

    def _take(self, priority: Priority, *, is_read: bool) -> list[UnitReader]:
        """Units nobody has begun to read in full; ``is_read`` if they have a row all the same."""
        found = (self._find(address) for address in self._schedule.from_the_end(priority))
        fit = (one for one in found if one is not None and one.acc is None and (one.item is not None) is is_read)
        units = list(islice(fit, _BATCH))
        for reader in units:
            self._schedule.take_out(reader.unit.address)
            self._away[reader.unit.address] = reader
        return units


async def _start() -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "odw_core.service.watching.second_process",
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


def _order(batch: _Batch) -> bytes:
    units = [[str(reader.unit.address), reader.unit.place, reader.unit.root] for reader in batch.units]
    return json.dumps([batch.skims, units]).encode() + b"\n"
