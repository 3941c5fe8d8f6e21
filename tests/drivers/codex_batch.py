"""CodexBatch: a repository with tests of its own, and a model that plans, writes and reviews for a batch."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from typing import Any

from drivers.command import Ran, odw_tui
from drivers.git_repository import Repository
from drivers.real_codex import RealCodex
from drivers.review_apply import approve
from drivers.session_run import SessionRun

REQUEST = "The shop knows the price of a cart and says it."
VERIFY = "python3 -m unittest -q"
_FILES = {
    ".gitignore": "__pycache__/\n",
    "price.py": "def total(prices):\n    raise NotImplementedError\n",
    "words.py": "def said(cents):\n    raise NotImplementedError\n",
    "test_shop.py": """import unittest

from price import total
from words import said


class Shop(unittest.TestCase):
    def test_a_cart_is_summed_and_said(self):
        self.assertEqual(said(total([100, 250])), "3.50")
""",
}
TASKS = [
    {"id": "price", "files": ["price.py"], "prompt": "total(prices) returns the sum of cents."},
    {"id": "words", "files": ["words.py"], "prompt": "said(cents) returns them as 3.50."},
]
_OPEN = {"runtime": None, "permission": None, "model": None, "effort": None}
_PLAN = {"status": "ready", "summary": "one sums, one says", "risks": [], "owner_questions": []}
SUM, WRONG = "    return sum(prices)", "    return len(prices)"
SAID = '    return f"{cents // 100}.{cents % 100:02}"'
Steps = list[object]


def writes(path: str, line: str, *before: object) -> Steps:
    """What the model does for a task: something ``before``, then the one line of a file, then its last words."""
    patch = f"*** Begin Patch\n*** Update File: {path}\n@@\n-    raise NotImplementedError\n+{line}\n*** End Patch\n"
    return [*before, {"patch": patch}, says(f"{path} is written.")]


def says(words: str) -> dict[str, str]:
    """The last words of a turn."""
    return {"say": words, "phase": "final_answer"}


def asks(name: str) -> dict[str, object]:
    """A command that wants an approval: where a test can be sure that an agent is at work."""
    return {"exec": f"echo {name}", "escalate": True, "justification": f"May I say {name}?"}


class CodexBatch:
    """One repository and one model; everything is done through commands, as a script does it."""

    def __init__(self, codex: RealCodex) -> None:
        self.codex = codex
        self.repository = Repository(codex.project, is_new=False)
        self.repository.git("config", "user.name", "Ada")
        self.repository.git("config", "user.email", "ada@example.org")
        for path, content in _FILES.items():
            self.repository.write(path, content)
        self.base = self.repository.commit("a shop")
        config = codex.base / "config.toml"
        config.write_text(f"codex = {json.dumps(str(codex.program))}\n")
        self.words: tuple[str, ...] = ("--config", str(config))
        self.plays(
            "plan", "You plan work on", [says(json.dumps({**_PLAN, "tasks": [{**_OPEN, **one} for one in TASKS]}))]
        )
        self.works("price", writes("price.py", SUM))
        self.works("words", writes("words.py", SAID))
        self.reviews("correctness", 1, approve())

    def plays(self, name: str, when: str, steps: Steps) -> None:
        """What the model does when a prompt holds these words."""
        self.codex.model.teach(name, steps, when=when)

    def works(self, task: str, steps: Steps) -> None:
        """What it does for a task."""
        self.plays(task, f"You do task {task} of a batch", steps)

    def repairs(self, steps: Steps) -> None:
        """What it does for a task of which an earlier attempt was found wrong, whichever that is."""
        self.plays("repair", "What an earlier attempt of this task got wrong", steps)

    def sessions(self, run: SessionRun) -> list[str]:
        """The node of every session that the run opened, in order; a node twice worked twice."""
        return [str(event["key"]) for event in run.of("agent_session")]

    def reviews(self, reviewer: str, number: int, answer: object) -> None:
        """What it answers as that reviewer in that round."""
        self.plays(
            f"{reviewer}-{number}", f"You are the reviewer {reviewer}, round {number}.", [says(json.dumps(answer))]
        )

    def __call__(self, *words: str) -> Ran:
        """Run one command in the project."""
        return odw_tui(*self.words, *words, cwd=self.codex.project)

    def start(self, **more: str) -> SessionRun:
        """Start a run by a sentence; two tasks, one reviewer, the repository's own tests."""
        given = {"request": REQUEST, "verify": VERIFY, "reviewers": "correctness", **more}
        ran = self(
            "start", "parallel-review-apply", *(word for item in given.items() for word in ("--set", "=".join(item)))
        )
        assert ran.code == 0, ran
        return SessionRun(self.codex, ran.out.strip().removeprefix("odw:"))

    def asked(self, run: SessionRun, kind: str) -> dict[str, Any]:
        """What ``inbox --json`` says the run asks."""

        def found() -> dict[str, Any] | None:
            questions = self("inbox", "--json").document["questions"]
            own = (one for one in questions if one["address"].startswith(str(run.address)) and one["kind"] == kind)
            return next(own, None)

        return self.until(run, found)

    def until(self, run: SessionRun, holds: Callable[[], Any]) -> Any:
        return run.until(holds, "no command ever said so")

    def over(self, run: SessionRun) -> dict[str, Any]:
        """The result of a run, as soon as its supervisor is gone too."""
        event = run.until_event("workflow_done")
        assert self.codex.ends_within([run.supervisor], 60.0)
        result = event["result"]
        assert isinstance(result, dict)
        return result

    def status(self) -> str:
        """What git says is changed."""
        return self.repository.git("status", "--porcelain").decode()

    def tests_pass(self) -> bool:
        """Whether the repository's own tests do."""
        done = subprocess.run(VERIFY.split(), cwd=self.codex.project, capture_output=True, check=False)
        return done.returncode == 0

    def is_tidy(self, run: SessionRun) -> bool:
        """Whether no worktree is left, neither as a folder nor in git, and no process."""
        listed = self.repository.git("worktree", "list", "--porcelain").decode().count("worktree ")
        folder = self.codex.project / ".odw" / "runs" / run.folder.run_id / "worktrees"
        return listed == 1 and not (folder.is_dir() and any(folder.iterdir())) and self.codex.processes() == {}
