"""Planning: tasks out of a request, the preflight, and a person's look at them before anybody starts."""

from __future__ import annotations

import hashlib
from dataclasses import asdict, replace

from odw_core.agents.base import AgentResult
from odw_core.agents.work import Unusable, Work
from odw_core.engines.loose import mapping
from odw_core.files.safe_open import read_regular
from odw_core.git.repo import dirty
from odw_core.runs.steps import Value, fingerprint
from odw_core.workflows.parallel_review_apply.asking import ask_owner, ask_plan
from odw_core.workflows.parallel_review_apply.given import given_tasks
from odw_core.workflows.parallel_review_apply.ground import Ended, Ground
from odw_core.workflows.parallel_review_apply.offering import is_committed
from odw_core.workflows.parallel_review_apply.outcome import plan_step
from odw_core.workflows.parallel_review_apply.plan import PLAN_SCHEMA, Plan, PlanTrouble, parse_plan
from odw_core.workflows.parallel_review_apply.preflight import preflight
from odw_core.workflows.parallel_review_apply.prompts import planner_prompt
from odw_core.workflows.parallel_review_apply.rounds import PLANNER, attempts, max_rounds

_PHASE = "Plan"
_MOST = 1 << 30
_MOST_PLANS = 3


async def plan(ground: Ground) -> None:
    """Settle the tasks. Raises ``Ended`` when there are none that can be worked on."""
    tasks = given_tasks(ground.given)
    made = None
    if not tasks:
        made = await _settled(ground)
        ground.shared = replace(ground.shared, plan_summary=made.summary)
        tasks = tuple(
            replace(one, model=one.model or ground.given.model, effort=one.effort or ground.given.effort)
            for one in made.tasks
        )
    ground.tasks = tasks
    await _preflight(ground)
    ground.ceiling = max_rounds(ground.given.max_review_rounds, len(tasks))
    if ground.given.hold_after_planning:
        ground.phase(_PHASE, "held for you")
        prompts = await ask_plan(ground, made)
        ground.tasks = tuple(replace(task, prompt=prompts.get(task.id) or task.prompt) for task in tasks)


async def _settled(ground: Ground) -> Plan:
    """A plan that leaves nothing to the owner. Who was asked so often and knows no task has none."""
    for number in range(1, _MOST_PLANS + 1):
        made = await _made(ground, PLANNER if number == 1 else f"{PLANNER}-{number}")
        ground.history.append(plan_step(made))
        if made.owner_questions:
            asked = await ask_owner(ground, f"plan-{number}", made.owner_questions, "the planner")
            ground.answered(asked)
        if made.tasks:
            return made
    raise Ended("planning_failed", "the planner asked again and again and named no task")


async def _made(ground: Ground, key: str) -> Plan:
    ground.phase(_PHASE, "tasks, files and prompts")
    given = ground.given
    work = Work(
        key=key,
        label="planner",
        phase=_PHASE,
        role="planner",
        who="the planner",
        prompt=planner_prompt(ground.shared),
        base=ground.base,
        cwd=ground.trees.path(key),
        schema=PLAN_SCHEMA,
        read=_read,
        again=lambda issues: planner_prompt(ground.shared, issues=issues),
        sandbox="read-only",
        model=given.model,
        effort=given.effort,
        attempts=attempts(given.planner_attempts),
        deadline_s=given.deadline_s,
    )
    if ground.crew.is_finished(work):
        done = await ground.crew.call(work)
    else:
        async with ground.trees.opened(key, ground.base):
            done = await ground.crew.call(work)
    found = parse_plan(done.value) if done.ok else PlanTrouble(done.message or "the planner failed")
    if isinstance(found, PlanTrouble):
        raise Ended("planning_failed" if done.category != "budget_exhausted" else done.category, found.message)
    return found


def _read(result: AgentResult) -> object:
    found = parse_plan(result.value if result.value is not None else result.text)
    if isinstance(found, PlanTrouble):
        raise Unusable(*(found.issues or (found.message,)))
    return _plain(found)


def _plain(found: Plan) -> dict[str, object]:
    """As the planner would say it, so that it is read the same way again."""
    kept = {key: value for key, value in asdict(found).items() if value not in (None, ())}
    kept["tasks"] = [{key: value for key, value in asdict(task).items() if value is not None} for task in found.tasks]
    return kept


async def _preflight(ground: Ground) -> None:
    """Raises ``Ended`` when a rule does not hold."""
    value = await _looked_at(ground, "preflight")
    if mapping(value, "error") and await is_committed(ground, mapping(value, "error")):
        value = await _looked_at(ground, "preflight-after-commit")
    if error := mapping(value, "error"):
        raise Ended(error=error)
    ground.expected = {path: str(digest) for path, digest in mapping(value, "dirty").items()}


async def _looked_at(ground: Ground, key: str) -> Value:
    """Looked at once: after a landing the tree is dirty by what landed."""
    context, given = ground.context, ground.given

    async def look() -> Value:
        found = [one.path for one in await dirty(ground.git)]
        trouble = preflight(ground.tasks, found, given)
        owned = {name for task in ground.tasks for name in task.owned}
        unclean = {path: _digest_of(ground, path) for path in found if path in owned}
        return {"error": trouble.as_error() if trouble is not None else None, "dirty": unclean}

    told = [[task.id, list(task.files), task.prompt] for task in ground.tasks]
    return await context.steps.step(key, "checkpoint", fingerprint(context.run_id, told), look)


def _digest_of(ground: Ground, path: str) -> str:
    """SHA-256 of a file as it is now; empty when it is not there or is no plain file."""
    try:
        return hashlib.sha256(read_regular(ground.git.root / path, _MOST)).hexdigest()
    except (OSError, ValueError):
        return ""
