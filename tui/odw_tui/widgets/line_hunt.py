"""The next line that holds a needle, looked for in slices, beyond an end of the text if need be. Moves nothing."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from odw_core.text.needle import Needle
from odw_tui.widgets.line_window import LineWindow


class Outcome(NamedTuple):
    """How a hunt ended."""

    line: int | None
    """None: in vain."""
    is_wrapped: bool
    """Whether it went on beyond an end of the text."""


def hunt(window: LineWindow, needle: Needle, *, forward: bool, is_new: bool = False) -> Iterator[Outcome | None]:
    """None after every slice in vain, then the outcome. Nothing comes if the text is exchanged meanwhile.

    A new hunt takes what is nearest, in view or below, else above; any other takes what is next, all around the text.
    """
    source, generation = window.source, window.source.generation
    start = window.start_of_search(forward=forward, is_new=is_new)
    if is_new:
        around = source.find(needle, start, forward=False)
    elif forward:
        around = source.find(needle, 0)
    else:
        around = source.find(needle, source.line_count, forward=False)
    for lines, is_wrapped in ((source.find(needle, start, forward), False), (around, True)):
        for line in lines:
            if source.generation != generation:
                return
            if line is not None:
                yield Outcome(line, is_wrapped)
                return
            yield None
    yield Outcome(None, is_wrapped=False)
