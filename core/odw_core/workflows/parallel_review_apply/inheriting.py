"""Inheriting: what a run goes on with that another one left: diffs of tasks, open blockers, unanswered questions."""

from __future__ import annotations

from odw_core.agents.work import Done
from odw_core.git.patch import files_of
from odw_core.workflows.parallel_review_apply.asking import ask_owner
from odw_core.workflows.parallel_review_apply.blocker import Blocker, blocker_of
from odw_core.workflows.parallel_review_apply.ground import Ground
from odw_core.workflows.parallel_review_apply.rounds import task_label


async def ask_inherited(ground: Ground) -> None:
    """Ask what the other run could not go on without; everybody is told the answers."""
    asked = ground.given.questions
    if asked:
        options = {one.text: tuple(one.options) for one in asked if one.options}
        ground.answered(await ask_owner(ground, "inherited", [one.text for one in asked], "the earlier run", options))


def take_candidates(ground: Ground) -> None:
    """What the other run's tasks had changed counts as what their first attempt changed here."""
    for one in ground.given.candidates:
        patch = one.patch.encode("utf-8", "surrogateescape")
        files = files_of(patch)
        ground.take({one.task: Done(one.task, True, patch=patch, files=files)})
        worktree = {"changed": True, "files": [*files], "diff": patch.decode("utf-8", "replace"), "base": ground.base}
        event: dict[str, object] = {"type": "agent_skip", "key": one.task, "label": task_label(one.task, 1)}
        event |= {"phase": "Implement", "agentType": "task", "reason": "adopted"}
        result = {"text": "taken over from an earlier run", "worktree": worktree}
        ground.context.emit_once({**event, "index": 0, "result": result}, f"{one.task}: taken over")


def inherited_blockers(ground: Ground) -> tuple[Blocker, ...]:
    """What is left to repair, as blockers of a rejected round 1."""
    return tuple(
        blocker_of(one.text, ground.tasks, diffs=ground.diffs, reviewer=one.reviewer) for one in ground.given.blockers
    )
