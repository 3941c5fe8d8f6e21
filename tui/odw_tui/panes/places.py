"""The places pane: a tree of workspaces and homes, or what was found below a folder. Finds and changes nothing."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from textual.app import ComposeResult
from textual.containers import Vertical

from odw_tui.kit import Kit
from odw_tui.present.glyphs import Glyphs
from odw_tui.present.place_tree import Offered, Place, TreeRow, offer_line, place_story, tree, tree_line
from odw_tui.present.spans import Line, Spans
from odw_tui.widgets.drawn_rows import DrawnRows
from odw_tui.widgets.row_list import RowList
from odw_tui.widgets.sheet import Sheet


def _tree_rows(rows: Sequence[TreeRow], signs: Glyphs) -> DrawnRows:
    def draw(index: int, width: int, *, has_cursor: bool) -> Spans:
        return tree_line(rows[index], signs, width, has_cursor=has_cursor)

    return DrawnRows([None if row.place is None else row.key for row in rows], rows, draw)


def _offer_rows(folder: str, offered: Sequence[Offered], chosen: frozenset[str], signs: Glyphs) -> DrawnRows:
    def draw(index: int, width: int, *, has_cursor: bool) -> Spans:
        one = offered[index]
        return offer_line(one, folder, signs, width, is_chosen=one.path in chosen, has_cursor=has_cursor)

    return DrawnRows([one.path for one in offered], [(one, one.path in chosen) for one in offered], draw)


class PlacesPane(Vertical):
    """Told the places with ``tell``, or an offer with ``offer``."""

    def __init__(self, kit: Kit) -> None:
        super().__init__(id="places")
        self._kit = kit
        self._places: dict[str, Place] = {}
        self._story_of: Callable[[], Sequence[Line]] = tuple
        self._list = RowList(thumb=kit.signs.thumb, id="rows")
        self._story = Sheet(id="story")

    def compose(self) -> ComposeResult:
        yield self._list
        yield self._story

    @property
    def rows(self) -> RowList:
        """The list, to be moved in."""
        return self._list

    @property
    def place(self) -> Place | None:
        """The place under the cursor."""
        return self._places.get(str(self._list.cursor))

    def tell(self, places: Sequence[Place]) -> None:
        """Show the tree; the cursor stays on its place."""
        self._places = {place.path: place for place in places}
        self._story_of = self._place_story
        self._list.show(_tree_rows(tree(places, self._kit.home), self._kit.signs))
        self._tell_story()

    def offer(self, folder: str, offered: Sequence[Offered], chosen: frozenset[str]) -> None:
        """Show what was found below a folder."""
        self._places = {}
        self._story_of = tuple
        self._list.show(_offer_rows(folder, offered, chosen, self._kit.signs))
        self._tell_story()

    def suggest(self, lines: Sequence[Line]) -> None:
        """Show these lines below the list while something is typed."""
        self._story_of = lambda: lines
        self._tell_story()

    def on_row_list_cursor_moved(self, event: RowList.CursorMoved) -> None:
        event.stop()
        self._tell_story()

    def on_row_list_scrolled(self, event: RowList.Scrolled) -> None:
        event.stop()

    def on_row_list_opened(self, event: RowList.Opened) -> None:
        event.stop()

    def _place_story(self) -> Sequence[Line]:
        place = self.place
        return () if place is None else place_story(place, self._kit.signs, self._kit.home)

    def _tell_story(self) -> None:
        self._story.show(tuple(self._story_of()))
