"""``watch``: every change of the room as a document, as it happens; with ``--notify`` the hook for what newly waits.

Prints nothing; loaded only when asked for.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from odw_core.attention.hook import why_not
from odw_core.attention.notice import Call, News, calls_of
from odw_core.attention.tell import tell_all
from odw_core.clock import Clock, SystemClock
from odw_core.config import Config
from odw_core.model.change import Change, Snapshot
from odw_core.service.documents.plain_values import Document
from odw_core.service.documents.rows import change_document
from odw_core.service.service import Service
from odw_tui.headless.listing import items_in_order

if TYPE_CHECKING:
    from odw_core.service.service import RunningService

_GATHERING_S = 0.25
"""Questions that come this close together are told as one."""

CallOut = Callable[[Sequence[Call]], None]


def notifier(state: Path, config: Config, narrate: Callable[[str], None]) -> CallOut:
    """What runs the person's hook. Says with ``narrate`` why that would be in vain."""
    if config.attention == "off":
        narrate("The setting attention is off, so nothing is notified.")
    elif (reason := why_not(config.attention_hook)) is not None:
        narrate(reason)

    def call_out(calls: Sequence[Call]) -> None:
        tell_all(calls, state, config)

    return call_out


async def tell_changes(
    service: RunningService,
    tell: Callable[[Document], None],
    *,
    begins: Callable[[Snapshot], None],
    initial: bool,
    pipe: int | None,
    clock: Clock | None = None,
    call_out: CallOut | None = None,
) -> None:
    """Tell each change from the moment on at which ``begins`` is called; until nobody reads ``pipe``.

    With ``initial`` everything that is there at that moment is told first. ``call_out`` is given what newly waits,
    in a thread; at first everything that waits.
    """
    parts: list[Coroutine[Any, Any, None]] = [
        service.run(),
        _tell(service, tell, begins, initial, clock or SystemClock()),
    ]
    if call_out is not None:
        parts.append(_call(service, call_out))
    if pipe is not None:
        parts.append(_until_nobody_reads(pipe))
    tasks = [asyncio.create_task(part) for part in parts]
    try:
        ended, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        for task in ended:
            task.result()
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _tell(
    service: Service,
    tell: Callable[[Document], None],
    begins: Callable[[Snapshot], None],
    initial: bool,
    clock: Clock,
) -> None:
    await service.settle()
    snapshot = service.snapshot()
    begins(snapshot)
    if initial:
        for item in items_in_order(snapshot.items):
            tell(change_document(Change(snapshot.seq, item.address, None, item), clock.now()))
    async for batch in service.changes(snapshot.seq):
        for change in batch:
            tell(change_document(change, clock.now()))


async def _call(service: Service, call_out: CallOut) -> None:
    await service.settle()
    snapshot, news = service.snapshot(), News(began_at=float("-inf"))
    seq = snapshot.seq
    await _call_for(snapshot, news, call_out)
    async for _ in service.changes(seq):
        await asyncio.sleep(_GATHERING_S)
        await _call_for(service.snapshot(), news, call_out)


async def _call_for(snapshot: Snapshot, news: News, call_out: CallOut) -> None:
    fresh, before = news.sort(snapshot.questions, is_complete=True)
    if calls := calls_of((*before, *fresh), snapshot.items):
        await asyncio.to_thread(call_out, calls)


async def _until_nobody_reads(pipe: int) -> None:
    """A pipe that is only written to becomes readable when its other end is closed."""
    loop = asyncio.get_running_loop()
    gone = asyncio.Event()
    loop.add_reader(pipe, gone.set)
    try:
        await gone.wait()
    finally:
        loop.remove_reader(pipe)
