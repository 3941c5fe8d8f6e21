"""Lines of a player: told and printed are kept apart, however the bytes are cut."""

from __future__ import annotations

import json
from collections.abc import Mapping
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from odw_core.agents.scripted_lines import Lines


def _read(data: bytes, cuts: list[int] | None = None) -> tuple[list[Mapping[str, object]], bytes]:
    lines = Lines()
    at = [0, *sorted(min(cut, len(data)) for cut in cuts or ()), len(data)]
    pieces = [piece for begin, end in pairwise(at) for piece in lines.feed(data[begin:end])]
    pieces += lines.end()
    told = [piece for piece in pieces if isinstance(piece, Mapping)]
    return told, b"".join(piece for piece in pieces if isinstance(piece, bytes))


def test_told_and_printed_are_kept_apart() -> None:
    data = b'noise\n{"type": "say", "text": "a"}\n{"type": "other"}\n{broken\n{"type": "result", "text": "b"}'
    told, printed = _read(data)
    assert [one["type"] for one in told] == ["say", "result"]
    assert printed == b'noise\n{"type": "other"}\n{broken\n'


def test_what_cannot_become_a_line_of_ours_does_not_wait_for_its_end() -> None:
    lines = Lines()
    assert [*lines.feed(b"\0\1\2" * 1000)] == [b"\0\1\2" * 1000]
    assert [*lines.feed(b'{"type": "say", "text": "inside"}')] == [b'{"type": "say", "text": "inside"}']
    assert [*lines.feed(b'\n{"type": "say", "text": "own line"}\n')] == [
        b"\n",
        {"type": "say", "text": "own line"},
    ]


def test_a_line_that_never_ends_is_let_go() -> None:
    lines = Lines()
    block = b"{" + b"x" * (1 << 20)
    handed = sum(len(piece) for _ in range(64) for piece in lines.feed(block) if isinstance(piece, bytes))
    assert handed > 60 << 20


def test_a_flood_of_short_lines_comes_in_large_pieces() -> None:
    assert len([*Lines().feed(b"short\n" * 10_000)]) == 1


_LINE = st.one_of(
    st.binary(max_size=20),
    st.text(max_size=10).map(lambda text: json.dumps({"type": "say", "text": text}).encode()),
    st.just(b'{"type": "say"'),
)


@given(st.lists(_LINE, max_size=12), st.lists(st.integers(0, 300), max_size=8), st.booleans())
def test_any_cut_tells_the_same(lines: list[bytes], cuts: list[int], ends: bool) -> None:
    data = b"\n".join(lines) + (b"\n" if ends else b"")
    assert _read(data, cuts) == _read(data)
    told, printed = _read(data)
    assert len(printed) <= len(data)
    assert bool(told) or printed == data
