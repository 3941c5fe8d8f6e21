"""The audit log: who decided what and what came of it, and nothing that is secret."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from odw_core.decide.audit import FILE_NAME, Entry, entries, record, who
from odw_core.errors import Refused


def write(state: Path, **fields: str) -> None:
    given = {
        "who": "ada@host (screen)",
        "command": "c1",
        "address": "odw:run-1",
        "digest": "6f0c91",
        "verdict": "accept",
        "outcome": "accepted",
    }
    record(state, Entry(at=5.0, **{**given, **fields}))


def test_what_was_recorded_is_read_back_in_order(tmp_path: Path) -> None:
    state = tmp_path / "state"
    write(state, verdict="accept")
    write(state, verdict="decline", reason="not now", question="q1")
    first, second = entries(state)
    assert (first.at, first.who, first.verdict, first.outcome) == (5.0, "ada@host (screen)", "accept", "accepted")
    assert (second.verdict, second.reason, second.question) == ("decline", "not now", "q1")


def test_only_its_owner_reads_it(tmp_path: Path) -> None:
    path = tmp_path / FILE_NAME
    path.touch(mode=0o644)
    write(tmp_path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_secrets_of_known_shapes_are_masked_and_a_line_stays_a_line(tmp_path: Path) -> None:
    write(tmp_path, reason="use sk-abcdefgh12345678\nand\x1b[31m more", address="odw:x\n{}")
    text = (tmp_path / FILE_NAME).read_text()
    assert "abcdefgh12345678" not in text and text.count("\n") == 1
    assert len([*entries(tmp_path)]) == 1


def test_a_link_or_a_pipe_in_its_place_is_not_written_to(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").touch()
    (tmp_path / FILE_NAME).symlink_to(tmp_path / "elsewhere")
    with pytest.raises((OSError, Refused)):
        write(tmp_path)
    (tmp_path / FILE_NAME).unlink()
    os.mkfifo(tmp_path / FILE_NAME)
    with pytest.raises((OSError, Refused)):
        write(tmp_path)
    assert [*entries(tmp_path)] == [] and (tmp_path / "elsewhere").read_text() == ""


def test_lines_that_are_none_are_passed_over(tmp_path: Path) -> None:
    (tmp_path / FILE_NAME).write_bytes(b'\xff\n{}\n[1]\n{"at": "x"}\nnull\n{"at": 1, "who": 5}\n')
    write(tmp_path)
    assert len([*entries(tmp_path)]) == 1


def test_nothing_was_recorded_where_there_is_no_log(tmp_path: Path) -> None:
    assert [*entries(tmp_path / "missing")] == []


def test_whoever_decides_is_named_with_the_place() -> None:
    assert who("screen").endswith(" (screen)") and "@" in who("screen")
