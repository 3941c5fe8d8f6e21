"""Parts that several presenters share: a labelled line, plain counts, the first lines of a text. Pure."""

from __future__ import annotations

from odw_core.text.ansi import one_line
from odw_tui.present.spans import Line, Span, Spans, spans

LABEL = 7
"""Cells of a label such as ``why`` with the space after it."""

TEXT_LIMIT = 2_000
"""Characters of a foreign line that are ever laid out; what is longer can be opened as output."""


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
