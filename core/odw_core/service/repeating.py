"""Repeating: what would start a run, a batch or a session once more, from what it left. Starts nothing."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from contextlib import AbstractAsyncContextManager
from pathlib import Path

from odw_core.errors import NotFound, OdwError
from odw_core.model.address import Address
from odw_core.model.command import Start
from odw_core.model.conversation import Conversation, EntryKind
from odw_core.model.item import Item
from odw_core.model.workflow import SESSION
from odw_core.service.starts.table import starter
from odw_core.state.driving import UPSTREAM

Converse = Callable[[Address], AbstractAsyncContextManager[Conversation]]
"""Opens what was said in a session."""
_FIRST_ENTRIES = 50


class Repeating:
    """One for each room; ``conversation`` and ``state`` as in ``Preparing``."""

    def __init__(self, conversation: Converse | None, state: Path | None) -> None:
        self._conversation, self._state = conversation, state
        self._by_engine: Mapping[str, Callable[[Address, Item], Awaitable[Start | None]]] = {
            "odw": self._of_run,
            "scenario": self._of_batch,
            "converge": self._of_converge,
            "codex": self._of_session,
        }

    async def repeated(self, address: Address, item: Item) -> Start | None:
        """What would start ``item``, which is at the root of the address, once more; None for what nobody knows how to
        start. Raises ``OdwError`` with a sentence when what it left does not say."""
        found = self._by_engine.get(address.engine)
        return None if found is None else await found(address, item)

    async def _of_run(self, address: Address, item: Item) -> Start | None:
        return await asyncio.to_thread(self._read_run, address.root, item)

    def _read_run(self, root: Address, item: Item) -> Start | None:
        from odw_core.runs.folders import RunFolder
        from odw_core.runs.spec import read_spec
        from odw_core.service.upstream.odw_again import odw_again

        if item.driver == UPSTREAM:
            return odw_again(root, item.place, {})
        if self._state is None:
            return None
        try:
            spec = read_spec(RunFolder(self._state, root.item))
        except OdwError:
            return None
        return starter(spec.workflow).again(root, spec, self._state)

    async def _of_batch(self, address: Address, item: Item) -> Start:
        from odw_core.service.batches.again import batch_again

        return await asyncio.to_thread(
            lambda: batch_again(address.root, item.place, failed_only=False, state=self._state)
        )

    async def _of_converge(self, address: Address, item: Item) -> Start:
        from odw_core.service.upstream.converge import converge_again

        return await asyncio.to_thread(converge_again, address, item.place)

    async def _of_session(self, address: Address, item: Item) -> Start:
        prompt = item.goal or ""
        try:
            if self._conversation is None:
                raise NotFound(f"{item.address} is not read here.")
            async with self._conversation(item.address) as said:
                prompt = await asyncio.to_thread(_first_prompt, said) or prompt
        except (OdwError, OSError):
            # Its first line is better than nothing.
            pass
        given: dict[str, object] = {"prompt": prompt}
        if item.model:
            given["model"] = item.model
        return Start(SESSION, given, item.folder or item.place, parent=item.address, home=item.place)


def _first_prompt(said: Conversation) -> str:
    said.refresh()
    entries = said.entries(0, min(said.count, _FIRST_ENTRIES))
    first = next((entry for entry in entries if entry.kind is EntryKind.USER), None)
    return "" if first is None else said.body(first)
