"""RunDriver: the screen of a run or session as a person uses it, over a service in memory. Reads what is painted."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager

from textual.pilot import Pilot

from drivers import samples
from drivers.memory_service import MemoryService
from odw_core.config import Config
from odw_core.model.address import Address
from odw_core.model.change import Snapshot
from odw_core.model.detail import Detail
from odw_core.model.item import Item
from odw_tui.app import OdwApp
from odw_tui.panes.conversation import ConversationPane
from odw_tui.panes.diff import DiffPane
from odw_tui.panes.output import OutputPane
from odw_tui.screens.opened import OpenedScreen
from odw_tui.screens.opening import screen_for
from odw_tui.widgets.grid import Grid
from odw_tui.widgets.line_view import LineView

Logs = Mapping[tuple[Address, str], Iterable[str]]


class StillClock:
    """A clock that a test moves."""

    def __init__(self, now: float = samples.NOW) -> None:
        self.time = now

    def now(self) -> float:
        return self.time

    def monotonic(self) -> float:
        return self.time


class RunDriver:
    """What a person can do and see."""

    def __init__(self, pilot: Pilot[None], service: MemoryService, screen: OpenedScreen, clock: StillClock) -> None:
        self.pilot, self.service, self.screen, self.clock = pilot, service, screen, clock

    async def press(self, *keys: str) -> None:
        """Press keys one after another, each when the program is idle."""
        for key in keys:
            await self.pilot.press(key)
            await self.idle()

    async def type(self, text: str) -> None:
        """Type a text."""
        await self.press(*("space" if character == " " else character for character in text))

    async def tell(self, detail: Detail) -> None:
        """Let the run become this."""
        self.service.put(detail.item)
        self.service.tell(detail)
        await self.idle()

    async def prune(self) -> None:
        """Let the files of the run go away."""
        self.service.prune(self.screen.address)
        await self.idle()

    async def idle(self) -> None:
        """Wait until everything that was asked for is done and painted."""
        while True:
            await self.pilot.pause()
            views = [view for view in self.pilot.app.screen.query(LineView) if view.is_attached]
            talk = self.screen.query(ConversationPane)
            panes = (*self.screen.query(DiffPane), *self.screen.query(OutputPane), *talk)
            is_read = all(pane.is_settled for pane in panes)
            if is_read and all(view.is_settled for view in views) and not self.screen.has_pending_frame:
                break
        await self.pilot.pause()

    async def a_second_later(self, seconds: float = 1.0) -> None:
        """Let the clock go on and the screen notice."""
        self.clock.time += seconds
        self.screen.tick()
        await self.idle()

    @property
    def rows(self) -> list[str]:
        """The screen line by line."""
        screen = self.pilot.app.screen
        return ["".join(segment.text for segment in strip).rstrip() for strip in screen._compositor.render_strips()]

    @property
    def text(self) -> str:
        """The whole screen."""
        return "\n".join(self.rows)

    def row(self, words: str) -> str:
        """The first line that holds ``words``."""
        for row in self.rows:
            if words in row:
                return row
        raise AssertionError(f"{words!r} is nowhere on\n{self.text}")

    def table_row(self, title: str) -> str:
        """The row of the table with this title, without its bar."""
        for row in self.rows:
            if row[1:].startswith(f"{title} "):
                return row[1:]
        raise AssertionError(f"no row {title!r} on\n{self.text}")

    def shows(self, words: str) -> bool:
        """Whether ``words`` stand on one line of the screen."""
        return any(words in row for row in self.rows)

    @property
    def grid(self) -> Grid:
        """The timeline's table."""
        return self.screen.query_one(Grid)

    @property
    def cursor(self) -> tuple[str, str] | None:
        """Row and column of the cell under the cursor."""
        return self.grid.cursor

    @property
    def tab(self) -> str:
        """Which pane is shown."""
        return self.screen.tab.value

    @property
    def is_open(self) -> bool:
        """Whether the screen is still there."""
        return self.pilot.app.screen is self.screen

    @property
    def footer(self) -> str:
        """The last line."""
        return self.rows[-1]


@asynccontextmanager
async def opened(
    detail: Detail | Item,
    *,
    logs: Logs | None = None,
    size: tuple[int, int] = (120, 40),
    config: Config | None = None,
    room: Snapshot | None = None,
) -> AsyncIterator[RunDriver]:
    """The screen of ``detail``, or of an item whose detail the service does not tell yet."""
    item = detail if isinstance(detail, Item) else detail.item
    known = () if isinstance(detail, Item) else (detail,)
    service = MemoryService(room or samples.snapshot([item]), known, logs)
    clock = StillClock()
    app = OdwApp(service, config or Config(), clock=clock)
    async with app.run_test(size=size) as pilot:
        await pilot.pause()
        screen = screen_for(app.kit, item)
        await app.push_screen(screen)
        driver = RunDriver(pilot, service, screen, clock)
        await driver.idle()
        yield driver
