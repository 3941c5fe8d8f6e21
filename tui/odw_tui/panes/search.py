"""What was found, item by item, in the order in which it came: nothing above the cursor ever moves. Finds nothing."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from enum import StrEnum

from odw_core.model.address import Address
from odw_core.model.item import Item
from odw_core.model.search import Hit
from odw_core.text.query import Query
from odw_tui.kit import Kit
from odw_tui.present.glyphs import Glyphs
from odw_tui.present.places import place_names
from odw_tui.present.search import hit_line, item_line, section_line
from odw_tui.present.spans import Line, Spans
from odw_tui.widgets.lines_provider import LinesProvider
from odw_tui.widgets.row_list import RowList


class Section(StrEnum):
    """Where hits come from, in this order."""

    TEXTS = "in titles, goals, questions, messages, causes"
    WHOLE = "in output, prompts, conversations"


class FoundRows:
    """The lines of one search. ``add`` only appends, so that a line stays where it was seen."""

    def __init__(self, query: Query, items: Mapping[Address, Item], signs: Glyphs, now: float) -> None:
        self._query, self._items, self._signs, self._now = query, items, signs, now
        # Never equal to that of another search, whose line at the same place looks different.
        self._own = object()
        self._names = place_names({item.place for item in items.values()})
        self._lines: list[Section | Address | Hit | None] = []
        self._line_of: list[int] = []
        self._number_at: dict[int, int] = {}
        self._hits: list[Hit] = []
        self._section: Section | None = None
        self._above: Address | None = None

    @property
    def hits(self) -> Sequence[Hit]:
        """Everything found so far."""
        return self._hits

    def add(self, hit: Hit) -> None:
        """Put one more hit at the end."""
        section, root = Section.TEXTS if hit.file is None else Section.WHOLE, hit.address.root
        if section is not self._section and self._section is not Section.WHOLE:
            self._lines += [None, section] if self._lines else [section]
            self._section, self._above = section, None
        if root != self._above:
            self._lines.append(root)
            self._above = root
        self._number_at[len(self._lines)] = len(self._hits)
        self._line_of.append(len(self._lines))
        self._lines.append(hit)
        self._hits.append(hit)

    def __len__(self) -> int:
        return len(self._lines)

    def head(self, width: int) -> Spans | None:
        return None

    def identity(self, index: int) -> Hashable | None:
        return self._number_at.get(index)

    def index_of(self, identity: Hashable) -> int | None:
        is_known = isinstance(identity, int) and identity < len(self._line_of)
        return self._line_of[identity] if is_known and isinstance(identity, int) else None

    def version(self, index: int) -> object:
        return self._own, index

    def line(self, index: int, width: int, *, has_cursor: bool) -> Spans:
        one = self._lines[index]
        if isinstance(one, Hit):
            return hit_line(one, self._query, self._signs, width, has_cursor=has_cursor)
        if isinstance(one, Section):
            return section_line(one.value)
        if one is None:
            return ()
        item = self._items.get(one)
        place = "" if item is None else self._names[item.place]
        return item_line(item, str(one), place, self._signs, self._now, width)


class SearchPane(RowList):
    """Told what was found with ``tell``, or what to say instead with ``tell_nothing``."""

    def __init__(self, kit: Kit) -> None:
        super().__init__(thumb=kit.signs.thumb, id="found")
        self._found: FoundRows | None = None
        self._picture: Sequence[Line] = ()
        self._shown = 0

    @property
    def hit(self) -> Hit | None:
        """The hit under the cursor."""
        number = self.cursor
        if self._found is None or not isinstance(number, int) or number >= len(self._found.hits):
            return None
        return self._found.hits[number]

    def tell(self, found: FoundRows) -> None:
        """Show these hits, or more of them."""
        is_new = found is not self._found
        self._found = found
        if is_new:
            self.begin_anew()
        self.show(found)
        if is_new or self._shown < self.size.height:
            # Lines that were empty are painted as a whole: hits come faster than single lines can be told apart.
            self.refresh()
        self._shown = len(found)

    def tell_nothing(self, picture: Sequence[Line]) -> None:
        """Nothing was found: show these lines instead."""
        self._found, self._picture = None, picture
        self.show(LinesProvider(picture, self.size.width - 1))

    def on_row_list_scrolled(self) -> None:
        if self._found is None:
            # A picture is laid out for the width of the list.
            self.show(LinesProvider(self._picture, self.size.width - 1))
