"""Parts that several run presenters share: a labelled line, a blocker in one line, plain counts. Pure."""

from __future__ import annotations

from odw_core.model.detail import Blocker, Mark
from odw_core.text.ansi import one_line
from odw_tui.present.glyphs import Glyphs
from odw_tui.present.spans import Line, Span, Spans, spans

LABEL = 7
"""Cells of a label such as ``why`` with the space after it."""

TEXT_LIMIT = 2_000
"""Characters of a foreign line that are ever laid out; what is longer can be opened as output."""

WIDE = 100
"""Cells from which a line has space for words on its right."""


def counted(number: int, word: str, plural: str = "") -> str:
    """``1 blocker``, ``2 blockers``."""
    return f"{number} {word}" if number == 1 else f"{number} {plural or word + 's'}"


def said(*words: Span, right: Spans = ()) -> Line:
    """A line of words, with what belongs on its right."""
    return Line(spans(*words), right)


def labelled(label: str, *words: Span, most: int = 1, right: Spans = ()) -> Line:
    """A line that opens with a faint label; wrapped words stand under each other."""
    return Line(spans(Span(label.ljust(LABEL), "quiet"), *words), right, most, LABEL)


def said_lines(text: str, limit: int) -> list[str]:
    """The first lines of a foreign text that show anything."""
    found: list[str] = []
    for line in text.split("\n"):
        if len(found) == limit:
            break
        if shown := one_line(line, TEXT_LIMIT):
            found.append(shown)
    return found


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
    return not blocker.fate.startswith("fixed")


def blocker_line(blocker: Blocker, glyphs: Glyphs, width: int) -> Line:
    """One blocker in one line: where, what, and on the right who found it and what became of it."""
    tone = "failed" if is_open(blocker) else "faint"
    place, finding = place_of(blocker), finding_of(blocker)
    where = Span(f"{place}  " if place else "", "quiet")
    fate = Span(blocker.fate, tone if is_open(blocker) else "done")
    route = Span(f"{route_of(blocker, glyphs)}   ", "faint") if width >= WIDE else Span("")
    return said(Span(f"{glyphs.mark(Mark.REJECTED)} ", tone), where, Span(finding), right=spans(route, fate))
