"""RowList: a list of any length that renders the lines in view and repaints those that differ. Knows no domain.

Several lines in a row may share an identity: the cursor covers them together. Headings have none and are passed over.
"""

from __future__ import annotations

from collections.abc import Hashable
from typing import ClassVar, Protocol

from rich.segment import Segment
from textual import events
from textual.geometry import Region
from textual.message import Message
from textual.strip import Strip

from odw_tui.present.spans import Spans
from odw_tui.widgets.own_lines import OwnLines
from odw_tui.widgets.paint import Painter

_WHEEL_LINES = 3
_CONTEXT_LINES = 2
"""Lines that stay in view beyond the cursor while it moves."""
_KEPT_PAGES = 8


class RowProvider(Protocol):
    """What a RowList shows."""

    def __len__(self) -> int:
        """How many lines there are."""

    def head(self, width: int) -> Spans | None:
        """A line that stays above the others, None for none. There is one at every width or at none."""

    def identity(self, index: int) -> Hashable | None:
        """Whose line this is; None for a line that the cursor passes over."""

    def index_of(self, identity: Hashable) -> int | None:
        """The first line of ``identity``, None when it is not there."""

    def version(self, index: int) -> object:
        """Something cheap that equals what it was before exactly if the line looks as it did."""

    def line(self, index: int, width: int, *, has_cursor: bool) -> Spans:
        """The line itself."""


class _NoRows:
    def __len__(self) -> int:
        return 0

    def head(self, width: int) -> Spans | None:
        return None

    def identity(self, index: int) -> Hashable | None:
        raise IndexError(index)

    def index_of(self, identity: Hashable) -> int | None:
        return None

    def version(self, index: int) -> object:
        raise IndexError(index)

    def line(self, index: int, width: int, *, has_cursor: bool) -> Spans:
        raise IndexError(index)


class RowList(OwnLines):
    """Shows the lines of a provider with a cursor that stays with its row, wherever the row moves."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {"row-list--cursor", "row-list--thumb"}
    DEFAULT_CSS = "RowList { height: 1fr; }"

    class CursorMoved(Message):
        """The cursor stands on another row, or on none. Only the newest counts."""

        def __init__(self, rows: RowList, identity: Hashable | None) -> None:
            super().__init__()
            self.rows, self.identity = rows, identity

        @property
        def control(self) -> RowList:
            return self.rows

        def can_replace(self, message: Message) -> bool:
            return isinstance(message, RowList.CursorMoved) and message.rows is self.rows

    class Opened(Message):
        """The row under the cursor was clicked once more."""

        def __init__(self, rows: RowList, identity: Hashable) -> None:
            super().__init__()
            self.rows, self.identity = rows, identity

        @property
        def control(self) -> RowList:
            return self.rows

    class Scrolled(Message):
        """Other lines are in view than before. Only the newest counts."""

        def __init__(self, rows: RowList) -> None:
            super().__init__()
            self.rows = rows

        @property
        def control(self) -> RowList:
            return self.rows

        def can_replace(self, message: Message) -> bool:
            return isinstance(message, RowList.Scrolled) and message.rows is self.rows

    def __init__(self, *, thumb: str = "▐", id: str | None = None, classes: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id, classes=classes)
        self._provider: RowProvider = _NoRows()
        self._thumb = thumb
        self._has_head = False
        self._top = 0
        self._cursor: Hashable | None = None
        self._cursor_index = 0
        self._is_placed = False
        self._painted: dict[int, tuple[object, bool, bool]] = {}
        self._strips: dict[int, tuple[object, bool, int, Strip]] = {}
        self._painter = Painter(self)

    @property
    def cursor(self) -> Hashable | None:
        """Identity of the row under the cursor, None in an empty list."""
        return self._cursor

    @property
    def in_view(self) -> range:
        """The lines in view."""
        return range(self._top, min(len(self._provider), self._top + self._height))

    @property
    def _height(self) -> int:
        """How many lines are in view below the head."""
        return max(0, self.size.height - self._has_head)

    def show(self, provider: RowProvider) -> None:
        """Show these lines from now on. The cursor stays on its row; a list that was scrolled keeps it where it was."""
        line_before = self._cursor_index - self._top
        was_in_view = 0 <= line_before < max(1, self._height)
        self._provider = provider
        self._has_head = provider.head(self.size.width) is not None
        self._find_cursor()
        if self._top > 0 and was_in_view:
            self._top = self._cursor_index - line_before
        self._clamp()
        if was_in_view:
            self._keep_in_view()
        self._refresh_changed()

    def begin_anew(self) -> None:
        """Other rows come: the first of them is what should be seen, as in a list that is new."""
        self._top = self._cursor_index = 0
        self._is_placed = False

    def hold(self) -> None:
        """The row under the cursor is meant from now on, also if the cursor never moved."""
        self._is_placed = True

    def refresh_rows(self) -> None:
        """Paint again the lines in view that look different by now."""
        self._refresh_changed()

    def move(self, steps: int) -> None:
        """Move the cursor by rows, downwards if positive; it stops at the ends."""
        index = self._cursor_index
        for _ in range(abs(steps)):
            found = self._neighbour(index, 1 if steps > 0 else -1)
            if found is None:
                break
            index = found
        self._put_cursor(index)

    def page(self, pages: float) -> None:
        """Move the cursor by a part of what is in view."""
        distance = max(1, int(abs(pages) * self._height))
        wanted = self._cursor_index + (distance if pages > 0 else -distance)
        self._put_cursor(self._nearest(wanted))

    def to_first(self) -> None:
        """Put the cursor on the first row."""
        self._put_cursor(self._nearest(0))

    def to_last(self) -> None:
        """Put the cursor on the last row."""
        self._put_cursor(self._nearest(len(self._provider) - 1))

    def go_to(self, identity: Hashable) -> bool:
        """Put the cursor on a row; False when it is not there."""
        index = self._provider.index_of(identity)
        if index is None:
            return False
        self._put_cursor(index)
        return True

    @property
    def is_whole(self) -> bool:
        """Whether every line is in view, wherever it is scrolled to."""
        return len(self._provider) <= self._height

    def scroll_lines(self, lines: int) -> bool:
        """Show other lines and leave the cursor where it is; False at the end."""
        top = self._top
        self._top += lines
        self._clamp()
        if self._top == top:
            return False
        self._view_moved()
        return True

    def notify_style_update(self) -> None:
        self._painter.forget()
        self._strips.clear()
        super().notify_style_update()

    def render_line(self, y: int) -> Strip:
        width = self.size.width
        if self._has_head and y == 0:
            return self._head_strip(width)
        index = self._top + y - self._has_head
        if index >= len(self._provider) or width <= 0:
            self._painted.pop(y, None)
            return Strip.blank(width, self._painter.style())
        looks = self._looks(index)
        self._painted[y] = looks
        version, has_cursor, has_thumb = looks
        kept = self._strips.get(index)
        if kept is None or kept[1] is not has_cursor or kept[2] != width or kept[0] != version:
            kept = (version, has_cursor, width, self._strip(index, width - 1, has_cursor))
            self._strips[index] = kept
            self._forget_far_strips()
        strip = kept[3]
        under = "row-list--thumb" if has_thumb else ""
        end = Segment(self._thumb if has_thumb else " ", self._painter.style(under=under))
        return Strip([*strip, end], width)

    def on_resize(self, event: events.Resize) -> None:
        self._clamp()
        self._keep_in_view()
        self._strips.clear()
        self._view_moved()

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        event.stop()
        self.scroll_lines(_WHEEL_LINES)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        event.stop()
        self.scroll_lines(-_WHEEL_LINES)

    def on_click(self, event: events.Click) -> None:
        event.stop()
        index = self._top + event.y - self._has_head
        identity = self._provider.identity(index) if index in self.in_view else None
        if identity is None:
            return
        if identity == self._cursor:
            self.post_message(self.Opened(self, identity))
        else:
            self.go_to(identity)

    def _strip(self, index: int, width: int, has_cursor: bool) -> Strip:
        under = "row-list--cursor" if has_cursor else ""
        line = self._provider.line(index, width, has_cursor=has_cursor)
        strip = Strip(self._painter.segments(line, under))
        return strip.adjust_cell_length(width, self._painter.style(under=under))

    def _head_strip(self, width: int) -> Strip:
        head = self._provider.head(width - 1) or ()
        self._painted[0] = (head, False, False)
        return Strip(self._painter.segments(head)).adjust_cell_length(width, self._painter.style())

    def _looks(self, index: int) -> tuple[object, bool, bool]:
        """Everything that decides how a line looks, apart from the width."""
        has_cursor = self._cursor is not None and self._provider.identity(index) == self._cursor
        return self._provider.version(index), has_cursor, self._has_thumb(index - self._top)

    def _has_thumb(self, y: int) -> bool:
        height, count = self._height, len(self._provider)
        if count <= height:
            return False
        size = max(1, round(height * height / count))
        start = round((height - size) * self._top / (count - height))
        return start <= y < start + size

    def _refresh_changed(self) -> None:
        """Mark the lines in view that differ from what was painted."""
        visible, width = self.in_view, self.size.width
        for y in range(self.size.height):
            index = self._top + y - self._has_head
            looks: tuple[object, bool, bool] | None = None
            if self._has_head and y == 0:
                looks = (self._provider.head(width - 1) or (), False, False)
            elif index in visible:
                looks = self._looks(index)
            if looks != self._painted.get(y):
                self.refresh(Region(0, y, width, 1))

    def _find_cursor(self) -> None:
        """Find the row of the cursor again after the lines changed; if it is gone, take the one in its place."""
        if not self._is_placed:
            # Nobody has chosen a row yet: the first one is what they should see, whatever comes in above it.
            self._cursor_index = index = self._nearest(0)
            self._set_cursor(self._provider.identity(index) if index < len(self._provider) else None)
            return
        found = self._provider.index_of(self._cursor) if self._cursor is not None else None
        index = self._nearest(self._cursor_index) if found is None else found
        self._cursor_index = index
        self._set_cursor(self._provider.identity(index) if index < len(self._provider) else None)

    def _put_cursor(self, index: int) -> None:
        if index >= len(self._provider):
            return
        self._is_placed = True
        self._cursor_index = index
        self._set_cursor(self._provider.identity(index))
        top = self._top
        self._keep_in_view()
        if self._top != top:
            self._view_moved()
        else:
            self._refresh_changed()

    def _set_cursor(self, identity: Hashable | None) -> None:
        if identity != self._cursor:
            self._cursor = identity
            self.post_message(self.CursorMoved(self, identity))

    def _neighbour(self, index: int, step: int) -> int | None:
        """The first line of the row before or after the one at ``index``."""
        count = len(self._provider)
        own = self._provider.identity(index) if index < count else None
        place = index + step
        while 0 <= place < count:
            identity = self._provider.identity(place)
            if identity is not None and identity != own:
                return self._provider.index_of(identity)
            place += step
        return None

    def _nearest(self, index: int) -> int:
        """The first line of the row at ``index``, or of the nearest row to it."""
        count = len(self._provider)
        index = max(0, min(index, count - 1))
        for distance in range(count):
            for place in (index + distance, index - distance):
                if 0 <= place < count and (identity := self._provider.identity(place)) is not None:
                    return self._provider.index_of(identity) or place
        return 0

    def _keep_in_view(self) -> None:
        """Scroll as little as possible, so that the row of the cursor and some lines around it show."""
        height = self._height
        if height <= 0:
            return
        context = _CONTEXT_LINES if height > 4 * _CONTEXT_LINES else 0
        last = self._cursor_index
        while last + 1 < len(self._provider) and self._provider.identity(last + 1) == self._cursor is not None:
            last += 1
        self._top = min(max(self._top, last + context - height + 1), self._cursor_index - context)
        self._clamp()

    def _clamp(self) -> None:
        self._top = max(0, min(self._top, len(self._provider) - self._height))

    def _view_moved(self) -> None:
        self._refresh_changed()
        self.post_message(self.Scrolled(self))

    def _forget_far_strips(self) -> None:
        if len(self._strips) > _KEPT_PAGES * max(1, self._height):
            near = self.in_view
            self._strips = {index: kept for index, kept in self._strips.items() if index in near}
