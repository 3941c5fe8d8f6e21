"""What the run screen shows in place of a run: being read, not there, gone before it was read. Pure."""

from __future__ import annotations

from odw_tui.present.output import sentence
from odw_tui.present.spans import Line, Span


def reading() -> tuple[Line, ...]:
    """Its files are being read."""
    return (Line(), Line((Span("Reading its files.", "quiet"),)))


def not_there(name: str, reason: str, key: str) -> tuple[Line, ...]:
    """Nothing can be shown, and why."""
    return (
        Line(),
        Line((Span(f"{name} cannot be shown.", "strong"),), most=3),
        Line((Span(sentence(reason), "quiet"),), most=6),
        Line(),
        Line((Span(f"{key}  back to the room", "quiet"),)),
    )
