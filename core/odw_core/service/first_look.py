"""The first picture of a room that no cache knows: what is newest in it, read before anything else. Saves nothing."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator, Sequence
from itertools import zip_longest

from odw_core.engines.registry import ENGINES
from odw_core.model.address import Address
from odw_core.model.change import Snapshot
from odw_core.model.item import Item
from odw_core.service.watching.unit_reader import Settings, UnitReader

_ENOUGH = 60
_LONGEST_S = 0.015
"""Nobody has seen anything yet, so a frame with a few rows now is worth more than a full one later."""


def first_look(places: Sequence[str], silent_after_s: float) -> Snapshot:
    """An incomplete snapshot with the newest of every engine and place, as many as can be read at once."""
    settings, until = Settings(silent_after_s=silent_after_s), time.perf_counter() + _LONGEST_S
    found: dict[Address, Item] = {}
    for reader in _newest(places, settings):
        # A long journal has its turn later. What fails on the way is told by the room, which meets it again.
        with contextlib.suppress(Exception):
            if not reader.advance() and reader.item is not None and not reader.is_torn:
                found.setdefault(reader.unit.address, reader.item)
        if len(found) >= _ENOUGH or (found and time.perf_counter() > until):
            break
    return Snapshot(0, found, (), tuple(places), (), complete=False)


def _newest(places: Sequence[str], settings: Settings) -> Iterator[UnitReader]:
    """In turns from every place and engine, the newest first: names carry the start time."""
    listed = [[*engine.discover(place)][-_ENOUGH:][::-1] for place in places for engine in ENGINES]
    engines = [engine for _ in places for engine in ENGINES]
    for row in zip_longest(*listed):
        for engine, unit in zip(engines, row, strict=True):
            if unit is not None:
                yield UnitReader(engine, unit, settings)
