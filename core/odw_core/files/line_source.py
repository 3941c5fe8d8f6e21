"""LineSource: lines [a:b] of any text, however large and however it is stored. What every line view reads from."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol

from odw_core.text.needle import Needle


class LineSource(Protocol):
    """Lines of one text, numbered from 0. Cheap to ask for a window, never for everything.

    All calls are synchronous and meant for one thread; each costs the lines asked for, not the size of the text.
    """

    @property
    def title(self) -> str:
        """What is shown, in words (path or stream)."""

    @property
    def is_counted(self) -> bool:
        """Whether ``line_count`` is exact. While False, only the end (``last_lines``) and the start are known."""

    @property
    def line_count(self) -> int:
        """Lines known so far, which ``lines`` can give; an unfinished last line counts as one once all are known."""

    @property
    def generation(self) -> int:
        """Another number whenever lines that were given are no longer true: the text was cut or exchanged."""

    def count_more(self) -> bool:
        """Index the next slice (a few milliseconds of work); True while there is more to index."""

    def refresh(self) -> bool:
        """Look for growth, truncation or replacement; True if what ``lines`` would say has changed.

        Unless ``generation`` changed, that can only be new lines and a longer last line.
        """

    def lines(self, start: int, stop: int) -> list[str]:
        """Lines ``start`` up to ``stop``, decoded with replacement characters, without line ends."""

    def last_lines(self, count: int) -> list[str]:
        """The newest ``count`` lines, without waiting for the index; fewer when that would take long."""

    def find(self, needle: Needle, start: int, forward: bool = True) -> Iterator[int | None]:
        """Every line from ``start`` on that holds ``needle``, or every line before ``start``, nearest first.

        Gives None after every few milliseconds of searching in vain, so that the caller can paint in between.
        Indexes what is not counted yet.
        """

    def close(self) -> None:
        """Give the file back."""
