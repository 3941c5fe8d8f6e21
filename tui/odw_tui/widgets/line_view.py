"""LineView: a text of any length on the screen, as far as it is in view. Knows no domain, waits for nothing.

Everything it shows is foreign: it is made plain first and is never read as markup.
"""

from __future__ import annotations

from asyncio import sleep
from collections.abc import Iterator
from time import perf_counter
from typing import ClassVar

from rich.segment import Segment
from textual.binding import Binding, BindingType
from textual.geometry import Region
from textual.message import Message
from textual.strip import Strip

from odw_core.files.line_source import LineSource
from odw_core.files.text_lines import TextLines
from odw_core.text.ansi import plain
from odw_core.text.needle import Needle
from odw_core.text.severity import ERROR
from odw_tui.motion import FrameLimiter, Motion
from odw_tui.widgets.line_hunt import Outcome, hunt
from odw_tui.widgets.line_moves import LineMoves
from odw_tui.widgets.line_paint import LineLook, Painted
from odw_tui.widgets.line_window import LineWindow

_SLICE_S = 0.002
_FEWEST_DIGITS = 3
_DIGITS_OF_A_LARGE_TEXT = 7


class LineView(LineMoves, can_focus=True):
    """Shows any ``LineSource``: the end first, line numbers once they are known, follows a text that grows.

    Secrets of known shapes are masked unless ``masks`` is off. The owner calls ``show``, tells ``source_changed`` when
    there may be news, and closes the source itself.
    """

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "line-view--number",
        "line-view--error",
        "line-view--warning",
        "line-view--match",
        "line-view--cursor",
        "line-view--more",
        "line-view--thumb",
        "line-view--plain",
        "line-view--added",
        "line-view--removed",
        "line-view--heading",
        "line-view--part",
        "line-view--fold",
        "line-view--aside",
    }
    DEFAULT_CSS = """
    LineView { height: 1fr; width: 1fr; }
    LineView > .line-view--number { color: $foreground-muted; }
    LineView > .line-view--error { color: $text-error; }
    LineView > .line-view--warning { color: $text-warning; }
    LineView > .line-view--match { background: $warning; color: $background; }
    LineView > .line-view--cursor { background: $panel; }
    LineView > .line-view--more { color: $foreground-disabled; }
    LineView > .line-view--thumb { color: $foreground-disabled; }
    LineView > .line-view--added { color: $text-success; }
    LineView > .line-view--removed { color: $text-error; }
    LineView > .line-view--heading, LineView > .line-view--part { text-style: bold; }
    LineView > .line-view--fold, LineView > .line-view--aside { color: $foreground-muted; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("n", "next_match", "Next match", show=False),
        Binding("N", "previous_match", "Match before", show=False),
        Binding("e", "next_error", "Next error", show=False),
        Binding("E", "previous_error", "Error before", show=False),
    ]
    ALLOW_SELECT = False

    class Changed(Message):
        """What the view says about itself is different: place, following, count, wrap. Only the newest counts."""

        def __init__(self, view: LineView) -> None:
            super().__init__()
            self.view = view

        @property
        def control(self) -> LineView:
            return self.view

        def can_replace(self, message: Message) -> bool:
            return isinstance(message, LineView.Changed) and message.view is self.view

    class Searched(Message):
        """A search has ended: at ``line`` (from 0), or in vain with None; perhaps beyond an end (``is_wrapped``)."""

        def __init__(self, view: LineView, outcome: Outcome) -> None:
            super().__init__()
            self.view, self.line, self.is_wrapped = view, outcome.line, outcome.is_wrapped

        @property
        def control(self) -> LineView:
            return self.view

    def __init__(
        self,
        *,
        marker: str = "▌",
        thumb: str = "▐",
        motion: Motion | None = None,
        masks: bool = True,
        id: str | None = None,  # noqa: A002
        classes: str | None = None,
    ) -> None:
        super().__init__(
            LineWindow(TextLines("", ""), follows=True, masks=masks), marker=marker, id=id, classes=classes
        )
        self._thumb = thumb
        self._empty = ""
        self._masks = masks
        self._painter.digits = _FEWEST_DIGITS
        self._hunt: Iterator[Outcome | None] | None = None
        self._is_working = False
        self._wanted: int | None = None
        """Where to go once that line is known."""
        self._limiter = FrameLimiter(self._look, self.set_timer, motion=motion)

    @property
    def title(self) -> str:
        """What is shown, in words."""
        return self._window.source.title

    @property
    def follows(self) -> bool:
        """Whether the end stays in view while the text grows."""
        return self._window.follows

    @property
    def wraps(self) -> bool:
        """Whether long lines take several rows."""
        return self._window.wraps

    @property
    def has_numbers(self) -> bool:
        """Whether line numbers are shown once they are known."""
        return self._painter.has_numbers

    @property
    def line_count(self) -> int | None:
        """How many lines there are, None until that is known."""
        source = self._window.source
        return source.line_count if self._window.is_numbered and source.is_counted else None

    @property
    def current_line(self) -> int | None:
        """The line of the cursor if it is in view, else the first one in view (from 0); None until it is known."""
        window = self._window
        if not window.is_numbered or window.end == 0:
            return None
        cursor = window.cursor
        return cursor if cursor is not None and window.is_in_view(cursor) else window.top.line

    @property
    def cursor_line(self) -> int | None:
        """The line of the cursor (from 0), None without one in view."""
        cursor = self._window.cursor
        is_there = cursor is not None and self._window.is_numbered and self._window.is_in_view(cursor)
        return cursor if is_there else None

    @property
    def top_line(self) -> int:
        """The first line in view (from 0; below 0 it is counted from the end)."""
        return self._window.top.line

    def text_of(self, line: int) -> str:
        """A line as it is shown, whole."""
        return self._window.shown(line)[0]

    @property
    def is_searching(self) -> bool:
        """Whether a search is still going on."""
        return self._hunt is not None

    @property
    def is_settled(self) -> bool:
        """Whether everything that was asked for is done: counted, searched, painted."""
        return not (self._limiter.is_pending or self._is_working)

    def show(self, source: LineSource, *, follow: bool = True, empty: str = "", look: LineLook | None = None) -> None:
        """Show another text: its end, or its beginning with ``follow`` off. ``empty`` is said while it has no line."""
        # Most texts are small: they are counted before the first paint and never shown without numbers.
        deadline = perf_counter() + _SLICE_S
        while source.count_more() and perf_counter() < deadline:
            pass
        window = LineWindow(source, follows=follow, masks=self._masks)
        window.wraps = self._window.wraps
        self._window = window
        self._empty = empty
        self._hunt = self._wanted = None
        self._painter.needle = None
        self._painter.left = 0
        self._painter.look = look
        self._painter.digits = _FEWEST_DIGITS if source.is_counted else _DIGITS_OF_A_LARGE_TEXT
        self._relay()
        self._go_on()

    def source_changed(self) -> None:
        """Look at the source again: at once, or with the next frame while it keeps changing."""
        self._limiter.request()

    def search(self, text: str) -> None:
        """Mark ``text`` wherever it stands and go to the nearest line with it, downwards first; "" ends that."""
        needle = Needle.literal(text)
        self._painter.needle = needle or None
        self._painter.forget()
        self._repaint()
        self._hunt_for(self._painter.needle, forward=True, is_new=True)

    def go_to(self, line: int) -> None:
        """Put the cursor on a line (from 0) and bring it into view, as soon as so many lines are known."""
        window = self._window
        self._wanted = None
        if window.is_numbered and (line < window.end or window.is_complete):
            window.to_line(max(0, min(line, window.end - 1)))
            self._repaint()
        else:
            self._wanted = line

    def put_on_top(self, line: int) -> None:
        """Let the view begin with a line, as far as there are lines below it; the cursor goes there too."""
        self.go_to(line)
        if self._wanted is None:
            self._window.scroll(line - self._window.top.line)
            self._window.follows = False
            self._repaint()

    def action_next_match(self) -> None:
        """To the next line that holds what was searched for."""
        self._hunt_for(self._painter.needle, forward=True)

    def action_previous_match(self) -> None:
        """To the line before that holds what was searched for."""
        self._hunt_for(self._painter.needle, forward=False)

    def action_next_error(self) -> None:
        """To the next line that says that something broke."""
        self._hunt_for(ERROR, forward=True)

    def action_previous_error(self) -> None:
        """To the line before that says that something broke."""
        self._hunt_for(ERROR, forward=False)

    def on_mount(self) -> None:
        self._go_on()

    def on_resize(self) -> None:
        self._relay()

    def notify_style_update(self) -> None:
        self._painter.forget_styles()
        super().notify_style_update()
        self._painted = []
        self._repaint()

    def render_line(self, y: int) -> Strip:
        width = self.size.width
        painted, has_thumb = self._painted[y] if y < len(self._painted) else (None, False)
        if painted is not None:
            strip = painted.strip
        elif y == 0 and self._empty and self._window.end == self._window.first:
            strip = Strip([Segment(plain(self._empty), self._painter.style("more"))])
        else:
            strip = Strip([])
        if strip.cell_length != width:
            strip = strip.adjust_cell_length(width, self._painter.style())
        if not has_thumb:
            return strip
        return Strip([*strip.crop(0, width - 1), Segment(self._thumb, self._painter.style("thumb"))], width)

    def _look(self) -> bool:
        """What happened to the source? Runs at most once a frame; False when it was nothing."""
        window = self._window
        known, generation = window.end, window.source.generation
        if not window.refresh():
            return False
        if generation != window.source.generation or not window.is_numbered:
            self._painter.forget()
        else:
            self._painter.forget_line(known - 1)
        self._relay_if_wider()
        self._repaint()
        self._go_on()
        return True

    def _relay(self) -> None:
        """Lay everything out anew: size, gutter or text changed."""
        self._painter.forget()
        self._window.resize(self.size.width - self._painter.gutter - 1, self.size.height)
        self._relay_if_wider()
        self._repaint()

    def _relay_if_wider(self) -> None:
        """Make room for more digits. The gutter never gets narrower while a text is shown, so that nothing jumps."""
        look = self._painter.look
        digits = len(str(self._window.source.line_count if look is None else look.highest))
        if digits > self._painter.digits:
            self._painter.digits = digits
            self._painter.forget()
            self._window.resize(self.size.width - self._painter.gutter - 1, self.size.height)

    def _repaint(self) -> None:
        """Mark the rows that look different from what was painted."""
        window = self._window
        thumb = self._thumb_rows()
        painted: list[tuple[Painted | None, bool]] = [
            (self._painter.row(window, row), y in thumb) for y, row in enumerate(window.rows())
        ]
        painted += [(None, y in thumb) for y in range(len(painted), self.size.height)]
        before, self._painted = self._painted, painted
        changed = [y for y, now in enumerate(painted) if y >= len(before) or not _is_same(before[y], now)]
        if len(changed) > len(painted) // 2 or window.end == window.first:
            self.refresh()
        else:
            for y in changed:
                self.refresh(Region(0, y, self.size.width, 1))
        self.post_message(self.Changed(self))

    def _thumb_rows(self) -> range:
        window, height = self._window, self.size.height
        if height == 0 or window.fits:
            return range(0)
        lines = window.end
        size = max(1, round(height * height / max(lines, height + 1))) if window.is_numbered else 1
        start = round((height - size) * window.share)
        return range(start, start + size)

    def _go_on(self) -> None:
        """See to it that the text gets counted and searched, in slices; keys and frames have their turn in between."""
        if self._is_working or not self.is_attached or not self._step():
            return
        self._is_working = True
        self.run_worker(self._work(), group="line-view")

    async def _work(self) -> None:
        try:
            for _ in iter(self._step, False):
                await sleep(0)
        finally:
            self._is_working = False

    def _step(self) -> bool:
        """Do a few milliseconds of what there is to do; True while there is more."""
        deadline = perf_counter() + _SLICE_S
        if not self._window.is_complete:
            was_numbered = self._window.is_numbered
            while (more := self._window.count()) and perf_counter() < deadline:
                pass
            if self._window.is_numbered is not was_numbered:
                self._painter.forget()
            self._relay_if_wider()
            self._repaint()
            if more:
                return True
        if self._wanted is not None:
            self.go_to(self._wanted)
        if self._hunt is not None:
            self._continue_hunt(self._hunt)
        return self._hunt is not None

    def _hunt_for(self, needle: Needle | None, *, forward: bool, is_new: bool = False) -> None:
        self._hunt = None if needle is None else hunt(self._window, needle, forward=forward, is_new=is_new)
        self._go_on()

    def _continue_hunt(self, hunt: Iterator[Outcome | None]) -> None:
        try:
            outcome = next(hunt)
        except StopIteration:
            self._hunt = None
            return
        if outcome is not None:
            self._hunt = None
            if outcome.line is not None:
                self._window.to_line(outcome.line)
            self._repaint()
            self.post_message(self.Searched(self, outcome))


def _is_same(before: tuple[Painted | None, bool], now: tuple[Painted | None, bool]) -> bool:
    return before[0] is now[0] and before[1] is now[1]
