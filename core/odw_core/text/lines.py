"""Bytes of a growing file cut into whole lines. Splits on ``\\n`` only: U+2028, ``\\r`` and their like are content."""

from __future__ import annotations


def whole_lines(data: bytes) -> tuple[list[tuple[int, bytes]], int]:
    """Every finished line of ``data`` with its offset, without its newline, and how many unfinished bytes follow."""
    finished = data.split(b"\n")
    rest = finished.pop()
    lines: list[tuple[int, bytes]] = []
    offset = 0
    for line in finished:
        lines.append((offset, line))
        offset += len(line) + 1
    return lines, len(rest)
