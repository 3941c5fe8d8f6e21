"""Folded lines: what is shown, what number it has, and that the way there and back is the same."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from odw_core.text.needle import Needle
from odw_tui.present.folds import Fold
from odw_tui.widgets.folded_lines import FoldedLines
from odw_tui.widgets.list_lines import ListLines

TEXT = [f"line {number}" for number in range(10)]


def folded(*folds: tuple[int, int], text: list[str] = TEXT) -> FoldedLines:
    return FoldedLines(ListLines(text, "text"), [Fold(start, stop, f"fold {start}") for start, stop in folds])


def test_a_fold_is_one_line_without_a_number() -> None:
    lines = folded((2, 5), (8, 10))
    assert lines.lines(0, 99) == ["line 0", "line 1", "fold 2", "line 5", "line 6", "line 7", "fold 8"]
    assert [lines.number(line) for line in range(7)] == [1, 2, None, 6, 7, 8, None]
    assert [lines.tone(line) for line in (1, 2)] == ["", "fold"]
    assert lines.line_count == 7 and lines.highest == 10


def test_what_is_folded_is_passed_over() -> None:
    lines = folded((2, 5))
    assert list(lines.find(Needle.literal("line"), 1)) == [1, 3, 4, 5, 6, 7]
    assert list(lines.find(Needle.literal("line"), 4, forward=False)) == [3, 1, 0]


def test_what_grows_is_shown_below_the_folds() -> None:
    text = list(TEXT)
    lines = folded((0, 10), text=text)
    text.append("new")
    assert lines.lines(0, 9) == ["fold 0", "new"] and lines.number(1) == 11


@given(st.lists(st.tuples(st.integers(0, 4), st.integers(1, 4)), max_size=8))
def test_the_way_to_a_line_and_back_is_the_same(gaps: list[tuple[int, int]]) -> None:
    folds, line = [], 0
    for gap, size in gaps:
        folds.append((line + gap, line + gap + size))
        line += gap + size
    text = [str(number) for number in range(line + 3)]
    lines = folded(*folds, text=text)
    shown = lines.lines(0, lines.line_count)
    assert len(shown) == lines.line_count
    for place, words in enumerate(shown):
        source = lines.source_line(place)
        assert lines.shown_line(source) == place
        assert words == (text[source] if lines.fold_at(source) is None else f"fold {source}")
    assert [lines.lines(place, place + 1)[0] for place in range(len(shown))] == shown
