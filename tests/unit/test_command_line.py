"""Which program a command line runs."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from odw_core.process.command_line import program_of, runs

WANTED = ("converge", "coordinate")


@pytest.mark.parametrize(
    "line",
    [
        "converge coordinate --goal x",
        "/opt/tools/bin/converge --log-level INFO coordinate",
        "/usr/bin/python3.11 /opt/tools/bin/converge coordinate",
        "python -m converge coordinate",
        "/venv/bin/python3 -u -X dev -W ignore -m converge.cli coordinate",
        "python -Xdev -mconverge coordinate",
        "python -um converge coordinate",
        "python /src/converge/__main__.py coordinate",
        "pypy3 src/converge/ coordinate",
    ],
)
def test_every_way_to_run_a_command_is_recognised(line: str) -> None:
    assert runs(line.split(), WANTED)


@pytest.mark.parametrize(
    "line",
    [
        "less converge coordinate",
        "python -c converge coordinate",
        "python -m pytest converge coordinate",
        "python -m",
        "python",
        "python -X",
        "converge worker",
        "grep -r coordinate /src/converge",
        "",
    ],
)
def test_what_only_mentions_it_is_something_else(line: str) -> None:
    assert not runs(line.split(), WANTED)


@given(st.lists(st.text(max_size=6), max_size=6))
def test_any_words_are_taken(words: list[str]) -> None:
    program_of(["python3", *words])
    assert not runs(words, ())
