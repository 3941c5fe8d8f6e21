"""Every theme can be read by everyone: 4.5:1 for words, 3:1 for signs, on each background they stand on."""

from __future__ import annotations

import pytest

from odw_themes.loader import Palette, load_palette, parse_palette, theme_names

WORDS = ("normal", "strong", "quiet", "waiting", "blocked", "failed", "running", "stale", "idle", "done")
GROUNDS = ("background", "raised")


def luminance(colour: str) -> float:
    """Relative luminance as WCAG defines it."""
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


@pytest.fixture(params=theme_names())
def palette(request: pytest.FixtureRequest) -> Palette:
    return load_palette(request.param)


def test_there_is_a_dark_and_a_light_theme() -> None:
    assert {load_palette(name).is_dark for name in theme_names()} == {True, False}


@pytest.mark.parametrize("ground", GROUNDS)
@pytest.mark.parametrize("role", WORDS)
def test_words_can_be_read(palette: Palette, role: str, ground: str) -> None:
    assert contrast(getattr(palette, role), getattr(palette, ground)) >= 4.5


def test_labels_can_be_read_and_signs_seen(palette: Palette) -> None:
    assert contrast(palette.faint, palette.background) >= 4.5
    assert contrast(palette.faint, palette.raised) >= 3.0


def test_what_waits_looks_like_nothing_else(palette: Palette) -> None:
    others = {getattr(palette, role) for role in WORDS if role != "waiting"}
    assert palette.waiting not in others


def test_an_unknown_theme_is_said() -> None:
    with pytest.raises(KeyError):
        load_palette("../dark")


def theme_text(**colours: str) -> str:
    """A theme file with these colours and no others."""
    return 'name = "odd"\nis_dark = true\n[state]\n' + "\n".join(f'{key} = "{one}"' for key, one in colours.items())


def all_roles() -> dict[str, str]:
    return {role: "#000000" for role in Palette._fields if role not in ("name", "is_dark")}


def test_a_theme_that_lacks_a_colour_says_which() -> None:
    colours = all_roles()
    del colours["waiting"], colours["strong"]
    with pytest.raises(ValueError, match="says nothing about strong, waiting"):
        parse_palette(theme_text(**colours))


def test_a_theme_with_a_misspelt_colour_says_so() -> None:
    with pytest.raises(ValueError, match="unknown colours: wating"):
        parse_palette(theme_text(**all_roles(), wating="#ffffff"))
