"""The first minute of a newcomer, on a real pseudo-terminal."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from drivers.processes import processes_naming
from drivers.tmux import HAS_TMUX, Tmux, terminal

FIRST_MINUTE = Path(__file__).parents[2] / ".ci" / "first_minute.py"


@pytest.mark.parametrize(("title", "how"), [("Take coupons", []), ("repo-health", ["--replay"])])
def test_the_demo_shows_its_runs_and_leaves_nothing_behind(title: str, how: list[str], tmp_path: Path) -> None:
    program = [sys.executable, "-m", "odw_tui.cli", "demo", *how]
    command = [sys.executable, str(FIRST_MINUTE), title, *program]
    ended = subprocess.run(
        command, env={**os.environ, "TMPDIR": str(tmp_path)}, capture_output=True, text=True, check=False
    )
    assert ended.returncode == 0, ended.stderr
    assert list(tmp_path.iterdir()) == []
    assert processes_naming(str(tmp_path)) == {}


def test_the_replayed_demo_without_a_terminal_tells_how_it_ended() -> None:
    command = [sys.executable, "-m", "odw_tui.cli", "demo", "--replay", "--headless", "--pace", "inf"]
    told = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    first, *_ = told.splitlines()
    assert " ".join(first.split()) == "◆ 4 waiting ✗ 2 failed ▸ 1 running ✓ 3 done"
    assert "What should the module be called?" in told
    assert "Which release channel should the note target?" in told


@pytest.mark.skipif(not HAS_TMUX, reason="needs tmux")
def test_the_live_demo_is_answered_approved_and_landed_by_keys(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TMPDIR", str(scratch := tmp_path / "scratch"))
    scratch.mkdir()
    with terminal(tmp_path, 120, 40) as window:
        window.type(f"{sys.executable} -m odw_tui.cli demo --pace 20; echo code $?")
        shows(window, "waiting on you", "How does the till round half a cent?")
        window.press("i")
        shows(window, "1 question waits for you", "ROUND_HALF_EVEN")
        window.press("Enter")
        shows(window, "[ ] ROUND_HALF_EVEN")
        window.press("2")
        pressed_until(window, "C-s", "You decided: answer. It was taken")
        shows(window, "land 4 files of 4 tasks?")
        window.press("Escape")
        shows(window, "1 question waits for you", "gate")
        window.press("Enter")
        pressed_until(window, "a", "You decided: approve. It was taken")
        shows(window, "4 patches landed in 4 files")
        (landed,) = scratch.glob("odw-tui-demo-*/till/till/basket.py")
        assert "ROUND_HALF_EVEN" in landed.read_text()
        window.press("Escape", "Escape")
        pressed_until(window, "q", "code 0")
    assert list(scratch.iterdir()) == []
    assert processes_naming(str(scratch)) == {}


def shows(window: Tmux, *words: str) -> None:
    window.wait_for(lambda text: all(word in text for word in words))


def pressed_until(window: Tmux, key: str, words: str) -> None:
    """A decision counts only once its card was there to be read, so the key may have to come again."""

    def is_there(text: str) -> bool:
        if words in text:
            return True
        window.press(key)
        return False

    window.wait_for(is_there)
