"""The editor of a person in a real terminal: opened at the line that is looked at, and the room back afterwards."""

from __future__ import annotations

import re
import shlex
import shutil
import sys
from pathlib import Path

import pytest

from drivers.tmux import HAS_TMUX, Tmux, terminal

pytestmark = pytest.mark.skipif(not HAS_TMUX, reason="tmux is not installed")

RECORDINGS = Path(__file__).parents[1] / "fixtures" / "odw"
PROGRAM = [sys.executable, "-m", "odw_tui.cli"]
LINES = 40
AT = 12


@pytest.fixture
def log(tmp_path: Path) -> Path:
    """What the runner of a recorded run wrote, made long enough to have a line to go to."""
    place = Path(shutil.copytree(RECORDINGS / "b" / "project", tmp_path / "shop"))
    (run,) = (folder for folder in (place / ".odw" / "runs").iterdir() if folder.is_dir())
    file = run / "script-debug.log"
    file.write_text("".join(f"step {number} of the runner\n" for number in range(1, LINES + 1)))
    return file


def open_log(window: Tmux, log: Path, editor: str) -> None:
    """The room with this text on top and its line ``AT`` under the cursor."""
    address = f"odw:{log.parent.name}"
    place = str(log.parents[3])
    command = [*PROGRAM, "--open", address, "--stream", "stderr", place]
    window.type(f"EDITOR={shlex.quote(editor)} {shlex.join(command)}")
    window.wait_for(lambda text: f"step {LINES} of the runner" in text)
    window.press("/")
    window.type(f"step {AT} of")
    window.wait_for(lambda text: re.search(rf"▌ *{AT}  step {AT} of the runner", text) is not None)


def test_an_editor_gets_the_file_and_the_line_and_the_room_comes_back(tmp_path: Path, log: Path) -> None:
    told = tmp_path / "told"
    # It is known by its name.
    editor = tmp_path / "bin" / "vim"
    editor.parent.mkdir()
    editor.write_text(f"#!/bin/sh\nprintf '%s\\n' \"$@\" > {shlex.quote(str(told))}\nstty -a >> {told}\n")
    editor.chmod(0o755)
    with terminal(tmp_path, 120, 40) as window:
        open_log(window, log, str(editor))
        window.press("C-e")
        window.wait_for(lambda text: "Back from vim" in text and f"step {AT} of the runner" in text)
        words = told.read_text().splitlines()
        assert words[:3] == ["-R", f"+{AT}", str(log)]
        assert " icanon" in told.read_text(), "the editor had the terminal as the shell had it"
        assert window.is_full_screen


@pytest.mark.skipif(shutil.which("vim") is None, reason="vim is not installed")
def test_vim_stands_at_the_line(tmp_path: Path, log: Path) -> None:
    with terminal(tmp_path, 240, 40) as window:
        open_log(window, log, "vim -u NONE -i NONE --cmd 'set ruler shortmess+=F'")
        window.press("C-e")
        window.wait_for(lambda text: f"{AT},1" in text and "Back from" not in text and "step 1 of the runner" in text)
        window.type(":q")
        text = window.wait_for(lambda text: "Back from vim" in text)
        assert f"script-debug.log:{AT}; read-only, since a run wrote it" in text
    assert log.read_text().count("\n") == LINES
