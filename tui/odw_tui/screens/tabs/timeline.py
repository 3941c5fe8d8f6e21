"""TimelineTab: rounds and tasks of a run; a cell opens the output of its last attempt."""

from __future__ import annotations

from typing import ClassVar

from odw_core.model.address import Address
from odw_core.model.detail import Detail, Row, RunDetail
from odw_core.text.ansi import one_line
from odw_tui.panes.timeline import TimelinePane
from odw_tui.present.cell_story import cell_at
from odw_tui.present.output import cell_target
from odw_tui.present.run_head import is_live
from odw_tui.present.run_tabs import Tab
from odw_tui.screens.opening import screen_for
from odw_tui.screens.tabs.base import Cell, Opened, OpenedTab
from odw_tui.screens.tabs.output import RunOutputTab


class TimelineTab(OpenedTab[TimelinePane]):
    """``output`` shows what a cell said."""

    TAB: ClassVar[Tab] = Tab.TIMELINE
    CAN_SCROLL_BELOW: ClassVar[bool] = True

    def __init__(self, screen: Opened, output: RunOutputTab) -> None:
        super().__init__(screen, TimelinePane(screen.kit))
        self._output = output

    @property
    def cell(self) -> Cell | None:
        """The last attempt of the cell under the cursor, None where nothing was tried."""
        run, cursor = self.run, self.pane.cursor
        cell = cell_at(run, *cursor) if run is not None and cursor is not None else None
        return (cell.row, cell.column, len(cell.attempts) - 1) if cell is not None and cell.attempts else None

    @property
    def subject(self) -> Address:
        run, cell = self.run, self.cell
        found = cell_at(run, cell[0], cell[1]) if run is not None and cell is not None else None
        return found.attempts[cell[2]].address if found is not None and cell is not None else super().subject

    def tell(self, detail: Detail) -> None:
        if isinstance(detail, RunDetail):
            self.pane.tell(detail)

    def tick(self) -> None:
        if (run := self.run) is not None and is_live(run.item):
            self.pane.tick()

    def grow_older(self) -> None:
        if (run := self.run) is not None:
            self.pane.show_notice(run)

    def has_stream(self, stream: str) -> bool:
        run, cell = self.run, self.cell
        if run is None or cell is None:
            return False
        target = cell_target(run, cell[0], cell[1], self._screen.kit.signs)
        return target is not None and stream in target.streams

    def move(self, rows: int, columns: int) -> None:
        self.pane.move(rows, columns)

    def page(self, pages: float) -> None:
        self.pane.page(pages)

    def to_edge(self, rows: int) -> None:
        self.pane.to_edge(rows=rows)

    def scroll_below(self, lines: int) -> None:
        self.pane.scroll_story(lines)

    def why_not_open(self) -> str | None:
        if self._row_of_another_run is not None or self.cell is not None:
            return None
        output = self._screen.kit.keymap.shown(self._screen.context, "output")
        return f"Nothing was run in this cell; {output} shows the output of the whole run."

    def open(self) -> None:
        if (row := self._row_of_another_run) is not None and row.stands_for is not None:
            self._open_run(row.stands_for, row.key)
        else:
            self._output.show(self.cell)

    @property
    def _row_of_another_run(self) -> Row | None:
        """The line under the cursor, where it tells the story of another run."""
        run, cursor = self.run, self.pane.cursor
        row = next((row for row in run.rows if row.key == cursor[0]), None) if run is not None and cursor else None
        return row if row is not None and row.stands_for is not None else None

    def _open_run(self, address: Address, folder: str) -> None:
        item = self._screen.kit.service.snapshot().items.get(address)
        if item is None:
            key = self._screen.kit.keymap.shown("room", "places")
            where = one_line(folder, 300)
            self._screen.flash(f"Its run lies in {where}, which is not watched here; {key} in the room adds it.")
            return
        self._screen.app.push_screen(screen_for(self._screen.kit, item))
