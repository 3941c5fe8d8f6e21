"""TabLine: the names of the tabs of a screen in one line, the one that is open marked. Switches nothing itself."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, NamedTuple

from rich.segment import Segment
from textual import events
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

from odw_tui.present.spans import Span, width_of
from odw_tui.widgets.paint import Painter

_GAPS = (3, 2)


class TabItem(NamedTuple):
    """One tab: the key that opens it, its name, a word about its content, and its name where there is little space."""

    id: str
    key: str
    name: str
    note: Span = Span("")
    short: str = ""


class TabLine(Widget):
    """``1 timeline   2 blockers 7   3 output``; where that does not fit, all but the open one have their short names,
    and from the right so many as need be their keys alone."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {"tab-line--open"}
    DEFAULT_CSS = "TabLine { height: 1; width: 1fr; }"

    class Chosen(Message):
        """A tab was clicked."""

        def __init__(self, line: TabLine, tab: str) -> None:
            super().__init__()
            self.line, self.tab = line, tab

        @property
        def control(self) -> TabLine:
            return self.line

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self._items: tuple[TabItem, ...] = ()
        self._open = ""
        self._painter = Painter(self)

    def show(self, items: Sequence[TabItem], open_id: str) -> None:
        """Show these tabs with one of them open."""
        if (tuple(items), open_id) != (self._items, self._open):
            self._items, self._open = tuple(items), open_id
            self.refresh()

    def notify_style_update(self) -> None:
        self._painter.forget()
        super().notify_style_update()

    def render_line(self, y: int) -> Strip:
        painter = self._painter
        segments: list[Segment] = []
        gap, tabs = laid(self._items, self._open, self.size.width)
        for item, (key, name, note) in zip(self._items, tabs, strict=True):
            if segments:
                segments.append(Segment(" " * gap, painter.style()))
            segments += painter.segments((key,))
            segments += painter.segments((name,), "tab-line--open" if item.id == self._open else "")
            segments += painter.segments((note,))
        return Strip(segments).adjust_cell_length(self.size.width, painter.style())

    def on_click(self, event: events.Click) -> None:
        event.stop()
        end = 0
        gap, tabs = laid(self._items, self._open, self.size.width)
        for item, words in zip(self._items, tabs, strict=True):
            end += width_of(words)
            if event.x < end:
                self.post_message(self.Chosen(self, item.id))
                return
            end += gap


def laid(items: Sequence[TabItem], open_id: str, width: int) -> tuple[int, list[tuple[Span, Span, Span]]]:
    """The gap, and the words of each tab: as many as fit."""
    whole = [_words(item, is_open=item.id == open_id) for item in items]
    for gap in _GAPS:
        if _fits(whole, gap, width):
            return gap, whole
    gap = _GAPS[-1]
    tabs = [
        words if item.id == open_id else (words[0], words[1]._replace(text=item.short or item.name), words[2])
        for item, words in zip(items, whole, strict=True)
    ]
    for at in range(len(tabs) - 1, -1, -1):
        if _fits(tabs, gap, width):
            break
        item, words = items[at], tabs[at]
        # What waits for somebody keeps its name.
        if item.id != open_id and item.key and words[2].tone != "waiting":
            tabs[at] = (Span(item.key, words[1].tone), Span(""), Span(""))
    return gap, tabs


def _fits(tabs: Sequence[tuple[Span, Span, Span]], gap: int, width: int) -> bool:
    return sum(width_of(words) + gap for words in tabs) - gap <= width


def _words(item: TabItem, *, is_open: bool) -> tuple[Span, Span, Span]:
    note = Span(f" {item.note.text}" if item.note.text else "", item.note.tone)
    return Span(f"{item.key} " if item.key else "", "faint"), Span(item.name, "strong" if is_open else "quiet"), note
