"""Sheet: a few lines of spans under each other, with words on the left and right. Wraps, cuts, never scrolls."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import zip_longest

from textual.geometry import Region
from textual.strip import Strip

from odw_tui.present.spans import Line, Spans, laid
from odw_tui.widgets.paint import Painter
from odw_tui.widgets.self_sized import SelfSized


class Sheet(SelfSized):
    """Shows ``Line`` values. As high as its lines unless the style sheet gives it a height."""

    DEFAULT_CSS = "Sheet { width: 1fr; height: auto; }"

    def __init__(self, lines: Sequence[Line] = (), *, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id, classes=classes)
        self._lines = tuple(lines)
        self._laid: list[Spans] = []
        self._laid_width = -1
        self._painter = Painter(self)

    @property
    def lines(self) -> tuple[Line, ...]:
        """What is shown."""
        return self._lines

    def show(self, lines: Sequence[Line]) -> None:
        """Show these lines instead; only what differs is painted again."""
        given = tuple(lines)
        if given == self._lines:
            return
        before, self._lines, self._laid_width = self._laid, given, -1
        if not self.is_mounted or not self.size.width:
            self.height_changed()
            return
        after = self._rows(self.size.width)
        if len(after) != len(before) and self.styles.is_auto_height:
            self.height_changed()
            return
        for y, (old, new) in enumerate(zip_longest(before, after)):
            if old != new:
                self.refresh(Region(0, y, self.size.width, 1))

    def count_rows(self, width: int) -> int:
        return len(self._rows(width))

    def notify_style_update(self) -> None:
        self._painter.forget()
        super().notify_style_update()

    def render_line(self, y: int) -> Strip:
        width = self.size.width
        rows = self._rows(width)
        line = rows[y] if y < len(rows) else ()
        return Strip(self._painter.segments(line)).adjust_cell_length(width, self._painter.style())

    def _rows(self, width: int) -> list[Spans]:
        if width != self._laid_width:
            self._laid = [row for line in self._lines for row in laid(line, width)]
            self._laid_width = width
        return self._laid
