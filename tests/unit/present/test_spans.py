"""Spans are cut, padded and wrapped by cells, and nothing of a text is lost on the way."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from odw_tui.present.spans import Span, cells, cut, cut_text, fit, left, right, spans, width_of, wrap

texts = st.text(alphabet="ab cdé修🧾 ", max_size=40)
lines = st.lists(st.builds(Span, texts, st.sampled_from(["", "quiet", "failed"])), max_size=6).map(tuple)
widths = st.integers(1, 60)


def said(line: tuple[Span, ...]) -> str:
    return "".join(text for text, _ in line)


def test_what_says_nothing_is_left_out() -> None:
    assert spans("a", Span(""), Span("b", "quiet")) == (Span("a"), Span("b", "quiet"))


def test_a_cut_text_ends_in_an_ellipsis() -> None:
    assert cut_text("owner review", 6) == "owner…"
    assert cut_text("owner", 5) == "owner"
    assert cut_text("owner", 0) == ""
    assert left("ab", 4) == "ab  "
    assert right("ab", 4) == "  ab"


def test_a_tone_survives_a_cut() -> None:
    assert cut((Span("why "), Span("it broke", "failed")), 7) == (Span("why "), Span("it…", "failed"))


@given(lines, widths)
def test_a_cut_line_fits(line: tuple[Span, ...], width: int) -> None:
    assert width_of(cut(line, width)) <= width


@given(lines, widths)
def test_a_fitted_line_has_exactly_the_width(line: tuple[Span, ...], width: int) -> None:
    assert width_of(fit(line, width)) == width


@given(lines, st.integers(4, 60), st.integers(1, 5), st.integers(0, 3))
def test_wrapped_rows_fit_and_are_no_more_than_allowed(
    line: tuple[Span, ...], width: int, most: int, hang: int
) -> None:
    rows = wrap(line, width, most, hang)
    assert 1 <= len(rows) <= most
    assert all(width_of(row) <= width for row in rows)


@given(lines, st.integers(4, 60))
def test_wrapping_with_enough_rows_loses_no_word(line: tuple[Span, ...], width: int) -> None:
    rows = wrap(line, width, 1000)
    assert "".join("".join(map(said, rows)).split()) == "".join(said(line).split())


def test_a_wrapped_row_hangs_below_its_label() -> None:
    rows = wrap((Span("why    ", "quiet"), Span("waits for you and for nobody else")), 22, 3, 7)
    assert [said(row) for row in rows] == ["why    waits for you", "       and for nobody", "       else"]


def test_a_word_that_changes_its_tone_is_not_broken_there() -> None:
    rows = wrap((Span("one "), Span("two", "quiet"), Span("three", "failed")), 9, 3)
    assert [said(row) for row in rows] == ["one", "twothree"]


def test_cells_are_counted_not_characters() -> None:
    assert cells("修复") == 4
    assert cells("ab") == 2
