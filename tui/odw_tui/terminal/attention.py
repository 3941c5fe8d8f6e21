"""How a terminal is told that something waits: its title, a notification (OSC 9), its bell. Makes text, writes nothing.

No character of a text survives that a terminal could obey, whoever wrote it.
"""

from __future__ import annotations

from collections.abc import Mapping

BELL = "\a"
SAVE_TITLE = "\x1b[22;2t"
RESTORE_TITLE = "\x1b]2;\a\x1b[23;2t"
"""First emptied, for terminals that keep no titles: they show their own again."""

_LONGEST = 250
_MUTE = ("", "dumb", "linux", "unknown")
"""Terminals without titles and notifications, of which some would print them instead."""


def is_spoken_to(environ: Mapping[str, str], *, is_terminal: bool) -> bool:
    """Whether anything may be said to the terminal on its own account."""
    return is_terminal and environ.get("TERM", "") not in _MUTE


def title(text: str) -> str:
    """The window, or the pane of a tmux, is called ``text``."""
    return f"\x1b]2;{_harmless(text)}\a"


def badge(waiting: int, sign: str, name: str) -> str:
    """``◆2 odw-tui``; only the name while nothing waits."""
    return f"{sign}{waiting} {name}" if waiting else name


def notification(text: str, sign: str, environ: Mapping[str, str]) -> str:
    """The desktop shows ``text``; within tmux its terminal is asked, which needs ``allow-passthrough``.

    ``sign`` comes first: some terminals take a number there for an order of another kind.
    """
    asked = f"\x1b]9;{_harmless(sign)} {_harmless(text)}\a"
    if environ.get("TMUX"):
        doubled = asked.replace("\x1b", "\x1b\x1b")
        return f"\x1bPtmux;{doubled}\x1b\\"
    return asked


def _harmless(text: str) -> str:
    shown = "".join(character for character in text if character.isprintable())
    return shown if len(shown) <= _LONGEST else f"{shown[: _LONGEST - 1]}…"
