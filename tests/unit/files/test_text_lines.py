"""A text in memory reads like a file."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from drivers.reading import lines_of
from odw_core.files.text_lines import TextLines
from odw_core.text.needle import Needle


@given(st.text(st.sampled_from("ab\n\r\u2028")), st.integers(-2, 9), st.integers(-2, 9))
def test_every_window(text: str, start: int, stop: int) -> None:
    source = TextLines(text, "prompt")
    expected = lines_of(text.encode())
    assert source.line_count == len(expected)
    assert source.lines(start, stop) == expected[max(0, start) : max(0, stop)]
    assert source.last_lines(2) == expected[-2:]


def test_it_is_searched_in_both_directions() -> None:
    source = TextLines("one\ntwo\none more\n", "prompt")
    assert list(source.find(Needle.literal("one"), 1)) == [2]
    assert list(source.find(Needle.literal("one"), 2, forward=False)) == [0]
    assert list(source.find(Needle.literal("one"), 99, forward=False)) == [2, 0]


def test_it_never_changes() -> None:
    source = TextLines("", "nothing")
    assert (source.title, source.line_count, source.generation) == ("nothing", 0, 0)
    assert not source.refresh()
    assert not source.count_more()
    source.close()
