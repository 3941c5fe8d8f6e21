"""A needle finds what a person sees, and its sieve never throws away a line that holds it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from odw_core.text.ansi import plain
from odw_core.text.needle import Needle
from odw_core.text.severity import ERROR, WARNING

TEXT = st.text(st.sampled_from("abAB01mM_ .:é漢\t"))
COLOUR = st.lists(st.sampled_from(["\x1b[31m", "\x1b[0m", "error", "ERROR", "x", " ", "31", "0m", "é", "É"])).map(
    "".join
)


@pytest.mark.parametrize(
    ("wanted", "line", "is_found"),
    [
        ("error", "an ERROR here", True),
        ("Error", "an ERROR here", False),
        ("naïve", "NAÏVE", True),
        ("é", "CAFÉ", True),
        ("[bold]", "some [bold] text", True),
        ("", "anything", False),
        ("   ", "anything", False),
    ],
)
def test_case_is_ignored_when_the_needle_is_all_lower_case(wanted: str, line: str, is_found: bool) -> None:
    assert Needle.literal(wanted).is_in(line) is is_found


def test_words_apart_in_the_bytes_are_found_as_they_are_shown() -> None:
    needle = Needle.literal("info codex_core")
    raw = "\x1b[32mINFO\x1b[0m \x1b[2mcodex_core\x1b[0m"
    assert needle.candidates(raw.encode(), len(raw))
    assert needle.is_in(plain(raw))


def test_spans_say_where_it_stands() -> None:
    assert list(Needle.literal("ab").spans("ab AB xab")) == [(0, 2), (3, 5), (7, 9)]


@given(st.lists(TEXT, min_size=1), TEXT)
def test_the_sieve_keeps_every_line_that_holds_the_needle(lines: list[str], wanted: str) -> None:
    needle = Needle.literal(wanted)
    data = "\n".join(lines).encode()
    kept = {data.count(b"\n", 0, position) for position in needle.candidates(data, len(data))}
    assert {number for number, line in enumerate(lines) if needle.is_in(line)} <= kept


@given(st.lists(COLOUR, min_size=1), st.sampled_from(["error", "x", "31", "0m", "m", "ERROR", "é"]))
def test_a_certain_needle_is_right_without_a_second_look(lines: list[str], wanted: str) -> None:
    needle = Needle.literal(wanted)
    data = "\n".join(lines).encode()
    if needle.is_certain:
        kept = {data.count(b"\n", 0, position) for position in needle.candidates(data, len(data))}
        assert kept == {number for number, line in enumerate(lines) if needle.is_in(plain(line))}


def test_colour_codes_are_never_certain() -> None:
    assert not any(Needle.literal(wanted).is_certain for wanted in ("31", "0m", "m", "2M"))
    assert Needle.literal("error").is_certain


@pytest.mark.parametrize(
    "line",
    [
        "2026-02-12T03:04:13Z ERROR codex_core: failed to record",
        "TypeError: x is not a function",
        "java.lang.NullPointerException",
        "thread 'main' panicked at src/main.rs",
        "FATAL: out of memory",
        "error TS2345",
    ],
)
def test_lines_that_say_what_broke_are_errors(line: str) -> None:
    assert ERROR.is_in(line)


@pytest.mark.parametrize("line", ["12 passed, 0 failed", "no error", "0 errors, 0 warnings", "terror", "all is well"])
def test_lines_that_only_name_errors_are_none(line: str) -> None:
    assert ERROR.is_in(line) is (line == "terror")


def test_warnings_are_told_apart() -> None:
    assert WARNING.is_in("WARN codex_core::exec")
    assert not WARNING.is_in("forewarned")
