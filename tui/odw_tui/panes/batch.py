"""The batch pane: how far it is, what broke by root cause, whose output is missing, each scenario. Opens nothing."""

from __future__ import annotations

from odw_core.model.batch import Batch, Group, Scenario
from odw_tui.kit import Kit
from odw_tui.present.batch import Keys, batch_rows, batch_text, group_at, scenario_at
from odw_tui.widgets.list_and_text import ListAndText

BESIDE_FROM = 110


class BatchPane(ListAndText):
    """Told each new reading with ``tell``; ``tick`` when a second went by."""

    def __init__(self, kit: Kit) -> None:
        super().__init__(id="batch", thumb=kit.signs.thumb, bar=kit.signs.cursor, beside_from=BESIDE_FROM)
        self._kit = kit
        self._batch: Batch | None = None

    @property
    def scenario(self) -> Scenario | None:
        """The scenario under the cursor."""
        return None if self._batch is None else scenario_at(self._batch, self.cursor)

    @property
    def group(self) -> Group | None:
        """The root cause under the cursor."""
        return None if self._batch is None else group_at(self._batch, self.cursor)

    def tell(self, batch: Batch) -> None:
        """Show a new reading; the cursor stays on its row."""
        self._batch = batch
        signs, keymap = self._kit.signs, self._kit.keymap
        keys = Keys(*(keymap.shown("run", action) for action in ("open", "output", "prompt")))
        self.fill(
            lambda width: batch_rows(batch, signs, self._kit.now(), width),
            lambda key, width: batch_text(batch, key, signs, self._kit.now(), keys),
        )

    def tick(self) -> None:
        """What is at work takes longer."""
        if self._batch is not None and any(one.status == "running" for one in self._batch.scenarios):
            self.tell(self._batch)
