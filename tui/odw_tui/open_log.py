"""OpenLog: keeps one stream of one address open in a line view, and looks for news while it may grow.

A stream is a file that no engine may be watching: as long as it is in view it is looked at, often right after it grew.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from textual.timer import Timer
from textual.worker import Worker

from odw_core.errors import OdwError
from odw_core.files.line_index import FileLines
from odw_core.files.line_source import LineSource
from odw_core.files.text_lines import TextLines
from odw_core.model.address import Address
from odw_core.service.service import Service
from odw_tui.widgets.line_view import LineView

HOT_S = 2.0
"""For so long after it grew a text is looked at often."""
HOT_LOOK_S = 0.008
COLD_LOOK_S = 0.25


class OpenLog:
    """One text at a time. ``opened`` and ``missing`` are told what became of the last ``open``."""

    def __init__(
        self,
        service: Service,
        view: LineView,
        now: Callable[[], float],
        *,
        opened: Callable[[], None],
        missing: Callable[[str], None],
    ) -> None:
        self._service, self._view, self._now = service, view, now
        self._opened, self._missing = opened, missing
        self._source: LineSource | None = None
        self._known: tuple[int, int] = (0, 0)
        self._hot_until = 0.0
        self._is_growing = False
        self._timer: Timer | None = None
        self._worker: Worker[None] | None = None

    @property
    def source(self) -> LineSource | None:
        """The text that is open now."""
        return self._source

    @property
    def path(self) -> str:
        """The file that is shown line by line; empty for a text that lies inside of one, or nowhere."""
        return self._source.path if isinstance(self._source, FileLines) else ""

    def open(self, address: Address, stream: str, *, follow: bool, empty: str = "") -> None:
        """Show another stream; the one before is given back."""
        self._let_go()

        async def keep() -> None:
            await self._keep(address, stream, follow, empty)

        # A function, not a coroutine: the next key may replace it before it begins.
        self._worker = self._view.run_worker(keep, group="log", exclusive=True)

    def close(self) -> None:
        """Give back what is shown."""
        self._let_go()
        if self._worker is not None:
            self._worker.cancel()
            self._worker = None

    def watch(self, is_growing: bool) -> None:
        """Whether the text is in view and may grow: only then it is looked at by the clock."""
        self._is_growing = is_growing
        if is_growing:
            self._view.source_changed()
        self._wind()

    def news(self) -> None:
        """Something happened where the text comes from."""
        if self._source is not None:
            self._view.source_changed()

    def _let_go(self) -> None:
        if self._source is not None:
            self._source = None
            self._view.show(TextLines("", ""))
        self._wind()

    async def _keep(self, address: Address, stream: str, follow: bool, empty: str) -> None:
        try:
            async with self._service.log(address, stream) as source:
                self._source = source
                self._view.show(source, follow=follow, empty=empty)
                self._opened()
                self._wind()
                await asyncio.Event().wait()
        except OdwError as error:
            self._missing(str(error))
        except OSError as error:
            self._missing(error.strerror or str(error))

    def _wind(self) -> None:
        """Look again soon, if that is wanted at all."""
        if self._timer is not None:
            self._timer.stop()
            self._timer = None
        if self._source is not None and self._is_growing and self._view.is_attached:
            is_hot = self._now() < self._hot_until
            self._timer = self._view.set_timer(HOT_LOOK_S if is_hot else COLD_LOOK_S, self._look)

    def _look(self) -> None:
        source = self._source
        if source is not None:
            self._view.source_changed()
            known = (source.line_count, source.generation)
            if known != self._known:
                self._known, self._hot_until = known, self._now() + HOT_S
        self._wind()
