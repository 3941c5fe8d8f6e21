"""Hidden ranges: bytes of a file that nobody may be told, put out of sight without moving anything. Pure."""

from __future__ import annotations

from collections.abc import Iterable

Ranges = tuple[tuple[int, int], ...]
"""(start, end) in bytes of a file."""


def blanked(data: bytes, offset: int, ranges: Iterable[tuple[int, int]]) -> bytes:
    """``data``, which stands at ``offset`` in its file, with ``*`` for everything inside of the ranges."""
    end = offset + len(data)
    for first, last in ranges:
        first, last = max(first, offset), min(last, end)
        if first < last:
            data = data[: first - offset] + b"*" * (last - first) + data[last - offset :]
    return data
