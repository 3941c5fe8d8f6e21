"""Turns a palette into a Textual theme. The style sheets know its colours as ``$waiting``, ``$quiet`` and so on."""

from __future__ import annotations

from textual.theme import BUILTIN_THEMES, Theme

from odw_themes.loader import Palette

_ROLES = ("raised", "line", "normal", "strong", "quiet", "faint", "waiting", "blocked", "failed", "running", "stale")


def to_theme(palette: Palette) -> Theme:
    """The theme to register with the app."""
    variables = {role: _colour(getattr(palette, role)) for role in (*_ROLES, "idle", "done")}
    theme = Theme(
        name=palette.name,
        primary=variables["waiting"],
        secondary=variables["running"],
        accent=variables["waiting"],
        warning=variables["blocked"],
        error=variables["failed"],
        success=variables["done"],
        foreground=variables["normal"],
        background=_colour(palette.background),
        surface=variables["raised"],
        panel=variables["raised"],
        dark=palette.is_dark,
        text_alpha=1.0,
        variables=variables,
        ansi=palette.is_terminals_own,
    )
    if theme.ansi:
        theme.variables.update(_missing(theme))
    return theme


def _missing(theme: Theme) -> dict[str, str]:
    """What the style sheets of Textual ask for, and its own colours for such themes leave out."""
    asked = BUILTIN_THEMES["textual-dark"].to_color_system().generate()
    given = theme.to_color_system().generate()
    plain = {name: theme.foreground or "" for name in asked if name not in given}
    return {**plain, "ansi-background": theme.background or "", "ansi-foreground": theme.foreground or ""}


def _colour(name: str) -> str:
    """A colour as style sheets write it."""
    return name if name.startswith("#") else f"ansi_{name}"
