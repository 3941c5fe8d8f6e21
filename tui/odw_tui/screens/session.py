"""The session screen: one agent session, what was said and done, its question and its output, kept up to date."""

from __future__ import annotations

from pathlib import PurePath
from typing import ClassVar

from odw_core.model.address import Address
from odw_core.model.detail import SessionDetail
from odw_tui import actions
from odw_tui.elsewhere import go_there, open_beside, why_not_beside
from odw_tui.kit import Kit
from odw_tui.panes.conversation import ConversationPane
from odw_tui.present.conversation import is_prompt, is_trouble
from odw_tui.present.run_tabs import Tab
from odw_tui.present.session_head import session_head
from odw_tui.present.spans import Line
from odw_tui.screens.opened import OpenedScreen
from odw_tui.screens.tabs.conversation import ConversationTab
from odw_tui.screens.tabs.output import OutputTab
from odw_tui.widgets.line_view import LineView

_LOW_HEIGHT = 30


class SessionScreen(OpenedScreen):
    """One session. It has no rounds: what it asks stands first, then what was said and done."""

    CONTEXT: ClassVar[str] = actions.SESSION
    CSS_PATH: ClassVar[list[str | PurePath]] = ["run.tcss", "session.tcss", "lines.tcss"]
    FIRST_TAB: ClassVar[Tab] = Tab.CONVERSATION

    def __init__(self, kit: Kit, address: Address) -> None:
        super().__init__(kit, address)
        self._has_shown = self._is_at_entry = False
        self._streams = OutputTab(self)
        talk = ConversationTab(self)
        self._conversation = talk.pane
        self._hold(self._streams, talk)

    def begin_at_entry(self, offset: int, word: str = "") -> None:
        """Show the conversation first, where this byte of the transcript is told, at the word."""
        self._is_at_entry = True
        self._conversation.begin_at(offset, word)

    @property
    def context(self) -> str:
        return self.CONTEXT if self._view is None else actions.SESSION_LINES

    @property
    def _session(self) -> SessionDetail | None:
        return self._detail if isinstance(self._detail, SessionDetail) else None

    def _offered(self) -> tuple[Tab, ...]:
        # Before it was read there is nothing to choose from; a session never has the tabs of a run.
        return (Tab.OUTPUT,) if self._detail is None else super()._offered()

    def _show_tab(self) -> None:
        if self._detail is not None and not self._has_shown:
            # What waits for a person stands first, but never takes the place of what is being read.
            self._has_shown = True
            if self._streams.asked is None:
                is_asking = bool(self._detail.questions) and not self._is_at_entry
                self._tab = Tab.QUESTIONS if is_asking else self.FIRST_TAB
        super()._show_tab()

    def _more_head(self, width: int) -> tuple[Line, ...]:
        session = self._session
        if session is None:
            return ()
        return session_head(session, self.kit.signs, self.kit.home, width, is_short=self.app.size.height < _LOW_HEIGHT)

    def why_not(self, action_id: str) -> str | None:
        is_talk = self._tab is Tab.CONVERSATION
        match action_id:
            case "its_run" if self._its_run is None:
                return "It belongs to no run."
            case "open_beside":
                return why_not_beside(self._subject(), is_read_only=self.kit.deciding.is_read_only)
            case "open" | "zoom" | "preview_down" | "preview_up" | "next_trouble" | "previous_trouble" if (
                is_talk and self._conversation.entry is None
            ):
                return "Nothing was said here."
            case "zoom" | "preview_down" | "preview_up" | "next_trouble" | "previous_trouble" if not is_talk:
                return f"That works in the conversation; {self._tab_key(Tab.CONVERSATION)} shows it."
            case "open" if is_talk:
                return None
            case "prompt" if is_talk:
                return None if self._conversation.entry is not None else "Nothing was said here."
            case "search" | "wrap" if not is_talk and self._view is None:
                return "There is no text here to do that with."
            case "open" if self._tab is Tab.OUTPUT:
                return "This is the whole session."
            case _:
                return super().why_not(action_id)

    @property
    def _its_run(self) -> Address | None:
        item = self.kit.service.snapshot().items.get(self.address.root) or self.item
        return None if item is None else item.parent

    def do_conversation(self) -> None:
        self.open_tab(Tab.CONVERSATION)

    def do_its_terminal(self) -> None:
        go_there(self, self.address)

    def do_open_beside(self) -> None:
        if (item := self._subject()) is not None:
            open_beside(self, item)

    def do_its_run(self) -> None:
        parent = self._its_run
        below = self.app.screen_stack[-2] if len(self.app.screen_stack) > 1 else None
        if parent is None:
            return
        if isinstance(below, OpenedScreen) and below.address.root == parent:
            self.dismiss()
        elif (item := self.kit.service.snapshot().items.get(parent)) is None:
            self.flash(f"Its run {parent} is not here any more.")
        else:
            from odw_tui.screens.opening import screen_for

            self.app.push_screen(screen_for(self.kit, item))

    async def on_conversation_pane_opened(self, event: ConversationPane.Opened) -> None:
        event.stop()
        await self.act("open")

    def on_conversation_pane_moved(self, event: ConversationPane.Moved) -> None:
        event.stop()
        self._show_footer()

    def do_open(self) -> None:
        if self._tab is Tab.CONVERSATION:
            self.do_zoom()
        else:
            super().do_open()

    def do_zoom(self) -> None:
        self._conversation.set_whole(not self._conversation.is_whole)
        self._show_footer()

    def do_back(self) -> None:
        if self._tab is Tab.CONVERSATION and self._conversation.is_whole:
            self.do_zoom()
        else:
            super().do_back()

    def do_next_trouble(self) -> None:
        if not self._conversation.jump(is_trouble, is_forward=True):
            self.flash("Nothing below failed or was asked.")

    def do_previous_trouble(self) -> None:
        if not self._conversation.jump(is_trouble, is_forward=False):
            self.flash("Nothing above failed or was asked.")

    def do_prompt(self) -> None:
        if self._tab is not Tab.CONVERSATION:
            super().do_prompt()
        elif not self._conversation.jump(is_prompt, is_forward=False):
            self.flash("No prompt stands above this.")

    @property
    def _searchable(self) -> LineView | None:
        """What is searched: also the text below the list, that has no keys of its own."""
        return self._conversation.body if self._tab is Tab.CONVERSATION else self._view

    def _search(self, text: str) -> None:
        super()._search(text)
        if self._view is None and (view := self._searchable) is not None:
            view.search(text)

    def do_next_match(self) -> None:
        if (view := self._searchable) is not None:
            view.action_next_match()

    def do_previous_match(self) -> None:
        if (view := self._searchable) is not None:
            view.action_previous_match()

    def do_wrap(self) -> None:
        if (view := self._searchable) is not None:
            view.action_toggle_wrap()
