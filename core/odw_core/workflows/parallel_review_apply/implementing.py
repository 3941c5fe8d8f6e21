"""Implementing: tasks at work in worktrees of their own, first and as repairs; what they changed is the candidate."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from odw_core.agents.work import Done, Work
from odw_core.workflows.parallel_review_apply.ground import Ended, Ground
from odw_core.workflows.parallel_review_apply.outcome import implement_step, repair_step
from odw_core.workflows.parallel_review_apply.prompts import task_prompt
from odw_core.workflows.parallel_review_apply.rounds import task_key, task_label

_ATTEMPTS = 2


async def implement(ground: Ground, tasks: Sequence[str]) -> None:
    """Round 1. Raises ``Ended`` when nobody changed anything and nobody failed."""
    ground.phase("Implement", f"round 1/{ground.ceiling}")
    if not tasks:
        return
    changed = ground.take(await _at_work(ground, tasks, 1, "Implement", {}))
    ground.history.append(implement_step(tasks, ground.files))
    if not changed and not ground.failures and not ground.candidates:
        raise Ended("no_changes", "no task changed a file; nothing is there to review")


async def repair(
    ground: Ground,
    tasks: Sequence[str],
    round_number: int,
    feedback: Mapping[str, str],
    *,
    may_be_needless: bool = False,
) -> None:
    """The tasks again, from clean worktrees; ``feedback`` says to each what is wrong. Raises ``Ended`` when nothing
    came of it; with ``may_be_needless`` only when nothing is left of the others either."""
    ground.log(f"repairing tasks={'|'.join(tasks)}")
    ground.phase("Repair", f"round {round_number}/{ground.ceiling}")
    done = await _at_work(ground, tasks, round_number, "Repair", feedback)
    changed = ground.take(done)
    files = list(dict.fromkeys(name for task in changed for name in ground.candidates[task].files))
    ground.history.append(repair_step(tasks, files, ground.files, round_number))
    if may_be_needless and ground.candidates:
        return
    if not changed and not any(task in ground.failures for task in tasks):
        raise Ended("no_changes", f"the repair of {', '.join(tasks)} changed nothing")


async def _at_work(
    ground: Ground, tasks: Sequence[str], round_number: int, phase: str, feedback: Mapping[str, str]
) -> dict[str, Done]:
    works = [_work(ground, task, round_number, phase, feedback.get(task, "")) for task in tasks]
    done = await ground.crew.all("implement" if round_number == 1 else f"repair-r{round_number}", phase, works)
    return dict(zip(tasks, done, strict=True))


def _work(ground: Ground, task_id: str, round_number: int, phase: str, feedback: str) -> Work:
    task, given = ground.task(task_id), ground.given
    return Work(
        key=task_key(task_id, round_number),
        label=task_label(task_id, round_number),
        phase=phase,
        role="task",
        who=f"task {task_id}",
        prompt=task_prompt(task, ground.tasks, ground.shared, feedback=feedback),
        base=ground.base,
        model=task.model or given.model,
        effort=task.effort or given.effort,
        round=round_number,
        attempts=_ATTEMPTS,
        deadline_s=given.deadline_s,
    )
