"""A live room for tests: the real service on real folders, settled before anything is asked of it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from odw_core.config import Config
from odw_core.model.item import Item
from odw_core.service.live import LiveService
from odw_core.service.oneshot import Room, open_room


@asynccontextmanager
async def live_room(
    *places: Path, cache: Path | None = None, config: Config | None = None
) -> AsyncIterator[LiveService]:
    """The service over ``places``, running and settled; closed in an orderly way."""
    service = LiveService([str(place) for place in places], config or Config(), cache=cache)
    running = asyncio.create_task(service.run())
    try:
        await service.settle()
        yield service
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)


async def until(service: LiveService, holds: object) -> None:
    """Wait for a change after which ``holds()`` is true: for what must come without asking for it."""
    assert callable(holds)
    async for _ in service.changes():
        if holds():
            return


def cold_room(*places: Path, cache: Path | None = None) -> Room:
    """The same folders read once, from nothing."""
    return open_room([str(place) for place in places], Config(), cache=cache)


def by_name(items: object) -> dict[str, Item]:
    """Items by the text of their address."""
    return {str(address): item for address, item in items.items()}  # type: ignore[attr-defined]
