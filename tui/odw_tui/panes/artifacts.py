"""The artifacts pane: every file that belongs to a run. Opens nothing by itself."""

from __future__ import annotations

from collections.abc import Sequence

from textual.app import ComposeResult
from textual.message import Message

from odw_core.model.detail import Artifact
from odw_tui.kit import Kit
from odw_tui.present.artifacts import artifact_rows, artifacts_title
from odw_tui.widgets.fitted_rows import FittedRows
from odw_tui.widgets.keyed_lines import KeyedLines
from odw_tui.widgets.list_pane import ListPane
from odw_tui.widgets.sheet import Sheet


class ArtifactsPane(ListPane[FittedRows]):
    """Told the files with ``tell``."""

    class Opened(Message):
        """A file was clicked to be opened."""

    def __init__(self, kit: Kit) -> None:
        super().__init__(id="artifacts", classes="pane")
        self._kit = kit
        self._artifacts: tuple[Artifact, ...] = ()
        self._title = Sheet(id="total")
        self._list = FittedRows(thumb=kit.signs.thumb, id="names")

    def compose(self) -> ComposeResult:
        yield self._title
        yield self._list

    @property
    def artifact(self) -> Artifact | None:
        """The file under the cursor."""
        return next((one for one in self._artifacts if one.name == self._list.cursor), None)

    def tell(self, artifacts: Sequence[Artifact]) -> None:
        """Show these files; the cursor stays on its file."""
        self._artifacts = tuple(artifacts)
        self._title.show((artifacts_title(self._artifacts),))
        known, signs = self._artifacts, self._kit.signs
        self._list.fill(lambda width: KeyedLines(artifact_rows(known, signs, width), width, signs.cursor))
