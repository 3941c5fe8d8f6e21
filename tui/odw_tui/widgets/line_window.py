"""LineWindow: which rows of a LineSource are in view, and how that moves, grows and wraps. Knows no screen.

Before a large text is counted its end is shown, with lines numbered from the end (-1 is the newest); once it is
counted the same rows get their real numbers and nothing moves.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from textual.cache import LRUCache

from odw_core.files.line_source import LineSource
from odw_core.text.ansi import plain, unmasked
from odw_tui.widgets.line_layout import row_starts

_KEPT_LINES = 256
_LARGE = 1 << 16
_WHOLE = 1 << 62
_SPARE = 64
"""Characters beyond what is asked for, so that half an escape sequence at a cut is never seen."""


class Row(NamedTuple):
    """One row: the first of a line, or a further one of a wrapped line."""

    line: int
    part: int


@dataclass(frozen=True, slots=True)
class _Shown:
    text: str
    is_cut: bool


class LineWindow:
    """A view of ``width`` × ``height`` cells on a source. ``follows`` keeps it at the end while the text grows.

    Secrets of known shapes are masked unless ``masks`` is off: then it shows what is decided about letter by letter.
    """

    def __init__(self, source: LineSource, *, follows: bool, masks: bool = True) -> None:
        self.source = source
        self.follows = follows
        self._plain = plain if masks else unmasked
        self.wraps = False
        self.width = 0
        self.height = 0
        self.cursor: int | None = None
        self.top = Row(0, 0)
        self._tail: list[str] | None = [] if follows and not source.is_counted else None
        self._is_behind = False
        self._shown: LRUCache[int, _Shown] = LRUCache(_KEPT_LINES)
        self._starts: LRUCache[int, Sequence[int]] = LRUCache(_KEPT_LINES)

    @property
    def is_numbered(self) -> bool:
        """Whether lines have their real numbers."""
        return self._tail is None

    @property
    def first(self) -> int:
        """The first line that can be shown now."""
        return 0 if self._tail is None else -len(self._tail)

    @property
    def end(self) -> int:
        """The line after the last one that can be shown now."""
        return self.source.line_count if self._tail is None else 0

    def rows(self) -> list[Row]:
        """The rows in view, from the top."""
        found: list[Row] = []
        line, part = self.top
        end = self.end
        while len(found) < self.height and line < end:
            parts = self._parts(line)
            while part < parts and len(found) < self.height:
                found.append(Row(line, part))
                part += 1
            line, part = line + 1, 0
        return found

    def shown(self, line: int, reach: int = _WHOLE) -> tuple[str, bool]:
        """A line as it is shown, at least its first ``reach`` characters, and whether there is more of it."""
        kept = self._shown.get(line)
        if kept is None or (kept.is_cut and len(kept.text) < reach):
            kept = self._made_plain(self._raw(line), reach)
            if len(kept.text) > _LARGE:
                self._shown.clear()
            self._shown[line] = kept
        return kept.text, kept.is_cut

    def starts(self, line: int) -> Sequence[int]:
        """Where the rows of a wrapped line begin in its text."""
        starts = self._starts.get(line)
        if starts is None:
            starts = row_starts(self.shown(line)[0], self.width)
            self._starts[line] = starts
        return starts

    def resize(self, width: int, height: int) -> None:
        """Take another size. The text at the top stays there, or the end stays in view."""
        width, height = max(1, width), max(0, height)
        if width != self.width:
            self._relaid(self.wraps, width)
        self.height = height
        self._settle()

    def wrap(self, wraps: bool) -> None:
        """Show long lines on several rows, or cut at the edge."""
        self._relaid(wraps, self.width)
        self._settle()

    def scroll(self, rows: int) -> None:
        """Move by rows; the end is followed once it is reached."""
        self._go(self._moved(self.top, rows))
        self.follows = rows >= 0 and self.top >= self._last_top()

    def to_first(self) -> None:
        """Show the beginning. What is known of it can be seen even before everything is counted."""
        self.follows = False
        if self._tail is not None:
            self._number_lines(0)
        self._go(Row(0, 0))

    def to_last(self) -> None:
        """Show the end and follow it."""
        self.follows = True
        if self._tail is None and not self.source.is_counted:
            self.cursor = None
            self._tail = []
            self._forget()
        self._settle()

    def to_line(self, line: int) -> None:
        """Put the cursor on a line and bring it into view; nothing moves if it is there already."""
        self.follows = False
        self.cursor = line
        if not self.is_in_view(line):
            self._go(self._moved(Row(line, 0), -(self.height // 3)))

    def to_share(self, share: float) -> None:
        """Show what lies at this share (0 to 1) of the text, as if its scroll bar had been taken there."""
        last = self._last_top()
        self._go(last if share >= 1 else Row(self.first + round((last.line - self.first) * max(0.0, share)), 0))
        self.follows = self.top >= last

    def start_of_search(self, *, forward: bool, is_new: bool) -> int:
        """Where to look from: the cursor, or the edge of the view if that is elsewhere; if new, from all in view."""
        rows = self.rows()
        if not rows:
            return 0
        if not is_new and self.cursor is not None and self.is_in_view(self.cursor):
            return self.cursor + 1 if forward else self.cursor
        return rows[0].line if forward else rows[-1].line + 1

    @property
    def fits(self) -> bool:
        """Whether the whole text is in view."""
        return self._tail is None and self._last_top() == (0, 0)

    @property
    def is_complete(self) -> bool:
        """Whether there is nothing left to ``count``."""
        return self._tail is None and not self._is_behind and self.source.is_counted

    @property
    def share(self) -> float:
        """How far down the view is: 0 at the beginning, 1 at the end."""
        if self._tail is not None:
            return 1.0
        last = self._last_top().line
        return min(1.0, self.top.line / last) if last else 0.0

    def is_in_view(self, line: int) -> bool:
        """Whether the line begins in view."""
        return Row(line, 0) in self.rows()

    def count(self) -> bool:
        """Index the next slice; True while there is more to do."""
        if self.source.count_more():
            return True
        if self._tail is not None:
            self._number_lines(self.source.line_count)
        if self._is_behind:
            self._is_behind = False
            return self.refresh() and not self.source.is_counted
        self._settle()
        return False

    def refresh(self) -> bool:
        """Look at the source again; True if something in view or the number of lines may have changed."""
        if self._tail is not None and not self.follows:
            # Lines are numbered from the end as it was: growth has to wait until they have real numbers.
            self._is_behind = True
            return False
        generation, known = self.source.generation, self.end
        if not self.source.refresh():
            return False
        if self.source.generation != generation:
            self._restart()
        elif self._tail is not None:
            self._tail = []
            self._forget()
        else:
            # The last line may have become longer, and the one after it may have been asked for in vain.
            for line in (known - 1, known):
                self._shown.discard(line)
                self._starts.discard(line)
        self._settle()
        return True

    def _restart(self) -> None:
        self.cursor = None
        self._is_behind = False
        self._tail = [] if self.follows and not self.source.is_counted else None
        self._forget()

    def _forget(self) -> None:
        self._shown.clear()
        self._starts.clear()

    def _number_lines(self, shift: int) -> None:
        self._tail = None
        self._forget()
        self.top = Row(self.top.line + shift, self.top.part)
        if self.cursor is not None:
            self.cursor += shift

    def _settle(self) -> None:
        """Stand at the end if that is followed, else where the view is, as far as there is text."""
        if self.height:
            self._go(self._last_top() if self.follows else self.top)

    def _go(self, top: Row) -> None:
        line, part = max(Row(self.first, 0), min(top, self._last_top()))
        self.top = Row(line, min(part, self._parts(line) - 1))

    def _last_top(self) -> Row:
        """The row at the top when the last row is at the bottom."""
        if self.end <= self.first and not self._extend_tail():
            return Row(self.first, 0)
        last = self.end - 1
        return self._moved(Row(last, self._parts(last) - 1), 1 - max(1, self.height))

    def _moved(self, row: Row, rows: int) -> Row:
        """The row so many rows further down or up, as far as there are any."""
        line, part = row.line, row.part + rows
        if not self.wraps:
            line, part = line + part, 0
            while line < self.first and self._extend_tail():
                pass
            return Row(max(self.first, min(line, self.end - 1)), 0)
        while part < 0 and (line > self.first or self._extend_tail()):
            line -= 1
            part += self._parts(line)
        part = max(0, part)
        while part >= (parts := self._parts(line)):
            if line + 1 >= self.end:
                return Row(line, parts - 1)
            line, part = line + 1, part - parts
        return Row(line, part)

    def _extend_tail(self) -> bool:
        """Take more lines from the end of a text that is not counted; False if there are none at hand."""
        if self._tail is None:
            return False
        known = len(self._tail)
        self._tail = self.source.last_lines(max(2 * known, 2 * self.height, 64))
        return len(self._tail) > known

    def _relaid(self, wraps: bool, width: int) -> None:
        line, part = self.top
        at = self.starts(line)[part] if self.wraps and self.width and line < self.end else 0
        self.wraps, self.width = wraps, width
        self._starts.clear()
        if wraps and line < self.end:
            part = sum(1 for start in self.starts(line) if start <= at) - 1
        self.top = Row(line, part if wraps else 0)

    def _parts(self, line: int) -> int:
        return len(self.starts(line)) if self.wraps else 1

    def _raw(self, line: int) -> str:
        found = self.source.lines(line, line + 1) if self._tail is None else self._tail[line : line + 1 or None]
        # A line can vanish between two looks at the file; one from a record may hold line ends of its own.
        return found[0].replace("\n", "␊") if found else ""

    def _made_plain(self, raw: str, reach: int) -> _Shown:
        limit = 2 * reach + 512
        while len(raw) > limit:
            text = self._plain(raw[:limit])
            if len(text) >= reach + _SPARE:
                return _Shown(text[:-_SPARE], is_cut=True)
            limit *= 4
        return _Shown(self._plain(raw), is_cut=False)
