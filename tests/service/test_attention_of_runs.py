"""A run of ours that asks while no screen is open: its supervisor runs the hook, once."""

from __future__ import annotations

import json
import os
import signal
import sys
from pathlib import Path

import pytest

from drivers.runs_world import MARKER, RunsWorld, open_gate, world
from odw_core.attention.screens import announce, this_screen
from odw_core.model.command import Outcome, Resume
from odw_core.model.item import State
from odw_core.process.groups import bearers

__all__ = ["world"]
pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="needs /proc")

HOOK = "import os, sys; open(sys.argv[1], 'a').write(os.environ['ODW_TUI_TITLE'] + ': ' + os.environ['ODW_TUI_BODY'])"


def with_hook(home: Path, output: Path) -> None:
    file = home / ".config" / "odw-tui" / "config.toml"
    file.parent.mkdir(parents=True)
    file.write_text(f"attention_hook = {json.dumps([sys.executable, '-c', HOOK, str(output)])}\n")


async def asks(world: RunsWorld) -> None:
    """A run that is cut off, asks how to go on, and is answered."""
    gate = world.gate("gate")
    async with world.room() as room:
        run = await room.start(world, "sh", "-c", "echo up; read x < gate")
        await room.item(run, State.RUNNING, where=lambda item: "up" in item.last_words)
        os.kill(world.supervisor(run), signal.SIGKILL)
        await room.item(run, State.STALE)
        assert (await room.service.submit(Resume(run))).outcome is Outcome.ACCEPTED
        question = await room.question(run)
        command_id, _ = await room.answer(question, "run it again")
        assert (await room.service.outcome(command_id, 10)).outcome is Outcome.ACCEPTED
        open_gate(gate)
        await room.item(run, State.DONE)
    # The hook is over when nothing of the test is left but the test.
    while [pid for pid in bearers(f"{MARKER}={os.environ[MARKER]}") if pid != os.getpid()]:
        pass


async def test_the_supervisor_runs_the_hook_once(world: RunsWorld, home: Path, tmp_path: Path) -> None:
    # What the service in this test watches with is no screen.
    with_hook(home, tmp_path / "hooked")
    await asks(world)
    (title, said) = (tmp_path / "hooked").read_text().split(": ", 1)
    assert "sh -c" in title
    assert said


async def test_an_open_screen_tells_by_itself(world: RunsWorld, home: Path, tmp_path: Path) -> None:
    with_hook(home, tmp_path / "hooked")
    announce(world.state, this_screen((str(world.workspace),), {}, ""))
    await asks(world)
    assert not (tmp_path / "hooked").exists()
