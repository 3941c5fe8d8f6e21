"""Search: what is known by its words at once, then every whole text, the newest items first. Runs in any one thread.

All hits among the indexed texts come before the first ``Progress``; whoever wants no more stops there.
"""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from odw_core.engines.registry import engine_of
from odw_core.index.text import Findable, TextReader
from odw_core.model.address import Address
from odw_core.model.evidence import Unit
from odw_core.model.item import Item, State
from odw_core.model.search import Body, Found, Hit, Progress
from odw_core.service.search_bodies import Hidden, Place, Scanner, Stopped, finder, nothing_hidden
from odw_core.service.watching.saved_unit import findable_of
from odw_core.service.watching.unit_reader import Settings, UnitReader
from odw_core.text.hits import excerpt
from odw_core.text.query import Query, parse_query

MOST_OF_FILE, MOST_OF_ITEM = 20, 100
"""Hits in one whole text, and in all those of one item: who wants more looks into the text itself."""

_BATCH_BYTES, _FIRST_BATCH_BYTES = 64 << 20, 4 << 20
_BATCH_FILES = 48
_WORTH_ASKING = 8 << 20
"""A batch with fewer bytes is scanned sooner than another program could be asked."""


@dataclass(frozen=True, slots=True)
class Searched:
    """Where to search."""

    items: Mapping[Address, Item]
    places: Sequence[str]
    read: Callable[[Address, Stopped], Findable | None]
    """Reads an item that the index does not know; None when it cannot be read, or nobody waits any more."""
    index: Path | None
    """The index file, None without one: everything is then read anew."""
    bodies: Mapping[Address, tuple[Body, ...]] = field(default_factory=dict)
    """Whole texts of what is being written, where more may have come than the index knows."""
    finder: str | None = field(default_factory=finder)


class _Target:
    """One item whose whole texts are to be scanned."""

    __slots__ = ("bodies", "item")

    def __init__(self, item: Item, bodies: tuple[Body, ...] | None) -> None:
        self.item = item
        self.bodies: list[tuple[Body, int]] | None = None if bodies is None else [*_there(bodies)]

    @property
    def bytes(self) -> int:
        return sum(size for _, size in self.bodies or ())


def search(words: str, where: Searched, stopped: Stopped) -> Generator[Found, None, None]:
    """Everything that has the words; see ``text.query`` for what may be typed. Ends early once ``stopped``."""
    query = parse_query(words, tuple(State))
    if not query:
        yield Progress(0, 0, 0, 0, is_over=True)
        return
    with contextlib.closing(TextReader(where.index)) as reader:
        yield from _indexed(query, where, reader, stopped)
        chosen = [item for item in where.items.values() if query.takes_item(item.address.engine, item.state)]
        yield Progress(0, len(chosen), 0, 0)
        known = reader.bodies(where.places)
    chosen.sort(key=lambda item: (-_at(item), str(item.address)))
    targets = [_Target(item, where.bodies.get(item.address) or known.get(str(item.address))) for item in chosen]
    yield from _Scan(query, where, targets, stopped).run()


def _at(item: Item) -> float:
    return item.changed_at or item.started_at or 0.0


def _indexed(query: Query, where: Searched, reader: TextReader, stopped: Stopped) -> Iterator[Hit]:
    for address, texts in reader.texts(query, where.places):
        if stopped():
            return
        try:
            item = where.items.get(Address.parse(address))
        except ValueError:
            continue
        if item is not None and query.takes_item(item.address.engine, item.state):
            yield from _text_hits(query, item, texts)


def _text_hits(query: Query, item: Item, texts: Iterable[tuple[str, str]]) -> Iterator[Hit]:
    for kind, text in texts:
        if spans := query.spans(text, kind):
            yield Hit(item.address, kind, excerpt(text, spans), at=item.changed_at)


class _Scan:
    """The whole texts of many items, batch by batch."""

    def __init__(self, query: Query, where: Searched, targets: list[_Target], stopped: Stopped) -> None:
        self._query, self._where, self._targets, self._stopped = query, where, targets, stopped
        self._scanner = Scanner(query, stopped, where.finder)
        self._items = self._bytes = 0
        self._of_bytes = sum(target.bytes for target in targets)

    def run(self) -> Iterator[Found]:
        yield self._progress()
        for batch in self._batches():
            yield from self._scan_batch(batch)
            if self._stopped():
                return
        yield replace(self._progress(), is_over=True)

    def _progress(self) -> Progress:
        return Progress(self._items, len(self._targets), self._bytes, max(self._bytes, self._of_bytes))

    def _batches(self) -> Iterator[list[_Target]]:
        """Items in their order; the first batch is small, so that the newest are looked through at once."""
        batch: list[_Target] = []
        files = size = 0
        most = _FIRST_BATCH_BYTES
        for target in self._targets:
            if target.bodies is None:
                # Nobody has read it yet. What was collected comes first, since it is newer.
                if batch:
                    yield batch
                yield [target]
                batch, files, size = [], 0, 0
                continue
            batch.append(target)
            files, size = files + len(target.bodies), size + target.bytes
            if files >= _BATCH_FILES or size >= most:
                yield batch
                batch, files, size, most = [], 0, 0, _BATCH_BYTES
        if batch:
            yield batch

    def _scan_batch(self, batch: list[_Target]) -> Iterator[Found]:
        for target in batch:
            if target.bodies is None:
                yield from self._read(target)
        if not self._scanner.is_possible:
            for target in batch:
                self._pass_over(target)
            yield self._progress()
            return
        taken = [
            (body.path, size)
            for target in batch
            for body, size in target.bodies or ()
            if self._query.takes_field(body.stream)
        ]
        holding: set[str] | None = None
        if sum(size for _, size in taken) >= _WORTH_ASKING:
            holding = self._scanner.holding([path for path, _ in taken])
        for target in batch:
            if self._stopped():
                return
            yield from self._scan_item(target, holding)
        yield self._progress()

    def _pass_over(self, target: _Target) -> None:
        self._items += 1
        self._bytes += target.bytes

    def _scan_item(self, target: _Target, holding: set[str] | None) -> Iterator[Found]:
        seen: set[str] = set()
        for body, size in target.bodies or ():
            before = self._bytes
            is_left = len(seen) < MOST_OF_ITEM and (holding is None or body.path in holding)
            if is_left and self._query.takes_field(body.stream):
                most = min(MOST_OF_ITEM, len(seen) + MOST_OF_FILE)
                for part in self._scanner.scan(body.path, body.stream, _hidden(target.item, body)):
                    self._bytes += part.bytes
                    if part.place is None:
                        yield self._progress()
                    elif part.place.text not in seen:
                        # Transcripts write many things twice.
                        seen.add(part.place.text)
                        yield _body_hit(target.item, body, part.place)
                        if len(seen) >= most:
                            break
            self._bytes = before + size
        self._items += 1

    def _read(self, target: _Target) -> Iterator[Found]:
        """Read an item that no index knows: its short texts, and where its whole ones lie."""
        target.bodies = []
        found = self._where.read(target.item.address, self._stopped)
        if found is None:
            return
        target.bodies = [*_there(found.bodies)]
        self._of_bytes += target.bytes
        yield from _text_hits(self._query, target.item, found.texts)


def _there(bodies: Iterable[Body]) -> Iterator[tuple[Body, int]]:
    """Those that exist, with their size."""
    for body in bodies:
        with contextlib.suppress(OSError, ValueError):
            yield body, os.lstat(body.path).st_size


def _hidden(item: Item, body: Body) -> Hidden:
    engine = engine_of(item.address)
    return nothing_hidden if engine is None else lambda: engine.hidden_ranges(body)


def _body_hit(item: Item, body: Body, place: Place) -> Hit:
    address = item.address.child(*body.parts)
    return Hit(address, body.stream, place.text, body.path, place.line, place.offset, item.changed_at)


def read_apart(unit: Unit, settings: Settings, stopped: Stopped) -> Findable | None:
    """Read a unit beside everything that is watched; None when it cannot be read or nobody waits any more."""
    engine = engine_of(unit.address)
    if engine is None:
        return None
    reader = UnitReader(engine, unit, settings)
    try:
        while reader.advance():
            if stopped():
                return None
        return findable_of(reader)
    except Exception:
        # A bug in one dialect is told in the room; what cannot be read has nothing to be found.
        return None


def batches(found: Iterator[Found], longest_s: float = 0.03) -> Generator[list[Found], None, None]:
    """``found`` in lists that take about ``longest_s`` to make; the first ``Progress`` always ends one."""
    batch: list[Found] = []
    until = time.perf_counter() + longest_s
    is_before = True
    for one in found:
        if isinstance(one, Progress) and batch and isinstance(batch[-1], Progress):
            batch.pop()
        batch.append(one)
        if (is_before and isinstance(one, Progress)) or time.perf_counter() >= until:
            is_before = is_before and not isinstance(one, Progress)
            yield batch
            batch, until = [], time.perf_counter() + longest_s
    if batch:
        yield batch
