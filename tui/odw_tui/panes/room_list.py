"""The list of the room as a provider for a row list. Says how each line looks; decides nothing about what is there."""

from __future__ import annotations

from collections.abc import Hashable, Mapping

from odw_core.model.address import Address
from odw_core.model.question import Question
from odw_tui.present import room_columns
from odw_tui.present.ages import age, since
from odw_tui.present.glyphs import Glyphs
from odw_tui.present.numbers import age_lasts_s
from odw_tui.present.room_columns import Layout
from odw_tui.present.room_lines import LineKind, RoomLine, RoomLines
from odw_tui.present.spans import Spans


class RoomProvider:
    """The lines of the room at the moment ``now``, which may be moved on."""

    def __init__(
        self,
        lines: RoomLines,
        *,
        names: Mapping[str, str],
        asked: Mapping[Address, Question],
        signs: Glyphs,
        now: float,
        is_compact: bool,
    ) -> None:
        self.lines = lines
        self.now = now
        self._names = names
        self._asked = asked
        self._signs = signs
        self._is_compact = is_compact
        self._has_engines = len(lines.rows.engines) > 1
        self._settings = (names, signs.is_ascii, is_compact, self._has_engines)
        self._shapes: dict[int, Layout] = {}

    def __len__(self) -> int:
        return len(self.lines)

    def head(self, width: int) -> Spans | None:
        return None if self._is_compact else room_columns.header(self._shape(width))

    def identity(self, index: int) -> Hashable | None:
        item = self.lines.line(index).item
        return None if item is None else item.address

    def index_of(self, identity: Hashable) -> int | None:
        return self.lines.index_of(identity) if isinstance(identity, Address) else None

    def version(self, index: int) -> object:
        line = self.lines.line(index)
        if line.item is None:
            return self._settings, line.group.state, len(line.group.shown), len(line.group.items)
        return self._settings, line.kind, line.item, self._age(line)

    def line(self, index: int, width: int, *, has_cursor: bool) -> Spans:
        line = self.lines.line(index)
        return room_columns.line(line, self._shape(width), self._signs, age=self._age(line), has_cursor=has_cursor)

    def lasts_s(self, visible: range) -> float | None:
        """For how many seconds the ages of these lines stay right, None when there are none."""
        moments = (self._since(line) for line in map(self.lines.line, visible) if line.kind is LineKind.ROW)
        return min((age_lasts_s(self.now - moment) for moment in moments if moment is not None), default=None)

    def _since(self, line: RoomLine) -> float | None:
        return None if line.item is None else since(line.item, self._asked.get(line.item.address))

    def _age(self, line: RoomLine) -> str:
        return age(self._since(line), self.now) if line.kind is LineKind.ROW else ""

    def _shape(self, width: int) -> Layout:
        shape = self._shapes.get(width)
        if shape is None:
            shape = room_columns.layout(width, self._names, has_engines=self._has_engines, is_compact=self._is_compact)
            self._shapes[width] = shape
        return shape
