"""Overlap: which of those at work change the same file, or work in the same folder. Pure; knows no engine."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from odw_core.model.address import Address
from odw_core.model.item import Item, Kind, State

_AT_WORK = (State.RUNNING, State.WAITING)


class Overlap(NamedTuple):
    """Somebody else who is at work in the same place."""

    other: Address
    path: str
    """Absolute path of a file that both changed, or of the folder that both work in."""
    is_file: bool


def overlaps(items: Mapping[Address, Item]) -> dict[Address, tuple[Overlap, ...]]:
    """What every session at work shares with others, files before folders; those that share nothing are left out.

    A run and its own sessions, and sessions of one run that only read, share their folder on purpose.
    """
    at_work = [item for item in items.values() if item.kind is Kind.SESSION and item.state in _AT_WORK]
    if len(at_work) < 2:
        return {}
    by_file: dict[str, list[Item]] = {}
    by_folder: dict[str, list[Item]] = {}
    for item in at_work:
        for path in item.files:
            by_file.setdefault(path, []).append(item)
        if item.folder:
            by_folder.setdefault(item.folder, []).append(item)
    found: dict[Address, dict[Address, Overlap]] = {}
    for groups, is_file in ((by_file, True), (by_folder, False)):
        for path, group in groups.items():
            for one, other in _pairs(group):
                if is_file or not _is_same_run(one, other):
                    found.setdefault(one.address, {}).setdefault(other.address, Overlap(other.address, path, is_file))
    return {address: tuple(shared.values()) for address, shared in found.items()}


def _pairs(group: list[Item]) -> Iterable[tuple[Item, Item]]:
    return ((one, other) for one in group for other in group if one is not other)


def _is_same_run(one: Item, other: Item) -> bool:
    return one.parent is not None and one.parent == other.parent
