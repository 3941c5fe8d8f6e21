"""Selectors: which items of a snapshot count, and in which order they are told. Pure; shared by everything headless."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from odw_core.model.address import Address
from odw_core.model.item import Item, State


def top_items(items: Mapping[Address, Item]) -> Iterator[Item]:
    """Items that are rows of their own. What belongs to a run that is here is part of that run."""
    return (item for item in items.values() if item.parent is None or item.parent not in items)


def items_in_order(items: Mapping[Address, Item]) -> Iterator[Item]:
    """The most urgent state first, in it the newest first; what belongs to a run follows that run."""
    below: dict[Address, list[Item]] = {}
    for item in items.values():
        if item.parent is not None and item.parent in items:
            below.setdefault(item.parent, []).append(item)
    for top in sorted(top_items(items), key=_by_urgency):
        yield top
        yield from sorted(below.get(top.address, ()), key=_by_age)


def waiting_items(items: Mapping[Address, Item]) -> list[Item]:
    """Rows that wait for a person, the newest first."""
    return sorted((item for item in top_items(items) if item.state is State.WAITING), key=_by_age)


def count_states(items: Mapping[Address, Item]) -> dict[State, int]:
    """How many rows are in each state; every state is there, the most urgent first."""
    counts = dict.fromkeys(State, 0)
    for item in top_items(items):
        counts[item.state] += 1
    return counts


def _by_urgency(item: Item) -> tuple[int, float, Address]:
    return (item.state.rank, *_by_age(item))


def _by_age(item: Item) -> tuple[float, Address]:
    return (-(item.started_at or 0.0), item.address)
