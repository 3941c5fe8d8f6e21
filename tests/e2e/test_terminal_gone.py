"""A room whose terminal goes away without a signal: it ends by itself, and keeps what it has read."""

from __future__ import annotations

import os
import pty
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from odw_core.index.schema import FILE_NAME

FIXTURES = Path(__file__).parents[1] / "fixtures" / "odw"
LONGEST_S = 20.0
ROOM = [sys.executable, "-m", "odw_tui.cli"]


class Room:
    """A room on a terminal that belongs to nobody's session, so that its end is told by no signal."""

    def __init__(self, *words: str) -> None:
        self.master, slave = pty.openpty()
        self.process = subprocess.Popen(
            [*ROOM, *words], stdin=slave, stdout=slave, stderr=slave, start_new_session=True
        )
        os.close(slave)

    def until(self, words: bytes) -> None:
        """Wait until it wrote ``words``."""
        written = b""
        while words not in written:
            written += os.read(self.master, 65536)


@pytest.fixture
def room(tmp_path: Path, home: Path) -> Iterator[Room]:
    shutil.copytree(FIXTURES / "b" / "project", tmp_path / "work", copy_function=shutil.copy)
    started = Room(str(tmp_path / "work"), "--no-codex")
    yield started
    started.process.kill()
    started.process.wait()


def test_a_room_ends_when_its_terminal_goes_away_without_a_signal(room: Room, home: Path) -> None:
    room.until(b"review-loop")
    os.close(room.master)
    assert room.process.wait(LONGEST_S) == 0
    assert [*home.rglob(FILE_NAME)]


def test_a_terminal_that_goes_away_before_the_first_frame_ends_the_room_too(room: Room) -> None:
    os.close(room.master)
    assert room.process.wait(LONGEST_S) is not None
