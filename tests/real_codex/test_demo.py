"""The demo with the real Codex, from its first frame to what landed, by keys alone."""

from __future__ import annotations

import json
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from drivers.codex_till import ROUNDING, teach
from drivers.command import PROGRAM
from drivers.processes import processes_naming
from drivers.real_codex import RealCodex
from drivers.tmux import HAS_TMUX, Tmux, terminal


@pytest.mark.skipif(not HAS_TMUX, reason="tmux is not installed")
def test_the_demo_with_the_real_codex_is_decided_and_landed_by_keys(
    codex: RealCodex, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    teach(codex)
    monkeypatch.setenv("TMPDIR", str(scratch := tmp_path / "scratch"))
    scratch.mkdir()
    config = codex.base / "config" / "odw-tui" / "config.toml"
    config.parent.mkdir(parents=True)
    config.write_text(f"codex = {json.dumps(str(codex.program))}\n")
    with terminal(codex.base, 130, 45) as window:
        window.type(f"{shlex.join(PROGRAM)} demo --agent codex; echo code $?")
        shows(window, "waiting on you", "May I say basket?")
        window.press("i")
        shows(window, "1 question waits for you")
        window.press("Enter")
        # The first answer of a card counts once it was there to be read.
        decided(window, "a", "You decided: accept. It was taken")
        window.press("Escape")
        shows(window, "land 4 files of 4 tasks?")
        window.press("Enter")
        shows(window, "approve and land")
        decided(window, "a", "You decided: approve. It was taken")
        shows(window, "is done now")
        window.press("o")
        shows(window, "✓ 4 of 4", "✓ clean", "repaired because of 1 blocker")
        (till,) = scratch.glob("odw-tui-demo-*/till")
        assert ROUNDING in (till / "till/basket.py").read_text()
        told = subprocess.run(
            ["git", "status", "--porcelain"], cwd=till, capture_output=True, text=True, check=True
        ).stdout
        assert told.splitlines() == [
            " M till/basket.py",
            " M till/receipt.py",
            "?? tests/test_coupons.py",
            "?? till/coupons.py",
        ]
        subprocess.run([sys.executable, "-B", "-m", "unittest", "-q"], cwd=till, check=True, capture_output=True)
        window.press("Escape", "Escape")
        decided(window, "q", "code 0")
    # Codex leaves a folder of its own there.
    assert list(scratch.glob("odw-tui-demo-*")) == []
    assert processes_naming(str(scratch)) == {}


def shows(window: Tmux, *words: str) -> None:
    window.wait_for(lambda text: all(word in text for word in words))


def decided(window: Tmux, key: str, words: str) -> None:
    """A decision counts only once its card was there to be read, so the key may have to come again."""

    def is_there(text: str) -> bool:
        if words in text:
            return True
        window.press(key)
        return False

    window.wait_for(is_there)
