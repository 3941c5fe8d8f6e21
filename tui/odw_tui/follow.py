"""Follower: keeps the detail of one item open, the newest that was wished for. Never makes the cursor wait."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import TYPE_CHECKING, Any

from odw_core.errors import OdwError
from odw_core.model.address import Address

if TYPE_CHECKING:
    from odw_core.model.detail import Detail
    from odw_core.service.service import Service

    Show = Callable[[Address, Detail | None], None]


class Follower:
    """Tells ``show`` each new reading of the address followed last. One detail is open at a time."""

    def __init__(self, service: Service, show: Show) -> None:
        self._service = service
        self._show = show
        self._wanted: Address | None = None
        self._shown: Address | None = None
        self._changed = asyncio.Event()

    @property
    def is_behind(self) -> bool:
        """Whether what is wished for has not been shown once yet."""
        return self._shown != self._wanted

    def follow(self, address: Address | None) -> None:
        """Follow another address from now on, or none."""
        if address != self._wanted:
            self._wanted = address
            self._changed.set()

    async def run(self) -> None:
        """Follow until cancelled."""
        while True:
            self._changed.clear()
            address = self._wanted
            if address is None:
                self._shown = None
            else:
                await self._read(address)
            await self._changed.wait()

    async def _read(self, address: Address) -> None:
        """Show the detail of ``address`` until another one is wanted."""
        try:
            async with self._service.detail(address) as feed:
                while not self._changed.is_set():
                    self._tell(address, feed.value)
                    if feed.is_gone:
                        return
                    await self._first_of(feed.changed())
        except OdwError:
            # It may be pruned between the key and the reading; the row itself is about to go.
            self._tell(address, None)

    def _tell(self, address: Address, detail: Detail | None) -> None:
        self._shown = address
        self._show(address, detail)

    async def _first_of(self, news: Coroutine[Any, Any, None]) -> None:
        """Wait until there is news, or until another address is wanted."""
        tasks = [asyncio.ensure_future(news), asyncio.ensure_future(self._changed.wait())]
        try:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in tasks:
                task.cancel()
