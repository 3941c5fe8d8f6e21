"""InboxScreen: everything that waits for a person, the oldest first, and all that is needed to decide it.

Decides nothing by itself but what was marked and then confirmed; everything else is decided on its card.
"""

from __future__ import annotations

from typing import ClassVar

from textual import events
from textual.app import ComposeResult

from odw_core.decide.guard import READ_ONLY, Dwell
from odw_core.model.address import Address
from odw_core.model.change import Snapshot
from odw_core.model.question import Question
from odw_tui import actions
from odw_tui.batch import Batch
from odw_tui.kit import Kit
from odw_tui.motion import AgeClock, FrameLimiter
from odw_tui.present.inbox import inbox_card, inbox_rows
from odw_tui.present.numbers import count
from odw_tui.present.places import place_names
from odw_tui.present.question_card import sent_word
from odw_tui.present.questions import ages_last_s, row_of
from odw_tui.present.spans import Line, Span
from odw_tui.screens.footed import FootedScreen
from odw_tui.terminal.clipboard import copy
from odw_tui.widgets.fitted_rows import FittedRows
from odw_tui.widgets.fitted_sheet import FittedSheet
from odw_tui.widgets.keyed_lines import KeyedLines
from odw_tui.widgets.line_editor import LineEditor
from odw_tui.widgets.row_list import RowList
from odw_tui.widgets.sheet import Sheet

_LOW_HEIGHT = 30
_HALF = 0.5
_LIST_SHARE = 0.3


class InboxScreen(FootedScreen):
    """Follows the room as long as it is open. A question that was answered leaves; the cursor stays with its own.

    ``first`` is the run or session whose question is looked for first.
    """

    CONTEXT: ClassVar[str] = actions.INBOX
    CSS_PATH: ClassVar[str] = "inbox.tcss"

    def __init__(self, kit: Kit, first: Address | None = None) -> None:
        super().__init__(kit)
        self._first = first
        self._batch = Batch(kit)
        self._dwell = Dwell()
        self._editor: LineEditor | None = None
        """The count that is typed before what is marked is accepted."""
        self._snapshot: Snapshot = kit.service.snapshot()
        self._limiter = FrameLimiter(self._show, self.set_timer, motion=kit.motion)
        self._ages = AgeClock(self.grow_older, self.set_timer, kit.motion)
        self._head = Sheet(id="head")
        self._list = FittedRows(thumb=kit.signs.thumb, id="asked")
        self._card = FittedSheet(id="card")

    @property
    def question(self) -> Question | None:
        """The question under the cursor."""
        return next((one for one in self._snapshot.questions if one.id == self._list.cursor), None)

    @property
    def has_pending_frame(self) -> bool:
        """Whether news arrived that will be shown with the next frame."""
        return self._limiter.is_pending

    def compose(self) -> ComposeResult:
        yield self._head
        yield self._list
        yield self._card
        yield self._footer

    def on_mount(self) -> None:
        self._stop_listening = self.kit.deciding.listen(lambda question_id: self._limiter.request())
        self._show()
        self.call_after_refresh(self._go_to_first)
        self.run_worker(self._watch(), name="follow the inbox")

    def on_unmount(self) -> None:
        self._stop_listening()

    def on_screen_suspend(self) -> None:
        self._dwell.hide()

    def on_screen_resume(self) -> None:
        if self.is_mounted:
            self._show()

    def _go_to_first(self) -> None:
        """The cursor on what the row asks from which the inbox was opened, if nobody has moved it yet."""
        first, items = self._first, self._snapshot.items
        if first is not None:
            mine = (one.id for one in self._snapshot.questions if first in (row_of(one.address, items), one.address))
            self._list.go_to(next(mine, ""))

    def on_resize(self, event: events.Resize) -> None:
        self.set_class(self.app.size.height < _LOW_HEIGHT, "-low")

    async def _watch(self) -> None:
        async for _ in self.kit.service.changes(self._snapshot.seq):
            self._limiter.request()

    def _show(self) -> bool:
        self._snapshot = snapshot = self.kit.service.snapshot()
        questions, items, signs, now = snapshot.questions, snapshot.items, self.kit.signs, self.kit.now()
        names = place_names({item.where for item in items.values()}, self.kit.own_names) if questions else {}
        self.set_class(not questions, "-empty")
        waits = f"{count(len(questions))} {'question waits' if len(questions) == 1 else 'questions wait'} for you"
        self._head.show((Line((Span(waits if questions else "Inbox", "strong"),)), Line()))
        batch, width = self._batch, max(40, self.app.size.width - 2)
        if (surprise := batch.look(questions)) is not None:
            self._editor = None
            self._said = surprise
        words = {one.id: sent_word(one) for one in questions if one.is_sent}
        words |= {one.id: sent.word for one in questions if (sent := self.kit.deciding.sent(one.id)) is not None}
        rows = inbox_rows(questions, items, names, signs, now, width, words, batch.marked) or _nothing(self.kit)
        # As high as it has rows, so that the card below has all the rest.
        most = max(3, round(self.app.size.height * _LIST_SHARE))
        self._list.styles.height = min(len(rows), most) if questions else "1fr"
        self._list.fill(lambda width: KeyedLines(rows, width, signs.cursor))
        self._show_card()
        self._show_footer()
        self._ages.wind(ages_last_s(questions, now))
        return True

    def grow_older(self) -> None:
        """Say how long ago everything was asked, as it is now."""
        if self.is_on_top:
            self._show()

    def _seen(self) -> None:
        """The card below the list has been painted as it is."""
        if self.is_on_top:
            self._dwell.show(self.question, self.kit.deciding.steady())

    def _show_card(self) -> None:
        self.call_after_refresh(self._seen)
        question, snapshot, kit = self.question, self._snapshot, self.kit
        if question is None:
            self._card.fill(lambda width, height: ())
            return
        place = snapshot.questions.index(question) + 1, len(snapshot.questions)
        now = kit.now()
        self._card.fill(lambda width, height: inbox_card(question, snapshot.items, kit.signs, now, kit.home, place))

    def _show_footer(self) -> None:
        if self._editor is not None:
            self._footer.prompt(self._batch.sign, self._editor.shown(self.kit.signs.caret), "esc leaves it")
        else:
            super()._show_footer()

    def why_not(self, action_id: str) -> str | None:
        match action_id:
            case "decide" | "copy" | "asker" | "mark" if self.question is None:
                return "Nothing waits for you."
            case "mark" | "accept_marked" if self.kit.deciding.is_read_only:
                return READ_ONLY
            case "accept_marked" if not self._batch.marked:
                return f"Nothing is marked; {self._key('mark')} marks, {self._key('decide')} opens the card to decide."
            case _:
                return None

    def _key(self, action_id: str) -> str:
        return self.kit.keymap.shown(self.CONTEXT, action_id, ascii_only=self.kit.signs.is_ascii)

    def type_key(self, key: str, character: str | None) -> bool:
        self._said = ""
        if self._editor is None:
            self._show_footer()
            return False
        editor = self._editor
        if key == "escape":
            self._editor = None
        elif key == "enter":
            self._editor = None
            if editor.text.strip() == str(len(self._batch.marked)):
                self.run_worker(self._accept_marked(), name="accept what is marked")
            else:
                self._said = "That is not how many are marked; nothing was sent."
        else:
            self._editor = editor.pressed(key, character) or editor
        self._show_footer()
        return True

    def do_mark(self) -> None:
        question = self.question
        if question is not None:
            self._said = self._batch.toggle(question, self._dwell) or ""
            if not self._said:
                self._list.move(1)
            self._show()

    def do_accept_marked(self) -> None:
        self._editor = LineEditor()
        self._show_footer()

    async def _accept_marked(self) -> None:
        self._said = await self._batch.accept()
        self._show()

    def on_row_list_cursor_moved(self, event: RowList.CursorMoved) -> None:
        event.stop()
        self._show_card()
        self._show_footer()

    def on_row_list_scrolled(self, event: RowList.Scrolled) -> None:
        event.stop()

    async def on_row_list_opened(self, event: RowList.Opened) -> None:
        event.stop()
        await self.act("decide")

    def do_decide(self) -> None:
        from odw_tui.screens.card import CardScreen

        if (question := self.question) is not None:
            self._list.hold()
            self.app.push_screen(CardScreen(self.kit, question, self._list.go_to))

    def do_asker(self) -> None:
        question = self.question
        if question is None:
            return
        from odw_tui.screens.opening import screen_for

        items = self._snapshot.items
        item = items.get(question.address.root) or items.get(row_of(question.address, items))
        if item is None:
            self.flash("Who asked that is not here any more.")
            return
        self.app.push_screen(screen_for(self.kit, item))

    def do_copy(self) -> None:
        if (question := self.question) is not None:
            self.flash(copy(self.app, f"question:{question.id}"))

    def do_down(self) -> None:
        self._list.move(1)

    def do_up(self) -> None:
        self._list.move(-1)

    def do_page_down(self) -> None:
        self._list.page(_HALF)

    def do_page_up(self) -> None:
        self._list.page(-_HALF)

    def do_first(self) -> None:
        self._list.to_first()

    def do_last(self) -> None:
        self._list.to_last()

    def do_back(self) -> None:
        self.dismiss()


def _nothing(kit: Kit) -> list[tuple[str, Line]]:
    """What stands where there is no question."""
    back = kit.keymap.shown(actions.INBOX, "back", ascii_only=kit.signs.is_ascii)
    return [
        ("", Line((Span("Nothing waits for you.", "strong"),))),
        (
            "",
            Line((Span("Questions, approvals and gates of every run come here as soon as they are asked.", "quiet"),)),
        ),
        ("", Line()),
        ("", Line((Span(f"  {back}", "strong"), Span("  back to the room", "quiet")))),
    ]
