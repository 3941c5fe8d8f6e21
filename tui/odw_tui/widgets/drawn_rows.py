"""DrawnRows: rows that are drawn when they are seen, one line each, as a provider for a row list. Wraps nothing."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import Protocol

from odw_tui.present.spans import Spans


class Draw(Protocol):
    """Draws the row at ``index`` on one line."""

    def __call__(self, index: int, width: int, *, has_cursor: bool) -> Spans: ...


class DrawnRows:
    """``keys`` names the rows, None for one on which no cursor stands; a row is drawn anew when its version differs."""

    def __init__(self, keys: Sequence[str | None], versions: Sequence[object], draw: Draw) -> None:
        self._keys, self._versions, self._draw = keys, versions, draw
        self._at = {key: index for index, key in enumerate(keys) if key is not None}

    def __len__(self) -> int:
        return len(self._keys)

    def head(self, width: int) -> Spans | None:
        return None

    def identity(self, index: int) -> Hashable | None:
        return self._keys[index]

    def index_of(self, identity: Hashable) -> int | None:
        return self._at.get(str(identity))

    def version(self, index: int) -> object:
        return self._versions[index]

    def line(self, index: int, width: int, *, has_cursor: bool) -> Spans:
        return self._draw(index, width, has_cursor=has_cursor)
