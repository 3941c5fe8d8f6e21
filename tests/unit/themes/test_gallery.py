"""Themes of one's own: found by their files, a bad one told with file and line, a built-in one never shadowed."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from odw_themes.loader import Gallery, ThemeError, load_palette, parse_palette, theme_names

SHIPPED = Path(parse_palette.__code__.co_filename).parent


def theme(name: str, **changes: str) -> str:
    """The dark theme under another name, with other colours."""
    text = (SHIPPED / "dark.toml").read_text("utf-8").replace('name = "dark"', f'name = "{name}"')
    for role, colour in changes.items():
        old = f'{role} = "{getattr(load_palette("dark"), role)}"'
        assert old in text
        text = text.replace(old, f"{role} = {colour}")
    return text


def said_by(gallery: Gallery) -> list[str]:
    return [problem.sentence for problem in gallery.problems]


def test_a_theme_of_ones_own_stands_after_the_built_in_ones(tmp_path: Path) -> None:
    (tmp_path / "dusk.toml").write_text(theme("dusk", waiting='"#ffffff"'))
    gallery = Gallery(tmp_path)
    assert gallery.names == (*theme_names(), "dusk")
    assert gallery.palette("dusk").waiting == "#ffffff"
    assert gallery.is_own("dusk") and not gallery.is_own("dark")
    assert gallery.problems == ()


def test_without_a_folder_there_are_the_built_in_ones(tmp_path: Path) -> None:
    assert Gallery(tmp_path / "none").names == Gallery().names == theme_names()


def test_a_built_in_theme_stays_and_the_other_one_is_told(tmp_path: Path) -> None:
    file = tmp_path / "dark.toml"
    file.write_text(theme("dark", waiting='"#ffffff"'))
    gallery = Gallery(tmp_path)
    assert gallery.palette("dark") == load_palette("dark")
    assert said_by(gallery) == [f"{file}:1: 'dark' is the name of a built-in theme, which stays; rename the file."]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (theme("dusk", failed='"red-ish"'), "21: 'failed' should be a colour such as '#10141a'"),
        (theme("dusk", failed="3"), "21: 'failed' should be a colour such as '#10141a', or a terminal's such as"),
        (theme("dusk").replace("is_dark = true", 'is_dark = "yes"'), "3: 'is_dark' should be true or false, not 'yes'"),
        (theme("dawn"), "2: 'name' should be that of the file, 'dusk'."),
        (theme("dusk") + 'sky = "#000000"\n', "26: the theme holds unknown colours: sky."),
        (theme("dusk").replace("done =", "# done ="), "1: the theme says nothing about done."),
        ("text = 3", "1: 'text' should be a section."),
        ('name = "dusk"\n\nis_dark =', "3: not valid TOML: Invalid value"),
        ("a" * 70_000, "1: this is too large for a theme."),
    ],
    ids=lambda one: one[-30:],
)
def test_a_bad_theme_is_told_with_its_line_and_the_rest_goes_on(text: str, said: str, tmp_path: Path) -> None:
    bad, good = tmp_path / "dusk.toml", tmp_path / "noon.toml"
    bad.write_text(text)
    good.write_text(theme("noon"))
    gallery = Gallery(tmp_path)
    assert gallery.names == (*theme_names(), "noon")
    (problem,) = said_by(gallery)
    assert problem.startswith(f"{bad}:{said}")
    assert "\n" not in problem


def test_what_is_no_text_file_is_told(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.toml")
    (tmp_path / "folder.toml").mkdir()
    (tmp_path / "latin.toml").write_bytes(b'# a\n# gr\xfcn\nname = "latin"')
    assert [problem.rpartition("toml:")[2] for problem in said_by(Gallery(tmp_path))] == [
        "1: this is no regular file.",
        "2: this is not UTF-8 text.",
        "1: this is no regular file.",
    ]


@given(
    st.text()
    | st.from_regex(r'(name|is_dark|\[text\]|normal|text)\s*=?\s*("#[0-9a-f]{6}"|true|3|\{\})?\n', fullmatch=True)
)
def test_any_text_is_a_theme_or_one_clear_error(text: str) -> None:
    try:
        parse_palette(text)
    except ThemeError as error:
        assert error.line >= 1
