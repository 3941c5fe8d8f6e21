"""Turns a palette into a Textual theme. The style sheets know its colours as ``$waiting``, ``$quiet`` and so on."""

from __future__ import annotations

from textual.theme import Theme

from odw_themes.loader import Palette

_ROLES = ("raised", "line", "normal", "strong", "quiet", "faint", "waiting", "blocked", "failed", "running", "stale")


def to_theme(palette: Palette) -> Theme:
    """The theme to register with the app."""
    variables = {role: getattr(palette, role) for role in (*_ROLES, "idle", "done")}
    return Theme(
        name=palette.name,
        primary=palette.waiting,
        secondary=palette.running,
        accent=palette.waiting,
        warning=palette.blocked,
        error=palette.failed,
        success=palette.done,
        foreground=palette.normal,
        background=palette.background,
        surface=palette.raised,
        panel=palette.raised,
        dark=palette.is_dark,
        text_alpha=1.0,
        variables=variables,
    )
