"""Glyphs: one cell wide each, with an ASCII twin. The only place that chooses a sign for a state or a mark."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final, NamedTuple

from odw_core.model.item import State

if TYPE_CHECKING:
    from odw_core.model.detail import Mark


class Glyphs(NamedTuple):
    """One set of signs. Signs never stand alone: a word or a place in the grid says the same."""

    is_ascii: bool
    states: Mapping[State, str]
    marks: Mapping[str, str]
    """By the value of a mark, so that nothing but the signs is loaded for the first frame."""
    cursor: str
    """Left edge of the row the cursor is on."""
    ellipsis: str
    crumb: str
    """Between the parts of a path of screens."""
    absent: str
    """A number that is not known."""
    thumb: str
    """What the scroll bar is made of."""
    dot: str
    news: str
    """Before what happened while nobody looked."""
    """Between facts on one line."""
    caret: str
    """Where the next typed character goes."""

    def state(self, state: State) -> str:
        """The sign of a state."""
        return self.states[state]

    def mark(self, mark: Mark) -> str:
        """The sign of a cell of the grid."""
        return self.marks[mark]


UNICODE: Final = Glyphs(
    is_ascii=False,
    states={
        State.WAITING: "◆",
        State.BLOCKED: "■",
        State.FAILED: "✗",
        State.RUNNING: "▸",
        State.STALE: "~",
        State.IDLE: "○",
        State.DONE: "✓",
    },
    marks={
        "done": "✓",
        "repaired": "↻",
        "kept": "=",
        "cached": "=",
        "running": "▸",
        "unfinished": "~",
        "waiting": "◆",
        "failed": "✗",
        "approved": "✓",
        "rejected": "✗",
        "needs_owner": "◆",
        "skipped": "·",
        "fallback": "≈",
    },
    cursor="▌",
    ellipsis="…",
    crumb="›",
    absent="–",
    thumb="▐",
    dot="·",
    news="•",
    caret="▏",
)

ASCII: Final = Glyphs(
    is_ascii=True,
    states={
        State.WAITING: "*",
        State.BLOCKED: "#",
        State.FAILED: "x",
        State.RUNNING: ">",
        State.STALE: "~",
        State.IDLE: "o",
        State.DONE: "+",
    },
    marks={
        "done": "+",
        "repaired": "@",
        "kept": "=",
        "cached": "=",
        "running": ">",
        "unfinished": "~",
        "waiting": "*",
        "failed": "x",
        "approved": "+",
        "rejected": "x",
        "needs_owner": "*",
        "skipped": ".",
        "fallback": "!",
    },
    cursor="|",
    ellipsis="~",
    crumb=">",
    absent="-",
    thumb=":",
    dot="-",
    news="+",
    caret="_",
)


def glyphs(*, ascii_only: bool) -> Glyphs:
    """The set to draw with."""
    return ASCII if ascii_only else UNICODE
