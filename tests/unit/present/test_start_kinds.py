"""What can be started stands in one line, however many kinds there are and however narrow the screen is."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from odw_tui.present.start_form import kinds

NAMES = ("session", "command", "parallel-review-apply", "coordinate", "odw-exec", "converge-coordinate")


def text(current: str, width: int) -> str:
    return "".join(span.text for span in kinds(NAMES, current, width))


def test_all_kinds_are_there_where_they_have_space() -> None:
    assert text("command", 100).split() == [*NAMES]


def test_a_narrow_screen_shows_those_beside_the_chosen_one() -> None:
    assert text("session", 50) == " session  command  parallel-review-apply .."
    assert text("converge-coordinate", 50) == ".. coordinate  odw-exec  converge-coordinate "


@given(st.sampled_from(NAMES), st.integers(0, 200))
def test_the_chosen_one_is_always_there_and_marked_alone(current: str, width: int) -> None:
    found = kinds(NAMES, current, width)
    assert [span.text.strip() for span in found if span.tone == "accent"] == [current]
    assert sum(len(span.text) for span in found) <= max(width, len(current) + 6)
