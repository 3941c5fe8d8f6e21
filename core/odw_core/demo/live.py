"""Live: the repository, the input and the script of the demo that really runs. Starts no run, prints nothing.

What is not kept has a caretaker: a process that ends the runs and takes everything away as soon as this one is gone.
"""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
import tomllib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from odw_core.demo.launch import check_is_free, check_pace, new_scratch
from odw_core.errors import OdwError, UsageError
from odw_core.git.command import Git
from odw_core.model.workflow import REVIEW_APPLY
from odw_core.process.spawn import python_module, spawn_detached

WORKFLOW = REVIEW_APPLY
STORY = Path(__file__).parent / "till"
SCRIPTED = "scripted"
_SCRIPT = "odw-tui-demo.json"
_PYTHON = "python3"
_SETTINGS = (
    ("user.name", "odw-tui demo"),
    ("user.email", "demo@example.invalid"),
    ("commit.gpgSign", "false"),
    ("core.autocrlf", "false"),
)
"""Of the repository alone, so that it works for people who never told git who they are."""
_ITS_OWN = ("repo", "script", "agent")
_GRACE_S = 30.0


@dataclass(frozen=True, slots=True)
class Live:
    """A repository that waits for its run."""

    workspace: Path
    scratch: Path | None
    """A folder of the demo's own, gone when the demo ends; None where the demo is kept."""
    pace: float

    @property
    def state_home(self) -> Path | None:
        """What ``XDG_STATE_HOME`` is for everything that belongs to this demo; None for the person's own."""
        return None if self.scratch is None else self.scratch / "state"

    @property
    def cache_home(self) -> Path | None:
        """The same for ``XDG_CACHE_HOME``."""
        return None if self.scratch is None else self.scratch / "cache"

    def given(self, typed: Mapping[str, object], agent: str = SCRIPTED) -> dict[str, object]:
        """The input of the run, with what was typed laid over it. Where no gate asks, no agent does either.

        Raises ``UsageError`` for what would make it another story than the demo's.
        """
        if taken := [key for key in _ITS_OWN if key in typed]:
            raise UsageError(f"The demo has its own {taken[0]}; leave --set {taken[0]} out.")
        project = _project()
        given: dict[str, object] = {
            "request": project["request"],
            "reviewers": project["reviewers"],
            "verify": _with_python(project["verify"]),
            "agent": agent,
            "gate": "ask",
        }
        if agent == SCRIPTED:
            given["script"] = str(self.workspace / ".git" / _SCRIPT)
        if typed.get("gate") == "auto":
            given["auto_answer"] = "first"
        return {**given, **typed}


@contextmanager
def set_up(*, keep: Path | None = None, pace: float = 1.0) -> Iterator[Live]:
    """A new repository while the block runs: in a scratch folder that is gone afterwards, with every run in it, or in
    ``keep``, which stays with whatever goes on there.

    Raises ``UsageError`` when ``keep`` holds something already or ``pace`` is not above zero, ``OdwError`` without git.
    """
    check_pace(pace)
    if keep is not None:
        check_is_free(keep)
        live = Live(keep.absolute(), None, pace)
        _make(live)
        yield live
        return
    scratch = new_scratch()
    caretaker = _caretaker(scratch)
    try:
        live = Live(scratch / "till", scratch, pace)
        _make(live)
        yield live
    finally:
        assert caretaker.stdin is not None
        caretaker.stdin.close()
        try:
            caretaker.wait(_GRACE_S)
        except subprocess.TimeoutExpired:
            caretaker.kill()
            caretaker.wait()


def _caretaker(scratch: Path) -> subprocess.Popen[bytes]:
    """A pipe is the leash: whatever ends this process closes it."""
    return spawn_detached(
        python_module("odw_core.demo.caretaker", str(scratch)),
        cwd=scratch.parent,
        env=os.environ,
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def _make(live: Live) -> None:
    try:
        for name, text in _project()["files"].items():
            path = live.workspace / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, "utf-8")
        asyncio.run(_first_commit(Git(live.workspace)))
        (live.workspace / ".git" / _SCRIPT).write_text(json.dumps(script(live.pace)), "utf-8")
    except OSError as error:
        raise OdwError(f"{live.workspace} cannot be made: {error.strerror}; keep the demo somewhere else.") from error


async def _first_commit(git: Git) -> None:
    await git.run("init", "--quiet", "--template=", "--initial-branch=main")
    for name, value in _SETTINGS:
        await git.run("config", name, value)
    # Whatever the person lets git ignore everywhere.
    await git.run("add", "--force", "--all", ".")
    await git.run("commit", "--quiet", "--no-verify", "--message", "A till for a small shop")


def script(pace: float = 1.0) -> dict[str, Any]:
    """What the agents do, ``pace`` times as fast as written down, with the Python that runs this."""
    told = tomllib.loads((STORY / "script.toml").read_text("utf-8"))
    for entry in told["entry"]:
        for step in entry.get("do", ()):
            if "sleep" in step:
                step["sleep"] /= pace
            if "run" in step:
                step["run"] = _with_python(step["run"])
    return told


def _with_python(words: list[str]) -> list[str]:
    return [sys.executable if word == _PYTHON else word for word in words]


def _project() -> dict[str, Any]:
    return tomllib.loads((STORY / "project.toml").read_text("utf-8"))
