"""LineSource: lines [a:b] of any text, however large and however it is stored. What every line view reads from."""

from __future__ import annotations

from typing import Protocol


class LineSource(Protocol):
    """Lines of one text, numbered from 0. Cheap to ask for a window, never for everything.

    All calls are synchronous and meant for one thread; each costs the lines asked for, not the size of the text.
    """

    @property
    def title(self) -> str:
        """What is shown, in words (path or stream)."""

    @property
    def is_counted(self) -> bool:
        """Whether ``line_count`` is exact. While False, only ``last_lines`` is dependable."""

    @property
    def line_count(self) -> int:
        """Lines known so far; an unfinished last line counts as one."""

    def count_more(self) -> bool:
        """Index the next slice (a few milliseconds of work); True while there is more to index."""

    def refresh(self) -> bool:
        """Look for growth, truncation or replacement; True if what ``lines`` would say has changed."""

    def lines(self, start: int, stop: int) -> list[str]:
        """Lines ``start`` up to ``stop``, decoded with replacement characters, without line ends."""

    def last_lines(self, count: int) -> list[str]:
        """The newest ``count`` lines, without waiting for the index."""

    def find(self, needle: str, start: int, forward: bool = True) -> int | None:
        """Next line at or after (before) ``start`` that holds ``needle``, ignoring case if it is all lower case.

        May search a bounded slice of a very large text at a time; None means nothing was found in all of it.
        """

    def close(self) -> None:
        """Give the file back."""
