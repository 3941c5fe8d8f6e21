"""What spans and lines say, as plain strings that a test can compare."""

from __future__ import annotations

from collections.abc import Iterable

from odw_tui.present.spans import Line, Span


def text_of(line: Iterable[Span]) -> str:
    """The words of one line of spans."""
    return "".join(span.text for span in line)


def both_sides(line: Line) -> str:
    """The words of a line of a sheet: ``left | right``."""
    return f"{text_of(line.left)} | {text_of(line.right)}"
