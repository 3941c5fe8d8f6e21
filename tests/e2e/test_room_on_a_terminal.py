"""The room on a real pseudo-terminal, started from a shell: start, size, suspend, leave."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from drivers.shell import LEFT, ODW_TUI, PROMPT, Shell, shell

FIXTURES = Path(__file__).parents[1] / "fixtures" / "odw"
CTRL_C, CTRL_Z = "\x03", "\x1a"


@pytest.fixture
def work(tmp_path: Path) -> Path:
    """Two workspaces: one with a run that is done, one with a session that waits."""
    for name in ("b/project", "d/project-parked"):
        shutil.copytree(FIXTURES / name, tmp_path / "work" / name[0], copy_function=shutil.copy)
    return tmp_path / "work"


def start(terminal: Shell, work: Path, more: str = "") -> None:
    terminal.run(f"{ODW_TUI} {more} {work}/b {work}/d; echo code $?")
    terminal.until("waiting on you", "ask-module", "review-loop")


def test_leaving_gives_the_terminal_back_as_it_was(work: Path, home: Path, tmp_path: Path) -> None:
    with shell(home) as terminal:
        before = terminal.answer("stty -a", tmp_path / "before")
        start(terminal, work)
        terminal.type("q")
        terminal.until_left()
        assert "code 0" in terminal.raw.rpartition(LEFT)[2]
        assert terminal.answer("stty -a", tmp_path / "after") == before
        for switched_off in ("\x1b[?25h", "\x1b[?1003l", "\x1b[?2004l"):
            assert switched_off in terminal.raw


def test_ctrl_c_leaves_too(work: Path, home: Path) -> None:
    with shell(home) as terminal:
        start(terminal, work)
        terminal.type(CTRL_C)
        terminal.until("code 0", PROMPT)


def test_ctrl_z_leads_to_the_shell_and_fg_back_to_the_same_picture(work: Path, home: Path) -> None:
    with shell(home) as terminal:
        terminal.run(f"{ODW_TUI} {work}/b {work}/d")
        terminal.until("waiting on you", "ask-module", "review-loop")
        terminal.type("G")
        terminal.until("▌   ✓ done", "✗ 2 blockers")
        before = terminal.text
        terminal.type(CTRL_Z)
        terminal.until("Stopped", PROMPT)
        terminal.run("fg")
        terminal.until(before)
        terminal.type("g")
        terminal.until("▌   ◆ waiting")
        terminal.type("q")
        terminal.until_left()


def test_the_form_follows_the_size_of_the_terminal(work: Path, home: Path) -> None:
    with shell(home) as terminal:
        start(terminal, work)
        terminal.resize(60, 16)
        terminal.until_gone("waiting on you")
        terminal.until("◆ ask-module")
        terminal.resize(180, 50)
        terminal.until("waiting on you")
        terminal.type("q")
        terminal.until("code 0")


def test_without_colour_no_colour_is_written(work: Path, home: Path) -> None:
    with shell(home, NO_COLOR="1") as terminal:
        start(terminal, work)
        terminal.type("q")
        terminal.until("code 0")
        codes = {code for sequence in re.findall(r"\x1b\[([\d;]*)m", terminal.raw) for code in sequence.split(";")}
        assert codes <= {"", "0", "1", "2", "7", "39", "49", "22", "27"}


def test_ascii_only_is_ascii_on_the_screen(work: Path, home: Path) -> None:
    with shell(home) as terminal:
        terminal.run(f"{ODW_TUI} --ascii {work}/b {work}/d")
        terminal.until("waiting on you", "* waiting", "+ done")
        assert terminal.text.isascii()
        terminal.type("q")
        terminal.until(PROMPT)


def test_keys_of_ones_own_come_from_the_config(work: Path, home: Path, tmp_path: Path) -> None:
    config = tmp_path / "config.toml"
    config.write_text('[keys]\nsort = "o"\n')
    with shell(home) as terminal:
        start(terminal, work, f"--config {config}")
        terminal.type("o")
        terminal.until("Each group is sorted by title.")
        terminal.type("q")
        terminal.until("code 0")
