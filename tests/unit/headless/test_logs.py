"""``logs``: all of a text, to the last byte, and what is added to it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from drivers.memory_service import MemoryLines
from odw_core.files.line_index import FileLines
from odw_core.files.text_lines import TextLines
from odw_tui.headless.logs import plain_log, raw_log


def moments(*acts: Callable[[], object]) -> Callable[[], bool]:
    """A wait in which one act after the other happens; nobody wants more after the last one."""
    left: Iterator[Callable[[], object]] = iter(acts)

    def wait() -> bool:
        act = next(left, None)
        if act is None:
            return False
        act()
        return True

    return wait


@pytest.fixture
def log(tmp_path: Path) -> Path:
    file = tmp_path / "stderr.log"
    file.write_bytes(b"one\n\x1b[31mtwo\x1b[0m\r\n\x1b[2Jthree\nlast")
    return file


def append(file: Path, data: bytes) -> Callable[[], object]:
    def write() -> None:
        with file.open("ab") as opened:
            opened.write(data)

    return write


def test_the_whole_text_is_told_without_colour_and_with_marks(log: Path) -> None:
    assert "".join(plain_log(FileLines(log), None)) == "one\ntwo\n␛[2Jthree\nlast"


def test_raw_is_every_byte_as_it_is(log: Path) -> None:
    assert b"".join(raw_log(FileLines(log), None)) == log.read_bytes()


def test_no_line_is_too_long_and_no_text_too_large(tmp_path: Path) -> None:
    file = tmp_path / "large.log"
    file.write_bytes(b"x" * 3_000_000 + b"\n" + b"short\n" * 100_000 + "ü".encode() * 300_000)
    assert "".join(plain_log(FileLines(file), None)) == file.read_text()
    assert b"".join(raw_log(FileLines(file), None)) == file.read_bytes()


def test_a_text_in_memory_keeps_its_carriage_returns_when_raw() -> None:
    diff = "-a\r\n+b\r\n\n"
    assert b"".join(raw_log(TextLines(diff, "diff"), None)) == diff.encode()
    assert "".join(plain_log(TextLines(diff, "diff"), None)) == "-a\n+b\n\n"
    assert b"".join(raw_log(TextLines("", "nothing"), None)) == b""


def test_following_tells_what_is_added_once_and_in_order(log: Path) -> None:
    wait = moments(append(log, b" of all\nfour\n"), lambda: None, append(log, b"five\n"))
    assert "".join(plain_log(FileLines(log), wait)) == "one\ntwo\n␛[2Jthree\nlast of all\nfour\nfive\n"


def test_an_unfinished_line_is_told_as_soon_as_nothing_follows_it(log: Path) -> None:
    pieces: list[str] = []

    def nothing_is_held_back() -> bool:
        assert "".join(pieces).endswith("\nlast")
        return False

    pieces.extend(plain_log(FileLines(log), nothing_is_held_back))
    assert "".join(pieces).endswith("\nlast")


def test_a_letter_that_is_torn_between_two_looks_comes_out_whole(log: Path) -> None:
    letter = "ü".encode()
    wait = moments(append(log, letter[:1]), append(log, letter[1:] + b"\n"))
    assert "".join(plain_log(FileLines(log), wait)).endswith("\nlastü\n")


def test_a_text_that_was_exchanged_is_told_anew_on_a_line_of_its_own(log: Path) -> None:
    wait = moments(lambda: log.write_bytes(b"anew\n"))
    assert "".join(plain_log(FileLines(log), wait)).endswith("\nlast\nanew\n")


def test_a_text_without_bytes_of_its_own_is_told_by_lines() -> None:
    lines = MemoryLines("stdout", ["one", "\x1b[2Jtwo"])
    wait = moments(lambda: lines.text.append("three"))
    assert "".join(plain_log(lines, wait)) == "one\n␛[2Jtwo\nthree\n"
    assert b"".join(raw_log(lines, None)) == b"one\n\x1b[2Jtwo\nthree\n"
