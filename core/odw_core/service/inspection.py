"""The ``inspect --json`` document: the raw reading of every engine, for verification (contract: the headless page)."""

from __future__ import annotations

from collections.abc import Iterable

from odw_core.engines.base import Read
from odw_core.engines.registry import ENGINES
from odw_core.model.problem import Problem
from odw_core.service.watching.roster import Roster


def inspect(roster: Roster, problems: Iterable[Problem]) -> dict[str, object]:
    """Readers must have been folded in full. What was found is sorted by address."""
    readers = [reader for _, reader in sorted(roster.readers.items(), key=lambda pair: str(pair[0]))]
    sections: dict[str, object] = {}
    for engine in ENGINES:
        read = [Read(reader.unit, reader.acc, reader.alive) for reader in readers if reader.engine is engine]
        sections.update(engine.inspection(read, roster.places))
    return {**sections, "problems": [{"path": p.path, "offset": p.offset, "reason": p.reason} for p in problems]}
