"""Loads colour themes from the TOML files beside it. Knows no toolkit; a theme is data."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any, NamedTuple

_FOLDER = Path(__file__).parent


class Palette(NamedTuple):
    """One theme: what each colour is for, not where it is used. Colours are ``#rrggbb``."""

    name: str
    is_dark: bool
    background: str
    raised: str
    line: str
    normal: str
    strong: str
    quiet: str
    faint: str
    waiting: str
    blocked: str
    failed: str
    running: str
    stale: str
    idle: str
    done: str


def theme_names() -> tuple[str, ...]:
    """Every theme there is, sorted."""
    return tuple(sorted(file.stem for file in _FOLDER.glob("*.toml")))


def load_palette(name: str) -> Palette:
    """The theme of that name. Raises ``KeyError`` when there is none, ``ValueError`` when its file is wrong."""
    if name not in theme_names():
        raise KeyError(name)
    return parse_palette((_FOLDER / f"{name}.toml").read_text(encoding="utf-8"))


def parse_palette(text: str) -> Palette:
    """The theme that ``text`` describes."""
    given = tomllib.loads(text)
    flat: dict[str, Any] = {"name": given.get("name"), "is_dark": given.get("is_dark")}
    for section in ("surface", "text", "accent", "state"):
        flat.update(given.get(section, {}))
    wanted = set(Palette._fields)
    if missing := sorted(wanted - {key for key, value in flat.items() if value is not None}):
        raise ValueError(f"the theme says nothing about {', '.join(missing)}")
    if unknown := sorted(flat.keys() - wanted):
        raise ValueError(f"the theme holds unknown colours: {', '.join(unknown)}")
    return Palette(**flat)
