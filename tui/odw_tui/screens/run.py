"""The run screen: everything about one run, a tab for each question, kept up to date as long as it is open."""

from __future__ import annotations

from typing import ClassVar

from textual import on
from textual.message import Message

from odw_core.errors import OdwError
from odw_core.model.address import Address
from odw_core.model.command import Repeat
from odw_core.model.detail import Detail, RunDetail
from odw_core.service.batches.log import with_log
from odw_core.state.select import children
from odw_tui import actions
from odw_tui.kit import Kit
from odw_tui.motion import FrameLimiter
from odw_tui.panes.blockers import BlockersPane
from odw_tui.panes.diff import DiffPane
from odw_tui.panes.plans import PlansPane
from odw_tui.panes.sessions import SessionsPane
from odw_tui.panes.timeline import TimelinePane
from odw_tui.present.output import is_growing
from odw_tui.present.repo_names import with_short_names
from odw_tui.present.run_tabs import Tab
from odw_tui.screens.opened import OpenedScreen
from odw_tui.screens.tabs.base import Cell
from odw_tui.screens.tabs.batch import BATCHES, PROMPT, BatchTab
from odw_tui.screens.tabs.blockers import BlockersTab
from odw_tui.screens.tabs.contracts import ContractsTab
from odw_tui.screens.tabs.diff import DiffTab
from odw_tui.screens.tabs.journal import JournalTab
from odw_tui.screens.tabs.output import RunOutputTab
from odw_tui.screens.tabs.plans import PlansTab
from odw_tui.screens.tabs.sessions import SessionsTab
from odw_tui.screens.tabs.states import StatesTab
from odw_tui.screens.tabs.timeline import TimelineTab
from odw_tui.widgets.list_and_text import ListAndText


class RunScreen(OpenedScreen):
    """One run. ``enter`` goes from a cell to the output of its last attempt, from a blocker to its cell."""

    FIRST_TAB: ClassVar[Tab] = Tab.TIMELINE

    _streams: RunOutputTab

    def __init__(self, kit: Kit, address: Address) -> None:
        super().__init__(kit, address)
        self._streams = RunOutputTab(self)
        self._timeline = TimelineTab(self, self._streams)
        self._batch = BatchTab(self, self._streams, lambda: self._log_address)
        self._journal = JournalTab(self)
        self._diff = DiffTab(self)
        self._members = SessionsTab(self)
        self._hold(
            self._streams,
            self._timeline,
            self._batch,
            StatesTab(self),
            PlansTab(self),
            ContractsTab(self),
            BlockersTab(self, self._timeline.pane),
            self._diff,
            self._journal,
            self._members,
        )
        self._is_chosen = False
        """Whether somebody said what is to be seen below the head."""
        self._log: RunDetail | None = None
        """The log of the batch that this run drives, read as a run of its own; it knows more than the journal."""
        self._log_address: Address | None = None
        self._limit_children = FrameLimiter(self._show_children, self.set_timer, motion=kit.motion)

    def on_mount(self) -> None:
        self.run_worker(self._watch_children(), name="follow the sessions")

    async def _watch_children(self) -> None:
        """Sessions of the run come and change without a word of the run itself."""
        run = self.address.root
        since = self.kit.service.snapshot().seq
        self._show_children()
        async for batch in self.kit.service.changes(since):
            if any(item is not None and item.parent == run for one in batch for item in (one.before, one.after)):
                self._limit_children.request()

    def _show_children(self) -> None:
        self._members.items = tuple(children(self.address.root, self.kit.service.snapshot().items))
        log = next((one.address for one in self._members.items if one.address.engine == BATCHES), None)
        if log is not None and log != self._log_address:
            self._log_address = log
            self.run_worker(self._watch_log(log), name="follow the log of the batch", group="log", exclusive=True)
        self._show_tab()
        if self._tab is Tab.SESSIONS:
            self._members.show()

    async def _watch_log(self, address: Address) -> None:
        """Take in what the log of the batch says, as long as the screen is open."""
        try:
            async with self.kit.service.detail(address) as feed:
                while True:
                    self._log = feed.value if isinstance(feed.value, RunDetail) else self._log
                    self._limiter.request()
                    await feed.changed()
        except OdwError:
            # The journal alone has to do.
            return

    @property
    def has_log(self) -> bool:
        """Whether the log of the batch that it drives was read."""
        return self._log is not None

    def _completed(self, detail: Detail) -> Detail:
        if not isinstance(detail, RunDetail):
            return detail
        self._batch.own = detail.batch.scenarios if detail.batch is not None else ()
        whole = with_log(detail, self._log)
        return with_short_names(whole) if isinstance(whole, RunDetail) else whole

    def open_tab(self, tab: Tab) -> None:
        self._is_chosen = True
        super().open_tab(tab)

    def _show_tab(self) -> None:
        run = self._detail
        is_asked = self._is_chosen or self._streams.asked is not None
        if not is_asked and isinstance(run, RunDetail) and run.batch is not None:
            # How far it is and what broke comes before who did what; what is being read is never taken away.
            self._is_chosen, self._tab = True, Tab.BATCH
        super()._show_tab()

    @property
    def _sessions(self) -> int:
        return len(self._members.items)

    @property
    def context(self) -> str:
        # Once something was searched for, the keys of the diff go from one find to the next.
        return actions.DIFF if self._tab is Tab.DIFF and not self._searched else super().context

    def _tell(self, detail: Detail) -> None:
        super()._tell(detail)
        # It goes on in the background, once it was looked at.
        self._journal.pane.tell(is_live=is_growing(detail.item))

    def why_not(self, action_id: str) -> str | None:
        match action_id:
            case "repeat" if self._call() is None:
                return "There is no plan under the cursor whose call could be repeated."
            case "next_task" | "previous_task" if not self._diff.pane.has_others:
                return "Only one task changed anything."
            case "fold" | "next_file" | "previous_file" | "next_hunk" | "previous_hunk" if self._diff.pane.file is None:
                return "No file was changed."
            case "earlier_attempt" if self._other_attempt(-1) is None:
                return "There is no other attempt that way."
            case "later_attempt" if self._other_attempt(1) is None:
                return "There is no other attempt that way."
            case "run_output" if self._tab is Tab.OUTPUT and self._streams.cell is None:
                return "This is the output of the whole run."
            case "zoom" if self._tab is not Tab.TIMELINE:
                return "That works in the timeline."
            case "preview_down" | "preview_up" if not self._here.CAN_SCROLL_BELOW:
                return "That works in the timeline."
            case _:
                return super().why_not(action_id)

    def _other_attempt(self, step: int) -> Cell | None:
        return self._streams.other(step) if self._tab is Tab.OUTPUT else None

    @on(TimelinePane.Opened)
    @on(BlockersPane.Opened)
    @on(ListAndText.Opened)
    @on(SessionsPane.Opened)
    @on(PlansPane.Opened)
    async def _open_row(self, event: Message) -> None:
        event.stop()
        await self.act("open")

    @on(ListAndText.Moved)
    @on(SessionsPane.Moved)
    @on(PlansPane.Moved)
    @on(DiffPane.Read)
    def _follow_cursor(self, event: Message) -> None:
        event.stop()
        self._show_footer()

    def do_output(self) -> None:
        if self._tab is Tab.TIMELINE:
            self._streams.show(self._timeline.cell)
        elif self._tab is not Tab.BATCH or not self._batch.show_scenario(None):
            self.open_tab(Tab.OUTPUT)

    def do_prompt(self) -> None:
        if self._tab is Tab.BATCH and self._batch.show_scenario(PROMPT):
            return
        if self._tab is Tab.TIMELINE:
            self._streams.show(self._timeline.cell)
        super().do_prompt()

    def do_own_diff(self) -> None:
        self._diff.show(self._here.cell)

    def do_run_output(self) -> None:
        self._streams.show(None)

    def do_earlier_attempt(self) -> None:
        self._streams.show(self._other_attempt(-1))

    def do_later_attempt(self) -> None:
        self._streams.show(self._other_attempt(1))

    def _search(self, text: str) -> None:
        super()._search(text)
        # The keys of the diff are others while something is searched for.
        self._show_tab()

    def do_next_hunk(self) -> None:
        if not self._diff.pane.next_hunk(1):
            self.flash("That was the last change.")

    def do_previous_hunk(self) -> None:
        if not self._diff.pane.next_hunk(-1):
            self.flash("That was the first change.")

    def do_next_file(self) -> None:
        if not self._diff.pane.next_file(1):
            self.flash("That was the last file.")

    def do_previous_file(self) -> None:
        if not self._diff.pane.next_file(-1):
            self.flash("That was the first file.")

    def do_fold(self) -> None:
        self._diff.pane.fold()

    def do_next_task(self) -> None:
        self._diff.pane.next_part(1)

    def do_previous_task(self) -> None:
        self._diff.pane.next_part(-1)

    def do_diff(self) -> None:
        self.open_tab(Tab.DIFF)

    def do_plans(self) -> None:
        self.open_tab(Tab.PLANS)

    def do_states(self) -> None:
        self.open_tab(Tab.STATES)

    def do_contracts(self) -> None:
        self.open_tab(Tab.CONTRACTS)

    def do_batch(self) -> None:
        self.open_tab(Tab.BATCH)

    def do_sessions(self) -> None:
        self.open_tab(Tab.SESSIONS)

    def do_timeline(self) -> None:
        self.open_tab(Tab.TIMELINE)

    def do_blockers(self) -> None:
        self.open_tab(Tab.BLOCKERS)

    def do_journal(self) -> None:
        self.open_tab(Tab.JOURNAL)

    def do_zoom(self) -> None:
        self.toggle_class("-zoomed")

    def do_first_column(self) -> None:
        self._timeline.pane.to_edge(columns=-1)

    def do_last_column(self) -> None:
        self._timeline.pane.to_edge(columns=1)

    def _call(self) -> Address | None:
        """The repo under the cursor, in a run of Converge that kept what its planner was asked."""
        address, run = self._here.subject, self._detail
        if address.engine != "converge" or not address.parts or not isinstance(run, RunDetail):
            return None
        asked = (plan.address.parts[:1] for plan in run.plans if plan.prompt)
        return address if address.parts[:1] in asked else None

    def do_repeat(self) -> None:
        if (address := self._call()) is not None:
            from odw_tui.wishes import submit

            self.run_worker(submit(Repeat(address), self), name="send a command")
