"""Ink: tones as the colours of the reader's own terminal, for text that is printed and left standing. No printing."""

from __future__ import annotations

_BOLD, _DIM, _RED, _YELLOW, _MAGENTA = "1", "2", "31", "33", "35"

_TONES = {
    "strong": _BOLD,
    "quiet": _DIM,
    "faint": _DIM,
    "waiting": f"{_BOLD};{_YELLOW}",
    "blocked": _MAGENTA,
    "failed": _RED,
    "stale": _DIM,
    "idle": _DIM,
    "done": _DIM,
}
"""What is not here, such as what runs, is written as it is."""


def coloured(text: str, tone: str) -> str:
    """``text`` in its tone."""
    code = _TONES.get(tone)
    return text if code is None else f"\x1b[{code}m{text}\x1b[0m"


def colourless(text: str, tone: str) -> str:
    """``text`` as it is."""
    return text
