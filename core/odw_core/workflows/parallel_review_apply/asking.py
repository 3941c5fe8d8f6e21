"""Asking: the questions a run puts before people, what they said as steps, and what a policy says in their place."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence

from odw_core.decide.digest import digest
from odw_core.engines.loose import text
from odw_core.engines.odw.names import STOPPED_BY_OWNER
from odw_core.model.question import Choice, Field
from odw_core.runs.cards import Card, decided, picked
from odw_core.workflows.parallel_review_apply.ground import Ended, Ground
from odw_core.workflows.parallel_review_apply.plan import Plan


async def ask_owner(
    ground: Ground, where: str, questions: Sequence[str], who: str, options: Mapping[str, Sequence[str]] | None = None
) -> list[tuple[str, str]]:
    """Ask each on a card of its own, all at once; (question, answer) in their order."""
    asked = [*dict.fromkeys(questions)]
    async with asyncio.TaskGroup() as group:
        tasks = [
            group.create_task(_ask_one(ground, f"{where}-q{number}", one, who, (options or {}).get(one, ())))
            for number, one in enumerate(asked, 1)
        ]
    return [(question, task.result()) for question, task in zip(asked, tasks, strict=True)]


async def _ask_one(ground: Ground, key: str, said: str, who: str, options: Sequence[str]) -> str:
    deciding = {"kind": "question", "run": ground.context.run_id, "key": key, "text": said, "options": [*options]}
    card = Card(
        key=key,
        kind="question",
        title=said,
        body=said,
        subject=who,
        fields=(Field("answer", "your answer", tuple(Choice(one) for one in options), allows_other=bool(options)),),
        decisions=("answer",),
        digest=digest(deciding),
    )
    value = await decided(ground.context, card)
    return "; ".join(picked(value, "answer")) or text(value, "reason")


async def ask_plan(ground: Ground, made: Plan | None) -> dict[str, str]:
    """Show the tasks, and what the planner said of them; task to the prompt as a person left it. Raises ``Ended`` when
    they stop the run."""
    tasks = [[task.id, [*task.files], task.prompt] for task in ground.tasks]
    listed = "\n".join(f"{task.id}: {', '.join(task.files) or 'no files declared'}" for task in ground.tasks)
    count = len(ground.tasks)
    card = Card(
        key="plan-gate",
        kind="plan",
        title=f"start {count} {'task' if count == 1 else 'tasks'}?",
        body="Nothing has started yet. Each prompt can be changed before its agent begins.",
        subject="plan",
        fields=tuple(
            Field(f"prompt:{task.id}", f"{task.id}: {', '.join(task.files)}", is_optional=True, default=task.prompt)
            for task in ground.tasks
        ),
        decisions=("approve", "stop"),
        digest=digest({"kind": "plan", "run": ground.context.run_id, "base": ground.base, "tasks": tasks}),
        details=tuple(
            (label, words)
            for label, words in (
                ("plan", "" if made is None else made.summary),
                ("risks", "" if made is None else "\n".join(made.risks)),
                ("tasks", listed),
                *((f"prompt of {task.id}", task.prompt) for task in ground.tasks),
            )
            if words
        ),
    )
    value = await decided(ground.context, card, "plan_gate")
    if text(value, "verdict") != "approve":
        raise Ended(STOPPED_BY_OWNER, "you stopped it after planning; nothing was started")
    return {task.id: "\n".join(picked(value, f"prompt:{task.id}")) for task in ground.tasks}
