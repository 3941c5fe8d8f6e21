"""``search``: words in everything there is, line by line as they are found, or one document. Prints nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, field

from odw_core.model.address import Address
from odw_core.model.item import Item, State
from odw_core.model.search import Found, Hit, Progress
from odw_core.service.documents.plain_values import Document, time_text
from odw_core.service.oneshot import Room
from odw_core.text.ansi import one_line
from odw_core.text.query import Query, parse_query
from odw_tui.headless.arguments import Given
from odw_tui.headless.drawing import BLANK, Look, words
from odw_tui.present.numbers import count
from odw_tui.present.places import place_names
from odw_tui.present.search import found_words, item_line, searched_words, strong_words, where_in
from odw_tui.present.spans import Span, Spans

NOTHING_FOUND = 4

_LONGEST = 1_000
_WIDTH = 10_000


@dataclass(slots=True)
class Findings:
    """What a search has found so far. Stays right when it is interrupted."""

    query: Query
    limit: int
    titles_only: bool
    hits: list[Hit] = field(default_factory=list)
    progress: Progress | None = None
    is_cut: bool = False

    @property
    def is_complete(self) -> bool:
        """Whether everything that was asked for was looked through."""
        if self.is_cut or self.progress is None:
            return False
        return self.titles_only or self.progress.is_over

    @property
    def exit_code(self) -> int:
        return 0 if self.hits else NOTHING_FOUND

    def take(self, found: Iterable[Found]) -> Iterator[Hit]:
        """The hits that are wanted, kept and given on one by one."""
        for one in found:
            if isinstance(one, Progress):
                self.progress = one
                if self.titles_only:
                    return
                continue
            if len(self.hits) >= self.limit:
                self.is_cut = True
                return
            self.hits.append(one)
            yield one


def findings(given: Given) -> Findings:
    """What is to be found, nothing of it found yet."""
    return Findings(parse_query(typed(given.words), tuple(State)), given.limit, given.titles_only)


def typed(given: Iterable[str]) -> str:
    """The query: one argument as it is, of several those that hold spaces as phrases."""
    parts = [*given]
    if len(parts) == 1:
        return parts[0]
    return " ".join(f'"{part}"' if " " in part and '"' not in part else part for part in parts)


def search(room: Room, given: Given, kept: Findings, tell: Callable[[Hit], None]) -> None:
    """Search, telling each hit as it is found. ``kept`` has what was found, also if this is interrupted."""
    with closing(room.search(typed(given.words))) as found:
        for hit in kept.take(found):
            tell(hit)


class Teller:
    """Turns hits into lines: grouped for a terminal, each one complete in a pipe."""

    def __init__(self, items: Mapping[Address, Item], query: Query, look: Look) -> None:
        self._items, self._query, self._look = items, query, look
        self._names = place_names({item.place for item in items.values()}, look.own_names)
        self._above: Address | None = None

    def lines(self, hit: Hit) -> Iterator[Spans]:
        """The lines of one hit."""
        text = strong_words(one_line(hit.text, _LONGEST), self._query)
        if self._look.width is None:
            yield (*words(f"{one_line(str(hit.address), _LONGEST)}  {_place(hit)}  "), *text)
            return
        root = hit.address.root
        if root != self._above:
            if self._above is not None:
                yield BLANK
            self._above = root
            yield self._heading(root)
        yield (Span(f"    {where_in(hit)}  ", "quiet"), *text)

    def _heading(self, root: Address) -> Spans:
        look, item = self._look, self._items.get(root)
        place = "" if item is None else self._names[item.place]
        line = item_line(item, str(root), place, look.glyphs, look.now, _WIDTH)
        return (Span(line[0].text.lstrip(), line[0].tone), *line[1:], Span(f"  {one_line(str(root), 200)}", "quiet"))


def _place(hit: Hit) -> str:
    return hit.field if hit.line is None else f"{hit.field}:{hit.line}"


def search_document(kept: Findings, items: Mapping[Address, Item], *, is_complete: bool) -> Document:
    """``search --json``: the hits in the order in which they were found."""
    progress = kept.progress or Progress(0, 0, 0, 0)
    return {
        "schema": 1,
        "hits": [_hit_document(hit, items.get(hit.address.root)) for hit in kept.hits],
        "searched": {
            "items": progress.items,
            "of_items": progress.of_items,
            "bytes": progress.bytes,
            "of_bytes": progress.of_bytes,
        },
        "complete": is_complete,
    }


def _hit_document(hit: Hit, item: Item | None) -> Document:
    return {
        "address": str(hit.address),
        "field": hit.field,
        "text": hit.text,
        "file": hit.file,
        "line": hit.line,
        "offset": hit.offset,
        "at": time_text(hit.at),
        "state": None if item is None else item.state.value,
        "title": None if item is None else item.title,
    }


def closing_note(kept: Findings, *, is_interrupted: bool) -> str:
    """One sentence on how it ended."""
    if not kept.query:
        return "Nothing to look for: a word is missing."
    found = found_words(len(kept.hits))
    story = "only short texts looked at" if kept.titles_only else ""
    if not story and kept.progress is not None:
        story = searched_words(kept.progress)
    if kept.is_cut:
        return f"Stopped at {count(kept.limit)} hits; --limit N shows more."
    start = "Interrupted: " if is_interrupted else ""
    return f"{start}{found}; {story}." if story else f"{start}{found}."
