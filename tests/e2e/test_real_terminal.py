"""The program in a real terminal: it starts, follows the size, goes to the background and back, and leaves no trace."""

from __future__ import annotations

import json
import shlex
import shutil
import sys
from pathlib import Path

import pytest

from drivers.tmux import HAS_TMUX, Tmux, terminal

pytestmark = pytest.mark.skipif(not HAS_TMUX, reason="tmux is not installed")

RECORDINGS = Path(__file__).parents[1] / "fixtures" / "odw"
PROGRAM = [sys.executable, "-m", "odw_tui.cli"]


def open_room(window: Tmux, place: Path) -> None:
    window.type(shlex.join([*PROGRAM, str(place)]))
    window.wait_for(lambda text: "done" in text and "TITLE" in text and "review-loop" in text)


@pytest.fixture
def place(tmp_path: Path) -> Path:
    return Path(shutil.copytree(RECORDINGS / "b" / "project", tmp_path / "shop"))


def test_leaving_gives_the_terminal_back_as_it_was(tmp_path: Path, place: Path) -> None:
    with terminal(tmp_path) as window:
        open_room(window, place)
        assert window.is_full_screen
        window.press("q")
        text = window.wait_for(lambda text: text.count("ready>") == 2)
        assert "TITLE" not in text
        assert not window.is_full_screen
        window.type("stty -a | grep -c -- ' icanon'")
        window.wait_for(lambda text: text.count("ready>") == 3 and "\n1\n" in text)


def test_a_smaller_terminal_shows_the_same_room_in_its_narrow_form(tmp_path: Path, place: Path) -> None:
    with terminal(tmp_path, 120, 40) as window:
        open_room(window, place)
        window.resize(60, 16)
        text = window.wait_for(lambda text: "TITLE" not in text and "review-loop" in text)
        assert max(map(len, text.splitlines())) <= 60
        window.resize(120, 40)
        window.wait_for(lambda text: "TITLE" in text)


def test_ctrl_z_gives_the_shell_and_fg_the_room(tmp_path: Path, place: Path) -> None:
    with terminal(tmp_path) as window:
        open_room(window, place)
        window.press("C-z")
        window.wait_for(lambda text: text.count("ready>") == 2)
        assert not window.is_full_screen
        window.type("fg")
        window.wait_for(lambda text: "TITLE" in text and "review-loop" in text)
        window.press("q")
        window.wait_for(lambda text: "TITLE" not in text and "ready>" in text)


def test_hostile_text_is_shown_and_does_nothing(tmp_path: Path, place: Path) -> None:
    hostile = "\x1b]0;owned\x07\x1b[2J\x1b[31;1m[bold]red[/bold]\x1b[0m \u202eabc [link=file:///etc/passwd]x[/link]"
    journal = next((place / ".odw" / "runs").glob("odw-*/events.jsonl"))
    lines = [json.loads(line) for line in journal.read_text().splitlines()]
    for line in lines:
        if isinstance(event := line.get("raw"), dict) and event.get("type") in ("workflow_start", "phase", "log"):
            event.update({key: hostile for key in ("name", "title", "message") if key in event})
    journal.write_text("".join(json.dumps(line) + "\n" for line in lines))
    with terminal(tmp_path, 160, 40) as window:
        window.type(shlex.join([*PROGRAM, str(place)]))
        text = window.wait_for(lambda text: "done" in text and "]0;owned" in text)
        assert "[bold]red[/bold]" in text
        assert "\x1b]" not in window.raw
        assert "\u202e" not in text
        window.press("Enter")
        window.wait_for(lambda text: "timeline" in text and "[bold]red[/bold]" in text)
        window.press("7")
        window.wait_for(lambda text: "journal" in text and "phase" in text)
        window.press("q")
        window.wait_for(lambda text: "timeline" not in text and "ready>" in text)
