"""The rows of the room: grouped by state, narrowed by a filter, in an order that only a new fact can change. Pure.

A room of thousands is regrouped once; after that each batch of changes costs only the groups it touches.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterable, Mapping, Sequence
from enum import StrEnum
from typing import Any, NamedTuple

from odw_core.model.address import Address
from odw_core.model.change import Change
from odw_core.model.item import Item, State
from odw_core.state.select import is_row

SortKey = tuple[Any, ...]
Children = Mapping[Address, frozenset[Address]]

_MANY = 64
"""So many newcomers are sorted at once rather than put in one by one."""


class Order(StrEnum):
    """How the rows of a group are sorted. Nothing in a key changes while a run goes on, so rows stay where they are."""

    START = "start"
    TITLE = "title"
    PLACE = "place"

    @property
    def next(self) -> Order:
        """The order after this one, going round."""
        orders = tuple(Order)
        return orders[(orders.index(self) + 1) % len(orders)]

    @property
    def key(self) -> Callable[[Item], SortKey]:
        """What to sort by; newest started first wherever the rest is equal."""
        return _KEYS[self]


def _by_start(item: Item) -> SortKey:
    return (-(item.started_at or 0.0), item.address)


_KEYS: dict[Order, Callable[[Item], SortKey]] = {
    Order.START: _by_start,
    Order.TITLE: lambda item: (item.title.casefold(), *_by_start(item)),
    Order.PLACE: lambda item: (item.where, *_by_start(item)),
}


class Query(NamedTuple):
    """The words of a filter; a row is shown when it holds all of them, wherever."""

    words: tuple[str, ...] = ()

    @classmethod
    def parse(cls, text: str) -> Query:
        """The query a person typed."""
        return cls(tuple(text.casefold().split()))

    def matches(self, text: str) -> bool:
        """Whether ``text``, as ``searched_text`` gives it, holds every word."""
        return all(word in text for word in self.words)


def searched_text(item: Item) -> str:
    """Everything of an item that the filter looks at."""
    named = (item.title, item.goal or "", str(item.address), item.place, item.where, item.branch or "", item.driver)
    parts = (*named, item.state.value, item.raw_state, item.stage, item.model or "")
    return "\n".join(parts).casefold()


class Group(NamedTuple):
    """All items of one state in order, and those of them that the filter lets through."""

    state: State
    keys: tuple[SortKey, ...] = ()
    items: tuple[Item, ...] = ()
    texts: tuple[str, ...] | None = None
    """What the filter looks at, one for each item; None until something was filtered."""
    shown: tuple[Item, ...] = ()

    def index_of(self, item: Item, key: SortKey) -> int | None:
        """The place of ``item`` among the shown; ``key`` is what it is sorted by."""
        if self.shown is self.items:
            place = bisect_left(self.keys, key)
            return place if place < len(self.items) and self.items[place].address == item.address else None
        return next((place for place, one in enumerate(self.shown) if one.address == item.address), None)

    def filtered(self, query: Query) -> Group:
        """The same items under another filter."""
        if not query.words:
            return self._replace(shown=self.items)
        texts = tuple(map(searched_text, self.items)) if self.texts is None else self.texts
        shown = tuple(item for item, text in zip(self.items, texts, strict=True) if query.matches(text))
        return self._replace(texts=texts, shown=shown)

    def changed(self, gone: Iterable[Item], come: Sequence[Item], key: Callable[[Item], SortKey]) -> Group:
        """Without those that are gone, with those that have come; what is shown is to be filtered anew."""
        keys, items = list(self.keys), list(self.items)
        texts = None if self.texts is None else list(self.texts)
        for item in gone:
            place = bisect_left(keys, key(item))
            del keys[place], items[place]
            if texts is not None:
                del texts[place]
        if len(come) > _MANY:
            ordered = sorted(zip((*keys, *map(key, come)), (*items, *come), strict=True))
            return Group(self.state, tuple(one for one, _ in ordered), tuple(item for _, item in ordered))
        for item in come:
            place = bisect_left(keys, key(item))
            keys.insert(place, key(item))
            items.insert(place, item)
            if texts is not None:
                texts.insert(place, searched_text(item))
        return Group(self.state, tuple(keys), tuple(items), None if texts is None else tuple(texts))


class Rows(NamedTuple):
    """Every top row of the room. Made by ``select``; ``after`` gives the rows that a batch of changes leads to."""

    groups: tuple[Group, ...]
    """In the order in which a person should look at them; only those that hold items."""
    by_address: Mapping[Address, Item]
    children: Children
    """The sessions of each run, rows or not."""
    engines: frozenset[str]
    """Who ever wrote a row of this room."""
    places: frozenset[str]
    """Where a row of this room ever was."""
    query: Query
    order: Order

    @property
    def total(self) -> int:
        """How many there are, shown or not."""
        return len(self.by_address)

    @property
    def shown(self) -> int:
        """How many the filter lets through."""
        return sum(len(group.shown) for group in self.groups)

    @property
    def counts(self) -> dict[State, int]:
        """How many there are of each state, whatever the filter."""
        return {group.state: len(group.items) for group in self.groups}

    def filtered(self, query: Query) -> Rows:
        """The same room under another filter."""
        return self._replace(groups=tuple(group.filtered(query) for group in self.groups), query=query)

    def sorted(self, order: Order) -> Rows:
        """The same room in another order."""
        rows = select(self.by_address, self.query, order)
        return rows._replace(children=self.children, engines=self.engines, places=self.places)

    def after(self, changes: Sequence[Change], items: Mapping[Address, Item]) -> Rows:
        """The rows once ``changes`` have led to ``items``. Groups that no change touches stay the same objects."""
        children = _with_children(self.children, changes)
        touched = {change.address for change in changes}
        for change in changes:
            # Whether a session is a row of its own depends on its run.
            touched |= children.get(change.address, frozenset())
        by_address = dict(self.by_address)
        gone: dict[State, list[Item]] = {}
        come: dict[State, list[Item]] = {}
        for address in touched:
            before, after = by_address.pop(address, None), items.get(address)
            if after is not None and is_row(after, items):
                by_address[address] = after
                if after is not before:
                    come.setdefault(after.state, []).append(after)
            if before is not None and before is not by_address.get(address):
                gone.setdefault(before.state, []).append(before)
        if not gone and not come:
            return self._replace(children=children)
        groups = {group.state: group for group in self.groups}
        for state in gone.keys() | come.keys():
            group = groups.get(state) or Group(state)
            group = group.changed(gone.get(state, ()), come.get(state, ()), self.order.key)
            groups[state] = group.filtered(self.query)
        new = [item for found in come.values() for item in found]
        return self._replace(
            groups=_in_rank(groups),
            by_address=by_address,
            children=children,
            engines=self.engines.union(item.address.engine for item in new),
            places=self.places.union(item.where for item in new),
        )


def _with_children(known: Children, changes: Sequence[Change]) -> Children:
    children = dict(known)
    for change in changes:
        parent = change.after.parent if change.after is not None else None
        if parent is not None and change.address not in children.get(parent, ()):
            children[parent] = children.get(parent, frozenset()) | {change.address}
    return children


def select(items: Mapping[Address, Item], query: Query, order: Order) -> Rows:
    """The rows of the room."""
    children: dict[Address, set[Address]] = {}
    members: dict[State, list[Item]] = {}
    by_address: dict[Address, Item] = {}
    for address, item in items.items():
        if item.parent is not None:
            children.setdefault(item.parent, set()).add(address)
        if is_row(item, items):
            by_address[address] = item
            members.setdefault(item.state, []).append(item)
    groups: dict[State, Group] = {}
    for state, found in members.items():
        groups[state] = Group(state).changed((), found, order.key).filtered(query)
    return Rows(
        groups=_in_rank(groups),
        by_address=by_address,
        children={parent: frozenset(found) for parent, found in children.items()},
        engines=frozenset(address.engine for address in by_address),
        places=frozenset(item.where for item in by_address.values()),
        query=query,
        order=order,
    )


def _in_rank(groups: Mapping[State, Group]) -> tuple[Group, ...]:
    return tuple(groups[state] for state in State if state in groups and groups[state].items)
