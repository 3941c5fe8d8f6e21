"""Opens everything that the screen can show, as ``python -m drivers.visit_all FOLDER PLACE…``.

The cache lies in FOLDER. What was on the screen stands in FOLDER/screens, one picture after another.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from textual import _wait
from textual.pilot import Pilot
from textual.widget import Widget

from odw_core.clock import SystemClock
from odw_core.config import Config
from odw_core.service.live import LiveService
from odw_tui.app import OdwApp
from odw_tui.present.run_tabs import Tab
from odw_tui.screens.opened import OpenedScreen
from odw_tui.screens.opening import screen_for

LONGEST_S = 20.0
"""No screen may take as long."""
_MOST_STREAMS = 6
_LISTS = (Tab.CONVERSATION, Tab.TIMELINE, Tab.BLOCKERS, Tab.PLANS, Tab.ARTIFACTS, Tab.QUESTIONS)
"""What has entries that show more of themselves once the cursor is there, or a page of their own."""


class Visitor:
    """A person who opens everything once."""

    def __init__(self, pilot: Pilot[None], service: LiveService) -> None:
        self.pilot, self.service = pilot, service
        self.screens: list[str] = []

    @property
    def _app(self) -> OdwApp:
        app = self.pilot.app
        assert isinstance(app, OdwApp)
        return app

    def _busy(self) -> Iterator[object]:
        """Whatever still has something to paint or to read."""
        screen: Any = self._app.screen
        yield self._app.bridge.has_pending_frame or getattr(screen, "has_pending_frame", False)
        yield getattr(screen, "is_searching", False)
        for widget in screen.query(Widget):
            yield getattr(widget, "is_settled", True) is False

    async def look(self) -> None:
        """Wait until everything is painted, and keep what is to be seen."""
        async with asyncio.timeout(LONGEST_S):
            await self.pilot.pause()
            while any(self._busy()):
                await self.pilot.pause()
        strips = self._app.screen._compositor.render_strips()
        self.screens.append("\n".join("".join(segment.text for segment in strip) for strip in strips))

    async def press(self, *keys: str) -> None:
        """Press keys and look."""
        await self.pilot.press(*keys)
        await self.look()

    async def visit_items(self) -> None:
        """Every run and session, every tab of it, every stream of its output."""
        for item in [*self.service.snapshot().items.values()]:
            screen = screen_for(self._app.kit, item)
            await self._app.push_screen(screen)
            await self.look()
            async with asyncio.timeout(LONGEST_S):
                while screen.detail is None and screen._failure is None:
                    await self.pilot.pause()
            for tab in screen._offered():
                screen.open_tab(tab)
                await self.look()
                await self.press(*("jj" if tab in _LISTS else ""), "G")
                if tab is Tab.OUTPUT:
                    target = screen._output._target
                    for _ in range(min(_MOST_STREAMS, len(target.streams) - 1 if target else 0)):
                        screen._output.next_stream()
                        await self.look()
                if tab in _LISTS:
                    await self.press("enter")
                while self._app.screen is not screen and len(self._app.screen_stack) > 2:
                    self._app.pop_screen()
                    await self.look()
            await self._app.pop_screen()

    async def visit_others(self) -> None:
        """Every screen that is of no item."""
        for name in ("help", "inbox", "settings", "pick_theme", "places", "doctor", "find"):
            assert not isinstance(self._app.screen, OpenedScreen)
            getattr(self._app, f"do_{name}")()
            await self.look()
            if name == "find":
                await self.press(*"canary", "enter")
            elif name in ("inbox", "places", "doctor"):
                await self.press("j", "j", "G")
            self._app.pop_screen()
            await self.look()


async def _visit(folder: Path, places: list[str]) -> None:
    service = LiveService(places, Config(), cache=folder / "index.sqlite3")
    app = OdwApp(service, Config(), clock=SystemClock())
    async with app.run_test(size=(160, 50)) as pilot:
        await service.settle()
        visitor = Visitor(pilot, service)
        await visitor.look()
        await visitor.press("j", "j", "G")
        await visitor.visit_items()
        await visitor.visit_others()
        await app.do_quit()
    (folder / "screens").write_text("\n\n".join(visitor.screens), "utf-8", "surrogatepass")
    print(len(service.snapshot().items), len(visitor.screens))


if __name__ == "__main__":
    # A pilot looks this often whether the process is at rest; with its own figures most of the time goes by waiting.
    _wait.SLEEP_GRANULARITY, _wait.SLEEP_IDLE = 0.002, 0.001
    asyncio.run(_visit(Path(sys.argv[1]), sys.argv[2:]))
