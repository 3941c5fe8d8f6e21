"""TextLines: a text that is in memory anyway, as lines."""

from __future__ import annotations

from collections.abc import Iterator

from odw_core.files.pacing import paced
from odw_core.text.needle import Needle


class TextLines:
    """A ``LineSource`` over ``text``, split on newlines only. Never changes."""

    is_counted = True
    generation = 0

    def __init__(self, text: str, title: str) -> None:
        self.title = title
        self._lines = text.split("\n")
        self._end = "" if self._lines[-1] else "\n"
        if not self._lines[-1]:
            self._lines.pop()
        self._encoded: bytes | None = None

    @property
    def line_count(self) -> int:
        return len(self._lines)

    def count_more(self) -> bool:
        return False

    def refresh(self) -> bool:
        return False

    def lines(self, start: int, stop: int) -> list[str]:
        return [line.removesuffix("\r") for line in self._lines[max(0, start) : max(0, stop)]]

    def raw(self, offset: int, length: int) -> bytes:
        """Up to ``length`` bytes of the text in UTF-8 from ``offset``, carriage returns and last line end included."""
        if self._encoded is None:
            self._encoded = ("\n".join(self._lines) + (self._end if self._lines else "")).encode("utf-8", "replace")
        return self._encoded[offset : offset + length]

    def last_lines(self, count: int) -> list[str]:
        return self.lines(self.line_count - count, self.line_count)

    def find(self, needle: Needle, start: int, forward: bool = True) -> Iterator[int | None]:
        start = max(0, start)
        order = range(start, self.line_count) if forward else range(min(start, self.line_count) - 1, -1, -1)
        return paced(needle, order, self._lines.__getitem__)

    def close(self) -> None:
        return None
