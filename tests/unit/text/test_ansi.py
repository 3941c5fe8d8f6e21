"""Whatever bytes an agent writes, what is shown holds nothing that acts, reorders or hides."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from odw_core.text.ansi import one_line, plain

HOSTILE = st.text(
    st.one_of(
        st.sampled_from("\x1b\x1b\x1b[]0;m?31\x07\r\n\t\x9b\x85\u202e\u2028\u200d\ufe0f\ufeff\ud800⚠é漢\U000e0041"),
        st.characters(),
        st.characters(categories=["Cc", "Cf", "Cs", "Zl", "Zp"]),
    )
)

# Format characters that are drawn (number signs of Arabic, Syriac, Kaithi and of hieroglyphs) are text like any other.
DRAWN = {*range(0x600, 0x606), 0x6DD, 0x70F, 0x890, 0x891, 0x8E2, 0x110BD, 0x110CD, *range(0x13430, 0x13456)}


def is_safe(character: str) -> bool:
    if character == "\n" or ord(character) in DRAWN:
        return True
    return unicodedata.category(character) not in {"Cc", "Cf", "Cs", "Zl", "Zp"}


@pytest.mark.parametrize(
    ("foreign", "shown"),
    [
        ("hello", "hello"),
        ("\x1b[2m12:00\x1b[0m \x1b[38;5;196mERROR\x1b[m", "12:00 ERROR"),
        ("\x1b[38:2::1:2:3mtrue colour", "true colour"),
        ("\x1b]0;title\x07", "␛]0;title␇"),
        ("\x1b[2J\x1b[H", "␛[2J␛[H"),
        ("\x1b[?25h", "␛[?25h"),
        ("\x1b\x1b[m[2J", "␛[2J"),
        ("\x9b31m", "<9b>31m"),
        ("nul\x00del\x7f", "nul␀del␡"),
        ("50%\r100%\r\n", "50%␍100%\n"),
        ("windows\r", "windows"),
        ("a\tb", "a       b"),
        ("safe\u202egnp.exe", "safe<202e>gnp.exe"),
        ("zero\u200bwidth", "zero<200b>width"),
        ("line\u2028separator", "line<2028>separator"),
        ("\ufeffmarked", "<feff>marked"),
        ("hidden\U000e0041tag", "hidden<e0041>tag"),
        ("half \ud83d", "half \ufffd"),
        ("⚠\ufe0f", "⚠"),
        ("⚠\ufe0f\ufe0f", "⚠<fe0f>"),
        ("[bold]markup[/bold]", "[bold]markup[/bold]"),
        ("naïve 漢字 👍", "naïve 漢字 👍"),
    ],
)
def test_foreign_text_is_shown_as_what_it_is(foreign: str, shown: str) -> None:
    assert plain(foreign) == shown


@given(HOSTILE)
@example("\x1b\x1b[m[31m")
@example("\r\r\n")
def test_nothing_that_acts_or_hides_is_left(text: str) -> None:
    shown = plain(text)
    assert all(is_safe(character) for character in shown)
    shown.encode("utf-8")


@given(HOSTILE)
def test_cleaning_twice_is_the_same_as_once(text: str) -> None:
    assert plain(plain(text)) == plain(text)


@given(HOSTILE)
def test_lines_stay_lines(text: str) -> None:
    assert plain(text).count("\n") == text.count("\n")


@given(st.text(st.characters(categories=["L", "N", "P", "S"], exclude_characters="\u115f\u1160\u3164\uffa0")))
def test_ordinary_text_is_untouched(text: str) -> None:
    assert plain(text) == text


def test_every_single_character_is_safe_or_marked() -> None:
    for code in range(0x110000):
        assert all(map(is_safe, plain(chr(code)))), hex(code)


@given(HOSTILE, st.integers(min_value=-1, max_value=40))
def test_one_line_is_one_short_safe_line(text: str, limit: int) -> None:
    line = one_line(text, limit)
    assert "\n" not in line
    assert len(line) <= max(limit, 0)
    assert all(map(is_safe, line))


def test_one_line_takes_the_first_line_that_shows_anything() -> None:
    assert one_line("\n \x1b[1m\x1b[0m\n  build failed  \nmore", 40) == "build failed"


def test_one_line_cuts_with_an_ellipsis() -> None:
    assert one_line("rollout writer failed", 10) == "rollout w…"


def test_one_line_of_nothing_is_nothing() -> None:
    assert one_line("\n\r\n \t", 10) == ""


def test_one_line_reads_no_more_of_a_huge_line_than_it_can_show() -> None:
    assert one_line("x" * 5_000_000, 5) == "xxxx…"
    assert one_line("\x1b[31m" * 100_000, 5) == ""


def test_one_line_of_a_cut_escape_shows_no_half_of_it() -> None:
    assert one_line("ab" + "\x1b[38;5;196m" * 1000, 4) == "ab…"
