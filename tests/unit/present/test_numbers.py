"""Numbers: one unit style, and ages that know how long they stay right."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from odw_core.model.item import Progress, Tokens
from odw_tui.present import numbers


@pytest.mark.parametrize(
    ("number", "said"),
    [
        *((0, "0"), (731, "731"), (999, "999"), (1_000, "1k"), (1_400, "1.4k"), (47_100, "47k"), (412_000, "412k")),
        *((999_499, "999k"), (999_500, "1M"), (1_240_000, "1.2M"), (1_950_000, "1.9M"), (8_400_000_000, "8.4G")),
    ],
)
def test_large_numbers_are_said_with_a_unit(number: int, said: str) -> None:
    assert numbers.short(number) == said


@given(st.integers(0, 10**13))
def test_a_short_number_has_at_most_three_digits_up_to_a_thousand_billions(number: int) -> None:
    assert len(numbers.short(min(number, 999 * 10**9))) <= 4


def test_an_unknown_number_is_absent_and_a_floor_says_so() -> None:
    assert numbers.tokens(None, "–") == "–"
    assert numbers.tokens(Tokens(47_100), "–") == "47k"
    assert numbers.tokens(Tokens(47_100, at_least=True), "–") == "47k+"
    assert numbers.progress(None, "–") == "–"
    assert numbers.progress(Progress(2, 5), "–") == "2/5"
    assert numbers.count(4871) == "4,871"


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (-3, "0s"),
        (0, "0s"),
        (40.9, "40s"),
        (60, "1m"),
        (3599, "59m"),
        (3600, "1h"),
        (86_399, "23h"),
        (172_800, "2d"),
        (31_536_000, "1y"),
    ],
)
def test_an_age_has_one_unit(seconds: float, said: str) -> None:
    assert numbers.age(seconds) == said


@given(st.floats(-100, 10**8, allow_nan=False))
def test_an_age_stays_right_for_as_long_as_it_says(seconds: float) -> None:
    lasts = numbers.age_lasts_s(seconds)
    assert lasts > 0
    assert numbers.age(seconds + lasts * 0.99) == numbers.age(seconds)
    assert numbers.age(seconds + lasts + 0.001) != numbers.age(seconds)


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(41, "41s"), (59.6, "1m"), (250, "4m 10s"), (182, "3m 02s"), (3600, "1h"), (4320, "1h 12m"), (97_200, "1d 3h")],
)
def test_a_duration_has_two_units_at_most(seconds: float, said: str) -> None:
    assert numbers.duration(seconds) == said
