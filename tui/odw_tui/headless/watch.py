"""``watch``: every change of the room as a document, as it happens. Prints nothing; loaded only when asked for."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import TYPE_CHECKING, Any

from odw_core.clock import Clock, SystemClock
from odw_core.model.change import Change, Snapshot
from odw_core.service.documents import change_document
from odw_core.service.plain_values import Document
from odw_core.service.service import Service
from odw_tui.headless.listing import items_in_order

if TYPE_CHECKING:
    from odw_core.service.service import RunningService


async def tell_changes(
    service: RunningService,
    tell: Callable[[Document], None],
    *,
    begins: Callable[[Snapshot], None],
    initial: bool,
    pipe: int | None,
    clock: Clock | None = None,
) -> None:
    """Tell each change from the moment on at which ``begins`` is called; until nobody reads ``pipe``.

    With ``initial`` everything that is there at that moment is told first.
    """
    parts: list[Coroutine[Any, Any, None]] = [
        service.run(),
        _tell(service, tell, begins, initial, clock or SystemClock()),
    ]
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


async def _until_nobody_reads(pipe: int) -> None:
    """A pipe that is only written to becomes readable when its other end is closed."""
    loop = asyncio.get_running_loop()
    gone = asyncio.Event()
    loop.add_reader(pipe, gone.set)
    try:
        await gone.wait()
    finally:
        loop.remove_reader(pipe)
