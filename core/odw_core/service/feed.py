"""OpenDetail: the newest reading of one item that somebody looks at."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from odw_core.model.detail import Detail


class OpenDetail:
    """Implements ``DetailFeed``. ``value`` stays when the item is gone."""

    def __init__(self) -> None:
        self._value: Detail | None = None
        self._is_gone = False
        self._happened = asyncio.Event()

    @property
    def value(self) -> Detail | None:
        return self._value

    @property
    def is_gone(self) -> bool:
        return self._is_gone

    def put(self, value: Detail | None) -> None:
        """A new reading; the same one again is no news."""
        if value is not None and (value != self._value or self._is_gone):
            self._value, self._is_gone = value, False
            self._happened.set()

    def mark_gone(self) -> None:
        """It was pruned."""
        self._is_gone = True
        self._happened.set()

    async def changed(self) -> None:
        await self._happened.wait()
        self._happened.clear()
