"""The room: everything that runs, waits or broke, in one list, and what is known about the row under the cursor.

Shows what it is told; asks the service for details only through its follower and never waits for them.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar

from textual import events
from textual.app import ComposeResult
from textual.containers import Container
from textual.timer import Timer

from odw_core.model.address import Address
from odw_core.model.change import Change, Snapshot
from odw_core.model.item import Item, State
from odw_tui import actions
from odw_tui.follow import Follower
from odw_tui.kit import Kit
from odw_tui.panes.footer import Footer
from odw_tui.panes.preview import Preview
from odw_tui.panes.room_list import RoomProvider
from odw_tui.present import pictures, room_head
from odw_tui.present.numbers import count
from odw_tui.present.places import place_names
from odw_tui.present.preview import preview
from odw_tui.present.problems import problem_lines
from odw_tui.present.questions import questions_by_row
from odw_tui.present.room import Order, Query, select
from odw_tui.present.room_lines import RoomLines
from odw_tui.present.spans import Line
from odw_tui.screens.base import ActionScreen
from odw_tui.widgets.fitted_sheet import FittedSheet
from odw_tui.widgets.line_editor import LineEditor
from odw_tui.widgets.lines_provider import LinesProvider
from odw_tui.widgets.row_list import RowList

if TYPE_CHECKING:
    from odw_core.model.detail import Detail
    from odw_core.model.question import Question

_COMPACT_WIDTH, _COMPACT_HEIGHT = 72, 20
_WIDE_WIDTH = 170
_HALF = 0.5


class RoomScreen(ActionScreen):
    """The first screen. ``room_changed`` and ``stopped`` are how it hears of the world."""

    CONTEXT: ClassVar[str] = actions.ROOM

    def __init__(self, kit: Kit, first: Snapshot, words: Sequence[str] = ()) -> None:
        super().__init__(kit)
        self._snapshot = first
        self._rows = select(first.items, Query(), Order.START)
        self._missed: list[Change] = []
        self._has_more = False
        self._asked: dict[Address, tuple[Question, ...]] = {}
        self._names: dict[str, str] = {}
        self._filter = ""
        self._editor: LineEditor | None = None
        self._failure: str | None = None
        self._flash = "   ".join(words)
        """What was said last and no key has answered yet."""
        self._form = (False, False)
        self._detail: tuple[Address, Detail | None] | None = None
        self._lines = RoomLines(self._rows)
        self._provider: RoomProvider | None = None
        self._age_timer: Timer | None = None
        self._head = FittedSheet(id="head")
        self._list = RowList(thumb=kit.signs.thumb, id="rows")
        self._preview = Preview()
        self._footer = Footer(kit.keymap, kit.signs)
        self._follower = Follower(kit.service, self._detail_read)

    def compose(self) -> ComposeResult:
        # Before anything is styled, so that the first frame is made once.
        self._fit()
        yield self._head
        with Container(id="body"):
            yield self._list
            yield self._preview
        yield self._footer

    def on_mount(self) -> None:
        self.run_worker(self._follower.run(), name="follow the cursor")

    def on_resize(self, event: events.Resize) -> None:
        if self._form != (self._is_compact, self._is_wide):
            self._fit()

    def room_changed(self, snapshot: Snapshot, changes: Sequence[Change]) -> None:
        """The room is now ``snapshot``; ``changes`` are what led to it from the one before."""
        self._missed.extend(changes)
        was_complete, self._snapshot = self._snapshot.complete, snapshot
        self._has_more = self._has_more or snapshot.complete is not was_complete
        if self.is_active:
            self._catch_up()

    def on_screen_resume(self) -> None:
        self._catch_up()

    def _catch_up(self) -> None:
        """Show what happened; while another screen covers this one, that waits."""
        changes, self._missed = self._missed, []
        if self._has_more:
            # What the cache knew comes in silence: it is no change of the room.
            self._has_more = False
            self._rows = select(self._snapshot.items, self._rows.query, self._rows.order)
        else:
            self._rows = self._rows.after(changes, self._snapshot.items)
        self._show_all()

    def stopped(self, sentence: str) -> None:
        """Nothing is watched any more; what is shown is what was read last."""
        self._failure = sentence
        self._show_all()

    @property
    def _is_compact(self) -> bool:
        size = self.app.size
        return size.width < _COMPACT_WIDTH or size.height < _COMPACT_HEIGHT

    @property
    def _is_wide(self) -> bool:
        return not self._is_compact and self.app.size.width >= _WIDE_WIDTH

    @property
    def _row(self) -> Item | None:
        """The item under the cursor."""
        cursor = self._list.cursor
        return self._rows.by_address.get(cursor) if isinstance(cursor, Address) else None

    def _fit(self) -> None:
        """Take the form that the size of the terminal asks for."""
        self._form = self._is_compact, self._is_wide
        self.set_class(self._is_compact, "-compact")
        self.set_class(self._is_wide, "-wide")
        self._show_all()

    def _show_all(self) -> None:
        """Bring everything on the screen up to what is known; what looks the same is not painted again."""
        self._asked = questions_by_row(self._snapshot)
        names = place_names(self._rows.places)
        self._names = self._names if names == self._names else names
        self.set_class(not self._rows.shown, "-empty")
        self._show_list()
        self._show_head()
        self._show_preview()
        self._show_footer()

    def _show_list(self) -> None:
        self._lines = RoomLines(self._rows, is_compact=self._is_compact)
        self._provider = None
        if not len(self._lines):
            self._list.show(LinesProvider(self._picture(), self._list.size.width - 1))
            return
        self._provider = RoomProvider(
            self._lines,
            names=self._names,
            asked={row: questions[0] for row, questions in self._asked.items()},
            signs=self.kit.signs,
            now=self.kit.now(),
            is_compact=self._is_compact,
        )
        self._list.show(self._provider)
        self._wind_clock()

    def _picture(self) -> tuple[Line, ...]:
        keys = {name: self.kit.keymap.shown(self.CONTEXT, name) for name in ("back", "help", "quit", "palette")}
        if self._rows.total:
            return pictures.nothing_matches(self._filter, self._rows.total, ((keys["back"], "show everything again"),))
        if not self._snapshot.complete and self._failure is None:
            return pictures.looking(self._snapshot.places, self.kit.home)
        offered = ((keys["help"], "every key"), (keys["palette"], "everything else"), (keys["quit"], "leave"))
        return pictures.empty(self._snapshot.places, self.kit.home, offered)

    def _show_head(self) -> None:
        keys = {name: self.kit.keymap.shown(self.CONTEXT, name) for name in (*room_head.OFFERED, "problems")}
        headed = room_head.Headed(self._snapshot, self._rows, self._filter, self._failure, keys)
        signs, home = self.kit.signs, self.kit.home
        self._head.fill(lambda width, _: room_head.head(headed, signs, home, width, is_short=self._is_compact))

    def _show_preview(self) -> None:
        item = self._row
        if item is None:
            self._preview.tell(None, lambda width, height: ())
            return
        detail = self._detail[1] if self._detail is not None and self._detail[0] == item.address else None
        questions = self._asked.get(item.address, ())
        kit, now = self.kit, self.kit.now()
        self._preview.tell(
            item.address,
            lambda *size: preview(item, questions, detail, now=now, signs=kit.signs, home=kit.home, size=size),
        )

    def _show_footer(self) -> None:
        if self._editor is not None:
            found = f"{count(self._rows.shown)} of {count(self._rows.total)}   enter keeps   esc clears"
            self._footer.prompt("/", self._editor.shown(self.kit.signs.caret), found)
        elif self._flash:
            self._footer.say(self._flash, "strong")
        else:
            above = () if self._is_compact else room_head.OFFERED
            offered = (one for one in actions.actions_in(self.CONTEXT) if one.id not in above)
            self._footer.offer(tuple(one for one in offered if self.why_not(one.id) is None), self.CONTEXT)

    def _detail_read(self, address: Address, detail: Detail | None) -> None:
        self._detail = (address, detail)
        self._show_preview()

    def on_row_list_cursor_moved(self, event: RowList.CursorMoved) -> None:
        self._show_preview()
        self._show_footer()
        # First the frame with the cursor, then the reading of what is under it.
        self.call_after_refresh(self._follow)

    def on_row_list_scrolled(self, event: RowList.Scrolled) -> None:
        if self._provider is None:
            # A picture instead of rows is laid out for the width of the list.
            self._show_list()
        self._wind_clock()
        self.call_after_refresh(self._attend)

    async def on_row_list_opened(self, event: RowList.Opened) -> None:
        await self.act("open")

    def _follow(self) -> None:
        row = self._row
        self._follower.follow(None if row is None else row.address)

    def _attend(self) -> None:
        """Tell the service what is on screen, so that it is read in full first."""
        if self._provider is not None:
            lines = map(self._lines.line, self._list.in_view)
            self.kit.service.attend(dict.fromkeys(line.item.address for line in lines if line.item is not None))

    def _wind_clock(self) -> None:
        """Wake up when the next age in view is out of date, and not before."""
        if self._age_timer is not None:
            self._age_timer.stop()
            self._age_timer = None
        if self._provider is not None and (lasts := self._provider.lasts_s(self._list.in_view)) is not None:
            self._age_timer = self.set_timer(lasts, self.grow_older)

    def grow_older(self) -> None:
        """Show the ages as they are now."""
        if self._provider is not None:
            self._provider.now = self.kit.now()
            self._list.refresh_rows()
            self._show_preview()
            self._wind_clock()

    def why_not(self, action_id: str) -> str | None:
        match action_id:
            case "open" | "copy" | "zoom" if self._row is None:
                return "There is no row under the cursor."
            case "next_waiting" | "previous_waiting" if not self._lines.rows_of(State.WAITING):
                return "Nothing waits for you."
            case "filter" | "sort" if not self._rows.total:
                return "There is nothing to filter or sort yet."
            case "problems" if not self._snapshot.problems:
                return "Everything that was found could be read."
            case "back" if not self._filter:
                return f"This is the first screen; {self.kit.keymap.shown(self.CONTEXT, 'quit')} leaves."
            case _:
                return None

    def flash(self, text: str, tone: str = "strong") -> None:
        self._flash = text
        self._footer.say(text, tone)

    def type_key(self, key: str, character: str | None) -> bool:
        if self._editor is None:
            if self._flash:
                self._flash = ""
                self._show_footer()
            return False
        match key:
            case "enter":
                self._close_editor()
            case "escape":
                self._close_editor()
                self._filter_by("")
            case "up" | "ctrl+p":
                self._list.move(-1)
            case "down" | "ctrl+n":
                self._list.move(1)
            case _:
                self._edit(self._editor.pressed(key, character) or self._editor)
        return True

    def on_paste(self, event: events.Paste) -> None:
        if self._editor is not None:
            event.stop()
            self._edit(self._editor.with_typed(event.text))

    def _edit(self, editor: LineEditor) -> None:
        self._flash = ""
        self._editor = editor
        self._filter_by(editor.text)

    def _close_editor(self) -> None:
        self._editor = None
        self._show_footer()

    def _filter_by(self, text: str) -> None:
        if text != self._filter:
            self._filter = text
            self._rows = self._rows.filtered(Query.parse(text))
        self._show_all()

    def _jump(self, lines: Sequence[int], *, is_forward: bool) -> None:
        """Put the cursor on the next of ``lines`` after it, going round at the end."""
        here = self._lines.index_of(row.address) if (row := self._row) is not None else None
        at = -1 if here is None else here
        beyond = [line for line in lines if (line > at if is_forward else line < at)] or list(lines)
        if beyond:
            item = self._lines.line(beyond[0] if is_forward else beyond[-1]).item
            if item is not None:
                self._list.go_to(item.address)

    def do_open(self) -> None:
        row = self._row
        if row is not None:
            from odw_tui.screens.opening import screen_for

            self.app.push_screen(screen_for(self.kit, row))

    def do_next_waiting(self) -> None:
        self._jump(self._lines.rows_of(State.WAITING), is_forward=True)

    def do_previous_waiting(self) -> None:
        self._jump(self._lines.rows_of(State.WAITING), is_forward=False)

    def do_next_group(self) -> None:
        self._jump(self._lines.group_starts(), is_forward=True)

    def do_previous_group(self) -> None:
        self._jump(self._lines.group_starts(), is_forward=False)

    def do_filter(self) -> None:
        self._edit(LineEditor(self._filter, len(self._filter)))

    def do_sort(self) -> None:
        self._rows = self._rows.sorted(self._rows.order.next)
        self._show_all()
        self.flash(f"Each group is sorted by {self._rows.order.value}.")

    def do_zoom(self) -> None:
        self.toggle_class("-zoomed")

    def do_problems(self) -> None:
        from odw_tui.screens.text import TextScreen

        self.app.push_screen(
            TextScreen(self.kit, "What could not be read", problem_lines(self._snapshot.problems, self.kit.home))
        )

    def do_copy(self) -> None:
        row = self._row
        if row is not None:
            self.app.copy_to_clipboard(str(row.address))
            self.flash(f"Copied {row.address}.")

    def do_back(self) -> None:
        self._filter_by("")

    def do_down(self) -> None:
        self._list.move(1)

    def do_up(self) -> None:
        self._list.move(-1)

    def do_first(self) -> None:
        self._list.to_first()

    def do_last(self) -> None:
        self._list.to_last()

    def do_page_down(self) -> None:
        self._list.page(_HALF)

    def do_page_up(self) -> None:
        self._list.page(-_HALF)

    def do_preview_down(self) -> None:
        self._preview.scroll_by(1)

    def do_preview_up(self) -> None:
        self._preview.scroll_by(-1)
