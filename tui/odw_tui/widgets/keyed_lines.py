"""KeyedLines: lines for a row list, some with a key that the cursor may stand on. Knows no domain."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable

from odw_tui.present.spans import Line, Span, Spans, laid

Later = Callable[[], Line]
"""A line of one row that is made when it comes into view: of thousands, nobody sees but a page."""


class KeyedLines:
    """``rows`` are pairs of key and line; an empty key is passed over. Lines of one key belong together."""

    def __init__(self, rows: Iterable[tuple[str, Line | Later]], width: int, bar: str) -> None:
        self._bar, self._width = bar, max(1, width - 2)
        self._rows: list[tuple[str, Spans | Later]] = []
        for key, line in rows if width > 2 else ():
            if isinstance(line, Line):
                self._rows += [(key, row) for row in laid(line, self._width)]
            else:
                self._rows.append((key, line))
        self._at: dict[str, int] = {}
        for place, (key, _) in enumerate(self._rows):
            self._at.setdefault(key, place)

    def __len__(self) -> int:
        return len(self._rows)

    def head(self, width: int) -> Spans | None:
        return None

    def identity(self, index: int) -> Hashable | None:
        return self._rows[index][0] or None

    def index_of(self, identity: Hashable) -> int | None:
        return self._at.get(str(identity))

    def version(self, index: int) -> object:
        return self._row(index)

    def line(self, index: int, width: int, *, has_cursor: bool) -> Spans:
        return (Span(self._bar, "accent") if has_cursor else Span(" "), *self._row(index))

    def _row(self, index: int) -> Spans:
        key, row = self._rows[index]
        if callable(row):
            row = laid(row(), self._width)[0]
            self._rows[index] = (key, row)
        return row
