"""Ground: what every step of one run stands on: repository, base commit, agents, tasks, what the owner answered."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from odw_core.agents.choose import agent_for, codex_home
from odw_core.agents.crew import Crew
from odw_core.agents.work import Done
from odw_core.engines.loose import text
from odw_core.git.command import Git
from odw_core.git.patch import combined
from odw_core.git.repo import head, open_repo
from odw_core.runs.context import Context
from odw_core.runs.hiding import hide
from odw_core.runs.slots import Slots, slot_limit
from odw_core.runs.steps import fingerprint
from odw_core.runs.trees import Trees
from odw_core.workflows.parallel_review_apply.given import ReviewApplyInput, wanted_text
from odw_core.workflows.parallel_review_apply.prompts import Shared
from odw_core.workflows.parallel_review_apply.task import Task

_AT_ONCE = 8


class Ended(Exception):
    """The run is over before it landed, for a reason that is no mistake of the program."""

    def __init__(self, category: str = "", message: str = "", *, error: Mapping[str, object] | None = None) -> None:
        """``error`` is the whole ``error`` of the result; without a category there is none (a plain rejection)."""
        super().__init__(message)
        known: dict[str, object] = {"category": category, "message": message} if category else {}
        self.error = dict(error) if error else known or None


@dataclass(slots=True)
class Ground:
    """Grows while the run goes on; made anew, from the same steps, by every supervisor."""

    context: Context
    given: ReviewApplyInput
    git: Git
    base: str
    """The commit that all worktrees are at."""
    trees: Trees
    crew: Crew
    shared: Shared
    tasks: tuple[Task, ...] = ()
    ceiling: int = 1
    """Most review rounds, as it stands: a person can add one."""
    candidates: dict[str, Done] = field(default_factory=dict)
    """Task to what its last attempt changed; only of tasks that changed something."""
    failures: dict[str, str] = field(default_factory=dict)
    """Task to why its last attempt failed."""
    expected: dict[str, str] = field(default_factory=dict)
    """Files of tasks that were dirty on purpose when the run began, each with the SHA-256 of its content then."""
    history: list[dict[str, object]] = field(default_factory=list)
    gate: dict[str, object] | None = None
    """``gate`` of the last review."""
    landed: dict[str, object] | None = None
    """``landed`` of the last try to land, which may have landed nothing."""

    @property
    def diffs(self) -> dict[str, str]:
        """Task to its captured diff as text."""
        return {task: done.patch.decode("utf-8", "replace") for task, done in self.candidates.items()}

    @property
    def files(self) -> tuple[str, ...]:
        """Every file of the candidate, each once, in the order of the tasks."""
        return tuple(dict.fromkeys(name for task in self.tasks for name in self._files(task.id)))

    @property
    def patch(self) -> bytes:
        """The combined candidate."""
        return combined([self.candidates[task.id].patch for task in self.tasks if task.id in self.candidates])

    def _files(self, task: str) -> tuple[str, ...]:
        return self.candidates[task].files if task in self.candidates else ()

    def ids(self) -> list[str]:
        """The tasks, in their order."""
        return [task.id for task in self.tasks]

    def task(self, task_id: str) -> Task:
        """The task of that id."""
        return next(task for task in self.tasks if task.id == task_id)

    def answered(self, answers: Iterable[tuple[str, str]]) -> None:
        """From now on everybody is told what the owner answered."""
        self.shared = replace(self.shared, answers=(*self.shared.answers, *answers))

    def begin_at(self, base: str) -> None:
        """From now on work begins at another commit; what is retained was made at the one before."""
        self.base, self.shared = base, replace(self.shared, base=base)

    def log(self, message: str) -> None:
        """Say something in the journal."""
        self.context.emit_once({"type": "log", "message": message}, message)

    def phase(self, title: str, detail: str = "") -> None:
        """Say which stage begins."""
        self.context.emit_once({"type": "phase", "title": title, "detail": detail}, title)

    def take(self, done: Mapping[str, Done]) -> tuple[str, ...]:
        """What came of tasks replaces what was there of them. The ids of those that changed something."""
        changed: list[str] = []
        for task, one in done.items():
            self.candidates.pop(task, None)
            self.failures.pop(task, None)
            if not one.ok:
                self.failures[task] = one.message or one.category or "it failed and said nothing"
            elif one.has_changed:
                self.candidates[task] = one
                changed.append(task)
        self.candidates = {task: self.candidates[task] for task in self.ids() if task in self.candidates}
        return tuple(changed)


async def ground_of(context: Context, given: ReviewApplyInput) -> Ground:
    """The ground of a run that begins or goes on. Raises ``OdwError`` when there is no repository or no agent."""
    git = await open_repo(given.repo or context.spec.workspace)
    await hide(git, context.place)
    agent = agent_for(given.agent, context.spec, context.environ, script=given.script)

    async def look() -> dict[str, object]:
        return {"base": await head(git)}

    base = text(await context.steps.step("base", "checkpoint", fingerprint(context.run_id), look), "base")
    trees = Trees(context, git)
    crew = Crew(
        context,
        agent,
        given.agent,
        trees=trees,
        slots=Slots(codex_home(context.spec, context.environ), slot_limit(context.environ), context.state),
        concurrency=given.concurrency or _AT_ONCE,
        budget=given.budget_tokens,
        answers_first=given.auto_answer == "first",
    )
    shared = Shared(wanted=wanted_text(given), base=base, verify=tuple(given.verify or ()))
    return Ground(context, given, git, base, trees, crew, shared)
