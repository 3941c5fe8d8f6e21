"""Coordinated: repositories and scripted planners as processes, in which real supervisors drive coordinate."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import ClassVar

import pytest

from drivers.driven import Driven, Json
from drivers.runs_world import RunsWorld
from odw_core.model.address import Address

GOAL = "Orders can be cancelled."
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


class Coordinated(Driven):
    """Some repositories, a script and the runs over them."""

    WORKFLOW: ClassVar[str] = "coordinate"

    def __init__(self, world: RunsWorld, base: Path) -> None:
        super().__init__(world)
        self.script = base / "script.json"
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

    def events(self, run: Address, kind: str) -> list[Json]:
        """The events of one kind, in their order."""
        return self.world.events(run, kind)

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
