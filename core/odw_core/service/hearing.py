"""What the servers of Codex homes ask at this moment, for a command that prints and ends. Answers nothing, and starts
no server."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping

from odw_core.model.address import Address
from odw_core.model.evidence import ServerWord
from odw_core.model.question import Question
from odw_core.service.daemons import Daemons

_PATIENCE_S = 3.0
"""How long is waited for a server that says nothing."""


def asked_now(homes: Iterable[str]) -> Mapping[Address, tuple[Question, ...]]:
    """What each of these servers asks, by the source that ``Store.ask`` takes. Waits until all have said it."""
    return asyncio.run(_asked(tuple(homes)))


async def _asked(homes: tuple[str, ...]) -> Mapping[Address, tuple[Question, ...]]:
    asked: dict[Address, tuple[Question, ...]] = {}
    words: dict[Address, ServerWord] = {}
    daemons = Daemons(lambda: homes, words, lambda _: None, asked.__setitem__, reads_only=False)
    running = asyncio.create_task(daemons.run())
    try:
        async with asyncio.timeout(_PATIENCE_S):
            await daemons.all_said()
    except TimeoutError:
        # What files say is all there is then.
        pass
    finally:
        said = dict(asked)
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
    return said
