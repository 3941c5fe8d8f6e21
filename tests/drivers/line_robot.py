"""A person in front of a LineView: presses keys, reads the screen, waits until nothing is going on."""

from __future__ import annotations

from asyncio import sleep
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

from textual.app import App, ComposeResult
from textual.pilot import Pilot

from odw_core.files.line_index import FileLines
from odw_core.files.line_source import LineSource
from odw_core.files.text_lines import TextLines
from odw_tui.widgets.line_view import LineView

THUMB = "▐"
MARKER = "▌"


class LineApp(App[None]):
    """A screen with nothing but a line view."""

    ENABLE_COMMAND_PALETTE = False

    def __init__(self, source: LineSource, *, follow: bool, empty: str) -> None:
        super().__init__()
        self._source, self._follow, self._empty = source, follow, empty
        self.searched: list[LineView.Searched] = []
        self.changes = 0

    def compose(self) -> ComposeResult:
        yield LineView()

    def on_mount(self) -> None:
        view = self.query_one(LineView)
        view.show(self._source, follow=self._follow, empty=self._empty)
        view.focus()

    def on_line_view_searched(self, message: LineView.Searched) -> None:
        self.searched.append(message)

    def on_line_view_changed(self) -> None:
        self.changes += 1


class LineRobot:
    """Presses, looks, waits."""

    def __init__(self, app: LineApp, pilot: Pilot[None]) -> None:
        self.app = app
        self.pilot = pilot
        self.view = app.query_one(LineView)

    async def settle(self) -> None:
        """Until everything is counted, searched and painted."""
        await self.pilot.pause()
        while not self.view.is_settled:
            await self.pilot.pause()
        await self.pilot.pause()

    async def until(self, condition: Callable[[], bool]) -> None:
        """Until that is so, however much is going on."""
        for _ in range(10_000):
            if condition():
                return
            await sleep(0)
        raise AssertionError("it never came to that")

    async def press(self, *keys: str) -> None:
        await self.pilot.press(*keys)
        await self.settle()

    async def search(self, text: str) -> None:
        self.view.search(text)
        await self.settle()

    async def told_of_change(self) -> None:
        self.view.source_changed()
        await self.settle()

    async def resize(self, width: int, height: int) -> None:
        await self.pilot.resize_terminal(width, height)
        await self.settle()

    def screen(self) -> list[str]:
        """What stands on the screen, row by row, without trailing blanks."""
        return [strip.text.rstrip() for strip in self.app.screen._compositor.render_strips()]

    def text(self) -> list[str]:
        """The same without the scroll bar."""
        return [row.rstrip(THUMB).rstrip() for row in self.screen()]

    def numbers(self) -> list[int]:
        """The line numbers on the screen."""
        starts = [row.removeprefix(MARKER).split(maxsplit=1) for row in self.text()]
        return [int(start[0].rstrip("<")) for start in starts if start and start[0].rstrip("<").isdigit()]

    def marked(self) -> str:
        """The row with the cursor, without its marker."""
        return next(row[1:].strip() for row in self.text() if row.startswith(MARKER))


@asynccontextmanager
async def line_robot(
    source: LineSource | Path | str,
    *,
    size: tuple[int, int] = (80, 20),
    follow: bool = True,
    empty: str = "",
    settled: bool = True,
) -> AsyncIterator[LineRobot]:
    """A robot in front of a source, a file or a text."""
    if isinstance(source, Path):
        source = FileLines(source)
    elif isinstance(source, str):
        source = TextLines(source, "text")
    app = LineApp(source, follow=follow, empty=empty)
    async with app.run_test(size=size) as pilot:
        robot = LineRobot(app, pilot)
        if settled:
            await robot.settle()
        yield robot
    source.close()
