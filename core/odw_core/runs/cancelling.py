"""Working until it is done or a person cancels the run: what every workflow of several steps does around its work."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from contextlib import suppress
from typing import Any

from odw_core.errors import no_room
from odw_core.model.command import Cancel, Command
from odw_core.runs.context import Context
from odw_core.runs.workflow import Result

_NOBODY = "Nobody is at work there just now, so there is nothing to interrupt; cancel ends the run."


async def until_cancelled(
    context: Context,
    work: Coroutine[Any, Any, Result],
    hear: Callable[[Command], bool],
    cancelling: Callable[[], object] = lambda: None,
) -> Result:
    """What came of ``work``; nothing of it goes on when this returns. Every wish but ``Cancel`` is handed to ``hear``,
    which says whether there was anybody for it; ``cancelling`` is called when that one comes, before the work hears of
    it.

    Without room on a disk the run is not over: its supervisor stops, and a later one goes on.
    """
    working = asyncio.create_task(work)
    hearing = asyncio.create_task(_hear(context, working, hear, cancelling))
    try:
        return await working
    except asyncio.CancelledError:
        if not hearing.done():
            # Only this supervisor goes away.
            raise
        return Result(False, is_cancelled=True)
    except Exception as error:
        if no_room(error):
            context.stop_short()
        raise
    finally:
        hearing.cancel()
        working.cancel()
        await asyncio.gather(hearing, working, return_exceptions=True)


async def _hear(
    context: Context,
    working: asyncio.Task[Result],
    hear: Callable[[Command], bool],
    cancelling: Callable[[], object],
) -> None:
    """Until a person cancels the run."""
    while not isinstance(command := await context.next_command(), Cancel):
        context.answer(command, "" if hear(command) else _NOBODY)
    cancelling()
    working.cancel()


async def to_its_end(work: Coroutine[Any, Any, None]) -> None:
    """Do it whole: a cancel that comes meanwhile must not leave half of it."""
    doing = asyncio.create_task(work)
    while not doing.done():
        with suppress(asyncio.CancelledError):
            await asyncio.wait((doing,))
    await doing
