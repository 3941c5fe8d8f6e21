"""EarlyReading: one run or session as the cache knows it, at hand before the live service is made. Reads no journal."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from odw_core.index.read import IndexReader
from odw_core.model.address import Address
from odw_core.model.evidence import Facts, Unit

if TYPE_CHECKING:
    from odw_core.engines.registry import Acc, AnyEngine
    from odw_core.files.line_source import LineSource
    from odw_core.model.detail import Detail


class EarlyReading:
    """What somebody wants to see at once. Whether its owner lives is asked at the first look at the disk."""

    def __init__(self, engine: AnyEngine, unit: Unit, acc: Acc, now: float) -> None:
        self._engine, self._unit, self._acc = engine, unit, acc
        self.address = unit.address
        self.detail: Detail = engine.detail(acc, Facts(now))

    def open_log(self, address: Address, stream: str | None) -> LineSource:
        """One stream of it, whole. Raises ``NotFound`` with a sentence."""
        return self._engine.open_log(self._unit, self._acc, address, stream)


def early_reading(address: Address, places: Sequence[str], cache: Path | None, now: float) -> EarlyReading | None:
    """What the cache knows of the run or session ``address`` lies in; None when it knows nothing it could stand by."""
    if cache is None:
        return None
    from odw_core.engines.registry import engine_of

    engine, root = engine_of(address), address.root
    index = IndexReader(cache)
    try:
        found = None if engine is None else index.unit(str(root), places)
        if engine is None or found is None:
            return None
        unit = Unit(root, *found)
        saved = index.acc(unit, engine.fold_version)
    finally:
        index.close()
    if saved is None:
        return None
    try:
        acc = engine.load(unit, saved[1])
    except ValueError:
        return None
    return EarlyReading(engine, unit, acc, now)
