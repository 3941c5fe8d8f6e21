"""InboxScreen: everything that waits for a person, the oldest first, and all that is needed to decide it."""

from __future__ import annotations

from typing import ClassVar

from textual import events
from textual.app import ComposeResult

from odw_core.model.change import Snapshot
from odw_core.model.question import Question
from odw_tui import actions
from odw_tui.kit import Kit
from odw_tui.motion import FrameLimiter
from odw_tui.panes.footer import Footer
from odw_tui.present.inbox import inbox_card, inbox_rows
from odw_tui.present.numbers import count
from odw_tui.present.places import place_names
from odw_tui.present.spans import Line, Span
from odw_tui.screens.base import ActionScreen
from odw_tui.terminal.clipboard import copy
from odw_tui.widgets.fitted_rows import FittedRows
from odw_tui.widgets.fitted_sheet import FittedSheet
from odw_tui.widgets.keyed_lines import KeyedLines
from odw_tui.widgets.row_list import RowList
from odw_tui.widgets.sheet import Sheet

_LOW_HEIGHT = 30
_HALF = 0.5
_LIST_SHARE = 0.3


class InboxScreen(ActionScreen):
    """Follows the room as long as it is open. A question that was answered leaves; the cursor stays with its own."""

    CONTEXT: ClassVar[str] = actions.INBOX
    CSS_PATH: ClassVar[str] = "inbox.tcss"

    def __init__(self, kit: Kit) -> None:
        super().__init__(kit)
        self._snapshot: Snapshot = kit.service.snapshot()
        self._limiter = FrameLimiter(self._show, self.set_timer, motion=kit.motion)
        self._head = Sheet(id="head")
        self._list = FittedRows(thumb=kit.signs.thumb, id="asked")
        self._card = FittedSheet(id="card")
        self._footer = Footer(kit.keymap, kit.signs)

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
        self._show()
        self.run_worker(self._watch(), name="follow the inbox")

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
        rows = inbox_rows(questions, items, names, signs, now, max(40, self.app.size.width - 2)) or _nothing(self.kit)
        # As high as it has rows, so that the card below has all the rest.
        most = max(3, round(self.app.size.height * _LIST_SHARE))
        self._list.styles.height = min(len(rows), most) if questions else "1fr"
        self._list.fill(lambda width: KeyedLines(rows, width, signs.cursor))
        self._show_card()
        self._offer()
        return True

    def _show_card(self) -> None:
        question, snapshot, kit = self.question, self._snapshot, self.kit
        if question is None:
            self._card.fill(lambda width, height: ())
            return
        place = snapshot.questions.index(question) + 1, len(snapshot.questions)
        now = kit.now()
        self._card.fill(lambda width, height: inbox_card(question, snapshot.items, kit.signs, now, kit.home, place))

    def _offer(self) -> None:
        offered = (one for one in actions.actions_in(self.CONTEXT) if self.why_not(one.id) is None)
        self._footer.offer(tuple(offered), self.CONTEXT)

    def flash(self, text: str, tone: str = "strong") -> None:
        self._footer.say(text, tone)

    def why_not(self, action_id: str) -> str | None:
        if action_id in ("open", "copy") and self.question is None:
            return "Nothing waits for you."
        return None

    def on_row_list_cursor_moved(self, event: RowList.CursorMoved) -> None:
        event.stop()
        self._show_card()
        self._offer()

    def on_row_list_scrolled(self, event: RowList.Scrolled) -> None:
        event.stop()

    async def on_row_list_opened(self, event: RowList.Opened) -> None:
        event.stop()
        await self.act("open")

    def do_open(self) -> None:
        question = self.question
        if question is None:
            return
        from odw_tui.present.questions import row_of
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
