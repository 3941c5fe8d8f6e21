"""What is written to a terminal so that it calls a person: its exact bytes, and that no text breaks out of them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from odw_tui.terminal.attention import badge, is_spoken_to, notification, title

OUTSIDE: dict[str, str] = {"TERM": "xterm"}
INSIDE = {"TERM": "tmux-256color", "TMUX": "/tmp/tmux-0/default,1,0"}


def test_a_notification_is_osc_9() -> None:
    assert notification("fix · question", "◆", OUTSIDE) == "\x1b]9;◆ fix · question\a"


def test_within_tmux_it_is_passed_through_with_every_escape_doubled() -> None:
    assert notification("fix", "◆", INSIDE) == "\x1bPtmux;\x1b\x1b]9;◆ fix\a\x1b\\"


def test_a_number_in_front_is_no_order_to_the_terminal() -> None:
    assert notification("4;1;50", "*", OUTSIDE) == "\x1b]9;* 4;1;50\a"


def test_the_badge_is_the_count_before_the_name() -> None:
    assert badge(2, "◆", "odw-tui") == "◆2 odw-tui"
    assert badge(0, "◆", "odw-tui") == "odw-tui"


@given(st.text())
def test_no_text_ends_or_begins_a_sequence(text: str) -> None:
    for made, ends in ((title(text), 1), (notification(text, "◆", OUTSIDE), 1)):
        assert made[:3] in ("\x1b]2", "\x1b]9")
        assert sum(not character.isprintable() for character in made[1:]) == ends


@pytest.mark.parametrize(
    ("environ", "is_terminal", "spoken"),
    [
        (OUTSIDE, True, True),
        (INSIDE, True, True),
        (OUTSIDE, False, False),
        ({}, True, False),
        ({"TERM": "dumb"}, True, False),
        ({"TERM": "linux"}, True, False),
        ({"TERM": "xterm", "NO_COLOR": "1"}, True, True),
    ],
)
def test_only_a_terminal_that_understands_is_spoken_to(
    environ: dict[str, str], is_terminal: bool, spoken: bool
) -> None:
    assert is_spoken_to(environ, is_terminal=is_terminal) is spoken
