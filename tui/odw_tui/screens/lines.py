"""LineScreen: a screen on which a line view may have the keys: moving, searching, errors, wrapping. Opens no text."""

from __future__ import annotations

import os
from dataclasses import dataclass

from textual import events
from textual.app import SuspendNotSupported

from odw_tui import actions
from odw_tui.kit import Kit
from odw_tui.panes.footer import Footer
from odw_tui.screens.base import ActionScreen
from odw_tui.terminal import clipboard, editor
from odw_tui.widgets.line_editor import LineEditor
from odw_tui.widgets.line_view import LineView

HALF = 0.5


@dataclass(frozen=True, slots=True)
class Edited:
    """What an editor is to open: a path, a line from 1, and the folders below one of which it has to lie."""

    path: str
    line: int
    places: tuple[str, ...]
    wrote_a_run: bool


class LineScreen(ActionScreen):
    """While ``_view`` is None, steps, pages and edges go to ``_move``, ``_page`` and ``_to_edge``."""

    def __init__(self, kit: Kit) -> None:
        super().__init__(kit)
        self._editor: LineEditor | None = None
        self._searched = ""
        self._said: tuple[str, str] | None = None
        """What was said, and its tone, until the next key."""
        self._footer = Footer(kit.keymap, kit.signs)

    @property
    def context(self) -> str:
        return self.CONTEXT if self._view is None else actions.LINES

    @property
    def _view(self) -> LineView | None:
        """The line view that has the keys."""
        raise NotImplementedError

    def _move(self, rows: int, columns: int) -> None:
        """One step in what is shown."""

    def _page(self, pages: float) -> None:
        """Parts of a page in what is shown."""

    def _to_edge(self, rows: int) -> None:
        """To the beginning (-1) or the end (1) of what is shown."""

    async def _copied(self) -> str:
        """What ``copy`` copies."""
        raise NotImplementedError

    async def _edited(self) -> Edited:
        """What ``edit`` opens. Raises ``CannotEdit`` with a sentence when that is nothing."""
        raise NotImplementedError

    def _show_footer(self) -> None:
        if self._editor is not None:
            self._footer.prompt("/", self._editor.shown(self.kit.signs.caret), "enter finds   esc ends the search")
        elif self._said is not None:
            # A new reading is no reason to take back what was said.
            self._footer.say(*self._said)
        else:
            self._footer.offer(self.able, self.context)

    def flash(self, text: str, tone: str = "strong") -> None:
        self._said = text, tone
        self._footer.say(text, tone)

    def why_not(self, action_id: str) -> str | None:
        if action_id in ("next_match", "previous_match") and not self._searched:
            return f"Nothing was searched for yet; {self.kit.keymap.shown(self.context, 'search')} does."
        return super().why_not(action_id)

    def on_line_view_searched(self, event: LineView.Searched) -> None:
        event.stop()
        if event.line is None:
            self.flash(f"No line has {self._searched}." if self._searched else "No line sounds like an error.")
        elif event.is_wrapped:
            self.flash("Went on from the other end.")

    def type_key(self, key: str, character: str | None) -> bool:
        self._said = None
        if self._editor is None:
            self._show_footer()
            return False
        match key:
            case "enter":
                self._search(self._editor.text)
            case "escape":
                self._search("")
            case _:
                self._editor = self._editor.pressed(key, character) or self._editor
                self._show_footer()
        return True

    def on_paste(self, event: events.Paste) -> None:
        if self._editor is not None:
            event.stop()
            self._editor = self._editor.with_typed(event.text)
            self._show_footer()

    def _search(self, text: str) -> None:
        self._editor = None
        self._searched = text
        self._show_footer()
        if (view := self._view) is not None:
            view.search(text)

    async def do_copy(self) -> None:
        self.flash(clipboard.copy(self.app, await self._copied()))

    async def do_edit(self) -> None:
        try:
            wanted = await self._edited()
            found = editor.editing(wanted.path, wanted.line, wanted.places, os.environ, wrote_a_run=wanted.wrote_a_run)
            self.flash(editor.edit(found, self.app.suspend))
        except editor.CannotEdit as reason:
            self.flash(str(reason))
        except SuspendNotSupported:
            self.flash("This terminal cannot be lent to an editor.")

    def do_search(self) -> None:
        self._editor = LineEditor()
        self._show_footer()

    def do_next_match(self) -> None:
        if (view := self._view) is not None:
            view.action_next_match()

    def do_previous_match(self) -> None:
        if (view := self._view) is not None:
            view.action_previous_match()

    def do_next_error(self) -> None:
        if (view := self._view) is not None:
            view.action_next_error()

    def do_previous_error(self) -> None:
        if (view := self._view) is not None:
            view.action_previous_error()

    def do_wrap(self) -> None:
        if (view := self._view) is not None:
            view.action_toggle_wrap()

    def do_numbers(self) -> None:
        if (view := self._view) is not None:
            view.action_toggle_numbers()

    def do_down(self) -> None:
        view = self._view
        self._move(1, 0) if view is None else view.action_down()

    def do_up(self) -> None:
        view = self._view
        self._move(-1, 0) if view is None else view.action_up()

    def do_left(self) -> None:
        view = self._view
        self._move(0, -1) if view is None else view.action_left()

    def do_right(self) -> None:
        view = self._view
        self._move(0, 1) if view is None else view.action_right()

    def do_page_down(self) -> None:
        view = self._view
        self._page(HALF) if view is None else view.action_half_page_down()

    def do_page_up(self) -> None:
        view = self._view
        self._page(-HALF) if view is None else view.action_half_page_up()

    def do_first(self) -> None:
        view = self._view
        self._to_edge(-1) if view is None else view.action_first()

    def do_last(self) -> None:
        view = self._view
        self._to_edge(1) if view is None else view.action_last()
