"""OpenedScreen: what the screens of a run and of a session share: head, tabs, output, and keeping up to date.

Shows what the service tells about one address; never asks twice, never waits with a key.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.timer import Timer
from textual.widget import Widget

from odw_core.errors import OdwError
from odw_core.model.address import Address
from odw_core.model.detail import Detail
from odw_core.model.item import Item
from odw_core.text.ansi import one_line
from odw_tui import actions
from odw_tui.kit import Kit
from odw_tui.motion import FrameLimiter
from odw_tui.panes.output import OutputPane
from odw_tui.panes.questions import QuestionsPane
from odw_tui.present import run_head, run_pictures
from odw_tui.present.output import Target
from odw_tui.present.places import place_names
from odw_tui.present.run_tabs import Tab, note_of, tabs_of
from odw_tui.present.spans import Span
from odw_tui.screens.lines import LineScreen
from odw_tui.widgets.line_view import LineView
from odw_tui.widgets.sheet import Sheet
from odw_tui.widgets.tab_line import TabItem, TabLine

TICK_S = 1.0
_LOW_HEIGHT, _LOWEST_HEIGHT = 30, 20


class OpenedScreen(LineScreen):
    """One item in full. ``_panes``, ``_tell_pane`` and ``_target`` are what the screens differ in."""

    CONTEXT: ClassVar[str] = actions.RUN
    CSS_PATH: ClassVar[str] = "run.tcss"
    FIRST_TAB: ClassVar[Tab]

    def __init__(self, kit: Kit, address: Address) -> None:
        super().__init__(kit)
        self.address = address
        self._detail: Detail | None = None
        self._is_gone = False
        self._failure: str | None = None
        self._latest: tuple[Detail | None, bool] = (None, False)
        self._tab = self.FIRST_TAB
        self._asked: tuple[Address, str | None] | None = None
        """Whose output, and which stream of it, was asked for before anything was read."""
        self._clock: Timer | None = None
        self._limiter = FrameLimiter(self._take_latest, self.set_timer)
        self._head = Sheet(id="head")
        self._tabs = TabLine(id="tabs")
        self._picture = Sheet(run_pictures.reading(), id="picture")
        self._output = OutputPane(kit)
        self._questions = QuestionsPane(kit)

    def begin_with_output(self, address: Address, stream: str | None) -> None:
        """Show the output of this part of the item first, in this stream if one is named."""
        self._asked = address, stream
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

    def _panes(self) -> Iterable[Widget]:
        """All panes; the id of each is a tab."""
        return (self._output, self._questions)

    def _tell_pane(self, detail: Detail) -> None:
        """Hand a reading to the pane that is shown; the others are told when their turn comes."""
        if self._tab is Tab.OUTPUT:
            self._output.tell(self._asked_target(self._target(detail)))
        elif self._tab is Tab.QUESTIONS:
            self._questions.tell(detail.questions)

    def _asked_target(self, target: Target) -> Target:
        """``target``, beginning with the stream that was asked for."""
        stream = self._asked[1] if self._asked is not None else None
        if stream is None:
            return target
        return replace(target, first=stream, streams=tuple(dict.fromkeys((*target.streams, stream))))

    def _target(self, detail: Detail) -> Target:
        """Whose output is to be shown."""
        raise NotImplementedError

    @property
    def _view(self) -> LineView | None:
        return self._output.view if self._tab is Tab.OUTPUT else None

    def compose(self) -> ComposeResult:
        yield self._head
        yield self._tabs
        yield self._picture
        yield from self._panes()
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
        self._detail = detail or self._detail
        if self._detail is None and self._is_gone:
            self._failure = "its files were removed before they were read"
        self._show_all()
        if self._detail is not None:
            self._tell_pane(self._detail)

    def _show_all(self) -> None:
        self._show_head()
        if self._detail is None and self._failure is not None:
            key = self.kit.keymap.shown(self.context, "back")
            self._picture.show(run_pictures.not_there(str(self.address), self._failure, key))
        self._show_tab()
        self._show_footer()
        self._wind_clock()

    @property
    def _item(self) -> Item | None:
        if self._detail is not None:
            return self._detail.item
        return self.kit.service.snapshot().items.get(self.address.root)

    def _show_head(self) -> None:
        item, width = self._item, self._head.content_size.width or self.app.size.width - 4
        if item is None:
            self._head.show(())
            return
        places = place_names({*self.kit.service.snapshot().places, item.place})
        place, signs, now = places[item.place], self.kit.signs, self.kit.now()
        headed = run_head.Headed(item, self._detail, place, is_gone=self._is_gone)
        self._head.show(run_head.head(headed, signs, now, width))

    def _show_tab(self) -> None:
        offered = tabs_of(self._detail)
        if self._tab not in offered:
            self._tab = offered[0]
        keymap = self.kit.keymap
        items = [
            TabItem(tab.value, keymap.shown(self.context, tab.value), tab.value, Span(*note_of(tab, self._detail)))
            for tab in offered
        ]
        self._tabs.show(items, self._tab.value)
        is_there = self._detail is not None
        self._picture.display = not is_there
        for pane in self._panes():
            pane.display = is_there and pane.id == self._tab.value
        self._output.set_in_view(is_there and self._tab is Tab.OUTPUT)

    def _wind_clock(self) -> None:
        """Tick once a second while something runs, and not at all otherwise."""
        item = self._item
        is_live = item is not None and run_head.is_live(item) and not self._is_gone
        if is_live and self._clock is None:
            self._clock = self.set_interval(TICK_S, self.tick)
        elif not is_live and self._clock is not None:
            self._clock.stop()
            self._clock = None

    def tick(self) -> None:
        """A second went by: what counts time says something else."""
        self._show_head()

    def open_tab(self, tab: Tab) -> None:
        """Show another pane."""
        self._tab = tab
        self._searched = ""
        self._show_tab()
        self._show_footer()
        if self._detail is not None:
            self._tell_pane(self._detail)

    async def on_tab_line_chosen(self, event: TabLine.Chosen) -> None:
        event.stop()
        await self.act(event.tab)

    def why_not(self, action_id: str) -> str | None:
        match action_id:
            case "questions" if self._detail is None or not self._detail.questions:
                return "Nothing is asked here."
            case "next_stream" if self._tab is not Tab.OUTPUT:
                return "There is one text here only."
            case "prompt" | "diff" if not self._has_stream(action_id):
                return f"There is no {action_id} of this."
            case "unfold" if self._tab is not Tab.OUTPUT or not self._output.can_unfold:
                return "Nothing is folded here."
            case _:
                return super().why_not(action_id)

    def do_output(self) -> None:
        self.open_tab(Tab.OUTPUT)

    def do_questions(self) -> None:
        self.open_tab(Tab.QUESTIONS)

    def _has_stream(self, stream: str) -> bool:
        """Whether what is shown, or is under the cursor, may have this stream."""
        target = self._output.target
        return self._tab is Tab.OUTPUT and target is not None and stream in target.streams

    def do_prompt(self) -> None:
        self._output.show_stream("prompt")

    def do_diff(self) -> None:
        self._output.show_stream("diff")

    def do_next_stream(self) -> None:
        self._output.next_stream()

    def do_previous_stream(self) -> None:
        self._output.next_stream(-1)

    def do_unfold(self) -> None:
        self._output.unfold()

    def do_copy(self) -> None:
        address = self._copied_address()
        self.app.copy_to_clipboard(str(address))
        self.flash(f"Copied {one_line(str(address), 200)}.")

    def _copied_address(self) -> Address:
        target = self._output.target
        return target.address if self._tab is Tab.OUTPUT and target is not None else self.address

    def _move(self, rows: int, columns: int) -> None:
        if self._tab is Tab.QUESTIONS:
            self._questions.scroll_lines(rows)

    def _page(self, pages: float) -> None:
        if self._tab is Tab.QUESTIONS:
            self._questions.page(pages)

    def _to_edge(self, rows: int) -> None:
        if self._tab is Tab.QUESTIONS:
            self._questions.to_edge(rows)

    def do_back(self) -> None:
        if self._tab is not self.FIRST_TAB and self.FIRST_TAB in tabs_of(self._detail):
            self.open_tab(self.FIRST_TAB)
        else:
            self.dismiss()
