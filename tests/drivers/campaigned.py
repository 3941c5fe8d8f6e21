"""Campaigned: repositories of one workspace, a script for each, and the campaigns over them."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import ClassVar

import pytest

from drivers.driven import Driven, Json
from drivers.git_repository import IDENTITY, Repository
from drivers.review_apply import approve, reviews
from drivers.runs_world import Room, RunsWorld
from odw_core.config import Config
from odw_core.model.address import Address
from odw_core.model.change import Snapshot
from odw_core.model.command import Outcome, Start
from odw_core.service.live import LiveService
from odw_core.service.submit import Submitter
from odw_core.workflows.campaign.children import children_of

FILES = {
    "api": {
        "openapi.yaml": "openapi: 3.0.0\ninfo:\n  title: Orders\npaths:\n  /api/orders/{orderId}:\n    get: {}\n",
        "src/main.py": "# api\n",
    },
    "web": {"src/main.ts": 'export const order = () => fetch("/api/orders/42");\n'},
}
SPECS = {"api": "# api\n\nServe the price too.\n", "web": "# web\n\nShow the price.\n"}


def does(path: str, text: str, *, review: Json | None = None, **more: object) -> list[Json]:
    """The script of a repository whose only task writes one file."""
    task = {"id": "it", "files": [path], "prompt": f"Write {path}."}
    plan = {"status": "ready", "summary": "one task", "tasks": [task], "risks": [], "owner_questions": []}
    return [
        {"key": "planner*", "result": plan},
        {"key": "it*", "do": [{"write": path, "text": text}], "result": "done", **more},
        reviews(review or approve()),
    ]


class Campaigned(Driven):
    """Some repositories and the campaigns over them."""

    WORKFLOW: ClassVar[str] = "campaign"

    def __init__(self, world: RunsWorld, base: Path) -> None:
        super().__init__(world)
        self._base = base
        self.repositories: dict[str, Repository] = {}
        for name, files in FILES.items():
            (world.workspace / name).mkdir()
            repository = self.repositories[name] = Repository(world.workspace / name)
            for path, text in files.items():
                repository.write(path, text)
            repository.commit("begin")
        self.play("api", does("src/main.py", "PRICE = 1\n"))
        self.play("web", does("src/main.ts", 'export const order = () => fetch("/api/orders/1");\n'))

    def add(self, name: str) -> Json:
        """One more repository, whose agent writes one file; its part of an input."""
        (self.world.workspace / name).mkdir()
        repository = self.repositories[name] = Repository(self.world.workspace / name)
        repository.write("README.md", f"# {name}\n")
        repository.commit("begin")
        self.play(name, does("done.txt", f"{name}\n"))
        return {"repo": name, "spec": f"Do {name}.", "script": str(self.script(name))}

    def part(self, name: str, **more: object) -> Json:
        """One of the two repositories in an input."""
        return {"repo": name, "spec": SPECS[name], "script": str(self.script(name)), **more}

    @contextlib.asynccontextmanager
    async def room(self) -> AsyncIterator[Room]:
        """A room that watches the workspace and every repository."""
        room = _Wide(self.world, [*self.repositories])
        watching = asyncio.create_task(room.service.run())
        try:
            yield room
        finally:
            watching.cancel()
            await asyncio.gather(watching, return_exceptions=True)

    def script(self, repo: str) -> Path:
        """What the agents of a repository play."""
        return self._base / f"{repo}.json"

    def play(self, repo: str, entries: Sequence[Json]) -> None:
        """What agents of a repository do from now on."""
        self.script(repo).write_text(json.dumps({"entry": [*entries]}))

    def path(self, repo: str) -> str:
        """Where a repository lies."""
        return str(self.world.workspace / repo)

    def given(self, **more: object) -> Json:
        """The input of a campaign over both, decided by nobody, verified by a command."""
        known: Json = {
            "repos": [self.part(name) for name in FILES],
            "gate": "auto",
            "verify": ["true"],
            "agent": "scripted",
        }
        return {key: value for key, value in {**known, **more}.items() if value is not None}

    async def refused(self, room: Room, **more: object) -> str:
        """Why such a campaign is not begun."""
        receipt = await room.service.submit(Start("campaign", self.given(**more), str(self.world.workspace)))
        assert receipt.outcome is Outcome.REFUSED
        return receipt.reason

    def child(self, run: Address, repo: str) -> Address:
        """The run of one repository."""
        return Address("odw", children_of(self.world.state, run.item)[self.path(repo)])

    def children(self, run: Address) -> Mapping[str, str]:
        """Repository to run."""
        return children_of(self.world.state, run.item)

    def states(self, run: Address) -> dict[str, list[str]]:
        """Short name of each repository to the states it was said to be in."""
        found: dict[str, list[str]] = {}
        for event in self.world.events(run, "campaign_repo"):
            found.setdefault(Path(str(event["repo"])).name, []).append(str(event["state"]))
        return {name: [*dict.fromkeys(states)] for name, states in found.items()}

    def text(self, repo: str, path: str) -> str:
        """A file of the user's tree."""
        return (self.world.workspace / repo / path).read_text()

    def status(self, repo: str) -> str:
        """What git says is changed."""
        return self.repositories[repo].git("status", "--porcelain").decode()


class _Wide(Room):
    """A room over the workspace and the repositories in it."""

    def __init__(self, world: RunsWorld, names: Sequence[str]) -> None:
        def submitter(snapshot: Callable[[], Snapshot]) -> Submitter:
            return Submitter(world.state, Config(), read_only=False, snapshot=snapshot, where="test")

        places = (str(world.workspace), *(str(world.workspace / name) for name in names))
        self.service = LiveService(places, Config(), cache=None, submitter=submitter, state=world.state)


@pytest.fixture
def place(world: RunsWorld, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Campaigned]:
    """Repositories that campaigns work on."""
    for name, value in IDENTITY.items():
        monkeypatch.setenv(name, value)
    yield Campaigned(world, tmp_path)
