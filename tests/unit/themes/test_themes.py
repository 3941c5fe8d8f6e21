"""Every theme can be read by everyone: 4.5:1 for words, 3:1 for signs, on each background they stand on."""

from __future__ import annotations

from itertools import combinations

import pytest

from drivers.colour_sight import SIGHTS, contrast, distance
from odw_core.model.item import State
from odw_themes.loader import TERMINAL_COLOURS, Palette, load_palette, parse_palette, theme_names

WORDS = ("normal", "strong", "quiet", "waiting", "blocked", "failed", "running", "stale", "idle", "done")
GROUNDS = ("background", "raised")
STATES = tuple(state.value for state in State)

PAINTED = tuple(name for name in theme_names() if not load_palette(name).is_terminals_own)
OF_THE_TERMINAL = tuple(name for name in theme_names() if name not in PAINTED)

TERMINALS = {
    "xterm, dark": ("#000000", {"bright_red": "#ff0000", "bright_magenta": "#ff00ff", "bright_blue": "#5c5cff"}),
    "xterm, light": ("#ffffff", {"bright_red": "#ff0000", "bright_magenta": "#ff00ff", "bright_blue": "#5c5cff"}),
    "GNOME, dark": ("#1e1e1e", {"bright_red": "#f66151", "bright_magenta": "#c061cb", "bright_blue": "#2a7bde"}),
    "GNOME, light": ("#ffffff", {"bright_red": "#f66151", "bright_magenta": "#c061cb", "bright_blue": "#2a7bde"}),
    "Tango, dark": ("#2e3436", {"bright_red": "#ef2929", "bright_magenta": "#ad7fa8", "bright_blue": "#729fcf"}),
    "Tango, light": ("#ffffff", {"bright_red": "#ef2929", "bright_magenta": "#ad7fa8", "bright_blue": "#729fcf"}),
    "Solarized, dark": ("#002b36", {"bright_red": "#cb4b16", "bright_magenta": "#6c71c4", "bright_blue": "#839496"}),
    "Solarized, light": ("#fdf6e3", {"bright_red": "#cb4b16", "bright_magenta": "#6c71c4", "bright_blue": "#839496"}),
    "Campbell": ("#0c0c0c", {"bright_red": "#e74856", "bright_magenta": "#b4009e", "bright_blue": "#3b78ff"}),
}
"""Backgrounds and bright colours of common terminals, as they come."""


@pytest.fixture(params=PAINTED)
def palette(request: pytest.FixtureRequest) -> Palette:
    return load_palette(request.param)


def test_there_are_themes_for_all_eyes_and_all_terminals() -> None:
    assert set(theme_names()) >= {"dark", "light", "ansi", "high_contrast", "deuteranopia", "tritanopia"}
    assert {load_palette(name).is_dark for name in theme_names()} == {True, False}
    assert OF_THE_TERMINAL == ("ansi",)


@pytest.mark.parametrize("name", theme_names())
def test_a_theme_has_the_name_of_its_file(name: str) -> None:
    assert load_palette(name).name == name


@pytest.mark.parametrize("ground", GROUNDS)
@pytest.mark.parametrize("role", WORDS)
def test_words_can_be_read(palette: Palette, role: str, ground: str) -> None:
    assert contrast(getattr(palette, role), getattr(palette, ground)) >= 4.5


def test_labels_can_be_read_and_signs_seen(palette: Palette) -> None:
    assert contrast(palette.faint, palette.background) >= 4.5
    assert contrast(palette.faint, palette.raised) >= 3.0


@pytest.mark.parametrize("ground", GROUNDS)
@pytest.mark.parametrize("role", (*WORDS, "faint"))
def test_high_contrast_is_high_everywhere(role: str, ground: str) -> None:
    palette = load_palette("high_contrast")
    assert contrast(getattr(palette, role), getattr(palette, ground)) >= 7.0
    assert contrast(palette.line, palette.background) >= 7.0


def test_what_waits_looks_like_nothing_else(palette: Palette) -> None:
    others = {getattr(palette, role) for role in WORDS if role != "waiting"}
    assert palette.waiting not in others


def test_states_are_told_apart(palette: Palette) -> None:
    assert nearest_states(palette, "common") >= 10


@pytest.mark.parametrize("sight", [sight for sight in SIGHTS if sight != "common"])
def test_states_are_told_apart_by_the_eyes_that_a_theme_is_made_for(sight: str) -> None:
    palette = load_palette(sight)
    assert nearest_states(palette, sight) >= 12
    assert min(distance(palette.waiting, getattr(palette, role), sight) for role in ("normal", "strong")) >= 8


def nearest_states(palette: Palette, sight: str) -> float:
    """How far apart the two states are that look most alike."""
    return min(
        distance(getattr(palette, one), getattr(palette, other), sight) for one, other in combinations(STATES, 2)
    )


@pytest.mark.parametrize("terminal", TERMINALS)
def test_colours_of_the_terminal_can_be_read_on_light_and_dark_ones(terminal: str) -> None:
    palette = load_palette("ansi")
    ground, colours = TERMINALS[terminal]
    assert {palette.normal, palette.strong, palette.quiet, palette.faint, palette.background} == {"default"}
    for state in STATES:
        if (colour := getattr(palette, state)) != "default":
            # No blue is as safe as the other two; whether something is blocked its sign and its word say as well.
            assert contrast(colours[colour], ground) >= (2.5 if state == "blocked" else 3.0), state


def test_the_theme_of_the_terminal_names_no_colour_of_our_own() -> None:
    assert set(load_palette("ansi")[2:]) <= TERMINAL_COLOURS


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
