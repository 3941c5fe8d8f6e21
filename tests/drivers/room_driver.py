"""RoomDriver: the room as a person uses it, over a service in memory. Reads what is painted."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from textual.events import Key, MouseScrollDown
from textual.keys import _character_to_key
from textual.pilot import Pilot
from textual.strip import Strip

from drivers import samples
from drivers.memory_service import MemoryService
from drivers.run_driver import StillClock
from odw_core.config import Config
from odw_core.model.address import Address
from odw_core.model.change import Snapshot
from odw_core.model.detail import Detail
from odw_core.model.item import Item
from odw_themes.loader import Gallery
from odw_tui.app import OdwApp
from odw_tui.desk import Desk
from odw_tui.panes.room_list import RoomList
from odw_tui.present.glyphs import ASCII, UNICODE
from odw_tui.screens.room import RoomScreen
from odw_tui.widgets.row_list import RowList

_BARS = (UNICODE.cursor, ASCII.cursor)


class RoomDriver:
    """What a person can do and see."""

    def __init__(self, app: OdwApp, pilot: Pilot[None], service: MemoryService, clock: StillClock) -> None:
        self.app, self.pilot, self.service, self.clock = app, pilot, service, clock

    async def press(self, *keys: str) -> None:
        """Press keys one after another, each when the one before has been dealt with."""
        for key in keys:
            self._post(key)
            await self.pilot._wait_for_screen()
        await self.idle()

    async def press_at_once(self, *keys: str) -> None:
        """Press keys faster than anything can be painted, as a pasted text or a test on a terminal does."""
        for key in keys:
            self._post(key)
        await self.idle()

    async def type(self, text: str) -> None:
        """Type a text."""
        await self.press(*text)

    async def idle(self) -> None:
        """Wait until everything that was asked for is done and painted."""
        await self.pilot.pause()
        while self.app.bridge.has_pending_frame or getattr(self.app.screen, "has_pending_frame", False):
            await self.pilot.pause()

    async def put(self, *items: Item) -> None:
        """Let items be new or other than before."""
        self.service.put(*items)
        await self.idle()

    async def become(self, **parts: Any) -> None:
        """Replace whole parts of the room."""
        self.service.become(**parts)
        await self.idle()

    async def a_while_later(self, seconds: float) -> None:
        """Let the clock go on and the screen notice."""
        self.clock.time += seconds
        self.room.query_one(RoomList).grow_older()
        await self.idle()

    async def click(self, words: str) -> None:
        """Click on the line that holds ``words``."""
        y = next(y for y, row in enumerate(self.rows) if words in row)
        await self.pilot.click(offset=(12, y))
        await self.idle()

    def _post(self, key: str) -> None:
        """Send a key the way the terminal does: a character with itself."""
        name, character = (_character_to_key(key), key) if len(key) == 1 else (key, None)
        self.app.post_message(Key(name, character))

    async def wheel_down(self) -> None:
        """Turn the wheel over the list once."""
        await self.pilot._post_mouse_events([MouseScrollDown], self.listing, (5, 5))
        await self.idle()

    @property
    def room(self) -> RoomScreen:
        """The first screen, shown or not."""
        return self.app.room

    @property
    def listing(self) -> RowList:
        """The list of the screen that is shown."""
        return self.app.screen.query_one(RowList)

    @property
    def strips(self) -> list[Strip]:
        """The screen line by line, with looks."""
        return self.app.screen._compositor.render_strips()

    @property
    def rows(self) -> list[str]:
        """The screen line by line."""
        return ["".join(segment.text for segment in strip).rstrip() for strip in self.strips]

    @property
    def text(self) -> str:
        """The whole screen."""
        return "\n".join(self.rows)

    @property
    def list_rows(self) -> list[str]:
        """The lines of the list, without its head and its scroll bar."""
        region = self.listing.region
        lines = self.rows[region.y : region.bottom]
        shown = [line[region.x : region.right - 1].rstrip() for line in lines]
        return shown[1:] if shown and shown[0].lstrip().startswith("STATE") else shown

    @property
    def row_texts(self) -> list[str]:
        """The titles of the rows in view, from top to bottom."""
        titles = {item.title for item in self.service.snapshot().items.values()}
        return [title for line in self.list_rows for title in sorted(titles, key=len, reverse=True) if title in line]

    @property
    def cursor(self) -> str | None:
        """The title of the row under the cursor, None in an empty list."""
        identity = self.listing.cursor
        if not isinstance(identity, Address):
            return None
        return self.service.snapshot().items[identity].title

    @property
    def cursor_line(self) -> int:
        """Which line of the screen the bar of the cursor stands on first."""
        region = self.listing.region
        return next(y for y in range(region.y, region.bottom) if self.rows[y][region.x : region.x + 1] in _BARS)

    @property
    def preview(self) -> str:
        """What is said about the row under the cursor."""
        region = self.app.screen.query_one("#preview").region
        lines = self.rows[region.y : region.bottom]
        return "\n".join(line[region.x : region.right].rstrip() for line in lines)

    @property
    def footer(self) -> str:
        """The last line."""
        return self.rows[-1].strip()

    def line(self, words: str) -> str:
        """The first line that holds ``words``."""
        for row in self.rows:
            if words in row:
                return row
        raise AssertionError(f"{words!r} is nowhere on\n{self.text}")

    def shows(self, words: str) -> bool:
        """Whether ``words`` stand on one line of the screen."""
        return any(words in row for row in self.rows)


@asynccontextmanager
async def open_room(
    snapshot: Snapshot | None = None,
    details: Iterable[Detail] = (),
    *,
    size: tuple[int, int] = (120, 40),
    config: Config | None = None,
    themes: Gallery | None = None,
    desk: Desk | None = None,
    state: Path | None = None,
    is_read_only: bool = False,
) -> AsyncIterator[RoomDriver]:
    """The room over ``snapshot``, by default the one of the sketch."""
    clock = StillClock()
    service = MemoryService(snapshot or samples.room(), details)
    app = OdwApp(
        service,
        config or Config(),
        clock=clock,
        themes=themes,
        desk=desk,
        state=state,
        is_read_only=is_read_only,
    )
    async with app.run_test(size=size) as pilot:
        driver = RoomDriver(app, pilot, service, clock)
        await driver.idle()
        yield driver
