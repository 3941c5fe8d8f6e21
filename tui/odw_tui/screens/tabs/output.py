"""OutputTab and RunOutputTab: the streams of what is opened, or of the attempt of a run that was chosen."""

from __future__ import annotations

from dataclasses import replace
from typing import ClassVar

from odw_core.model.address import Address
from odw_core.model.detail import Detail, RunDetail
from odw_core.service.parts import newest_attempt
from odw_tui.panes.output import OutputPane
from odw_tui.present.cell_story import cell_at
from odw_tui.present.output import Target, cell_target, run_target
from odw_tui.present.run_tabs import Tab
from odw_tui.screens.file import Text
from odw_tui.screens.lines import Edited
from odw_tui.screens.tabs.base import Cell, Opened, OpenedTab
from odw_tui.widgets.line_view import LineView


class OutputTab(OpenedTab[OutputPane]):
    """The output of the whole of it."""

    TAB: ClassVar[Tab] = Tab.OUTPUT

    def __init__(self, screen: Opened) -> None:
        super().__init__(screen, OutputPane(screen.kit))
        self.asked: tuple[Address, str | None] | None = None
        """Whose output, and which stream of it, was asked for before anything was read."""

    @property
    def view(self) -> LineView | None:
        return self.pane.view

    @property
    def subject(self) -> Address:
        target = self.pane.target
        return target.address if target is not None else super().subject

    @property
    def can_edit(self) -> bool:
        return True

    @property
    def can_unfold(self) -> bool:
        return self.pane.can_unfold

    def tell(self, detail: Detail) -> None:
        target = self.target(detail)
        stream = self.asked[1] if self.asked is not None else None
        if stream is not None:
            target = replace(target, first=stream, streams=tuple(dict.fromkeys((*target.streams, stream))))
        self.pane.tell(target)

    def target(self, detail: Detail) -> Target:
        """Whose output is to be shown."""
        return run_target(detail)

    def set_in_view(self, is_in_view: bool) -> None:
        self.pane.set_in_view(is_in_view)

    def has_stream(self, stream: str) -> bool:
        target = self.pane.target
        return target is not None and stream in target.streams

    def unfold(self) -> None:
        self.pane.unfold()

    def unfold_to_search(self) -> None:
        self.pane.unfold_lines()

    def whole(self) -> Text | None:
        target, stream = self.pane.target, self.pane.stream
        if target is None or not stream:
            return None
        return self.text(stream, stream, address=target.address, line=self.pane.line)

    async def edited(self) -> Edited:
        return self.wrote(self.pane.path, self.pane.line)


class RunOutputTab(OutputTab):
    """The output of one attempt, or of the run itself."""

    def __init__(self, screen: Opened) -> None:
        super().__init__(screen)
        self._cell: Cell | None = None

    @property
    def cell(self) -> Cell | None:
        return self._cell

    def target(self, detail: Detail) -> Target:
        if not isinstance(detail, RunDetail):
            return run_target(detail)
        if self.asked is not None:
            self._cell = newest_attempt(detail, self.asked[0])
        if self._cell is None:
            return run_target(detail)
        row, column, number = self._cell
        return cell_target(detail, row, column, self._screen.kit.signs, number) or run_target(detail)

    def show(self, cell: Cell | None) -> None:
        """Show the output of an attempt, or of the run."""
        self._cell, self.asked = cell, None
        self._screen.open_tab(self.TAB)

    def ask(self, address: Address, stream: str | None) -> None:
        """Show the output of a part of the run, in this stream if one is named."""
        self.asked = address, stream
        self._screen.open_tab(self.TAB)

    def other(self, step: int) -> Cell | None:
        """The attempt of the same cell that is so many later; None when there is none."""
        run = self.run
        if run is None or self._cell is None:
            return None
        row, column, number = self._cell
        cell = cell_at(run, row, column)
        return (row, column, number + step) if cell is not None and 0 <= number + step < len(cell.attempts) else None
