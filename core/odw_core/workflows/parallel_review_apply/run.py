"""The workflow from end to end: plan, implement, review, repair, gate, land, verify; each part has its own module."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace

from odw_core.engines.odw.names import CAMPAIGN_STOPPED
from odw_core.errors import OdwError
from odw_core.runs.cancelling import to_its_end, until_cancelled
from odw_core.runs.context import Context
from odw_core.runs.landing import Candidate, Landing
from odw_core.runs.release import held_back
from odw_core.runs.workflow import Result
from odw_core.workflows.parallel_review_apply.blocker import Blocker, Fate
from odw_core.workflows.parallel_review_apply.deciding import Next, Step, decide, decide_blocked
from odw_core.workflows.parallel_review_apply.given import ReviewApplyInput
from odw_core.workflows.parallel_review_apply.ground import Ended, Ground, ground_of
from odw_core.workflows.parallel_review_apply.implementing import implement, repair
from odw_core.workflows.parallel_review_apply.inheriting import ask_inherited, inherited_blockers, take_candidates
from odw_core.workflows.parallel_review_apply.landing import land, landing_of, take_up
from odw_core.workflows.parallel_review_apply.outcome import pre_review_block_step, repair_plan_step, result_value
from odw_core.workflows.parallel_review_apply.planning import plan
from odw_core.workflows.parallel_review_apply.preflight import Block, pre_review
from odw_core.workflows.parallel_review_apply.prompts import feedback_of
from odw_core.workflows.parallel_review_apply.repair import named, select
from odw_core.workflows.parallel_review_apply.reviewing import review
from odw_core.workflows.parallel_review_apply.verifying import Verified, verify


async def run(context: Context, given: ReviewApplyInput) -> Result:
    """The workflow. Whatever happens, no worktree is left behind when the run is over."""
    ground = await ground_of(context, given)
    try:
        return await until_cancelled(context, _whole(ground), ground.crew.hear)
    finally:
        # Nobody writes into a worktree any more.
        if not context.is_stopping:
            await to_its_end(_clear(ground))


async def _clear(ground: Ground) -> None:
    await ground.context.end_children()
    with suppress(OdwError):
        await ground.context.let_go()
    if names := await ground.trees.clear():
        ground.context.emit({"type": "worktrees_removed", "names": [*names]}, f"worktrees removed: {', '.join(names)}")


async def _whole(ground: Ground) -> Result:
    landing = landing_of(ground)
    verified: Verified | None = None
    error: dict[str, object] | None = None
    try:
        await take_up(ground, landing)
        await plan(ground)
        landed = await _rounds(ground, landing)
        verified = await verify(ground, landed.digest)
        error = dict(verified.error) if verified.error else None
        is_ok = error is None
    except Ended as ended:
        error, is_ok = ended.error, False
    value = result_value(
        ok=is_ok,
        tasks=ground.tasks,
        history=ground.history,
        gate=ground.gate,
        landed=ground.landed,
        verification=verified.verification if verified else None,
        guard=verified.guard if verified else None,
        restore=verified.restore if verified else None,
        error=error,
    )
    return Result(is_ok, value)


async def _rounds(ground: Ground, landing: Landing) -> Candidate:
    """Rounds of work and review until a candidate has landed. Raises ``Ended`` when none does."""
    await ask_inherited(ground)
    take_candidates(ground)
    await implement(ground, [task for task in ground.ids() if task not in ground.candidates])
    number = 1
    earlier: tuple[Blocker, ...] = ()
    if blockers := inherited_blockers(ground):
        # The round that rejected them was that of the other run.
        number, ground.ceiling = 2, max(2, ground.ceiling)
        earlier = await _repair(ground, Step(Next.REPAIR, blockers), number)
    while True:
        block = pre_review(
            ground.tasks,
            {task: done.files for task, done in ground.candidates.items()},
            ground.failures,
            is_strict=ground.given.strict_task_file_boundaries,
        )
        if block is not None:
            number = await _unblock(ground, block, number)
            continue
        reviewed = await review(ground, number, earlier)
        earlier = reviewed.blockers
        step = await decide(ground, number, reviewed)
        if step.next is Next.LAND:
            if why := await held_back(ground.context):
                raise Ended(CAMPAIGN_STOPPED, why)
            step = await land(ground, landing, step)
            if step.candidate is not None:
                return step.candidate
        number += 1
        if step.next is Next.REPAIR:
            earlier = await _repair(ground, step, number)


async def _unblock(ground: Ground, block: Block, number: int) -> int:
    """Repair what keeps the batch from its reviewers. The round that comes; raises ``Ended`` at the ceiling."""
    ground.history.append(pre_review_block_step(block, number))
    ground.log(f"pre-review block: {block.message}")
    words = await decide_blocked(ground, number, block) if number >= ground.ceiling else ""
    number += 1
    texts = block.blockers()
    blockers = tuple(Blocker(text, round=number - 1) for text in texts)
    await _again(ground, block.tasks, number, Step(Next.REPAIR, blockers, words), reason="pre_review_block")
    return number


async def _repair(ground: Ground, step: Step, number: int) -> tuple[Blocker, ...]:
    """Repair whom the blockers are about. The blockers as the next review is told of them."""
    left = [blocker for blocker in step.blockers if blocker.fate is not Fate.OVERRULED]
    said = [blocker.text for blocker in left] or [step.words]
    if step.tasks:
        changed = dict.fromkeys(step.tasks, "a person changed its files")
        reasons = {**named(said, ground.tasks, ground.diffs), **changed}
    else:
        reasons = {**select(said, ground.tasks, ground.diffs).reasons}
    chosen = [task for task in ground.ids() if task in reasons]
    why = "; ".join(f"{task}: {reasons[task]}" for task in chosen)
    ground.log(f"repair chosen: {'full batch' if len(chosen) == len(ground.tasks) else why}")
    await _again(ground, chosen, number, replace(step, blockers=tuple(left)))
    return step.blockers


async def _again(ground: Ground, tasks: Sequence[str], number: int, step: Step, *, reason: str = "") -> None:
    retained = [name for task, done in ground.candidates.items() if task not in tasks for name in done.files]
    ground.history.append(repair_plan_step(tasks, retained, number, reason=reason))
    diffs = ground.diffs
    feedback = {
        task: feedback_of(
            *(ground.task(task), step.blockers),
            words=step.words,
            diff=diffs.get(task, ""),
            meanwhile=step.meanwhile,
        )
        for task in tasks
    }
    # What the person did meanwhile may be all that a task was to do.
    await repair(ground, tasks, number, feedback, may_be_needless=bool(step.meanwhile))
