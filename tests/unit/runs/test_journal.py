"""The one writer of a journal: its mirror is the truth, and who is killed in the middle of a line loses no other."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from odw_core.clock import SystemClock
from odw_core.engines.odw.records import exit_line
from odw_core.runs.folders import RunFolder, private_chain
from odw_core.runs.journal import Journal, is_over
from odw_core.runs.workspace import RunPlace

RUN = "odw-exec-1795219696047-5105"


class Desk:
    """A journal and where it lies."""

    def __init__(self, base: Path) -> None:
        self.folder = RunFolder(base / "state", RUN)
        private_chain(self.folder.root)
        (base / "shop").mkdir(exist_ok=True)
        self.place = RunPlace(str(base / "shop"), RUN)
        self.copy = self.place.path / "events.jsonl"
        self.journal = self.open()

    def open(self) -> Journal:
        return Journal(self.place, self.folder.mirror, SystemClock())

    def types(self) -> list[str]:
        return [str((line.event or {}).get("type", line.type)) for line in self.journal.lines()]


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def test_the_mirror_and_the_copy_are_the_same(desk: Desk) -> None:
    for number in range(3):
        desk.journal.emit({"type": "log", "message": str(number)})
    assert desk.copy.read_bytes() == desk.folder.mirror.read_bytes()
    assert desk.types() == ["log", "log", "log"]
    assert desk.journal.check() == 0


def test_half_a_line_of_a_killed_supervisor_is_taken_out(desk: Desk) -> None:
    desk.journal.emit({"type": "log", "message": "whole"})
    desk.journal.close()
    with desk.folder.mirror.open("ab") as file:
        file.write(b'{"type": "scri')
    desk.journal = desk.open()
    desk.journal.emit({"type": "log", "message": "next"})
    assert desk.types() == ["log", "log"]
    assert desk.copy.read_bytes() == desk.folder.mirror.read_bytes()


def test_a_line_in_the_mirror_that_the_copy_never_got_is_put_there(desk: Desk) -> None:
    desk.journal.emit({"type": "log", "message": "one"})
    short = desk.copy.read_bytes()
    desk.journal.emit({"type": "log", "message": "two"})
    desk.journal.close()
    desk.copy.write_bytes(short)
    desk.journal = desk.open()
    desk.journal.check()
    assert desk.copy.read_bytes() == desk.folder.mirror.read_bytes()
    assert desk.types()[:2] == ["log", "log"]
    assert not list(desk.folder.root.glob("foreign-*"))


def test_what_changes_content_and_hides_it_is_found_by_the_thorough_look(desk: Desk) -> None:
    desk.journal.emit({"type": "log", "message": "honest"})
    desk.copy.write_bytes(desk.copy.read_bytes().replace(b"honest", b"forged"))
    assert desk.journal.check(is_thorough=True) > 0
    assert b"forged" not in desk.copy.read_bytes()
    assert b"forged" in (desk.folder.root / "foreign-1").read_bytes()
    assert desk.types() == ["log", "journal_restored"]


def test_it_is_over_once_its_exit_is_written(desk: Desk) -> None:
    desk.journal.emit({"type": "log", "message": "x" * 200_000})
    assert not is_over(desk.folder)
    desk.journal.write(exit_line("completed", 0, 1))
    assert is_over(desk.folder)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=30)
@given(rounds=st.lists(st.tuples(st.binary(max_size=80), st.booleans()), max_size=6))
def test_whatever_is_written_into_the_copy_the_mirror_has_our_lines_alone(
    tmp_path: Path, rounds: list[tuple[bytes, bool]]
) -> None:
    import shutil

    for left in ("state", "shop"):
        shutil.rmtree(tmp_path / left, ignore_errors=True)
    desk = Desk(tmp_path)
    for number, (foreign, appends) in enumerate(rounds):
        desk.journal.emit({"type": "log", "message": str(number)})
        desk.copy.write_bytes((desk.copy.read_bytes() if appends else b"") + foreign)
        desk.journal.check(is_thorough=True)
        assert desk.copy.read_bytes() == desk.folder.mirror.read_bytes()
    assert [kind for kind in desk.types() if kind != "journal_restored"] == ["log"] * len(rounds)
    desk.journal.close()


def test_a_line_that_the_disk_took_half_of_is_taken_out_again(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.journal.emit({"type": "log", "message": "one"})
    whole, write = desk.folder.mirror.read_bytes(), os.write
    monkeypatch.setattr(os, "write", lambda descriptor, data: write(descriptor, data[:10]))
    with pytest.raises(OSError, match="No space left on device"):
        desk.journal.emit_durably({"type": "log", "message": "two"})
    monkeypatch.undo()
    assert desk.folder.mirror.read_bytes() == desk.copy.read_bytes() == whole
    desk.journal.emit_durably({"type": "log", "message": "three"})
    assert desk.types() == ["log", "log"]


def test_what_must_be_durable_is_on_disk_before_anything_else_happens(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced: list[bytes] = []
    monkeypatch.setattr(os, "fsync", lambda _: synced.append(desk.folder.mirror.read_bytes()))
    desk.journal.emit_durably({"type": "landing"})
    assert synced
    assert all(b'"landing"' in seen for seen in synced)


def test_each_line_passes_a_point_before_between_and_after(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    sizes: list[tuple[int, int]] = []

    def look(name: str) -> None:
        sizes.append((desk.folder.mirror.stat().st_size, desk.copy.stat().st_size if desk.copy.exists() else 0))

    desk.journal.emit({"type": "log"})
    one = desk.journal.size
    monkeypatch.setattr("odw_core.runs.journal.point", look)
    desk.journal.emit({"type": "log"})
    two = desk.journal.size
    assert sizes == [(one, one), (two, one), (two, two)]
