"""OpenedTab: one tab of an opened run or session: its pane, and what the keys that work in every tab mean there.

A screen asks the tab that is shown; a tab knows its screen only as ``Opened``.
"""

from __future__ import annotations

from pathlib import PurePath
from typing import ClassVar, Generic, Protocol, TypeVar

from textual.app import App
from textual.widget import Widget

from odw_core.errors import OdwError
from odw_core.files.line_index import FileLines
from odw_core.model.address import Address
from odw_core.model.cause import Proof
from odw_core.model.detail import Artifact, Detail, RunDetail
from odw_core.model.item import Item
from odw_tui.kit import Kit
from odw_tui.panes.states import StatesPane
from odw_tui.present.artifacts import proving, report_of
from odw_tui.present.output import is_growing
from odw_tui.present.run_tabs import Tab
from odw_tui.screens.file import FileScreen, Text
from odw_tui.screens.lines import Edited
from odw_tui.widgets.fitted_rows import FittedRows
from odw_tui.widgets.line_view import LineView
from odw_tui.widgets.list_pane import ListPane
from odw_tui.widgets.row_list import RowList

Cell = tuple[str, str, int]
"""Row, column and attempt (from 0) of a timeline."""


class Opened(Protocol):
    """The screen of what is opened."""

    kit: Kit
    address: Address

    @property
    def app(self) -> App[object]: ...

    @property
    def context(self) -> str: ...

    @property
    def detail(self) -> Detail | None: ...

    @property
    def item(self) -> Item | None: ...

    def flash(self, text: str, tone: str = "strong") -> None: ...

    def open_tab(self, tab: Tab) -> None: ...


PaneT = TypeVar("PaneT", bound=Widget, covariant=True)
ListT = TypeVar("ListT", bound="ListPane[FittedRows] | ListPane[RowList] | StatesPane", covariant=True)


class OpenedTab(Generic[PaneT]):
    """Without more a tab shows its pane and answers no key; ``whole`` is the report of the run."""

    TAB: ClassVar[Tab]
    CAN_SCROLL_BELOW: ClassVar[bool] = False
    """Whether there is a text below or beside the list that has keys of its own."""

    def __init__(self, screen: Opened, pane: PaneT) -> None:
        self._screen, self._pane = screen, pane

    @property
    def pane(self) -> PaneT:
        """The widget; its id is the tab."""
        return self._pane

    @property
    def run(self) -> RunDetail | None:
        """The newest reading, of a run."""
        detail = self._screen.detail
        return detail if isinstance(detail, RunDetail) else None

    @property
    def view(self) -> LineView | None:
        """The line view that has the keys."""
        return None

    @property
    def cell(self) -> Cell | None:
        """The attempt that is looked at."""
        return None

    @property
    def subject(self) -> Address:
        """What is looked at: the part of the run or session that the cursor is on."""
        return self._screen.address

    @property
    def can_edit(self) -> bool:
        """Whether there may be a file that an editor could open."""
        return False

    @property
    def can_unfold(self) -> bool:
        """Whether anything is folded, or could be folded again."""
        return False

    def tell(self, detail: Detail) -> None:
        """Show a reading. Only the tab that is shown is told; the others when their turn comes."""

    def set_in_view(self, is_in_view: bool) -> None:
        """It is shown from now on, or no longer."""

    def tick(self) -> None:
        """A second went by."""

    def grow_older(self) -> None:
        """What is asked was asked longer ago than is shown."""

    def has_stream(self, stream: str) -> bool:
        """Whether what is shown, or is under the cursor, may have this stream."""
        return False

    def move(self, rows: int, columns: int) -> None:
        """One step."""

    def page(self, pages: float) -> None:
        """Parts of a page."""

    def to_edge(self, rows: int) -> None:
        """To the beginning (-1) or the end (1)."""

    def scroll_below(self, lines: int) -> None:
        """Move the text below or beside the list."""

    def unfold(self) -> None:
        """Show what is folded, or fold it again."""

    def unfold_to_search(self) -> None:
        """What is found must be seen."""

    def why_not_open(self) -> str | None:
        """Why nothing can be opened, as a sentence; None when something can."""
        return None

    def open(self) -> None:
        """Open what is under the cursor."""
        if (text := self.whole()) is not None:
            self.open_text(text)

    def whole(self) -> Text | None:
        """The text that is looked at."""
        detail = self._screen.detail
        report = report_of(detail.artifacts) if detail is not None else None
        return None if report is None else self.text(report.name, report.stream)

    async def copied(self) -> str:
        """What ``copy`` copies."""
        view = self.view
        if view is not None and (line := view.cursor_line) is not None:
            return view.text_of(line)
        return str(self.subject)

    async def edited(self) -> Edited:
        """What ``edit`` opens."""
        return self.wrote("", 1)

    def open_text(self, text: Text) -> None:
        """Show one text alone on the screen."""
        self._screen.app.push_screen(FileScreen(self._screen.kit, text))

    def text(self, title: str, stream: str, *, address: Address | None = None, line: int | None = None) -> Text:
        """One stream of the item, or of a part of it, as a text that can have the screen to itself."""
        detail = self._screen.detail
        return Text(
            title=title,
            address=address or self._screen.address,
            stream=stream,
            line=line,
            places=self.places,
            is_growing=detail is not None and is_growing(detail.item),
        )

    def proved(self, proof: Proof) -> Text | None:
        """The text that a proof names, at its line; None when nobody keeps it."""
        detail = self._screen.detail
        if detail is None:
            return None
        if (artifact := proving(detail.artifacts, proof)) is not None:
            return self.text(artifact.name, artifact.stream, line=proof.line)
        return self.text(proof.file, proof.file, line=proof.line) if proof.file in detail.streams else None

    @property
    def places(self) -> tuple[str, ...]:
        """Folders below which a file may be opened in an editor."""
        item = self._screen.item
        return (*self._screen.kit.service.snapshot().places, *((item.place,) if item is not None else ()))

    def wrote(self, path: str, line: int) -> Edited:
        """A file that the run wrote, for the editor."""
        return Edited(path, line, self.places, wrote_a_run=True)

    def named(self, path: str, line: int) -> Edited:
        """A file that the run talks about, in the place it works for; the editor's door checks where it really lies."""
        item = self._screen.item
        place = item.place if item is not None else ""
        return Edited(str(PurePath(place) / path), line, self.places, wrote_a_run=False)

    async def path_of(self, artifact: Artifact) -> str:
        """Where the file lies; empty when it is no file of its own."""
        try:
            async with self._screen.kit.service.log(self._screen.address, artifact.stream) as source:
                return source.path if isinstance(source, FileLines) else ""
        except (OdwError, OSError):
            return ""


class ListTab(OpenedTab[ListT]):
    """A tab whose pane is moved in row by row."""

    def move(self, rows: int, columns: int) -> None:
        self.pane.move(rows)

    def page(self, pages: float) -> None:
        self.pane.page(pages)

    def to_edge(self, rows: int) -> None:
        self.pane.to_edge(rows)
