"""OpenedScreen: what the screens of a run and of a session share: head, tabs, output, and keeping up to date.

Shows what the service tells about one address; never asks twice, never waits with a key.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import PurePath
from typing import ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.message import Message
from textual.timer import Timer
from textual.widget import Widget

from odw_core.errors import OdwError
from odw_core.model.address import Address
from odw_core.model.detail import Detail
from odw_core.model.item import Item
from odw_tui import actions
from odw_tui.kit import Kit
from odw_tui.motion import AgeClock, FrameLimiter
from odw_tui.panes.artifacts import ArtifactsPane
from odw_tui.panes.notes import NotesPane
from odw_tui.panes.output import OutputPane
from odw_tui.panes.questions import QuestionsPane
from odw_tui.present import run_head, run_pictures
from odw_tui.present.places import place_names
from odw_tui.present.questions import ages_last_s, as_asked
from odw_tui.present.run_tabs import Tab, note_of, short_name, tabs_of, why_not_there
from odw_tui.present.spans import Line, Span
from odw_tui.screens.driving import DrivingScreen
from odw_tui.screens.lines import Edited, LineScreen
from odw_tui.screens.tabs.artifacts import ArtifactsTab
from odw_tui.screens.tabs.base import OpenedTab
from odw_tui.screens.tabs.notes import NotesTab
from odw_tui.screens.tabs.output import OutputTab
from odw_tui.screens.tabs.questions import QuestionsTab
from odw_tui.terminal import clipboard
from odw_tui.widgets.line_view import LineView
from odw_tui.widgets.sheet import Sheet
from odw_tui.widgets.tab_line import TabItem, TabLine

TICK_S = 1.0
_TABS = frozenset(tab.value for tab in Tab)
_LOW_HEIGHT, _LOWEST_HEIGHT = 30, 20


class OpenedScreen(LineScreen, DrivingScreen):
    """One item in full. Keys are answered by the tab that is shown. Who derives from it holds its own tabs, among them
    ``_streams``."""

    CONTEXT: ClassVar[str] = actions.RUN
    CSS_PATH: ClassVar[list[str | PurePath]] = ["run.tcss", "lines.tcss"]
    FIRST_TAB: ClassVar[Tab]
    _streams: OutputTab

    def __init__(self, kit: Kit, address: Address) -> None:
        super().__init__(kit)
        self.address = address
        self._detail: Detail | None = None
        self._is_gone = False
        self._failure: str | None = None
        self._latest: tuple[Detail | None, bool] = (None, False)
        self._tab = self.FIRST_TAB
        self._tabs_known: tuple[Detail | None, int, tuple[Tab, ...]] | None = None
        self._is_visit = False
        self._clock: Timer | None = None
        self._limiter = FrameLimiter(self._take_latest, self.set_timer, motion=kit.motion)
        self._ages = AgeClock(self.grow_older, self.set_timer, kit.motion)
        self._head = Sheet(id="head")
        self._tab_line = TabLine(id="tabs")
        self._picture = Sheet(run_pictures.reading(), id="picture")
        self._tabs: dict[Tab, OpenedTab[Widget]] = {}
        self._hold(ArtifactsTab(self), QuestionsTab(self), NotesTab(self))

    def begin_with_output(self, address: Address, stream: str | None, *, is_visit: bool = False) -> None:
        """Show the output of this part of the item first, in this stream if one is named. Of a visit, back leads to
        where one came from at once."""
        self._streams.asked, self._is_visit = (address, stream), is_visit
        self._tab = Tab.OUTPUT

    @property
    def tab(self) -> Tab:
        """What is shown below the head."""
        return self._tab

    @property
    def has_pending_frame(self) -> bool:
        """Whether news arrived that will be shown with the next frame."""
        return self._limiter.is_pending

    @property
    def detail(self) -> Detail | None:
        """The newest reading that is on the screen."""
        return self._detail

    def _hold(self, *tabs: OpenedTab[Widget]) -> None:
        """These tabs can be shown, too."""
        self._tabs |= {tab.TAB: tab for tab in tabs}

    @property
    def _output(self) -> OutputPane:
        return self._streams.pane

    @property
    def _here(self) -> OpenedTab[Widget]:
        """The tab that is shown."""
        return self._tabs[self._tab]

    @property
    def _view(self) -> LineView | None:
        return self._here.view

    def compose(self) -> ComposeResult:
        yield self._head
        yield self._tab_line
        yield self._picture
        # A pane is built when it is looked at first: all of them together take longer than everything else.
        yield self._here.pane
        yield self._footer

    def on_mount(self) -> None:
        self.set_class(self.kit.signs.is_ascii, "-ascii")
        self._fit()
        self.run_worker(self._watch(), name="follow the run")

    def on_resize(self, event: events.Resize) -> None:
        self._fit()

    def _fit(self) -> None:
        height = self.app.size.height
        self.set_class(height < _LOW_HEIGHT, "-low")
        self.set_class(height < _LOWEST_HEIGHT, "-lowest")
        self._show_all()

    async def _watch(self) -> None:
        """Take in every reading until the screen is closed."""
        try:
            async with self.kit.service.detail(self.address) as feed:
                while True:
                    # Read at once, so that ``changed`` waits; painted when a frame is due.
                    self._latest = feed.value, feed.is_gone
                    self._limiter.request()
                    await feed.changed()
        except OdwError as error:
            self._failure = str(error)
            self._show_all()

    def _take_latest(self) -> None:
        detail, self._is_gone = self._latest
        if detail is not None:
            detail = self._completed(detail)
            questions = as_asked(detail.questions, self.kit.service.snapshot().questions)
            self._detail = detail if questions == detail.questions else replace(detail, questions=questions)
        if self._detail is None and self._is_gone:
            self._failure = "its files were removed before they were read"
        self._show_all()
        if self._detail is not None:
            self._tell(self._detail)
            # What can be done depends on what the tab was told.
            self._show_footer()

    def _tell(self, detail: Detail) -> None:
        """Hand a reading to the tab that is shown."""
        self._here.tell(detail)

    def _completed(self, detail: Detail) -> Detail:
        """A reading with what others say of it."""
        return detail

    def _show_all(self) -> None:
        self._show_head()
        if self._detail is None and self._failure is not None:
            key = self.kit.keymap.shown(self.context, "back")
            self._picture.show(run_pictures.not_there(str(self.address), self._failure, key))
        self._show_tab()
        self._show_footer()
        self._wind_clock()

    def _subject(self) -> Item | None:
        return self.item

    @property
    def item(self) -> Item | None:
        """The newest word on it; None when it is not in the room any more."""
        if self._detail is not None:
            return self._detail.item
        return self.kit.service.snapshot().items.get(self.address.root)

    def _show_head(self) -> None:
        item, width = self.item, self._head.content_size.width or self.app.size.width - 4
        if item is None:
            self._head.show(())
            return
        places = place_names({*self.kit.service.snapshot().places, item.place}, self.kit.own_names)
        place, signs, now = places[item.place], self.kit.signs, self.kit.now()
        headed = run_head.Headed(item, self._detail, place, is_gone=self._is_gone)
        self._head.show((*run_head.head(headed, signs, now, width), *self._more_head(width)))

    def _more_head(self, width: int) -> tuple[Line, ...]:
        """What else the head says."""
        return ()

    @property
    def _sessions(self) -> int:
        """How many sessions belong to it."""
        return 0

    def _offered(self) -> tuple[Tab, ...]:
        """The tabs that there are now, the first of them to come back to. Asked with every key, so remembered."""
        detail, sessions = self._detail, self._sessions
        known = self._tabs_known
        if known is None or known[0] is not detail or known[1] != sessions:
            known = self._tabs_known = (detail, sessions, tabs_of(detail, sessions))
        return known[2]

    def _show_tab(self) -> None:
        offered = self._offered()
        if self._tab not in offered:
            self._tab = offered[0]
        notes = {tab: Span(*note_of(tab, self._detail, self._sessions)) for tab in offered}
        items = [TabItem(tab.value, self._tab_key(tab), tab.value, notes[tab], short_name(tab)) for tab in offered]
        self._tab_line.show(items, self._tab.value)
        is_there = self._detail is not None
        self._picture.display = not is_there
        for tab, one in self._tabs.items():
            is_shown = one.pane.display = is_there and tab is self._tab
            if is_shown and not one.pane.is_attached and self._footer.is_attached:
                self.mount(one.pane, before=self._footer)
            one.set_in_view(is_shown)

    def _tab_key(self, tab: Tab) -> str:
        """The key of a tab; its digit, if it has several."""
        keymap = self.kit.keymap
        keys = keymap.keys(self.context, tab.value)
        return next((key for key in keys if key.isdecimal()), keymap.shown(self.context, tab.value))

    def _wind_clock(self) -> None:
        """Tick once a second while something runs, and not at all otherwise."""
        item = self.item
        is_live = item is not None and run_head.is_live(item) and not self._is_gone
        if is_live and self._clock is None:
            self._clock = self.set_interval(self.kit.motion.tick_s(TICK_S), self.tick)
        elif not is_live and self._clock is not None:
            self._clock.stop()
            self._clock = None
        questions = self._detail.questions if self._detail is not None else ()
        self._ages.wind(ages_last_s(questions, self.kit.now()))

    def grow_older(self) -> None:
        """What is asked was asked longer ago than is shown."""
        self._here.grow_older()
        self._wind_clock()

    def tick(self) -> None:
        """A second went by: what counts time says something else."""
        self._show_head()
        self._here.tick()

    def open_tab(self, tab: Tab) -> None:
        """Show another pane."""
        self._tab = tab
        self._searched, self._said = "", None
        self._show_tab()
        if self._detail is not None:
            self._tell(self._detail)
        self._show_footer()

    async def on_tab_line_chosen(self, event: TabLine.Chosen) -> None:
        event.stop()
        await self.act(event.tab)

    def why_not(self, action_id: str) -> str | None:
        if action_id in _TABS and Tab(action_id) not in self._offered():
            return why_not_there(Tab(action_id), self._detail)
        match action_id:
            case "next_stream" | "previous_stream" if self._tab is not Tab.OUTPUT:
                return "There is one text here only."
            case "prompt" if not self._here.has_stream("prompt"):
                return "There is no prompt of this."
            case "own_diff" if not self._here.has_stream("diff"):
                return "There is no diff of this."
            case "unfold" if not self._here.can_unfold:
                return "Nothing is folded here."
            case "open":
                return self._here.why_not_open()
            case "edit" if not self._here.can_edit:
                return "There is no file under the cursor."
            case "whole" if self._here.whole() is None:
                return "There is no text here that could be shown alone."
            case _:
                return super().why_not(action_id)

    def do_output(self) -> None:
        self.open_tab(Tab.OUTPUT)

    def do_questions(self) -> None:
        self.open_tab(Tab.QUESTIONS)

    def _search(self, text: str) -> None:
        if text:
            self._here.unfold_to_search()
        super()._search(text)

    def do_origins(self) -> None:
        from odw_tui.screens.origins import OriginsScreen

        self.app.push_screen(OriginsScreen(self.kit, self.address.root))

    def do_artifacts(self) -> None:
        self.open_tab(Tab.ARTIFACTS)

    def do_notes(self) -> None:
        self.open_tab(Tab.NOTES)

    def do_whole(self) -> None:
        if (text := self._here.whole()) is not None:
            self._here.open_text(text)

    def do_open(self) -> None:
        self._here.open()

    @on(ArtifactsPane.Opened)
    @on(QuestionsPane.Opened)
    @on(NotesPane.Opened)
    async def _open_clicked(self, event: Message) -> None:
        event.stop()
        await self.act("open")

    def do_prompt(self) -> None:
        self._output.show_stream("prompt")

    def do_own_diff(self) -> None:
        self._output.show_stream("diff")

    def do_next_stream(self) -> None:
        self._output.next_stream()

    def do_previous_stream(self) -> None:
        self._output.next_stream(-1)

    def do_unfold(self) -> None:
        self._here.unfold()

    def do_preview_down(self) -> None:
        self._here.scroll_below(1)

    def do_preview_up(self) -> None:
        self._here.scroll_below(-1)

    def do_copy_address(self) -> None:
        self.flash(clipboard.copy(self.app, str(self._here.subject)))

    async def _copied(self) -> str:
        return await self._here.copied()

    async def _edited(self) -> Edited:
        return await self._here.edited()

    def _move(self, rows: int, columns: int) -> None:
        self._here.move(rows, columns)

    def _page(self, pages: float) -> None:
        self._here.page(pages)

    def _to_edge(self, rows: int) -> None:
        self._here.to_edge(rows)

    def do_back(self) -> None:
        first = self._offered()[0]
        if self._is_visit and self._tab is Tab.OUTPUT:
            self.dismiss()
        elif self._tab is not first:
            self.open_tab(first)
        else:
            self.dismiss()
