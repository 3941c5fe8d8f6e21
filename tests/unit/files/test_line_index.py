"""Any window of a file of any size, whatever happens to the file meanwhile."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.reading import lines_of, metered_reads
from odw_core.files import line_index
from odw_core.files.line_index import FileLines
from odw_core.files.safe_open import NotRegular
from odw_core.text.ansi import plain
from odw_core.text.needle import Needle

DATA = (
    st.lists(st.sampled_from([b"\n", b"\n", b"\r\n", b"a", b"needle", b"NEEDLE", b"\xe2\x80\xa8", b"\xff", b"x" * 9]))
    .map(b"".join)
    .filter(lambda data: len(data) < 500)
)


@contextmanager
def blocks_of(size: int) -> Iterator[None]:
    """Blocks so small that every border is crossed."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(line_index, "_BLOCK", size)
        patch.setattr(line_index, "_COUNT_SLICE", 3 * size)
        patch.setattr(line_index, "_TAIL_REACH", 8 * size)
        patch.setattr(line_index, "_KEPT_BLOCKS", 2)
        yield


@contextmanager
def file_of(data: bytes) -> Iterator[Path]:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "log"
        path.write_bytes(data)
        yield path


def counted(path: Path, **options: int) -> FileLines:
    source = FileLines(path, **options)
    while source.count_more():
        pass
    return source


def hits(source: FileLines, needle: Needle, start: int, forward: bool) -> list[int]:
    return [line for line in source.find(needle, start, forward) if line is not None]


@given(DATA, st.integers(1, 40), st.data())
def test_every_window_of_every_file(data: bytes, block: int, draw: st.DataObject) -> None:
    with blocks_of(block), file_of(data) as path:
        source = counted(path)
        expected = lines_of(data)
        assert source.is_counted
        assert source.line_count == len(expected)
        assert source.lines(0, len(expected)) == expected
        start = draw.draw(st.integers(0, len(expected)))
        stop = draw.draw(st.integers(start, len(expected) + 3))
        assert source.lines(start, stop) == expected[start:stop]
        source.close()


@given(DATA, st.integers(1, 40), st.integers(1, 20))
def test_the_tail_is_known_before_anything_is_counted(data: bytes, block: int, count: int) -> None:
    with blocks_of(block), file_of(data) as path:
        source = FileLines(path)
        tail = source.last_lines(count)
        expected = lines_of(data)[-count:]
        if len(data) <= 8 * block:
            assert tail == expected
        elif len(tail) > 1:
            assert tail == expected[-len(tail) :]
        while source.count_more():
            pass
        assert source.last_lines(count) == expected
        source.close()


@given(DATA, st.integers(1, 40), st.lists(st.integers(0, 500), max_size=5), st.booleans())
def test_growing_in_any_steps_ends_in_the_same_lines(
    data: bytes, block: int, cuts: list[int], is_looked_at: bool
) -> None:
    with blocks_of(block), file_of(b"") as path:
        source = counted(path)
        known = b""
        for cut in [*sorted(cuts), len(data)]:
            fresh = data[len(known) : cut]
            with path.open("ab") as file:
                file.write(fresh)
            known += fresh
            assert source.refresh() is bool(fresh)
            while source.count_more():
                pass
            if is_looked_at:
                assert source.lines(0, 1000) == lines_of(known)
            assert source.line_count == len(lines_of(known))
            assert source.last_lines(3) == lines_of(known)[-3:]
        assert source.generation == 0
        assert source.lines(0, 1000) == lines_of(data)
        source.close()


@given(
    DATA,
    st.integers(1, 40),
    st.sampled_from(["needle", "NEEDLE", "needlea", "xneedle", "x", "\u2028", "a", "missing"]),
    st.integers(0, 60),
)
def test_search_finds_every_line_in_both_directions(data: bytes, block: int, wanted: str, start: int) -> None:
    needle = Needle.literal(wanted)
    with blocks_of(block), file_of(data) as path:
        source = counted(path)
        expected = [number for number, line in enumerate(lines_of(data)) if needle.is_in(plain(line))]
        assert hits(source, needle, start, True) == [number for number in expected if number >= start]
        assert hits(source, needle, start, False) == [number for number in reversed(expected) if number < start]
        source.close()


def test_search_indexes_what_is_not_counted_yet_and_pauses_meanwhile(tmp_path: Path) -> None:
    path = tmp_path / "log"
    path.write_bytes(b"quiet\n" * 1_000_000 + b"here it is\n")
    source = FileLines(path)
    found = list(source.find(Needle.literal("here"), 0))
    assert found[-2:] == [1_000_000, None] or found[-1] == 1_000_000
    assert found.count(None) > 3


def test_a_new_line_costs_that_line_however_large_the_file_is(tmp_path: Path) -> None:
    path = tmp_path / "log"
    path.write_bytes(b"a line of some length\n" * 500_000)
    source = counted(path)
    source.last_lines(50)
    line = b"one more line\n"
    for _ in range(3):
        with path.open("ab") as file, metered_reads() as meter:
            file.write(line)
            file.flush()
            assert source.refresh()
            assert source.last_lines(50)[-1] == "one more line"
        assert meter.read <= len(line) + 4096


def test_the_tail_of_a_huge_file_costs_the_tail(tmp_path: Path) -> None:
    path = tmp_path / "log"
    path.write_bytes(b"a line of some length\n" * 1_000_000)
    with metered_reads() as meter:
        assert FileLines(path).last_lines(50) == ["a line of some length"] * 50
    assert meter.read < 70_000


def test_an_unfinished_last_line_counts_and_grows(tmp_path: Path) -> None:
    path = tmp_path / "log"
    path.write_bytes(b"one\ntw")
    source = counted(path)
    assert source.lines(0, 9) == ["one", "tw"]
    with path.open("ab") as file:
        file.write(b"o\nthree\n")
    assert source.refresh()
    assert source.lines(0, 9) == ["one", "two", "three"]
    assert not source.refresh()


def test_half_a_character_at_the_end_is_completed_later(tmp_path: Path) -> None:
    path = tmp_path / "log"
    path.write_bytes(b"caf\xc3")
    source = counted(path)
    assert source.lines(0, 1) == ["caf\ufffd"]
    with path.open("ab") as file:
        file.write(b"\xa9\n")
    source.refresh()
    assert source.lines(0, 1) == ["café"]


def test_truncation_starts_anew(tmp_path: Path) -> None:
    path = tmp_path / "log"
    path.write_bytes(b"one\ntwo\nthree\n")
    source = counted(path)
    path.write_bytes(b"new\n")
    assert source.refresh()
    assert source.generation == 1
    assert source.lines(0, 9) == ["new"]


def test_a_file_cut_and_grown_beyond_its_old_size_is_noticed(tmp_path: Path) -> None:
    path = tmp_path / "log"
    path.write_bytes(b"old line\n" * 10)
    source = counted(path)
    path.write_bytes(b"new line\n" * 20)
    assert source.refresh()
    assert source.generation == 1
    assert source.lines(0, 30) == ["new line"] * 20


def test_a_small_file_rewritten_to_the_same_size_is_noticed(tmp_path: Path) -> None:
    path = tmp_path / "log"
    path.write_bytes(b"a\nsame end " + b"." * 100)
    os.utime(path, ns=(1, 1))
    source = counted(path)
    path.write_bytes(b"b\nsame end " + b"." * 100)
    assert source.refresh()
    assert source.generation == 1
    assert source.lines(0, 1) == ["b"]


def test_touching_a_large_file_changes_nothing(tmp_path: Path) -> None:
    path = tmp_path / "log"
    path.write_bytes(b"line\n" * 50_000)
    source = counted(path)
    os.utime(path, ns=(1, 1))
    assert not source.refresh()
    assert source.is_counted
    assert source.generation == 0


def test_another_file_in_the_same_place_is_followed(tmp_path: Path) -> None:
    path = tmp_path / "log"
    path.write_bytes(b"old\n")
    source = counted(path)
    fresh = tmp_path / "fresh"
    fresh.write_bytes(b"new one\nnew two\n")
    fresh.replace(path)
    assert source.refresh()
    assert source.generation == 1
    assert source.lines(0, 9) == ["new one", "new two"]


def test_a_deleted_file_stays_readable_and_comes_back(tmp_path: Path) -> None:
    path = tmp_path / "log"
    path.write_bytes(b"old\n")
    source = counted(path)
    path.unlink()
    assert not source.refresh()
    assert source.lines(0, 9) == ["old"]
    path.write_bytes(b"again\n")
    assert source.refresh()
    assert source.lines(0, 9) == ["again"]


def test_a_pipe_that_takes_the_place_is_not_opened(tmp_path: Path) -> None:
    path = tmp_path / "log"
    path.write_bytes(b"old\n")
    source = counted(path)
    path.unlink()
    os.mkfifo(path)
    assert not source.refresh()
    assert source.lines(0, 9) == ["old"]
    with pytest.raises(NotRegular):
        FileLines(path)


def test_a_file_cut_behind_our_back_gives_empty_lines_not_errors(tmp_path: Path) -> None:
    path = tmp_path / "log"
    path.write_bytes(b"line of text\n" * 100_000)
    source = counted(path)
    os.truncate(path, 0)
    assert all(line in ("", "line of text") for line in source.lines(10, 30))
    assert list(source.find(Needle.literal("text"), 0, True))


@pytest.mark.parametrize("block", [7, 64, 4096])
def test_a_line_too_long_to_read_is_cut_and_says_so(block: int) -> None:
    data = b"before\n" + b"x" * 5000 + b"\nafter\n" + b"y" * 3000
    with blocks_of(block), file_of(data) as path:
        source = counted(path, line_limit=100)
        before, long, after, last = source.lines(0, 9)
        assert (before, after) == ("before", "after")
        assert long == "x" * 100 + " … cut here: the line is longer than 100 bytes"
        assert last == "y" * 100 + " … cut here: the line is longer than 100 bytes"
        assert source.lines(2, 3) == ["after"]


def test_a_closed_source_is_empty(tmp_path: Path) -> None:
    path = tmp_path / "log"
    path.write_bytes(b"old\n")
    source = counted(path)
    source.close()
    source.close()
    assert source.lines(0, 9) == []
    assert not source.count_more()
