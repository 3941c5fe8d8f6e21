"""The run screen: everything about one run, a pane for each question, kept up to date as long as it is open."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from pathlib import PurePath
from typing import ClassVar

from textual.widget import Widget

from odw_core.errors import OdwError
from odw_core.model.address import Address
from odw_core.model.cause import Proof
from odw_core.model.command import Repeat
from odw_core.model.detail import Detail, RunDetail
from odw_core.model.item import Item
from odw_core.service.parts import newest_attempt
from odw_core.state.select import children
from odw_tui import actions
from odw_tui.kit import Kit
from odw_tui.motion import FrameLimiter
from odw_tui.panes.batch import BatchPane
from odw_tui.panes.blockers import BlockersPane
from odw_tui.panes.contracts import ContractsPane
from odw_tui.panes.diff import DiffPane
from odw_tui.panes.journal import JournalPane
from odw_tui.panes.plans import PlansPane
from odw_tui.panes.sessions import SessionsPane
from odw_tui.panes.states import StatesPane
from odw_tui.panes.timeline import TimelinePane
from odw_tui.present.artifacts import proving
from odw_tui.present.blockers import cell_of
from odw_tui.present.cell_story import cell_at
from odw_tui.present.contracts import place_of as contract_place
from odw_tui.present.diff import STREAM as DIFF_STREAM
from odw_tui.present.diff import Part, part_at
from odw_tui.present.findings import place_of
from odw_tui.present.output import JOURNAL, Target, cell_target, is_growing, run_target
from odw_tui.present.plans import Entry, EntryKind
from odw_tui.present.repo_names import with_short_names
from odw_tui.present.run_head import is_live
from odw_tui.present.run_tabs import Tab
from odw_tui.screens.file import Text
from odw_tui.screens.lines import Edited
from odw_tui.screens.opened import OpenedScreen
from odw_tui.screens.opening import Opening, screen_at, screen_for
from odw_tui.widgets.line_view import LineView
from odw_tui.widgets.list_and_text import ListAndText

_BATCHES = "scenario"
"""Engine whose logs are batches."""
RECORDS = "records"
"""Stream with everything about one scenario."""


class RunScreen(OpenedScreen):
    """One run. ``enter`` goes from a cell to the output of its last attempt, from a blocker to its cell."""

    FIRST_TAB: ClassVar[Tab] = Tab.TIMELINE

    def __init__(self, kit: Kit, address: Address) -> None:
        super().__init__(kit, address)
        self._cell: tuple[str, str, int] | None = None
        """Row, column and attempt (from 0) whose output is shown; None for the run itself."""
        self._timeline = TimelinePane(kit)
        self._blockers = BlockersPane(kit)
        self._plans = PlansPane(kit)
        self._diff = DiffPane(kit)
        self._states = StatesPane(kit)
        self._contracts = ContractsPane(kit)
        self._batch = BatchPane(kit)
        self._journal = JournalPane(kit, address.root)
        self._agents = SessionsPane(kit)
        self._children: tuple[Item, ...] = ()
        self._log: RunDetail | None = None
        """The log of the batch that this run drives, read as a run of its own; it knows more than the journal."""
        self._log_address: Address | None = None
        self._limit_children = FrameLimiter(self._show_children, self.set_timer, motion=kit.motion)

    def _panes(self) -> Iterable[Widget]:
        own = (self._timeline, self._batch, self._states, self._plans, self._contracts, self._blockers, self._diff)
        return (*own, self._journal, self._agents, *super()._panes())

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
        self._children = tuple(children(self.address.root, self.kit.service.snapshot().items))
        log = next((one.address for one in self._children if one.address.engine == _BATCHES), None)
        if log is not None and log != self._log_address:
            self._log_address = log
            self.run_worker(self._watch_log(log), name="follow the log of the batch", group="log", exclusive=True)
        self._show_tab()
        if self._tab is Tab.SESSIONS:
            self._agents.tell(self._children)

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
        if self._log is not None and self._log.batch is not None:
            detail = replace(detail, batch=self._log.batch)
        return with_short_names(detail)

    @property
    def _sessions(self) -> int:
        return len(self._children)

    @property
    def context(self) -> str:
        # Once something was searched for, the keys of the diff go from one find to the next.
        return actions.DIFF if self._tab is Tab.DIFF and not self._searched else super().context

    @property
    def _run(self) -> RunDetail | None:
        return self._detail if isinstance(self._detail, RunDetail) else None

    @property
    def _view(self) -> LineView | None:
        match self._tab:
            case Tab.JOURNAL:
                return self._journal.view
            case Tab.DIFF:
                return self._diff.view
            case _:
                return super()._view

    def _tell_pane(self, detail: Detail) -> None:
        super()._tell_pane(detail)
        if not isinstance(detail, RunDetail):
            return
        self._journal.tell(is_live=is_growing(detail.item))
        if self._tab is Tab.TIMELINE:
            self._timeline.tell(detail)
        elif self._tab is Tab.BLOCKERS:
            self._blockers.tell(detail)
        elif self._tab is Tab.PLANS:
            self._plans.tell(detail)
        elif self._tab is Tab.STATES:
            self._states.tell(detail)
        elif self._tab is Tab.CONTRACTS:
            self._contracts.tell(detail)
        elif self._tab is Tab.BATCH and detail.batch is not None:
            self._batch.tell(detail.batch)
        elif self._tab is Tab.DIFF:
            self._diff.tell(detail)
        elif self._tab is Tab.SESSIONS:
            self._agents.tell(self._children)

    def _target(self, detail: Detail) -> Target:
        if self._asked is not None and isinstance(detail, RunDetail):
            self._cell = newest_attempt(detail, self._asked[0])
        if self._cell is not None and isinstance(detail, RunDetail):
            row, column, number = self._cell
            return cell_target(detail, row, column, self.kit.signs, number) or run_target(detail)
        return run_target(detail)

    def _show_tab(self) -> None:
        super()._show_tab()
        self._journal.set_in_view(self._detail is not None and self._tab is Tab.JOURNAL)
        self._diff.set_in_view(self._detail is not None and self._tab is Tab.DIFF)

    def tick(self) -> None:
        super().tick()
        if self._tab is Tab.TIMELINE and self._detail is not None and is_live(self._detail.item):
            self._timeline.tick()
        elif self._tab is Tab.BATCH:
            self._batch.tick()

    def why_not(self, action_id: str) -> str | None:
        match action_id:
            case "open" if self._tab is Tab.TIMELINE and self._cursor_run() is not None:
                return None
            case "open" if self._tab is Tab.BATCH and self._evidence() is None:
                return "Nothing that could be opened is under the cursor."
            case "open" if self._tab is Tab.CONTRACTS:
                edit = self.kit.keymap.shown(self.context, "edit")
                return f"All of it is here already; {edit} opens the place in your editor."
            case "open" if self._tab is Tab.STATES:
                return "All of it is here already."
            case "open" if self._tab is Tab.TIMELINE and self._cursor_cell() is None:
                output = self.kit.keymap.shown(self.context, "output")
                return f"Nothing was run in this cell; {output} shows the output of the whole run."
            case "open" if self._tab is Tab.BLOCKERS and self._blockers.blocker is None:
                return "There is no blocker under the cursor."
            case "open" if self._tab is Tab.PLANS and self._entry_text() is None:
                return "All of it is here already; what lies beside a plan can be opened."
            case "open" if self._tab is Tab.SESSIONS and self._agents.session is None:
                return "There is no session under the cursor."
            case "repeat" if self._call() is None:
                return "There is no plan under the cursor whose call could be repeated."
            case "next_task" | "previous_task" if not self._diff.has_others:
                return "Only one task changed anything."
            case "fold" | "next_file" | "previous_file" | "next_hunk" | "previous_hunk" if self._diff.file is None:
                return "No file was changed."
            case "earlier_attempt" | "later_attempt" if self._other_attempt(action_id) is None:
                return "There is no other attempt that way."
            case "run_output" if self._tab is Tab.OUTPUT and self._cell is None:
                return "This is the output of the whole run."
            case "preview_down" | "preview_up" if self._tab in (Tab.PLANS, Tab.CONTRACTS, Tab.BATCH):
                return None
            case "zoom" | "preview_down" | "preview_up" if self._tab is not Tab.TIMELINE:
                return "That works in the timeline."
            case _:
                return super().why_not(action_id)

    def _cursor_cell(self) -> tuple[str, str, int] | None:
        """The last attempt of the cell under the cursor, None where nothing was tried."""
        run, cursor = self._run, self._timeline.cursor
        cell = cell_at(run, *cursor) if run is not None and cursor is not None else None
        return (cell.row, cell.column, len(cell.attempts) - 1) if cell is not None and cell.attempts else None

    def _cursor_run(self) -> Address | None:
        """The run whose story the line under the cursor tells, where it is another one."""
        run, cursor = self._run, self._timeline.cursor
        row = next((row for row in run.rows if row.key == cursor[0]), None) if run is not None and cursor else None
        return row.stands_for if row is not None else None

    def _evidence(self) -> Opening | Text | None:
        """What the batch pane's cursor leads to: everything about a scenario, or the line that shows a cause."""
        scenario, group = self._batch.scenario, self._batch.group
        if scenario is not None and scenario.address is not None:
            item = self.kit.service.snapshot().items.get(scenario.address.root) or self._item
            stream = RECORDS if scenario.address.engine == _BATCHES else None
            return Opening(item, scenario.address, stream) if item is not None else None
        if group is None or group.proof is None:
            return None
        root = self._log_address or self.address.root
        return self._text(group.proof.file, "file", address=root, line=group.proof.line)

    def _open_evidence(self) -> None:
        match self._evidence():
            case Opening() as opening if opening.address.root == self.address.root:
                self._asked = opening.address, opening.stream
                self.open_tab(Tab.OUTPUT)
            case Opening() as opening:
                self.app.push_screen(screen_at(self.kit, opening))
            case Text() as text:
                self.open_text(text)

    def _other_attempt(self, action_id: str) -> tuple[str, str, int] | None:
        run = self._run
        if run is None or self._cell is None or self._tab is not Tab.OUTPUT:
            return None
        row, column, number = self._cell
        cell = cell_at(run, row, column)
        wanted = number + (1 if action_id == "later_attempt" else -1)
        return (row, column, wanted) if cell is not None and 0 <= wanted < len(cell.attempts) else None

    def _has_stream(self, stream: str) -> bool:
        run, cell = self._run, self._cursor_cell()
        if self._tab is not Tab.TIMELINE or run is None or cell is None:
            return super()._has_stream(stream)
        target = cell_target(run, cell[0], cell[1], self.kit.signs)
        return target is not None and stream in target.streams

    def do_prompt(self) -> None:
        self._open_cursor_cell()
        super().do_prompt()

    def do_diff(self) -> None:
        self.open_tab(Tab.DIFF)

    def do_own_diff(self) -> None:
        self._diff.show_part(self._looked_at())
        self.open_tab(Tab.DIFF)

    def _looked_at(self) -> Part | None:
        """The attempt that is looked at, if it left a diff; None for all tasks together."""
        cell = self._cursor_cell() if self._tab is Tab.TIMELINE else self._cell if self._tab is Tab.OUTPUT else None
        return part_at(self._run, *cell) if self._run is not None and cell is not None else None

    def _open_cursor_cell(self) -> None:
        if self._tab is Tab.TIMELINE:
            self._open_output(self._cursor_cell())

    def _open_output(self, cell: tuple[str, str, int] | None) -> None:
        self._cell, self._asked = cell, None
        self.open_tab(Tab.OUTPUT)

    async def on_timeline_pane_opened(self, event: TimelinePane.Opened) -> None:
        event.stop()
        await self.act("open")

    async def on_blockers_pane_opened(self, event: BlockersPane.Opened) -> None:
        event.stop()
        await self.act("open")

    def do_open(self) -> None:
        if self._tab is Tab.TIMELINE and (other := self._cursor_run()) is not None:
            self._open_run(other)
        elif self._tab is Tab.TIMELINE:
            self._open_output(self._cursor_cell())
        elif self._tab is Tab.BATCH:
            self._open_evidence()
        elif self._tab is Tab.SESSIONS:
            self._open_session()
        elif self._tab is not Tab.BLOCKERS:
            super().do_open()
        elif (run := self._run) is not None and (blocker := self._blockers.blocker) is not None:
            place = cell_of(run, blocker)
            if place is None:
                self.flash("No cell of the timeline belongs to this blocker.")
                return
            self.open_tab(Tab.TIMELINE)
            self._timeline.move_to(*place)

    def _open_run(self, address: Address) -> None:
        item = self.kit.service.snapshot().items.get(address)
        if item is None:
            self.flash(f"{address} is in no place that is watched here.")
            return
        self.app.push_screen(screen_for(self.kit, item))

    def _open_session(self) -> None:
        if (session := self._agents.session) is not None:
            self.app.push_screen(screen_for(self.kit, session))

    async def on_list_and_text_opened(self, event: ListAndText.Opened) -> None:
        event.stop()
        await self.act("open")

    def on_list_and_text_moved(self, event: ListAndText.Moved) -> None:
        event.stop()
        self._show_footer()

    async def on_sessions_pane_opened(self, event: SessionsPane.Opened) -> None:
        event.stop()
        await self.act("open")

    def on_sessions_pane_moved(self, event: SessionsPane.Moved) -> None:
        event.stop()
        self._show_footer()

    async def on_plans_pane_opened(self, event: PlansPane.Opened) -> None:
        event.stop()
        await self.act("open")

    def on_plans_pane_moved(self, event: PlansPane.Moved) -> None:
        event.stop()
        self._show_footer()

    def on_diff_pane_read(self, event: DiffPane.Read) -> None:
        event.stop()
        self._show_footer()

    def _whole(self) -> Text | None:
        run = self._run
        match self._tab:
            case Tab.PLANS if (text := self._entry_text()) is not None:
                return text
            case Tab.DIFF if run is not None and (part := self._diff.part) is not None:
                return self._text(f"diff of {part.task}, {part.where}", DIFF_STREAM, address=part.address)
            case Tab.BLOCKERS if (text := self._blocker_text()) is not None:
                return text
            case Tab.JOURNAL:
                line = self._journal.view.current_line
                return self._text(JOURNAL, JOURNAL, line=None if line is None else line + 1)
            case _:
                return super()._whole()

    def _blocker_text(self) -> Text | None:
        """The file of the run that a blocker stands in, at its line; None when it is a file of the project."""
        blocker, run = self._blockers.blocker, self._run
        if blocker is None or run is None or blocker.path is None:
            return None
        return self._proved(Proof(blocker.path, blocker.line or 1, blocker.text))

    def _entry_text(self) -> Text | None:
        """What lies under the cursor beside a plan, as a text; None for what is shown whole already."""
        entry: Entry | None = self._plans.entry
        if entry is None or entry.plan is None:
            return None
        match entry.kind:
            case EntryKind.PROMPT:
                title = f"prompt for {entry.plan.repo}"
                return Text(title, entry.plan.address, "prompt", words=entry.plan.prompt, places=self._places)
            case EntryKind.ATTACHMENT if entry.artifact is not None:
                return self._text(entry.artifact.name, entry.artifact.stream)
            case _:
                return None

    @property
    def _can_edit(self) -> bool:
        match self._tab:
            case Tab.BLOCKERS:
                return self._blockers.blocker is not None and bool(self._blockers.blocker.path)
            case Tab.PLANS:
                return self._plans.entry is not None and self._plans.entry.artifact is not None
            case Tab.CONTRACTS:
                return self._contracts.side is not None
            case Tab.DIFF | Tab.JOURNAL:
                return True
            case _:
                return super()._can_edit

    @property
    def _can_unfold(self) -> bool:
        match self._tab:
            case Tab.PLANS:
                return self._plans.can_unfold
            case Tab.DIFF:
                return self._diff.file is not None
            case _:
                return super()._can_unfold

    def do_unfold(self) -> None:
        match self._tab:
            case Tab.PLANS:
                self._plans.unfold()
            case Tab.DIFF:
                self._diff.fold_all()
            case _:
                super().do_unfold()

    def _search(self, text: str) -> None:
        if text and self._tab is Tab.DIFF:
            self._diff.unfold_everything()
        super()._search(text)
        self._show_tab()

    def do_next_hunk(self) -> None:
        if not self._diff.next_hunk(1):
            self.flash("That was the last change.")

    def do_previous_hunk(self) -> None:
        if not self._diff.next_hunk(-1):
            self.flash("That was the first change.")

    def do_next_file(self) -> None:
        if not self._diff.next_file(1):
            self.flash("That was the last file.")

    def do_previous_file(self) -> None:
        if not self._diff.next_file(-1):
            self.flash("That was the first file.")

    def do_fold(self) -> None:
        self._diff.fold()

    def do_next_task(self) -> None:
        self._diff.next_part(1)

    def do_previous_task(self) -> None:
        self._diff.next_part(-1)

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

    def do_output(self) -> None:
        if self._tab is Tab.TIMELINE:
            self._open_output(self._cursor_cell())
        else:
            self.open_tab(Tab.OUTPUT)

    def do_journal(self) -> None:
        self.open_tab(Tab.JOURNAL)

    def do_run_output(self) -> None:
        self._open_output(None)

    def do_earlier_attempt(self) -> None:
        self._open_output(self._other_attempt("earlier_attempt"))

    def do_later_attempt(self) -> None:
        self._open_output(self._other_attempt("later_attempt"))

    def do_zoom(self) -> None:
        self.toggle_class("-zoomed")

    def do_preview_down(self) -> None:
        self._scroll_below(1)

    def do_preview_up(self) -> None:
        self._scroll_below(-1)

    def _scroll_below(self, lines: int) -> None:
        if self._tab is Tab.PLANS:
            self._plans.scroll_text(lines)
        elif self._tab is Tab.CONTRACTS:
            self._contracts.scroll_text(lines)
        elif self._tab is Tab.BATCH:
            self._batch.scroll_text(lines)
        else:
            self._timeline.scroll_story(lines)

    def do_first_column(self) -> None:
        self._timeline.to_edge(columns=-1)

    def do_last_column(self) -> None:
        self._timeline.to_edge(columns=1)

    def _call(self) -> Address | None:
        """The repo under the cursor, in a run of Converge."""
        address = self._copied_address()
        return address if address.engine == "converge" and address.parts else None

    def do_repeat(self) -> None:
        if (address := self._call()) is not None:
            from odw_tui.wishes import submit

            self.run_worker(submit(Repeat(address), self), name="send a command")

    def _copied_address(self) -> Address:
        run, cell = self._run, self._cursor_cell()
        if self._tab is Tab.TIMELINE and run is not None and cell is not None:
            found = cell_at(run, cell[0], cell[1])
            return found.attempts[cell[2]].address if found is not None else self.address
        if self._tab is Tab.PLANS and (entry := self._plans.entry) is not None and entry.plan is not None:
            return entry.plan.address
        if self._tab is Tab.DIFF and (part := self._diff.part) is not None:
            return part.address
        if self._tab is Tab.BATCH and (one := self._batch.scenario) is not None and one.address is not None:
            return one.address
        if self._tab is Tab.SESSIONS and (session := self._agents.session) is not None:
            return session.address
        return super()._copied_address()

    async def _copied(self) -> str:
        if self._tab is Tab.BLOCKERS and (blocker := self._blockers.blocker) is not None:
            return place_of(blocker) or blocker.text
        if self._tab is Tab.CONTRACTS and (side := self._contracts.side) is not None:
            return contract_place(side)
        if self._tab is Tab.DIFF and self._diff.view.cursor_line is None and (place := self._diff.place) is not None:
            return place[0]
        if self._tab is Tab.PLANS and (entry := self._plans.entry) is not None and entry.artifact is not None:
            return await self._path_of(entry.artifact) or entry.artifact.name
        return await super()._copied()

    async def _edited(self) -> Edited:
        if self._tab is Tab.BLOCKERS and (blocker := self._blockers.blocker) is not None and blocker.path:
            path, line = blocker.path, blocker.line or 1
            found = proving(self._run.artifacts, Proof(path, line, "")) if self._run is not None else None
            if found is not None:
                return Edited(await self._path_of(found), line, self._places, wrote_a_run=True)
            return self._edited_file(path, line)
        if self._tab is Tab.CONTRACTS and (side := self._contracts.side) is not None:
            return self._edited_file(str(PurePath(side.repo) / side.path), side.line or 1)
        if self._tab is Tab.DIFF and (place := self._diff.place) is not None:
            return self._edited_file(*place)
        if self._tab is Tab.JOURNAL:
            line = self._journal.view.current_line or 0
            return Edited(self._journal.path, line + 1, self._places, wrote_a_run=True)
        if self._tab is Tab.PLANS and (entry := self._plans.entry) is not None and entry.artifact is not None:
            return Edited(await self._path_of(entry.artifact), 1, self._places, wrote_a_run=True)
        return await super()._edited()

    def _edited_file(self, path: str, line: int) -> Edited:
        """A file that the run talks about, in the place it works for; the editor's door checks where it really lies."""
        item = self._item
        place = item.place if item is not None else ""
        return Edited(str(PurePath(place) / path), line, self._places, wrote_a_run=False)

    def _move(self, rows: int, columns: int) -> None:
        match self._tab:
            case Tab.TIMELINE:
                self._timeline.move(rows, columns)
            case Tab.BLOCKERS:
                self._blockers.move(rows)
            case Tab.PLANS:
                self._plans.move(rows)
            case Tab.STATES:
                self._states.move(rows)
            case Tab.CONTRACTS:
                self._contracts.move(rows)
            case Tab.BATCH:
                self._batch.move(rows)
            case Tab.SESSIONS:
                self._agents.move(rows)
            case _:
                super()._move(rows, columns)

    def _page(self, pages: float) -> None:
        match self._tab:
            case Tab.TIMELINE:
                self._timeline.page(pages)
            case Tab.BLOCKERS:
                self._blockers.page(pages)
            case Tab.PLANS:
                self._plans.page(pages)
            case Tab.STATES:
                self._states.page(pages)
            case Tab.CONTRACTS:
                self._contracts.page(pages)
            case Tab.BATCH:
                self._batch.page(pages)
            case Tab.SESSIONS:
                self._agents.page(pages)
            case _:
                super()._page(pages)

    def _to_edge(self, rows: int) -> None:
        match self._tab:
            case Tab.TIMELINE:
                self._timeline.to_edge(rows=rows)
            case Tab.BLOCKERS:
                self._blockers.to_edge(rows)
            case Tab.PLANS:
                self._plans.to_edge(rows)
            case Tab.STATES:
                self._states.to_edge(rows)
            case Tab.CONTRACTS:
                self._contracts.to_edge(rows)
            case Tab.BATCH:
                self._batch.to_edge(rows)
            case Tab.SESSIONS:
                self._agents.to_edge(rows)
            case _:
                super()._to_edge(rows)
