"""Planners: two repositories in one workspace, and a model that splits and plans for the real Codex."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from drivers.codex_batch import says
from drivers.command import Ran, odw_tui
from drivers.coordinated import GOAL, REPOS, plan
from drivers.real_codex import RealCodex
from drivers.session_run import SessionRun


class Planners:
    """Everything is done through commands, as a script does it."""

    def __init__(self, codex: RealCodex) -> None:
        self.codex = codex
        for name, files in REPOS.items():
            for path, text in files.items():
                whole = codex.project / name / path
                whole.parent.mkdir(parents=True, exist_ok=True)
                whole.write_text(text)
        self.plans("api", plan("Add DELETE /api/orders/{orderId}."))
        self.plans("web", plan("Show a button."))

    def splits(self) -> None:
        """The last that is taught counts: a splitter is told some of what planners are told."""
        duties = [{"repo": str(self.codex.project / name), "duties": [f"what {name} does"]} for name in REPOS]
        answer = {"assignments": duties, "rationale": "each its own", "risks": [], "questions_for_hitl": []}
        self.codex.model.library.scripts.pop("split", None)
        self.plays("split", "You decide which repository does what", answer)

    def plays(self, name: str, when: str, answer: object) -> None:
        """What the model answers to a prompt that holds these words."""
        self.codex.model.teach(name, [says(json.dumps(answer))], when=when)

    def plans(self, repo: str, answer: object, when: str = "") -> None:
        """What it answers as the planner of a repository; ``when`` are other words of its prompt."""
        self.plays(f"{repo}{when}", when or f"Path: {self.codex.project / repo}\n", answer)

    def __call__(self, *words: str) -> Ran:
        config = self.codex.base / "config.toml"
        config.write_text(f"codex = {json.dumps(str(self.codex.program))}\n")
        return odw_tui("--config", str(config), *words, cwd=self.codex.project)

    def start(self, **more: object) -> SessionRun:
        """Start a run over both."""
        self.splits()
        given = {"goal": GOAL, **more}
        words = [word for key, value in given.items() for word in ("--set", f"{key}={value}")]
        repos = [word for repo in REPOS for word in ("--set", f"repos={repo}")]
        ran = self("start", "coordinate", *repos, *words)
        assert ran.code == 0, ran
        return SessionRun(self.codex, ran.out.strip().removeprefix("odw:"))

    def folder(self, run: SessionRun) -> Path:
        """The run's folder in the workspace."""
        return self.codex.project / ".odw" / "runs" / run.address.item

    def asked(self, run: SessionRun, kind: str) -> Mapping[str, object]:
        """What ``inbox --json`` says the run asks."""

        def found() -> bool:
            return any(one["kind"] == kind for one in self("inbox", "--json").document["questions"])

        run.until(found, f"no {kind} was asked")
        return next(one for one in self("inbox", "--json").document["questions"] if one["kind"] == kind)
