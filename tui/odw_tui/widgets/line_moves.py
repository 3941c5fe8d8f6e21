"""LineMoves: how keys, wheel and mouse move in a text of any length. Reads nothing, searches nothing."""

from __future__ import annotations

from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType

from odw_tui.widgets.line_paint import Painted, RowPainter
from odw_tui.widgets.line_window import LineWindow
from odw_tui.widgets.own_lines import OwnLines

_WHEEL_ROWS = 3


class LineMoves(OwnLines):
    """Moves the window and says what has to be painted again; who derives from it paints."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("j,down", "down", "Down", show=False),
        Binding("k,up", "up", "Up", show=False),
        Binding("ctrl+d", "half_page_down", "Half a page down", show=False),
        Binding("ctrl+u", "half_page_up", "Half a page up", show=False),
        Binding("ctrl+f,pagedown,space", "page_down", "Page down", show=False),
        Binding("ctrl+b,pageup", "page_up", "Page up", show=False),
        Binding("g,home", "first", "Beginning", show=False),
        Binding("G,end", "last", "End", show=False),
        Binding("h,left", "left", "Left", show=False),
        Binding("l,right", "right", "Right", show=False),
        Binding("w", "toggle_wrap", "Wrap", show=False),
        Binding("number_sign", "toggle_numbers", "Line numbers", show=False),
    ]

    def __init__(self, window: LineWindow, *, marker: str, id: str | None, classes: str | None) -> None:  # noqa: A002
        super().__init__(id=id, classes=classes)
        self._window = window
        self._painter = RowPainter(self, marker)
        self._painted: list[tuple[Painted | None, bool]] = []
        """The rows on the screen, each with whether the thumb stands beside it."""
        self._is_dragged = False

    def _repaint(self) -> None:
        """Mark the rows that look different from what was painted."""
        raise NotImplementedError

    def _relay(self) -> None:
        """Lay everything out anew."""
        raise NotImplementedError

    def action_down(self) -> None:
        """One row down."""
        self._scroll(1)

    def action_up(self) -> None:
        """One row up."""
        self._scroll(-1)

    def action_half_page_down(self) -> None:
        """Half a page down."""
        self._scroll(max(1, self.size.height // 2))

    def action_half_page_up(self) -> None:
        """Half a page up."""
        self._scroll(-max(1, self.size.height // 2))

    def action_page_down(self) -> None:
        """A page down; one row stays in view."""
        self._scroll(max(1, self.size.height - 1))

    def action_page_up(self) -> None:
        """A page up; one row stays in view."""
        self._scroll(-max(1, self.size.height - 1))

    def action_first(self) -> None:
        """To the beginning."""
        self._window.to_first()
        self._painter.forget()
        self._repaint()

    def action_last(self) -> None:
        """To the end, and follow it."""
        self._window.to_last()
        self._painter.forget()
        self._repaint()

    def action_left(self) -> None:
        """Half a width to the left."""
        self._slide(-self._window.width // 2)

    def action_right(self) -> None:
        """Half a width to the right, as long as a line in view goes on there."""
        if any(painted is not None and painted.goes_on for painted, _ in self._painted):
            self._slide(self._window.width // 2)

    def action_toggle_wrap(self) -> None:
        """Wrap long lines, or cut them at the edge."""
        self._painter.left = 0
        self._painter.forget()
        self._window.wrap(not self._window.wraps)
        self._repaint()

    def action_toggle_numbers(self) -> None:
        """Show or hide line numbers."""
        self._painter.has_numbers = not self._painter.has_numbers
        self._relay()

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        event.stop()
        self._scroll(_WHEEL_ROWS)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        event.stop()
        self._scroll(-_WHEEL_ROWS)

    def on_mouse_down(self, event: events.MouseDown) -> None:
        if event.x == self.size.width - 1:
            self._is_dragged = True
            self.capture_mouse()
            self._drag(event.y)
        elif event.y < len(rows := self._window.rows()):
            self._window.cursor = rows[event.y].line
            self._repaint()

    def on_mouse_move(self, event: events.MouseMove) -> None:
        if self._is_dragged:
            self._drag(event.y)

    def on_mouse_up(self) -> None:
        if self._is_dragged:
            self._is_dragged = False
            self.release_mouse()

    def _drag(self, y: int) -> None:
        self._window.to_share(y / max(1, self.size.height - 1))
        self._repaint()

    def _scroll(self, rows: int) -> None:
        self._window.scroll(rows)
        self._repaint()

    def _slide(self, cells: int) -> None:
        if not self._window.wraps:
            self._painter.left = max(0, self._painter.left + cells)
            self._painter.forget()
            self._repaint()
