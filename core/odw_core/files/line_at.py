"""Which line of a file a byte stands in, and what that line says. Reads no more than that needs, keeps nothing."""

from __future__ import annotations

import os
from pathlib import Path

from odw_core.files.safe_open import open_regular

_BLOCK = 1 << 20
MOST = 1 << 20
"""Bytes of a line, or of a file as a whole, that are ever told."""


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


def told_at(path: str | Path, offset: int | None) -> bytes:
    """The line that begins at byte ``offset``, or the whole file without one; at most ``MOST`` bytes of it.

    Raises ``OSError`` when it cannot be read.
    """
    descriptor = open_regular(path)
    try:
        os.lseek(descriptor, max(0, offset or 0), os.SEEK_SET)
        chunks: list[bytes] = []
        missing = MOST
        while missing > 0 and (block := os.read(descriptor, min(missing, _BLOCK))):
            line, end, _ = block.partition(b"\n") if offset is not None else (block, b"", b"")
            chunks.append(line)
            missing -= len(block)
            if end:
                break
        return b"".join(chunks)
    finally:
        os.close(descriptor)
