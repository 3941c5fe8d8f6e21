"""The other process of a first start: reads units as it is told on stdin, hands back their index rows on stdout.

Frames: the size of an answer in four bytes, then the pickled pair of an address and its row, None where the room has
to look itself. Both ends are this program, so a pickle is believed.
"""

from __future__ import annotations

import json
import pickle
import sys
from typing import BinaryIO

from odw_core.engines.registry import engine_of
from odw_core.index.rows import Row, no_collector
from odw_core.model.address import Address
from odw_core.model.evidence import Unit
from odw_core.service.watching.saved_unit import known_of, row_of
from odw_core.service.watching.unit_reader import Settings, UnitReader

SIZE_BYTES = 4

_SLICES = 8


def serve(orders: BinaryIO, answers: BinaryIO) -> None:
    """Read until there are no more orders: each is a JSON line, whether to skim what can be, and lists of ``[address,
    place, root]``."""
    settings = Settings()
    for line in orders:
        with no_collector():
            skims, units = json.loads(line)
            for address, place, root in units:
                row = read(Unit(Address.parse(address), place, root), settings, skims=skims)
                answer = pickle.dumps((address, row), pickle.HIGHEST_PROTOCOL)
                answers.write(len(answer).to_bytes(SIZE_BYTES, "big") + answer)
        answers.flush()


def read(unit: Unit, settings: Settings, *, skims: bool) -> Row | None:
    """The index row of one unit, read to its end unless ``skims`` and its ends are enough; None unless it is over and
    nothing about it needs a second look."""
    engine = engine_of(unit.address)
    if engine is None:
        return None
    reader = UnitReader(engine, unit, settings)
    try:
        if skims and reader.skim():
            return row_of(reader)
        while reader.advance(_SLICES):
            pass
        return None if known_of(reader) is None else row_of(reader)
    except Exception:
        # A bug in one dialect is told by the room, which meets it again.
        return None


if __name__ == "__main__":
    serve(sys.stdin.buffer, sys.stdout.buffer)
