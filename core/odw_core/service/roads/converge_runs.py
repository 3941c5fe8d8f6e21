"""ConvergeRuns: what a person wants of runs that Converge made itself: once more, natively on, one call repeated, a
task of its queue cancelled."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from odw_core.model.address import Address
from odw_core.model.change import Snapshot
from odw_core.model.command import Adopt, Receipt, Repeat, Rerun
from odw_core.service.roads.carrier import Begin, Carried, as_wished, shown_item
from odw_core.service.upstream.converge import converge_again, repetition
from odw_core.service.upstream.converge_adopted import is_true, refuse_adopted
from odw_core.service.upstream.converge_answers import ConvergeAnswers, adopted
from odw_core.service.upstream.kept_answers import forget_answers

_FORCE = "force"
"""Among what is changed: adopt it although a run of ours goes on with it already."""


class ConvergeRuns:
    """Implements ``Carrier`` for addresses of the engine ``converge`` whose run is not ours."""

    def __init__(
        self, state: Path, snapshot: Callable[[], Snapshot], begin: Begin, *, answers: ConvergeAnswers
    ) -> None:
        """``answers`` speaks with the server of its queue."""
        self._state, self._snapshot, self._begin, self._answers = state, snapshot, begin, answers

    async def carry(self, command: Carried) -> Receipt:
        """Do it. Raises ``OdwError`` with a sentence when it cannot be done."""
        match command:
            case Rerun():
                again = await asyncio.to_thread(converge_again, command.address, self._place(command.address))
                return await self._begin(as_wished(again, command))
            case Repeat():
                again = await asyncio.to_thread(repetition, command.address, self._place(command.address))
                said = "The call is made once more, read-only; all it says is kept with its plan."
                return replace(await self._begin(as_wished(again, command)), reason=said)
            case Adopt():
                return await self._adopt(command)
            case _:
                return await self._answers.carry(command)

    async def outcome(self, command_id: str) -> Receipt | None:
        """Everything here is known at once."""
        return None

    def _place(self, address: Address) -> str:
        return shown_item(self._snapshot(), address).place

    async def _adopt(self, command: Adopt) -> Receipt:
        root = command.address.root
        place = self._place(root)
        item = self._snapshot().items[root]
        # Answers on cards are kept for the task that asks, where there is one.
        askers = [root, *([item.parent] if item.parent is not None and item.parent.engine == "converge" else [])]
        changed = {key: value for key, value in command.changed.items() if key != _FORCE}
        if not is_true(command.changed.get(_FORCE)):
            items = self._snapshot().items.values()
            runs = [one.address for one in items if one.parent == root and one.address.engine == "converge"]
            await asyncio.to_thread(refuse_adopted, (*askers, *runs), place, self._state)
        start, note = await asyncio.to_thread(adopted, askers, place, self._state, changed)
        receipt = await self._begin(replace(start, id=command.id))
        for one in askers:
            forget_answers(self._state, one)
        return replace(receipt, reason=f"The new run {note}.")
