"""The list of the room: which rows there are, where the cursor is, and how old everything in view is."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence, Set
from typing import TYPE_CHECKING

from textual.message import Message
from textual.timer import Timer

from odw_core.model.address import Address
from odw_core.model.item import State
from odw_tui.kit import Kit
from odw_tui.present import room_columns
from odw_tui.present.ages import age, since
from odw_tui.present.glyphs import Glyphs
from odw_tui.present.numbers import age_lasts_s
from odw_tui.present.room import Rows
from odw_tui.present.room_columns import Layout
from odw_tui.present.room_lines import LineKind, RoomLine, RoomLines
from odw_tui.present.shared import Shared, shared_name
from odw_tui.present.spans import Line, Spans
from odw_tui.widgets.lines_provider import LinesProvider
from odw_tui.widgets.row_list import RowList

if TYPE_CHECKING:
    from odw_core.model.question import Question

Asked = Mapping[Address, tuple["Question", ...]]


class RoomProvider:
    """The lines of the room at the moment ``now``, which may be moved on."""

    def __init__(
        self,
        lines: RoomLines,
        names: Mapping[str, str],
        asked: Asked,
        unseen: Set[Address],
        signs: Glyphs,
        now: float,
        *,
        shared: Shared,
        is_compact: bool,
    ) -> None:
        self.now = now
        self._shared = shared
        self._lines = lines
        self._names = names
        self._asked = asked
        self._unseen = unseen
        self._signs = signs
        self._is_compact = is_compact
        self._has_engines = len(lines.rows.engines) > 1
        self._settings = (names, is_compact, self._has_engines)
        self._shapes: dict[int, Layout] = {}

    def __len__(self) -> int:
        return len(self._lines)

    def head(self, width: int) -> Spans | None:
        return None if self._is_compact else room_columns.header(self._shape(width))

    def identity(self, index: int) -> Hashable | None:
        item = self._lines.line(index).item
        return None if item is None else item.address

    def index_of(self, identity: Hashable) -> int | None:
        return self._lines.index_of(identity) if isinstance(identity, Address) else None

    def version(self, index: int) -> object:
        line = self._lines.line(index)
        if line.item is None:
            return self._settings, line.group.state, len(line.group.shown), len(line.group.items)
        address = line.item.address
        shared = self._shared.get(address)
        return self._settings, line.kind, line.item, self._age(line), address in self._unseen, shared

    def line(self, index: int, width: int, *, has_cursor: bool) -> Spans:
        line = self._lines.line(index)
        is_news = line.kind is LineKind.ROW and line.item is not None and line.item.address in self._unseen
        shares = "" if line.item is None else shared_name(self._shared.get(line.item.address, ()))
        return room_columns.line(
            line,
            self._shape(width),
            self._signs,
            age=self._age(line),
            has_cursor=has_cursor,
            is_news=is_news,
            shares=shares,
        )

    def lasts_s(self, visible: range) -> float | None:
        """For how many seconds the ages of these lines stay right, None when there are none."""
        moments = (self._since(line) for line in map(self._lines.line, visible) if line.kind is LineKind.ROW)
        return min((age_lasts_s(self.now - moment) for moment in moments if moment is not None), default=None)

    def _since(self, line: RoomLine) -> float | None:
        if line.item is None:
            return None
        questions = self._asked.get(line.item.address)
        return since(line.item, questions[0] if questions else None)

    def _age(self, line: RoomLine) -> str:
        return age(self._since(line), self.now) if line.kind is LineKind.ROW else ""

    def _shape(self, width: int) -> Layout:
        shape = self._shapes.get(width)
        if shape is None:
            shape = room_columns.layout(width, self._names, has_engines=self._has_engines, is_compact=self._is_compact)
            self._shapes[width] = shape
        return shape


class RoomList(RowList):
    """Shows the rows of the room, or a picture where there are none."""

    class GrewOlder(Message):
        """Some age in view was out of date and is not any more."""

    def __init__(self, kit: Kit) -> None:
        super().__init__(thumb=kit.signs.thumb, id="rows")
        self._kit = kit
        self._room_lines: RoomLines | None = None
        self._rows_provider: RoomProvider | None = None
        self._picture: Sequence[Line] = ()
        self._clock: Timer | None = None

    @property
    def address(self) -> Address | None:
        """Whose row the cursor is on."""
        return self.cursor if isinstance(self.cursor, Address) else None

    @property
    def addresses_in_view(self) -> list[Address]:
        """Whose rows are in view, from top to bottom."""
        if self._room_lines is None:
            return []
        lines = map(self._room_lines.line, self.in_view)
        return list(dict.fromkeys(line.item.address for line in lines if line.item is not None))

    def tell(
        self,
        rows: Rows,
        names: Mapping[str, str],
        asked: Asked,
        unseen: Set[Address],
        *,
        shared: Shared,
        is_compact: bool,
    ) -> None:
        """Show these rows; ``names`` are those of the places, ``asked`` the open questions of each row, ``unseen`` what
        happened while nobody looked, ``shared`` what rows at work have in common with others."""
        kit, lines = self._kit, RoomLines(rows, is_compact=is_compact)
        self._room_lines, self._picture = lines, ()
        self._rows_provider = RoomProvider(
            lines, names, asked, unseen, kit.signs, kit.now(), shared=shared, is_compact=is_compact
        )
        self.show(self._rows_provider)
        self.wind_clock()

    def tell_nothing(self, picture: Sequence[Line]) -> None:
        """There are no rows: show these lines instead."""
        self._room_lines = self._rows_provider = None
        self._picture = picture
        self.stop_clock()
        self.show(LinesProvider(picture, self.size.width - 1))

    def rows_of(self, state: State) -> list[int]:
        """The lines of all rows of a state."""
        return [] if self._room_lines is None else self._room_lines.rows_of(state)

    def jump_to_state(self, state: State, *, is_forward: bool) -> None:
        """Put the cursor on the next row of a state, going round at the end."""
        self._jump(self.rows_of(state), is_forward=is_forward)

    def jump_to_group(self, *, is_forward: bool) -> None:
        """Put the cursor on the first row of the next group, going round at the end."""
        self._jump([] if self._room_lines is None else self._room_lines.group_starts(), is_forward=is_forward)

    def grow_older(self) -> None:
        """Show the ages as they are now."""
        if self._rows_provider is not None:
            self._rows_provider.now = self._kit.now()
            self.refresh_rows()
            self.wind_clock()
            self.post_message(self.GrewOlder())

    def wind_clock(self) -> None:
        """Wake up when the next age in view is out of date, and not before."""
        self.stop_clock()
        if self._rows_provider is not None and self.is_attached and self.screen.is_active:
            lasts_s = self._rows_provider.lasts_s(self.in_view)
            if lasts_s is not None:
                self._clock = self.set_timer(self._kit.motion.tick_s(lasts_s), self.grow_older)

    def stop_clock(self) -> None:
        """Let ages be as they are: nobody sees them."""
        if self._clock is not None:
            self._clock.stop()
            self._clock = None

    def on_row_list_scrolled(self) -> None:
        if self._rows_provider is None:
            # A picture is laid out for the width of the list.
            self.show(LinesProvider(self._picture, self.size.width - 1))
        self.wind_clock()

    def _jump(self, lines: Sequence[int], *, is_forward: bool) -> None:
        if self._room_lines is None or not lines:
            return
        here = self._room_lines.index_of(self.address) if self.address is not None else None
        at = -1 if here is None else here
        beyond = [line for line in lines if (line > at if is_forward else line < at)] or lines
        item = self._room_lines.line(beyond[0 if is_forward else -1]).item
        if item is not None:
            self.go_to(item.address)
