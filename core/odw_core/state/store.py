"""Store: the newest item of every address, with a sequence number, and who wants to hear of changes. No I/O."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import TypeVar

from odw_core.model.address import Address
from odw_core.model.change import Change, Snapshot
from odw_core.model.item import Item, State
from odw_core.model.problem import Problem
from odw_core.model.question import Question
from odw_core.state.diff import is_news
from odw_core.state.select import merge_questions

_KEPT_CHANGES = 4096

T = TypeVar("T")


class Store:
    """Takes items in, says what changed. A reader that lags behind the kept changes gets the whole room instead."""

    def __init__(self, places: tuple[str, ...] = ()) -> None:
        self._places = places
        self._lent: Mapping[str, Address] = MappingProxyType({})
        self._items: dict[Address, Item] = {}
        self._questions: dict[Address, tuple[Question, ...]] = {}
        self._merged: tuple[Question, ...] | None = None
        """All questions as cards; None while they have to be merged anew."""
        self._decided: frozenset[str] = frozenset()
        self._problems: dict[Address, tuple[Problem, ...]] = {}
        self._own_problems: tuple[Problem, ...] = ()
        self._changes: deque[Change] = deque(maxlen=_KEPT_CHANGES)
        self._seq = 0
        self._is_complete = False
        self._counts: Mapping[State, int] | None = None
        self._snapshot: Snapshot | None = None
        self._listeners: list[Callable[[], None]] = []

    @property
    def seq(self) -> int:
        """Number of the newest change."""
        return self._seq

    @property
    def counts(self) -> Mapping[State, int] | None:
        """Rows of each state while not all items are here."""
        return self._counts

    @property
    def lent(self) -> Mapping[str, Address]:
        """Places that are watched only because of a campaign."""
        return self._lent

    def item(self, address: Address) -> Item | None:
        """The newest item of an address."""
        return self._items.get(address)

    def put(
        self,
        address: Address,
        item: Item | None,
        questions: tuple[Question, ...] = (),
        problems: tuple[Problem, ...] = (),
    ) -> None:
        """The newest reading of one unit; None when it is gone."""
        before = self._items.get(address)
        news = is_news(before, item)
        if self._questions.get(address, ()) != questions or self._problems.get(address, ()) != problems:
            news = True
            if self._questions.get(address, ()) != questions:
                self._merged = None
            _set(self._questions, address, questions)
            _set(self._problems, address, problems)
        if not news and before is item:
            return
        if item is None:
            self._items.pop(address, None)
        else:
            self._items[address] = item
        if news:
            self._seq += 1
            self._changes.append(Change(self._seq, address, before, item))
            self._publish()

    def ask(self, source: Address, questions: tuple[Question, ...]) -> None:
        """What a source that has no item of its own asks: a server, on behalf of sessions. The last word stands."""
        if self._questions.get(source, ()) != questions:
            _set(self._questions, source, questions)
            self._merged = None
            self._seq += 1
            self._publish()

    @property
    def asked(self) -> tuple[Question, ...]:
        """Every open question as a card."""
        if self._merged is None:
            merged = merge_questions(question for group in self._questions.values() for question in group)
            self._merged = tuple(replace(card, is_sent=True) if card.id in self._decided else card for card in merged)
        return self._merged

    def mark_sent(self, decided: frozenset[str]) -> None:
        """Ids of the questions about which a decision is on its way."""
        if decided != self._decided:
            self._decided, self._merged = decided, None
            self._seq += 1
            self._publish()

    def load(self, items: Iterable[Item], counts: Mapping[State, int] | None = None) -> None:
        """Begin with what a cache knew, without calling it news. ``counts`` when the items are only a first page."""
        self._items.update((item.address, item) for item in items)
        self._counts = counts
        self._snapshot = None

    def watch(self, places: tuple[str, ...], lent: Mapping[str, Address]) -> None:
        """The places that are watched, and which of them only because of a campaign."""
        if (places, lent) != (self._places, self._lent):
            self._places, self._lent = places, MappingProxyType({**lent})
            self._publish()

    def report(self, problems: tuple[Problem, ...]) -> None:
        """Problems of the room itself."""
        if problems != self._own_problems:
            self._own_problems = problems
            self._publish()

    def mark_complete(self) -> None:
        """The first full look at the disk is over."""
        if not self._is_complete:
            self._is_complete, self._counts = True, None
            self._publish()

    def snapshot(self) -> Snapshot:
        """The room as it is now. The same object as long as nothing changed."""
        if self._snapshot is None:
            found = {problem for group in self._problems.values() for problem in group}
            self._snapshot = Snapshot(
                seq=self._seq,
                items=MappingProxyType(dict(self._items)),
                questions=self.asked,
                places=self._places,
                problems=(*self._own_problems, *sorted(found.difference(self._own_problems))),
                complete=self._is_complete,
                counts=self._counts,
                lent=self._lent,
            )
        return self._snapshot

    def since(self, seq: int) -> tuple[Change, ...]:
        """Changes after ``seq``, one for each address, from what it was then to what it is now."""
        if self._changes and self._changes[0].seq > seq + 1:
            return tuple(Change(self._seq, item.address, None, item) for item in self._items.values())
        newest_first: list[Change] = []
        for change in reversed(self._changes):
            if change.seq <= seq:
                break
            newest_first.append(change)
        merged: dict[Address, Change] = {}
        for change in reversed(newest_first):
            known = merged.pop(change.address, None)
            before = change.before if known is None else known.before
            merged[change.address] = Change(change.seq, change.address, before, change.after)
        return tuple(merged.values())

    def listen(self, listener: Callable[[], None]) -> Callable[[], None]:
        """Call ``listener`` after every change; the function that is returned ends that."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    def _publish(self) -> None:
        self._snapshot = None
        for listener in tuple(self._listeners):
            listener()


def _set(table: dict[Address, tuple[T, ...]], address: Address, value: tuple[T, ...]) -> None:
    if value:
        table[address] = value
    else:
        table.pop(address, None)
