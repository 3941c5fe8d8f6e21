"""LinesProvider: text that is only read, as a provider for a row list. The cursor stands on none of its lines."""

from __future__ import annotations

from collections.abc import Hashable, Iterable

from odw_tui.present.spans import Line, Spans, laid


class LinesProvider:
    """``lines`` wrapped to ``width`` cells."""

    def __init__(self, lines: Iterable[Line], width: int) -> None:
        self._rows = [row for line in lines for row in laid(line, width)] if width > 0 else []

    def __len__(self) -> int:
        return len(self._rows)

    def head(self, width: int) -> Spans | None:
        return None

    def identity(self, index: int) -> Hashable | None:
        return None

    def index_of(self, identity: Hashable) -> int | None:
        return None

    def version(self, index: int) -> object:
        return self._rows[index]

    def line(self, index: int, width: int, *, has_cursor: bool) -> Spans:
        return self._rows[index]
