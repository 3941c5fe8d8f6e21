"""OpenConversation: keeps the transcript of one session open and looks through it beside the screen, never in its way.

Everything that reads it takes turns: no two threads are in the same file.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TypeVar

from odw_core.errors import OdwError
from odw_core.files.text_lines import TextLines
from odw_core.model.address import Address
from odw_core.model.conversation import Conversation, Entry
from odw_core.service.service import Service

_T = TypeVar("_T")


class OpenConversation:
    """``changed`` is told when there is more of it, or all of it was seen; ``missing`` why there is none."""

    def __init__(
        self, service: Service, address: Address, *, changed: Callable[[], None], missing: Callable[[str], None]
    ) -> None:
        self._service, self._address = service, address
        self._changed, self._missing = changed, missing
        self._conversation: Conversation | None = None
        self._in_view, self._news = asyncio.Event(), asyncio.Event()
        self._turn = asyncio.Lock()
        self._is_missing = False

    @property
    def count(self) -> int:
        """Entries that are known."""
        return 0 if self._conversation is None else self._conversation.count

    @property
    def is_complete(self) -> bool:
        """Whether all of it was looked through, or there is none."""
        return self._is_missing or (self._conversation is not None and self._conversation.is_complete)

    @property
    def is_settled(self) -> bool:
        """Whether nothing is left to be looked at."""
        return not self._in_view.is_set() or (self.is_complete and not self._news.is_set())

    def set_in_view(self, is_in_view: bool) -> None:
        """It is read on while somebody looks."""
        if is_in_view:
            self._in_view.set()
        else:
            self._in_view.clear()

    def news(self) -> None:
        """Its file may have grown."""
        self._news.set()

    def entries(self, first: int, last: int) -> tuple[Entry, ...]:
        """Entries ``first`` to ``last`` (not included), as far as they are there."""
        return () if self._conversation is None else self._conversation.entries(first, last)

    async def run(self) -> None:
        """Follow it until cancelled; one that is missing is looked for again when there is news."""
        while True:
            await self._in_view.wait()
            self._news.clear()
            try:
                async with self._service.conversation(self._address) as conversation:
                    await self._keep(conversation)
            except OdwError as error:
                self._say_missing(str(error))
            except OSError as error:
                self._say_missing(error.strerror or str(error))
            await self._news.wait()

    async def _keep(self, conversation: Conversation) -> None:
        self._conversation, self._is_missing = conversation, False
        try:
            await self._follow(conversation)
        finally:
            self._conversation = None
            async with self._turn:
                # Whoever still reads a body has done so before the file is given back.
                pass

    async def _follow(self, conversation: Conversation) -> None:
        was_complete = False
        while True:
            await self._in_view.wait()
            self._news.clear()
            has_more = await self._aside(conversation.refresh)
            if has_more or conversation.is_complete is not was_complete:
                was_complete = conversation.is_complete
                self._changed()
            if conversation.is_complete:
                await self._news.wait()

    def _say_missing(self, reason: str) -> None:
        self._is_missing = True
        self._missing(reason)

    async def body(self, entry: Entry) -> TextLines:
        """The text of an entry. Raises ``OSError`` when it cannot be read any more."""
        conversation = self._conversation
        if conversation is None:
            return TextLines("", entry.head)
        return await self._aside(lambda: TextLines(conversation.body(entry), entry.head))

    async def _aside(self, work: Callable[[], _T]) -> _T:
        """Work in a thread, alone; who is cancelled waits until it has ended."""
        async with self._turn:
            running = asyncio.ensure_future(asyncio.to_thread(work))
            try:
                return await asyncio.shield(running)
            except asyncio.CancelledError:
                await asyncio.wait([running])
                raise
