"""Rows hold what fits, whatever the characters."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from odw_core.text.ansi import plain
from odw_tui.widgets.line_layout import fit, row_starts

TEXT = st.text(st.sampled_from("ab 漢字é\u0301👍")) | st.text().map(plain).map(lambda text: text.replace("\n", " "))


@given(TEXT, st.integers(0, 30), st.integers(0, 30))
def test_what_fits_takes_no_more_cells_than_there_are(text: str, start: int, room: int) -> None:
    start = min(start, len(text))
    end, used = fit(text, start, room)
    assert start <= end <= len(text)
    assert used == cell_len(text[start:end]) <= room


@given(TEXT, st.integers(2, 30))
def test_wrapped_rows_are_the_whole_text_and_fit(text: str, width: int) -> None:
    starts = list(row_starts(text, width))
    assert starts[0] == 0
    assert starts == sorted(set(starts))
    rows = [text[start:end] for start, end in zip(starts, [*starts[1:], len(text)], strict=True)]
    assert all(rows) or text == ""
    assert all(cell_len(row) <= width for row in rows)


@given(st.text(st.sampled_from("ab 漢字é")), st.integers(2, 30))
def test_no_row_ends_earlier_than_it_must(text: str, width: int) -> None:
    starts = list(row_starts(text, width))
    for start, following in pairwise(starts):
        assert cell_len(text[start : following + 1]) > width


def test_plain_rows_cost_nothing() -> None:
    assert isinstance(row_starts("x" * 1_000_000, 80), range)
    assert isinstance(row_starts("naïve " * 1000, 80), range)


def test_a_character_wider_than_the_row_still_gets_one() -> None:
    assert list(row_starts("漢字", 1)) == [0, 1]


def test_a_flood_of_marks_makes_no_endless_row() -> None:
    end, _ = fit("e" + "\u0301" * 100_000, 0, 10)
    assert end < 100
