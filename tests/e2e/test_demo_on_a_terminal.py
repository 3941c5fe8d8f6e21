"""The first minute of a newcomer, on a real pseudo-terminal."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from drivers.processes import processes_naming

FIRST_MINUTE = Path(__file__).parents[2] / ".ci" / "first_minute.py"


def test_the_replayed_demo_shows_its_runs_and_leaves_nothing_behind(tmp_path: Path) -> None:
    command = [
        sys.executable,
        str(FIRST_MINUTE),
        "repo-health",
        sys.executable,
        "-m",
        "odw_tui.cli",
        "demo",
        "--replay",
    ]
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
