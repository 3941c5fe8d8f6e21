"""The other process of a first start: reads units as it is told on stdin, hands back what it folded on stdout.

Frames: a JSON line ``[address, cursors, size]`` and ``size`` bytes of dump; size -1 where the room has to look itself.
"""

from __future__ import annotations

import json
import sys
from typing import BinaryIO

from odw_core.engines.registry import engine_of
from odw_core.index.rows import cursors_to_text
from odw_core.model.address import Address
from odw_core.model.evidence import Unit
from odw_core.service.unit_reader import Settings, UnitReader

_SLICES = 8


def serve(orders: BinaryIO, answers: BinaryIO) -> None:
    """Read until there are no more orders: each is a JSON line of ``[address, place, root]`` lists."""
    for line in orders:
        for address, place, root in json.loads(line):
            cursors, blob = read(Unit(Address.parse(address), place, root))
            size = -1 if blob is None else len(blob)
            answers.write(json.dumps([address, cursors, size]).encode() + b"\n" + (blob or b""))
        answers.flush()


def read(unit: Unit) -> tuple[str, bytes | None]:
    """Cursors and dump of one unit, read to its end; no dump where something about it is not as it should be."""
    engine = engine_of(unit.address)
    if engine is None:
        return "[]", None
    reader = UnitReader(engine, unit, Settings())
    try:
        while reader.advance(_SLICES):
            pass
        checkpoint = reader.checkpoint()
    except Exception:
        # A bug in one dialect is told by the room, which meets it again.
        return "[]", None
    if checkpoint is None or reader.is_torn or reader.is_gone or reader.all_problems():
        return "[]", None
    return cursors_to_text(checkpoint.cursors), checkpoint.acc


if __name__ == "__main__":
    serve(sys.stdin.buffer, sys.stdout.buffer)
