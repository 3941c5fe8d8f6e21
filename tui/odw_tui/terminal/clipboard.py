"""The clipboard of the terminal, which is asked and never answers. Claims no more than that."""

from __future__ import annotations

from typing import Protocol

from odw_core.text.ansi import one_line

_SHOWN = 400
LIMIT = 74_000
"""Bytes that common terminals take at most in one go."""


class Clipboard(Protocol):
    """Whoever can ask the terminal, such as the app: it writes OSC 52."""

    def copy_to_clipboard(self, text: str) -> None: ...


def copy(clipboard: Clipboard, text: str) -> str:
    """Ask for ``text`` to be copied; what happened, as a sentence."""
    size = len(text.encode("utf-8", "replace"))
    if size > LIMIT:
        return f"Not copied: it has {size:,} bytes, and terminals take about {LIMIT:,}."
    clipboard.copy_to_clipboard(text)
    lines = text.count("\n") + 1
    what = one_line(text, _SHOWN) or "an empty line"
    more = f" and {lines - 1} more line{'s' if lines > 2 else ''}" if lines > 1 else ""
    return f"Sent to the terminal's clipboard (OSC 52): {what}{more}"
