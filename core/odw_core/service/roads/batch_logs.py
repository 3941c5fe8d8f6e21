"""BatchLogs: what a person wants of a batch that no run of ours made, of which there is a log alone: run once more."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from odw_core.model.change import Snapshot
from odw_core.model.command import Receipt, Rerun
from odw_core.service.batches.again import batch_again, place_of
from odw_core.service.roads.carrier import Begin, Carried, as_wished, cannot


class BatchLogs:
    """Implements ``Carrier`` for addresses of the engine ``scenario`` whose run is not ours."""

    def __init__(self, state: Path, snapshot: Callable[[], Snapshot], begin: Begin) -> None:
        self._state, self._snapshot, self._begin = state, snapshot, begin

    async def carry(self, command: Carried) -> Receipt:
        """Run it again. Raises ``OdwError`` with a sentence when it cannot be done."""
        if not isinstance(command, Rerun):
            raise cannot(command)
        address, snapshot = command.address, self._snapshot()
        item = snapshot.items.get(address.root)
        # A command that ends at once may know the places alone.
        place = item.place if item is not None else place_of(address, snapshot.places)
        # What failed is chosen when it is started.
        again = await asyncio.to_thread(batch_again, address, place, failed_only=False, state=self._state)
        return await self._begin(as_wished(replace(again, reuse=command.reuse), command))

    async def outcome(self, command_id: str) -> Receipt | None:
        """Everything here is known at once."""
        return None
