"""TonedLines: how the lines of a text look, judged one by one by their words. Knows no domain."""

from __future__ import annotations

from collections.abc import Callable

from odw_core.files.line_source import LineSource


class TonedLines:
    """A ``LineLook``: every line has its number, ``tone_of`` says its component class."""

    def __init__(self, source: LineSource, tone_of: Callable[[str], str]) -> None:
        self._source, self._tone_of = source, tone_of

    @property
    def highest(self) -> int:
        return self._source.line_count

    def number(self, line: int) -> int | None:
        return line + 1

    def tone(self, line: int) -> str:
        found = self._source.lines(line, line + 1)
        return self._tone_of(found[0]) if found else ""
