"""ListLines: lines in memory that are handed over as they are, without a copy. Never changes, never closes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from odw_core.files.pacing import paced
from odw_core.text.needle import Needle


class ListLines:
    """A ``LineSource`` over ``text``; whoever made the list must not change it any more."""

    is_counted = True
    generation = 0

    def __init__(self, text: Sequence[str], title: str) -> None:
        self.title = title
        self._text = text

    @property
    def line_count(self) -> int:
        return len(self._text)

    def count_more(self) -> bool:
        return False

    def refresh(self) -> bool:
        return False

    def lines(self, start: int, stop: int) -> list[str]:
        return list(self._text[max(0, start) : max(0, stop)])

    def last_lines(self, count: int) -> list[str]:
        return self.lines(self.line_count - count, self.line_count)

    def find(self, needle: Needle, start: int, forward: bool = True) -> Iterator[int | None]:
        start = max(0, start)
        order = range(start, self.line_count) if forward else range(min(start, self.line_count) - 1, -1, -1)
        return paced(needle, order, self._text.__getitem__)

    def close(self) -> None:
        return None
