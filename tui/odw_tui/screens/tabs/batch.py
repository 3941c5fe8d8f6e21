"""BatchTab: the scenarios of a batch and why they failed; each opens all about it, a cause the line that shows it."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from odw_core.model.address import Address
from odw_core.model.batch import Scenario
from odw_core.model.detail import Detail, RunDetail
from odw_tui.panes.batch import BatchPane
from odw_tui.present.run_tabs import Tab
from odw_tui.screens.file import Text
from odw_tui.screens.opening import Opening, screen_at
from odw_tui.screens.tabs.base import ListTab, Opened
from odw_tui.screens.tabs.output import RunOutputTab

BATCHES = "scenario"
"""Engine whose logs are batches."""
RECORDS, PROMPT = "records", "prompt"
"""Streams with everything about one scenario, and with what its agent was asked."""


class BatchTab(ListTab[BatchPane]):
    """``output`` shows what a scenario of this very run said; ``log`` is the log of the batch that the run drives."""

    TAB: ClassVar[Tab] = Tab.BATCH
    CAN_SCROLL_BELOW: ClassVar[bool] = True

    def __init__(self, screen: Opened, output: RunOutputTab, log: Callable[[], Address | None]) -> None:
        super().__init__(screen, BatchPane(screen.kit))
        self._output, self._log = output, log
        self.own: tuple[Scenario, ...] = ()
        """The scenarios as the run's own journal tells them."""

    @property
    def subject(self) -> Address:
        scenario = self.pane.scenario
        return scenario.address if scenario is not None and scenario.address is not None else super().subject

    def tell(self, detail: Detail) -> None:
        if isinstance(detail, RunDetail) and detail.batch is not None:
            self.pane.tell(detail.batch)

    def tick(self) -> None:
        self.pane.tick()

    def scroll_below(self, lines: int) -> None:
        self.pane.scroll_text(lines)

    def has_stream(self, stream: str) -> bool:
        return stream == PROMPT and self._at_cursor() is not None

    def show_scenario(self, stream: str | None) -> bool:
        """Show what the scenario under the cursor says, as it is said, or what it was asked; whether there is one."""
        address = self._at_cursor()
        if address is None:
            return False
        self._output.ask(address, stream)
        return True

    def _at_cursor(self) -> Address | None:
        """The scenario under the cursor as this run itself knows it."""
        one = self.pane.scenario
        return next((own.address for own in self.own if one is not None and own.index == one.index), None)

    def why_not_open(self) -> str | None:
        return "Nothing that could be opened is under the cursor." if self._evidence() is None else None

    def open(self) -> None:
        match self._evidence():
            case Opening() as opening if opening.address.root == self._screen.address.root:
                self._output.ask(opening.address, opening.stream)
            case Opening() as opening:
                self._screen.app.push_screen(screen_at(self._screen.kit, opening, is_visit=True))
            case Text() as text:
                self.open_text(text)

    def _evidence(self) -> Opening | Text | None:
        """What the cursor leads to: everything about a scenario, or the line that shows a cause."""
        scenario, group = self.pane.scenario, self.pane.group
        if scenario is not None and scenario.address is not None:
            item = self._screen.kit.service.snapshot().items.get(scenario.address.root) or self._screen.item
            stream = RECORDS if scenario.address.engine == BATCHES else None
            return Opening(item, scenario.address, stream) if item is not None else None
        if group is None or group.proof is None:
            return None
        root = self._log() or self._screen.address.root
        return self.text(group.proof.file, "file", address=root, line=group.proof.line)
