"""Long searches cut into slices of a few milliseconds, so that a screen can be painted in between."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from time import perf_counter

from odw_core.text.ansi import unmasked
from odw_core.text.needle import Needle

_SLICE_S = 0.004


def paced(needle: Needle, lines: Iterable[int | None], text_of: Callable[[int], str]) -> Iterator[int | None]:
    """Those of ``lines`` whose text, as shown, holds ``needle``; None whenever a slice of time is used up.

    ``lines`` may hold None wherever a pause would be welcome although there is no line to judge.
    """
    deadline = perf_counter() + _SLICE_S
    for line in lines:
        if line is not None and needle.is_in(unmasked(text_of(line))):
            yield line
        elif perf_counter() < deadline:
            continue
        else:
            yield None
        deadline = perf_counter() + _SLICE_S
