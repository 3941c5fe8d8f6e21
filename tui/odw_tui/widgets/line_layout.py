"""How many characters of a line fit into so many cells, and where it wraps. Costs what is shown where it can."""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from itertools import islice

from rich.cells import get_character_cell_size

_MOST_MARKS = 4
"""Characters taken per cell at most: a flood of combining marks must not make a row endless."""


def fit(text: str, start: int, room: int) -> tuple[int, int]:
    """End of the longest part of ``text`` from ``start`` that takes at most ``room`` cells, and how many it takes.

    Marks without a width stay with the character before them.
    """
    if text.isascii():
        end = min(len(text), start + max(0, room))
        return end, end - start
    used = 0
    end = start
    for character in islice(text, start, start + room * _MOST_MARKS + _MOST_MARKS):
        size = get_character_cell_size(character)
        if used + size > room:
            break
        used += size
        end += 1
    return end, used


def row_starts(text: str, width: int) -> Sequence[int]:
    """Where each row begins when ``text`` is wrapped at ``width`` cells: never empty, always 0 first."""
    width = max(1, width)
    if _is_narrow(text):
        return range(0, max(1, len(text)), width)
    starts = array("q", [0])
    start = 0
    while True:
        # A row holds at least one character, even one that is too wide for it.
        start = max(fit(text, start, width)[0], start + 1)
        if start >= len(text):
            return starts
        starts.append(start)


def _is_narrow(text: str) -> bool:
    """Whether every character takes exactly one cell."""
    return text.isascii() or all(get_character_cell_size(character) == 1 for character in set(text))
