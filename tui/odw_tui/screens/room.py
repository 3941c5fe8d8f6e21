"""The room: everything that runs, waits or broke, in one list, and what is known about the row under the cursor.

Shows what it is told; asks the service for details only through its follower and never waits for them.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar

from textual import events
from textual.app import ComposeResult
from textual.containers import Container

from odw_core.model.address import Address
from odw_core.model.change import Change, Snapshot
from odw_core.model.item import Item, State
from odw_tui import actions
from odw_tui.follow import Follower
from odw_tui.kit import Kit
from odw_tui.panes.footer import Footer
from odw_tui.panes.preview import Preview
from odw_tui.panes.room_list import RoomList
from odw_tui.present import pictures, room_head
from odw_tui.present.numbers import count
from odw_tui.present.preview import preview
from odw_tui.present.room_state import RoomState
from odw_tui.present.shared import shared_lines
from odw_tui.present.spans import Line, Spans
from odw_tui.present.usage import usage
from odw_tui.screens.driving import DrivingScreen
from odw_tui.visit import Visit
from odw_tui.widgets.fitted_sheet import FittedSheet
from odw_tui.widgets.line_editor import LineEditor

if TYPE_CHECKING:
    from odw_core.model.detail import Detail

_COMPACT_WIDTH, _COMPACT_HEIGHT = 72, 20
_ROOMY_WIDTH, _WIDE_WIDTH = 120, 170
_HALF = 0.5
_USAGE_S = 5.0


class RoomScreen(DrivingScreen):
    """The first screen. ``room_changed`` and ``stopped`` are how it hears of the world."""

    CONTEXT: ClassVar[str] = actions.ROOM

    def __init__(self, kit: Kit, first: Snapshot, words: Sequence[str] = (), visit: Visit | None = None) -> None:
        super().__init__(kit)
        self._visit = visit or Visit(None)
        self._has_come = False
        self._used: tuple[Spans, ...] = ()
        self._used_at = float("-inf")
        self._state = RoomState(first, kit.own_names)
        self._editor: LineEditor | None = None
        self._flash = "   ".join(words)
        """What was said last and no key has answered yet."""
        self._form = (False, False)
        self._detail: tuple[Address, Detail | None] | None = None
        self._head = FittedSheet(id="head")
        self._list = RoomList(kit)
        self._preview = Preview()
        self._footer = Footer(kit.keymap, kit.signs)
        self._follower = Follower(kit.service, self._detail_read)
        self._will_follow = False

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

    async def on_key(self, event: events.Key) -> None:
        # Whoever presses a key has seen what the cursor is on. Textual calls the handler of ActionScreen as well.
        self._list.hold()
        self._look_at_row()

    def _look_at_row(self) -> None:
        """What the cursor was on is no news any more."""
        if (address := self._list.address) is not None and self._visit.look_at(address):
            self._show_all()

    def on_resize(self, event: events.Resize) -> None:
        if self._form != (self._is_compact, self._is_wide):
            self._fit()

    def on_screen_suspend(self) -> None:
        self._list.stop_clock()

    def on_screen_resume(self) -> None:
        if self._state.is_behind:
            self._catch_up()
        else:
            self._list.grow_older()

    def room_changed(self, snapshot: Snapshot, changes: Sequence[Change]) -> None:
        """The room is now ``snapshot``; ``changes`` are what led to it. While this screen is covered, that waits."""
        self._state.happened(snapshot, changes)
        if self.is_active:
            self._catch_up()

    def stopped(self, sentence: str) -> None:
        """Nothing is watched any more; what is shown is what was read last."""
        self._state.failure = sentence
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
        address = self._list.address
        return None if address is None else self._state.rows.by_address.get(address)

    def _fit(self) -> None:
        """Take the form that the size of the terminal asks for."""
        self._form = self._is_compact, self._is_wide
        self.set_class(self._is_compact, "-compact")
        self.set_class(self._is_wide, "-wide")
        self._show_all()

    def person_came(self) -> None:
        """Somebody looks at the terminal again."""
        if self._visit.is_away and self._state.snapshot.complete:
            self._visit.arrive(self._state.rows.by_address.values(), self.kit.now())
            if self.is_active:
                self._show_all()

    def person_left(self) -> None:
        """Nobody looks any more; what happens from now on is news."""
        if self._state.snapshot.complete:
            self._visit.leave(self.kit.now())

    def _catch_up(self) -> None:
        was_complete = self._has_come
        self._state.catch_up()
        if not was_complete and self._state.snapshot.complete:
            self._has_come, self._used_at = True, float("-inf")
            self._visit.arrive(self._state.rows.by_address.values(), self.kit.now())
        self._show_all()

    def _show_all(self) -> None:
        """Bring everything on the screen up to what is known; what looks the same is not painted again."""
        state = self._state
        self.set_class(not state.rows.shown, "-empty")
        if state.rows.shown:
            unseen = frozenset(self._visit.unseen)
            self._list.tell(
                state.rows, state.names, state.asked, unseen, shared=state.shared, is_compact=self._is_compact
            )
        else:
            self._list.tell_nothing(self._picture())
        self._show_head()
        self._show_preview()
        self._show_footer()

    def _picture(self) -> tuple[Line, ...]:
        state, home = self._state, self.kit.home
        keys = {name: self._key(name) for name in ("back", "start", "places", "help", "quit", "palette")}
        if state.rows.total:
            back = ((keys["back"], "show everything again"),)
            return pictures.nothing_matches(state.filter_text, state.rows.total, back)
        if not state.snapshot.complete and state.failure is None:
            return pictures.looking(state.snapshot.places, home)
        ways = {"start": "start a run", "places": "add a place", "help": "every key", "palette": "everything else"}
        offered = [(keys[name], does) for name, does in (*ways.items(), ("quit", "leave"))]
        return pictures.empty(state.snapshot.places, home, offered)

    def _show_head(self) -> None:
        state, signs, home = self._state, self.kit.signs, self.kit.home
        keys = {name: self._key(name) for name in (*room_head.OFFERED, "problems")}
        now = self.kit.now()
        if now - self._used_at >= _USAGE_S:
            # It goes through every item, so not with every change.
            self._used, self._used_at = usage(state.snapshot.items.values(), now), now
        headed = room_head.Headed(
            state.snapshot, state.rows, state.filter_text, state.failure, keys, self._visit.line, self._used
        )
        self._head.fill(lambda width, _: room_head.head(headed, signs, home, width, is_short=self._is_compact))

    def _show_preview(self) -> None:
        item = self._row
        if item is None:
            self._preview.tell(None, lambda width, height: ())
            return
        kit, now = self.kit, self.kit.now()
        detail = self._detail[1] if self._detail is not None and self._detail[0] == item.address else None
        questions = self._state.asked.get(item.address, ())
        shared = shared_lines(self._state.shared.get(item.address, ()), self._state.snapshot.items, kit.home)
        self._preview.tell(
            item.address,
            lambda *size: preview(
                item, questions, detail, now=now, signs=kit.signs, home=kit.home, size=size, shared=shared
            ),
        )

    def _show_footer(self) -> None:
        rows = self._state.rows
        if self._editor is not None:
            found = f"{count(rows.shown)} of {count(rows.total)}   enter keeps   esc clears"
            self._footer.prompt("/", self._editor.shown(self.kit.signs.caret), found)
        elif self._flash:
            self._footer.say(self._flash, "strong")
        else:
            above = room_head.OFFERED if self.app.size.width >= _ROOMY_WIDTH else ()
            self._footer.offer(tuple(one for one in self.able if one.id not in above), self.CONTEXT)

    def _key(self, action_id: str) -> str:
        return self.kit.keymap.shown(self.CONTEXT, action_id, ascii_only=self.kit.signs.is_ascii)

    def _detail_read(self, address: Address, detail: Detail | None) -> None:
        self._detail = (address, detail)
        self._show_preview()

    def on_row_list_cursor_moved(self) -> None:
        self._show_preview()
        self._show_footer()
        # First the frame with the cursor, then the reading of what is under it.
        self._will_follow = True
        self.call_after_refresh(self._follow)

    def _follow(self) -> None:
        self._will_follow = False
        self._follower.follow(self._list.address)

    @property
    def has_pending_frame(self) -> bool:
        """Whether what is under the cursor is still to be read and shown."""
        return self._will_follow or self._follower.is_behind

    def on_row_list_scrolled(self) -> None:
        # What is on screen is to be read in full first, but after it was painted.
        self.call_after_refresh(lambda: self.kit.service.attend(self._list.addresses_in_view))

    def on_room_list_grew_older(self) -> None:
        self._show_preview()

    async def on_row_list_opened(self) -> None:
        await self.act("open")

    def why_not(self, action_id: str) -> str | None:
        match action_id:
            case "open" | "copy" | "zoom" | "origins" if self._row is None:
                return "There is no row under the cursor."
            case "next_waiting" | "previous_waiting" if not self._list.rows_of(State.WAITING):
                return "Nothing waits for you."
            case "filter" | "sort" if not self._state.rows.total:
                return "There is nothing to filter or sort yet."
            case "problems" if not self._state.snapshot.problems:
                return "Everything that was found could be read."
            case "back" if not self._state.filter_text:
                return f"This is the first screen; {self._key('quit')} leaves."
            case _:
                return super().why_not(action_id)

    def _subject(self) -> Item | None:
        return self._row

    def do_start(self) -> None:
        from odw_tui.screens.start import StartScreen

        self.app.push_screen(StartScreen(self.kit, started=self._has_started))

    def _has_started(self, address: str) -> None:
        self.flash(f"{address} has started.")

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
                self._edit(None)
            case "escape":
                self._edit(LineEditor())
                self._edit(None)
            case "up" | "ctrl+p":
                self._list.move(-1)
            case "down" | "ctrl+n":
                self._list.move(1)
            case _ if (editor := self._editor.pressed(key, character)) is not None:
                self._edit(editor)
            case _:
                return False
        return True

    def on_paste(self, event: events.Paste) -> None:
        if self._editor is not None:
            event.stop()
            self._edit(self._editor.with_typed(event.text))

    def _edit(self, editor: LineEditor | None) -> None:
        """Go on with another filter, or keep the one there is."""
        self._editor, self._flash = editor, ""
        if editor is None:
            self._show_footer()
        else:
            self._state.filter_by(editor.text)
            self._show_all()

    def do_open(self) -> None:
        if (row := self._row) is not None:
            from odw_tui.screens.opening import screen_for

            self.app.push_screen(screen_for(self.kit, row))

    def do_origins(self) -> None:
        if (row := self._row) is not None:
            from odw_tui.screens.origins import OriginsScreen

            self.app.push_screen(OriginsScreen(self.kit, row.address))

    def do_filter(self) -> None:
        text = self._state.filter_text
        self._edit(LineEditor(text, len(text)))

    def do_back(self) -> None:
        self._state.filter_by("")
        self._show_all()

    def do_sort(self) -> None:
        self._state.sort_next()
        self._show_all()
        self.flash(f"Each group is sorted by {self._state.rows.order.value}.")

    def do_zoom(self) -> None:
        self.toggle_class("-zoomed")

    def do_problems(self) -> None:
        from odw_tui.present.problems import problem_lines
        from odw_tui.screens.text import TextScreen

        lines = problem_lines(self._state.snapshot.problems, self.kit.home)
        self.app.push_screen(TextScreen(self.kit, "What could not be read", lines))

    def do_copy(self) -> None:
        if (address := self._list.address) is not None:
            self.app.copy_to_clipboard(str(address))
            self.flash(f"Copied {address}.")

    def do_next_waiting(self) -> None:
        self._list.jump_to_state(State.WAITING, is_forward=True)

    def do_previous_waiting(self) -> None:
        self._list.jump_to_state(State.WAITING, is_forward=False)

    def do_next_group(self) -> None:
        self._list.jump_to_group(is_forward=True)

    def do_previous_group(self) -> None:
        self._list.jump_to_group(is_forward=False)

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
