"""CommitScreen: what a run landed, as it would be committed: the branch, the message, the files. Sends one command."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar, NamedTuple

from textual import events
from textual.app import ComposeResult

from odw_core.model.command import WAIT_S, Commit, Outcome
from odw_core.model.landing import CommitPlan
from odw_core.text.ansi import one_line, plain
from odw_tui import actions
from odw_tui.kit import Kit
from odw_tui.present.commit_form import BRANCH, LABELS, MESSAGE, field_lines, file_lines, head_lines
from odw_tui.present.receipts import receipt_words
from odw_tui.screens.form import FormScreen
from odw_tui.widgets.fitted_sheet import FittedSheet
from odw_tui.widgets.line_editor import LineEditor
from odw_tui.widgets.lines_provider import LinesProvider
from odw_tui.widgets.row_list import RowList
from odw_tui.widgets.sheet import Sheet

_MESSAGE_SHARE = 0.4
"""Of the height, for what is typed."""
_HALF = 0.5


class _Typed(NamedTuple):
    """What stood there at first; leaving loses whatever differs."""

    branch: str
    message: str


class CommitScreen(FormScreen):
    """``told`` hears what became of it, once this screen is gone."""

    CONTEXT: ClassVar[str] = actions.COMMIT
    CSS_PATH: ClassVar[str] = "commit.tcss"

    def __init__(self, kit: Kit, plan: CommitPlan, told: Callable[[str, str], None]) -> None:
        super().__init__(kit)
        self._plan, self._told = plan, told
        message = plain(plan.message)
        self._first = _Typed("", message)
        self._editors = {BRANCH: LineEditor(), MESSAGE: LineEditor(message, message.find("\n") % (len(message) + 1))}
        self._at = MESSAGE
        self._head = Sheet(id="head")
        self._form = FittedSheet(id="form")
        self._files = RowList(thumb=kit.signs.thumb, id="files")

    @property
    def command(self) -> Commit:
        """What would be sent."""
        branch = self._editors[BRANCH].text.strip()
        return Commit(self._plan.address, self._editors[MESSAGE].text.strip(), branch or None)

    def compose(self) -> ComposeResult:
        yield self._head
        yield self._form
        yield self._files
        yield self._footer

    def on_mount(self) -> None:
        self._show()

    def on_resize(self, event: events.Resize) -> None:
        self._show()

    def _show(self) -> None:
        signs, plan = self.kit.signs, self._plan
        self._head.show(head_lines(plan))
        most = max(3, round(self.app.size.height * _MESSAGE_SHARE))
        lines = [
            line
            for name in LABELS
            for line in field_lines(name, self._editors[name], plan, signs, is_here=name == self._at, most=most)
        ]
        self._form.styles.height = len(lines) + 1
        self._form.fill(lambda width, height: lines)
        self._files.show(LinesProvider(file_lines(plan), max(1, self.app.size.width - 3)))
        self._show_footer()

    @property
    def _editor(self) -> LineEditor:
        return self._editors[self._at]

    @property
    def _would_lose(self) -> bool:
        return _Typed(self._editors[BRANCH].text, self._editors[MESSAGE].text) != self._first

    def _new_line(self, editor: LineEditor) -> bool:
        if self._at == MESSAGE:
            self._edit(editor.with_line())
        else:
            self.do_next_line()
        return True

    def on_paste(self, event: events.Paste) -> None:
        event.stop()
        editor = self._editor
        if self._at == BRANCH:
            self._edit(editor.with_typed(event.text))
            return
        for number, line in enumerate(event.text.replace("\r\n", "\n").split("\n")):
            editor = (editor.with_line() if number else editor).with_typed(line)
        self._edit(editor)

    def _edit(self, editor: LineEditor) -> None:
        self._editors[self._at] = editor
        self._show()

    def do_next_line(self) -> None:
        self._at = MESSAGE if self._at == BRANCH else BRANCH
        self._show()

    def do_previous_line(self) -> None:
        self.do_next_line()

    def do_files_down(self) -> None:
        self._files.scroll_lines(round(self._files.size.height * _HALF) or 1)

    def do_files_up(self) -> None:
        self._files.scroll_lines(-(round(self._files.size.height * _HALF) or 1))

    def on_row_list_scrolled(self, event: RowList.Scrolled) -> None:
        event.stop()

    def why_not(self, action_id: str) -> str | None:
        if action_id == "commit_now" and self.kit.deciding.is_read_only:
            return "This room is read-only: nothing is committed."
        if action_id == "commit_now" and not self._editors[MESSAGE].text.strip():
            return "A commit needs a message."
        return super().why_not(action_id)

    def do_commit_now(self) -> None:
        if not self._is_sending:
            self._is_sending = True
            self.run_worker(self._send(), name="commit what landed")

    async def _send(self) -> None:
        command, service = self.command, self.kit.service
        try:
            self.flash("Committing…")
            receipt = await service.submit(command)
            if receipt.outcome is Outcome.SENT:
                receipt = await service.outcome(command.id, WAIT_S)
        finally:
            self._is_sending = False
        words, tone = receipt_words(receipt)
        if receipt.outcome is not Outcome.ACCEPTED:
            # What was typed stays, to be tried again.
            self.flash(one_line(words, 300), tone)
            return
        self.app.pop_screen()
        self._told(words, "strong")
