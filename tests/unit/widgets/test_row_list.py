"""RowList: renders what is in view, repaints what differs, and keeps its cursor on its row."""

from __future__ import annotations

from collections.abc import AsyncIterator, Hashable, Sequence
from contextlib import asynccontextmanager

from textual.app import App, ComposeResult
from textual.pilot import Pilot

from odw_tui.present.spans import Span, Spans
from odw_tui.widgets.row_list import RowList


class Words:
    """Words as rows; ``#`` begins a heading, ``+`` a second line of the row above."""

    def __init__(self, words: Sequence[str], *, head: str | None = None) -> None:
        self.words = list(words)
        self._head = head
        self.rendered: list[str] = []

    def __len__(self) -> int:
        return len(self.words)

    def head(self, width: int) -> Spans | None:
        return None if self._head is None else (Span(self._head),)

    def identity(self, index: int) -> Hashable | None:
        word = self.words[index]
        if word.startswith("+"):
            return self.identity(index - 1)
        return None if word.startswith("#") else word

    def index_of(self, identity: Hashable) -> int | None:
        return self.words.index(identity) if isinstance(identity, str) and identity in self.words else None

    def version(self, index: int) -> object:
        return self.words[index]

    def line(self, index: int, width: int, *, has_cursor: bool) -> Spans:
        self.rendered.append(self.words[index])
        return (Span("> " if has_cursor else "  "), Span(self.words[index]))


class Host(App[None]):
    """A list and nothing else."""

    CSS = ".row-list--cursor { text-style: bold; }"

    def __init__(self) -> None:
        super().__init__()
        self.rows = RowList()
        self.moved: list[Hashable | None] = []
        self.opened: list[Hashable] = []

    def compose(self) -> ComposeResult:
        yield self.rows

    def on_row_list_cursor_moved(self, event: RowList.CursorMoved) -> None:
        self.moved.append(event.identity)

    def on_row_list_opened(self, event: RowList.Opened) -> None:
        self.opened.append(event.identity)


def shown(app: Host) -> list[str]:
    return [app.rows.render_line(y).text.rstrip() for y in range(app.rows.size.height)]


@asynccontextmanager
async def listing(words: Words, height: int = 10) -> AsyncIterator[tuple[Host, Pilot[None]]]:
    app = Host()
    async with app.run_test(size=(20, height)) as pilot:
        app.rows.show(words)
        await pilot.pause()
        yield app, pilot


async def test_the_cursor_begins_on_the_first_row_and_passes_headings() -> None:
    async with listing(Words(["#h", "a", "+more", "b", "#i", "c"])) as (app, _):
        assert app.rows.cursor == "a"
        app.rows.move(1)
        assert app.rows.cursor == "b"
        app.rows.move(1)
        assert app.rows.cursor == "c"
        app.rows.move(1)
        assert app.rows.cursor == "c"
        app.rows.move(-5)
        assert app.rows.cursor == "a"


async def test_the_cursor_covers_every_line_of_its_row() -> None:
    async with listing(Words(["#h", "a", "+more", "b"])) as (app, _):
        assert shown(app)[:4] == ["  #h", "> a", "> +more", "  b"]


async def test_only_lines_in_view_are_ever_rendered() -> None:
    words = Words([f"row {number}" for number in range(100_000)])
    async with listing(words) as (app, pilot):
        app.rows.to_last()
        await pilot.pause()
        assert app.rows.cursor == "row 99999"
        assert len(set(words.rendered)) <= 30


async def test_moving_the_cursor_renders_two_lines() -> None:
    words = Words([f"row {number}" for number in range(50)])
    async with listing(words) as (app, pilot):
        words.rendered.clear()
        app.rows.move(1)
        await pilot.pause()
        assert sorted(words.rendered) == ["row 0", "row 1"]


async def test_news_render_only_what_differs() -> None:
    async with listing(Words(["a", "b", "c"])) as (app, pilot):
        news = Words(["a", "B", "c"])
        app.rows.show(news)
        await pilot.pause()
        assert news.rendered == ["B"]


async def test_nothing_new_renders_nothing() -> None:
    async with listing(Words(["a", "b", "c"])) as (app, pilot):
        news = Words(["a", "b", "c"])
        app.rows.show(news)
        await pilot.pause()
        assert news.rendered == []


async def test_the_cursor_follows_its_row() -> None:
    async with listing(Words(["a", "b", "c"])) as (app, _):
        app.rows.go_to("b")
        app.rows.show(Words(["x", "y", "b", "a"]))
        assert app.rows.cursor == "b"
        app.rows.show(Words(["x", "y", "a"]))
        assert app.rows.cursor == "a"
        app.rows.show(Words(["#only", "#headings"]))
        assert app.rows.cursor is None
        app.rows.show(Words([]))
        assert app.rows.cursor is None
        app.rows.show(Words(["x"]))
        assert app.rows.cursor == "x"


async def test_a_scrolled_list_keeps_its_row_on_its_line() -> None:
    names = [f"row {number}" for number in range(100)]
    async with listing(Words(names)) as (app, _):
        app.rows.go_to("row 50")
        line = shown(app).index("> row 50")
        app.rows.show(Words([*(f"new {number}" for number in range(7)), *names]))
        assert shown(app).index("> row 50") == line


async def test_a_cursor_that_nobody_placed_stays_on_the_first_row() -> None:
    async with listing(Words(["a", "b"])) as (app, _):
        app.rows.show(Words(["new", "a", "b"]))
        assert shown(app)[:3] == ["> new", "  a", "  b"]


async def test_a_list_at_its_top_shows_what_comes_there() -> None:
    async with listing(Words(["a", "b"])) as (app, _):
        app.rows.hold()
        app.rows.show(Words(["new", "a", "b"]))
        assert shown(app)[:3] == ["  new", "> a", "  b"]


async def test_the_heading_above_the_first_row_stays_in_view() -> None:
    words = Words(["#first", *(f"row {number}" for number in range(30))])
    async with listing(words) as (app, _):
        app.rows.to_last()
        app.rows.to_first()
        assert shown(app)[0].startswith("  #first")


async def test_a_head_stays_above_the_lines() -> None:
    words = Words([f"row {number}" for number in range(30)], head="NAME")
    async with listing(words) as (app, pilot):
        app.rows.to_last()
        await pilot.pause()
        assert shown(app)[0] == "NAME"
        assert shown(app)[-1].startswith("> row 29")


async def test_lines_can_be_scrolled_without_the_cursor() -> None:
    async with listing(Words([f"row {number}" for number in range(30)])) as (app, _):
        assert app.rows.scroll_lines(5)
        assert app.rows.cursor == "row 0"
        assert app.rows.in_view == range(5, 15)
        assert app.rows.scroll_lines(1_000)
        assert not app.rows.scroll_lines(1)
        app.rows.move(1)
        assert 1 in app.rows.in_view


async def test_the_scroll_bar_is_there_only_when_there_is_more() -> None:
    async with listing(Words(["a"])) as (app, _):
        assert "▐" not in "".join(shown(app))
        app.rows.show(Words([str(number) for number in range(100)]))
        assert shown(app)[0].endswith("▐")
        app.rows.to_last()
        assert shown(app)[-1].endswith("▐")
        assert not shown(app)[0].endswith("▐")


async def test_a_click_selects_and_a_click_on_the_cursor_opens() -> None:
    async with listing(Words(["#h", "a", "b"])) as (app, pilot):
        await pilot.click(RowList, offset=(3, 2))
        assert app.rows.cursor == "b"
        assert app.opened == []
        await pilot.click(RowList, offset=(3, 2))
        assert app.opened == ["b"]
        await pilot.click(RowList, offset=(3, 0))
        await pilot.click(RowList, offset=(3, 8))
        assert app.rows.cursor == "b"


async def test_moves_that_pile_up_are_told_fewer_times_and_the_newest_last() -> None:
    async with listing(Words([f"row {number}" for number in range(50)])) as (app, pilot):
        app.moved.clear()
        for _ in range(20):
            app.rows.move(1)
        await pilot.pause()
        assert app.moved[-1] == "row 20"
        assert len(app.moved) < 20


async def test_the_cursor_stays_in_view_when_the_list_becomes_small() -> None:
    async with listing(Words([f"row {number}" for number in range(50)]), height=30) as (app, pilot):
        app.rows.go_to("row 27")
        await pilot.resize_terminal(20, 6)
        await pilot.pause()
        assert any(line.startswith("> row 27") for line in shown(app))
