"""Which line of a file a byte stands in. Reads the file up to there, keeps nothing."""

from __future__ import annotations

import os
from pathlib import Path

from odw_core.files.safe_open import open_regular

_BLOCK = 1 << 20


def line_at(path: str | Path, offset: int) -> int:
    """The line (from 1) that byte ``offset`` of the file stands in; beyond its end the last one.

    1 where the file cannot be read.
    """
    try:
        descriptor = open_regular(path)
    except (OSError, ValueError):
        return 1
    try:
        line, missing = 1, max(0, offset)
        while missing > 0 and (block := os.read(descriptor, min(missing, _BLOCK))):
            line += block.count(b"\n")
            missing -= len(block)
        return line
    except OSError:
        return 1
    finally:
        os.close(descriptor)
