"""The first picture of a room: what the cache knows of its first rows, without looking at the disk."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from odw_core.index.read import IndexReader
from odw_core.model.change import Snapshot
from odw_core.model.item import Item

FIRST_PAGE = 200
"""Rows: more than any screen has lines, so that the first frame is whole."""


def first_snapshot(places: Sequence[str], cache: Path | None) -> Snapshot:
    """An incomplete snapshot with exact counts as of the last look; empty without a cache."""
    index = IndexReader(cache) if cache is not None else None
    if index is None:
        return Snapshot(0, {}, (), tuple(places), (), complete=False)
    try:
        items, counts = index.first_page(tuple(places), FIRST_PAGE)
    finally:
        index.close()
    known = {item.address: item for item in items}
    return Snapshot(0, known, (), tuple(places), (), complete=False, counts=counts if known else None)


def cached_item(address: str, places: Sequence[str], cache: Path | None) -> Item | None:
    """What the cache knows of exactly that address, without looking at the disk."""
    if cache is None:
        return None
    index = IndexReader(cache)
    try:
        return index.one(address, tuple(places))
    finally:
        index.close()
