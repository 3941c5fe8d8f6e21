"""ReviewApply: a repository and scripted agents as processes, in which real supervisors drive parallel-review-apply."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from drivers.git_repository import IDENTITY, Repository
from drivers.runs_world import PATIENCE_S, Room, RunsWorld
from odw_core.model.address import Address
from odw_core.model.command import Command, Decide, Outcome, Receipt, Start
from odw_core.model.decision import Decision
from odw_core.model.item import Item
from odw_core.model.question import Question

TASKS = [
    {"id": "core", "files": ["src/core.py"], "prompt": "Make core add."},
    {"id": "view", "files": ["src/view.py"], "prompt": "Make view show the sum."},
]
PLAN = {"status": "ready", "summary": "core adds, view shows", "tasks": TASKS, "risks": [], "owner_questions": []}
Json = dict[str, Any]


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


class ReviewApply:
    """One repository, its script and its runs."""

    def __init__(self, world: RunsWorld, base: Path) -> None:
        self.world, self.script = world, base / "script.json"
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

    async def start(self, room: Room, **more: object) -> Address:
        """Start a run; its address."""
        given = {key: value for key, value in self.given(**more).items() if value is not None}
        command = Start("parallel-review-apply", given, str(self.world.workspace))
        receipt = await room.service.submit(command)
        assert (receipt.outcome, receipt.reason) == (Outcome.ACCEPTED, "")
        assert receipt.address is not None
        return receipt.address

    async def over(self, room: Room, run: Address) -> Item:
        """The row of a run as soon as the run is over, however it ended."""
        found = await room.until(lambda snapshot: run in snapshot.items and snapshot.items[run].ended_at is not None)
        return found.items[run]

    async def decide(self, room: Room, question: Question, verdict: str, **values: str | list[str]) -> Receipt:
        """Decide a question, and wait until the run says that it heard."""
        picked = tuple((name, tuple([one] if isinstance(one, str) else one)) for name, one in values.items())
        command = Decide(Decision(question.id, question.digest, verdict, picked))
        return await self.told(room, command)

    async def told(self, room: Room, command: Command) -> Receipt:
        """Send a command; what became of it."""
        sent = await room.service.submit(command)
        return await room.service.outcome(command.id, PATIENCE_S) if sent.outcome is Outcome.SENT else sent

    def text(self, path: str) -> str:
        """A file of the user's tree."""
        return (self.world.workspace / path).read_text()

    def status(self) -> str:
        """What git says is changed."""
        return self.repository.git("status", "--porcelain").decode()

    def result(self, run: Address) -> Json:
        """The result of a run that is over."""
        found = self.world.events(run, "workflow_done")
        assert len(found) == 1, self.world.events(run, "workflow_error")
        result = found[0]["result"]
        assert isinstance(result, dict)
        return result

    def keys(self, run: Address, kind: str = "agent_start") -> list[str]:
        """The nodes that the journal tells of, in its order."""
        return [str(event["key"]) for event in self.world.events(run, kind)]

    def prompt(self, run: Address, key: str, attempt: int = 1) -> str:
        """What an agent was told."""
        return (self.world.run(run) / "attempts" / f"{key}-{attempt}" / "prompt.md").read_text()

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
