"""ReviewApply: a repository and scripted agents as processes, in which real supervisors drive parallel-review-apply."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import ClassVar

import pytest

from drivers.driven import Driven, Json
from drivers.git_repository import IDENTITY, Repository
from drivers.runs_world import RunsWorld
from odw_core.model.address import Address

TASKS = [
    {"id": "core", "files": ["src/core.py"], "prompt": "Make core add."},
    {"id": "view", "files": ["src/view.py"], "prompt": "Make view show the sum."},
]
PLAN = {"status": "ready", "summary": "core adds, view shows", "tasks": TASKS, "risks": [], "owner_questions": []}


def approve(**more: object) -> Json:
    """What a reviewer answers who has nothing against it."""
    lists = ("blockers", "risks", "owner_questions", "verification", "files_reviewed")
    return {"decision": "approve", "summary": "it is fine", **{name: [] for name in lists}, **more}


def reject(*blockers: str) -> Json:
    """What a reviewer answers who found something."""
    return approve(decision="reject", summary="not yet", blockers=[*blockers])


def needs_owner(*questions: str) -> Json:
    """What a reviewer answers who cannot decide."""
    return approve(decision="needs_owner", summary="not mine to say", owner_questions=[*questions])


def writes(key: str, path: str, text: str, **more: object) -> Json:
    """An entry of a task that writes one file."""
    return {"key": key, "do": [{"write": path, "text": text}], "result": f"wrote {path}", **more}


def reviews(answer: Json, **more: object) -> Json:
    """An entry of a reviewer."""
    return {"phase": "Review", "result": answer, **more}


CORE, VIEW = writes("core", "src/core.py", "SUM = 1 + 1\n"), writes("view", "src/view.py", "print('sum')\n")
FINE = reviews(approve())


class ReviewApply(Driven):
    """One repository, its script and its runs."""

    WORKFLOW: ClassVar[str] = "parallel-review-apply"

    def __init__(self, world: RunsWorld, base: Path) -> None:
        super().__init__(world)
        self.script = base / "script.json"
        self.repository = Repository(world.workspace)
        for name in ("core", "view", "docs"):
            self.repository.write(f"src/{name}.py", f"# {name}\n")
        self.base = self.repository.commit("begin")

    def play(self, *entries: Json) -> None:
        """What agents do from now on; the first entry that fits a call counts."""
        self.script.write_text(json.dumps({"entry": [*entries]}))

    def given(self, **more: object) -> Json:
        """The input of a run of two tasks, decided by nobody, verified by a command."""
        known: Json = {"tasks": TASKS, "gate": "auto", "verify": ["true"], "agent": "scripted"}
        return {**known, "script": str(self.script), **more}

    def text(self, path: str) -> str:
        """A file of the user's tree."""
        return (self.world.workspace / path).read_text()

    def status(self) -> str:
        """What git says is changed."""
        return self.repository.git("status", "--porcelain").decode()

    def is_tidy(self, run: Address) -> bool:
        """Whether no worktree is left, neither as a folder nor in git."""
        listed = self.repository.git("worktree", "list", "--porcelain").decode().count("worktree ")
        folder = self.world.run(run) / "worktrees"
        return listed == 1 and not (folder.is_dir() and any(folder.iterdir()))


@pytest.fixture
def place(world: RunsWorld, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[ReviewApply]:
    """A repository that runs work on."""
    for name, value in IDENTITY.items():
        monkeypatch.setenv(name, value)
    yield ReviewApply(world, tmp_path)
