"""UpstreamRuns: what a person wants of runs that odw drives by itself: interrupted, gone on with, once more, taken
over."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace

from odw_core.model.change import Snapshot
from odw_core.model.command import Adopt, Cancel, Outcome, Receipt, Rerun, Resume
from odw_core.service.roads.carrier import Begin, Carried, as_wished, cannot, shown_item
from odw_core.service.upstream.adopting import adoption
from odw_core.service.upstream.odw import interrupt, resumption
from odw_core.service.upstream.odw_again import odw_again


class UpstreamRuns:
    """Implements ``Carrier`` for addresses of the engine ``odw`` whose run is not ours."""

    def __init__(self, snapshot: Callable[[], Snapshot], begin: Begin) -> None:
        self._snapshot, self._begin = snapshot, begin

    async def carry(self, command: Carried) -> Receipt:
        """Do it. Raises ``OdwError`` with a sentence when it cannot be done."""
        root = command.address.root
        match command:
            case Resume():
                start = resumption(root, shown_item(self._snapshot(), root))
                return await self._begin(replace(start, id=command.id))
            case Rerun(changed=changed):
                start = await asyncio.to_thread(odw_again, root, shown_item(self._snapshot(), root).place, changed)
                receipt = await self._begin(replace(start, id=command.id))
                return replace(receipt, reason=f"odw runs {start.given['script']} again.")
            case Cancel():
                await asyncio.to_thread(interrupt, root)
                return Receipt(command.id, Outcome.ACCEPTED, "odw was told; its run says how it ends.", root)
            case Adopt():
                start, note = await asyncio.to_thread(adoption, root, shown_item(self._snapshot(), root).place)
                return replace(await self._begin(as_wished(start, command)), reason=f"The new run {note}.")
            case _:
                raise cannot(command)

    async def outcome(self, command_id: str) -> Receipt | None:
        """Everything here is known at once."""
        return None
