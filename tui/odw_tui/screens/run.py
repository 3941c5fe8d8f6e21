"""The run screen: timeline, blockers, output and journal of one run, kept up to date as long as it is open."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from textual.widget import Widget

from odw_core.model.address import Address
from odw_core.model.detail import Detail, RunDetail
from odw_core.service.parts import newest_attempt
from odw_tui.kit import Kit
from odw_tui.panes.blockers import BlockersPane
from odw_tui.panes.journal import JournalPane
from odw_tui.panes.timeline import TimelinePane
from odw_tui.present.blockers import cell_of
from odw_tui.present.cell_story import cell_at
from odw_tui.present.output import Target, cell_target, is_growing, run_target
from odw_tui.present.run_head import is_live
from odw_tui.present.run_tabs import Tab, is_reviewed
from odw_tui.screens.opened import OpenedScreen
from odw_tui.widgets.line_view import LineView


class RunScreen(OpenedScreen):
    """One run. ``enter`` goes from a cell to the output of its last attempt, from a blocker to its cell."""

    FIRST_TAB: ClassVar[Tab] = Tab.TIMELINE

    def __init__(self, kit: Kit, address: Address) -> None:
        super().__init__(kit, address)
        self._cell: tuple[str, str, int] | None = None
        """Row, column and attempt (from 0) whose output is shown; None for the run itself."""
        self._timeline = TimelinePane(kit)
        self._blockers = BlockersPane(kit)
        self._journal = JournalPane(kit, address.root)

    def _panes(self) -> Iterable[Widget]:
        return (self._timeline, self._blockers, self._journal, *super()._panes())

    @property
    def _run(self) -> RunDetail | None:
        return self._detail if isinstance(self._detail, RunDetail) else None

    @property
    def _view(self) -> LineView | None:
        return self._journal.view if self._tab is Tab.JOURNAL else super()._view

    def _tell_pane(self, detail: Detail) -> None:
        super()._tell_pane(detail)
        if not isinstance(detail, RunDetail):
            return
        self._journal.tell(is_live=is_growing(detail.item))
        if self._tab is Tab.TIMELINE:
            self._timeline.tell(detail)
        elif self._tab is Tab.BLOCKERS:
            self._blockers.tell(detail)

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

    def tick(self) -> None:
        super().tick()
        if self._tab is Tab.TIMELINE and self._detail is not None and is_live(self._detail.item):
            self._timeline.tick()

    def why_not(self, action_id: str) -> str | None:
        match action_id:
            case "open" if self._tab is Tab.TIMELINE and self._cursor_cell() is None:
                output = self.kit.keymap.shown(self.context, "output")
                return f"Nothing was run in this cell; {output} shows the output of the whole run."
            case "open" if self._tab is Tab.BLOCKERS and self._blockers.blocker is None:
                return "There is no blocker under the cursor."
            case "blockers" if self._run is not None and not is_reviewed(self._run):
                return "Nobody reviews this run, so there are no blockers."
            case "open" if self._tab is Tab.QUESTIONS:
                return "It can only be read here; the card says who can answer it."
            case "earlier_attempt" | "later_attempt" if self._other_attempt(action_id) is None:
                return "There is no other attempt that way."
            case "run_output" if self._tab is Tab.OUTPUT and self._cell is None:
                return "This is the output of the whole run."
            case "zoom" | "preview_down" | "preview_up" if self._tab is not Tab.TIMELINE:
                return "That works in the timeline."
            case _:
                return super().why_not(action_id)

    def _cursor_cell(self) -> tuple[str, str, int] | None:
        """The last attempt of the cell under the cursor, None where nothing was tried."""
        run, cursor = self._run, self._timeline.cursor
        cell = cell_at(run, *cursor) if run is not None and cursor is not None else None
        return (cell.row, cell.column, len(cell.attempts) - 1) if cell is not None and cell.attempts else None

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
        self._open_cursor_cell()
        super().do_diff()

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
        if self._tab is Tab.TIMELINE:
            self._open_output(self._cursor_cell())
        elif (run := self._run) is not None and (blocker := self._blockers.blocker) is not None:
            place = cell_of(run, blocker)
            if place is None:
                self.flash("No cell of the timeline belongs to this blocker.")
                return
            self.open_tab(Tab.TIMELINE)
            self._timeline.move_to(*place)

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
        self._timeline.scroll_story(1)

    def do_preview_up(self) -> None:
        self._timeline.scroll_story(-1)

    def do_first_column(self) -> None:
        self._timeline.to_edge(columns=-1)

    def do_last_column(self) -> None:
        self._timeline.to_edge(columns=1)

    def _copied_address(self) -> Address:
        run, cell = self._run, self._cursor_cell()
        if self._tab is Tab.TIMELINE and run is not None and cell is not None:
            found = cell_at(run, cell[0], cell[1])
            return found.attempts[cell[2]].address if found is not None else self.address
        return super()._copied_address()

    def _move(self, rows: int, columns: int) -> None:
        match self._tab:
            case Tab.TIMELINE:
                self._timeline.move(rows, columns)
            case Tab.BLOCKERS:
                self._blockers.move(rows)
            case _:
                super()._move(rows, columns)

    def _page(self, pages: float) -> None:
        match self._tab:
            case Tab.TIMELINE:
                self._timeline.page(pages)
            case Tab.BLOCKERS:
                self._blockers.page(pages)
            case _:
                super()._page(pages)

    def _to_edge(self, rows: int) -> None:
        match self._tab:
            case Tab.TIMELINE:
                self._timeline.to_edge(rows=rows)
            case Tab.BLOCKERS:
                self._blockers.to_edge(rows)
            case _:
                super()._to_edge(rows)
