"""Lines end at ``\\n`` and nowhere else, and an unfinished one waits."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from odw_core.text.lines import whole_lines

DATA = st.binary() | st.lists(st.sampled_from([b"\n", b"\r\n", b"{}", "\u2028".encode(), b"\x00"])).map(b"".join)


def test_an_unfinished_line_is_counted_not_given() -> None:
    assert whole_lines(b'{"a":1}\n\n{"b"') == ([(0, b'{"a":1}'), (8, b"")], 4)


def test_nothing_gives_nothing() -> None:
    assert whole_lines(b"") == ([], 0)


def test_only_newlines_split() -> None:
    data = "a\u2028b\x85c\r\n".encode()
    assert whole_lines(data) == ([(0, data[:-1])], 0)


@given(DATA)
def test_lines_and_rest_are_all_of_the_data(data: bytes) -> None:
    lines, rest = whole_lines(data)
    assert b"".join(line + b"\n" for _, line in lines) + data[len(data) - rest :] == data
    for offset, line in lines:
        assert data[offset : offset + len(line) + 1] == line + b"\n"
    assert b"\n" not in data[len(data) - rest :]


@given(DATA, st.data())
def test_reading_in_two_parts_gives_the_same_lines(data: bytes, draw: st.DataObject) -> None:
    cut = draw.draw(st.integers(0, len(data)))
    first, rest = whole_lines(data[:cut])
    start = cut - rest
    second, end = whole_lines(data[start:])
    assert first + [(start + offset, line) for offset, line in second] == whole_lines(data)[0]
    assert end == whole_lines(data)[1]
