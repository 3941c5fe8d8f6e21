"""Coordinated: repositories and scripted planners as processes, in which real supervisors drive coordinate."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from drivers.runs_world import PATIENCE_S, Room, RunsWorld
from odw_core.model.address import Address
from odw_core.model.command import Command, Decide, Outcome, Receipt, Start
from odw_core.model.decision import Decision
from odw_core.model.item import Item
from odw_core.model.question import Question

GOAL = "Orders can be cancelled."
Json = dict[str, Any]
REPOS = {
    "api": {
        "pyproject.toml": "[project]\nname = 'api'\n",
        "README.md": "# api\nServes orders.\n",
        "openapi.yaml": "openapi: 3.0.0\ninfo:\n  title: Orders\npaths:\n  /api/orders/{orderId}:\n    get: {}\n",
        "api/app.py": "def order(number):\n    return number\n",
    },
    "web": {
        "package.json": '{"name": "web"}\n',
        "AGENTS.md": "Use the design system.\n",
        "src/app.ts": 'export const order = () => fetch("/api/orders/42");\n',
    },
}


def plan(*changes: str, questions: tuple[str, ...] = (), summary: str = "it is done") -> Json:
    """What a planner answers."""
    return {"summary": summary, "proposed_changes": [*changes], "questions_for_hitl": [*questions]}


def plans(base: str, answer: Json, *, number: int | None = None, **more: object) -> Json:
    """An entry of a planner, in one round or in all of them."""
    key = f"plan-{base}-r{'*' if number is None else number}"
    return {"key": key, "result": answer, **more}


def fails(base: str, message: str = "stream closed before response.completed", **more: object) -> Json:
    """An entry of a planner that gives no answer."""
    return {"key": f"plan-{base}-r*", "do": [{"fail": message}], **more}


class Coordinated:
    """Some repositories, a script and the runs over them."""

    def __init__(self, world: RunsWorld, base: Path) -> None:
        self.world, self.script = world, base / "script.json"
        for name, files in REPOS.items():
            for path, text in files.items():
                self.write(name, path, text)
        self.play()

    def write(self, repo: str, path: str, text: str | bytes) -> None:
        """A file of a repository."""
        whole = self.world.workspace / repo / path
        whole.parent.mkdir(parents=True, exist_ok=True)
        whole.write_bytes(text if isinstance(text, bytes) else text.encode())

    def path(self, repo: str) -> str:
        """Where a repository lies."""
        return str(self.world.workspace / repo)

    def play(self, *entries: Json) -> None:
        """What agents do from now on; the first entry that fits a call counts. Who is not named has a good plan."""
        fine = plan("Add DELETE /api/orders/{orderId}.")
        split = {
            "assignments": [{"repo": self.path(name), "duties": [f"what {name} does"]} for name in REPOS],
            "rationale": "each does its own",
            "risks": ["they disagree"],
            "questions_for_hitl": [],
        }
        last = ({"key": "split-*", "result": split}, {"key": "plan-*", "result": fine})
        self.script.write_text(json.dumps({"entry": [*entries, *last]}))

    def given(self, **more: object) -> Json:
        """The input of a run over both repositories."""
        known: Json = {"goal": GOAL, "repos": [*REPOS], "agent": "scripted", "script": str(self.script)}
        return {key: value for key, value in {**known, **more}.items() if value is not None}

    async def start(self, room: Room, **more: object) -> Address:
        """Start a run; its address."""
        command = Start("coordinate", self.given(**more), str(self.world.workspace))
        receipt = await room.service.submit(command)
        assert (receipt.outcome, receipt.reason) == (Outcome.ACCEPTED, "")
        assert receipt.address is not None
        return receipt.address

    async def over(self, room: Room, run: Address) -> Item:
        """The row of a run as soon as the run is over, however it ended."""
        found = await room.until(lambda snapshot: run in snapshot.items and snapshot.items[run].ended_at is not None)
        return found.items[run]

    async def decide(self, room: Room, question: Question, verdict: str, **values: str) -> Receipt:
        """Decide a question, and wait until the run says that it heard."""
        picked = tuple((name.replace("__", ":"), (one,)) for name, one in values.items())
        return await self.told(room, Decide(Decision(question.id, question.digest, verdict, picked)))

    async def told(self, room: Room, command: Command) -> Receipt:
        """Send a command; what became of it."""
        sent = await room.service.submit(command)
        return await room.service.outcome(command.id, PATIENCE_S) if sent.outcome is Outcome.SENT else sent

    def result(self, run: Address) -> Json:
        """The result of a run that is over."""
        found = self.world.events(run, "workflow_done")
        assert len(found) == 1, self.world.events(run, "workflow_error")
        result = found[0]["result"]
        assert isinstance(result, dict)
        return result

    def events(self, run: Address, kind: str) -> list[Json]:
        """The events of one kind, in their order."""
        return self.world.events(run, kind)

    def keys(self, run: Address, kind: str = "agent_start") -> list[str]:
        """The nodes that the journal tells of, in its order."""
        return [str(event["key"]) for event in self.world.events(run, kind)]

    def prompt(self, run: Address, key: str, attempt: int = 1) -> str:
        """What an agent was told."""
        return (self.world.run(run) / "attempts" / f"{key}-{attempt}" / "prompt.md").read_text()

    def folder(self, run: Address) -> Path:
        """The run's folder in Converge's layout."""
        return self.world.workspace / ".converge" / "runs" / str(self.result(run)["stamp"])

    def projected(self, run: Address) -> Json:
        """``run.json`` in it."""
        read: Json = json.loads((self.folder(run) / "run.json").read_bytes())
        return read


@pytest.fixture
def place(world: RunsWorld, tmp_path: Path) -> Iterator[Coordinated]:
    """Repositories that runs plan for."""
    yield Coordinated(world, tmp_path)
