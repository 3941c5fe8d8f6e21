"""A blocker in one line: where, what, who found it, and what became of it. Pure."""

from __future__ import annotations

from collections.abc import Iterable

from odw_core.model.detail import Blocker, Mark
from odw_core.text.ansi import one_line
from odw_tui.present.glyphs import Glyphs
from odw_tui.present.parts import TEXT_LIMIT, said
from odw_tui.present.spans import Line, Span, cells, left, spans

_WIDEST_PLACE = 36

WIDE = 100
"""Cells from which a line has space for words on its right."""


def place_of(blocker: Blocker) -> str:
    """``src/render.js:12``, or nothing."""
    if blocker.path is None:
        return ""
    path = one_line(blocker.path, 200)
    return path if blocker.line is None else f"{path}:{blocker.line}"


def finding_of(blocker: Blocker) -> str:
    """What the blocker says, without the place that stands beside it."""
    text, place = one_line(blocker.text, TEXT_LIMIT), place_of(blocker)
    if place and text.startswith(place):
        return text[len(place) :].lstrip(" :-–—") or text
    return text


def route_of(blocker: Blocker, glyphs: Glyphs) -> str:
    """``correctness → markdown, core``."""
    reviewer = one_line(blocker.reviewer or "", 60)
    tasks = ", ".join(one_line(task, 60) for task in blocker.tasks)
    arrow = " -> " if glyphs.is_ascii else " → "
    return arrow.join(part for part in (reviewer, tasks) if part)


def is_open(blocker: Blocker) -> bool:
    """Whether nothing says that it was fixed."""
    return not blocker.fate.startswith(("fixed", "overruled"))


def blocker_lines(blockers: Iterable[Blocker], glyphs: Glyphs, width: int) -> list[Line]:
    """One line each: where, what, and on the right who found it and what became of it; findings under each other."""
    found = list(blockers)
    widest = min(max((cells(place_of(blocker)) for blocker in found), default=0), _WIDEST_PLACE)
    return [_blocker_line(blocker, glyphs, widest, has_route=width >= WIDE) for blocker in found]


def _blocker_line(blocker: Blocker, glyphs: Glyphs, widest: int, *, has_route: bool) -> Line:
    tone = "failed" if is_open(blocker) else "faint"
    where = Span(f"{left(place_of(blocker), widest, glyphs.ellipsis)}  " if widest else "", "quiet")
    fate = Span(blocker.fate, tone if is_open(blocker) else "done")
    route = Span(f"{route_of(blocker, glyphs)}   " if has_route else "", "faint")
    return said(
        Span(f"{glyphs.mark(Mark.REJECTED)} ", tone), where, Span(finding_of(blocker)), right=spans(route, fate)
    )
