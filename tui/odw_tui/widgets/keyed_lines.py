"""KeyedLines: lines for a row list, some with a key that the cursor may stand on. Knows no domain."""

from __future__ import annotations

from collections.abc import Hashable, Iterable

from odw_tui.present.spans import Line, Span, Spans, laid


class KeyedLines:
    """``rows`` are pairs of key and line; an empty key is passed over. Lines of one key belong together."""

    def __init__(self, rows: Iterable[tuple[str, Line]], width: int, bar: str) -> None:
        self._bar = bar
        self._rows = [(key, row) for key, line in rows for row in laid(line, max(1, width - 2))] if width > 2 else []
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
        return self._rows[index][1]

    def line(self, index: int, width: int, *, has_cursor: bool) -> Spans:
        return (Span(self._bar, "accent") if has_cursor else Span(" "), *self._rows[index][1])
