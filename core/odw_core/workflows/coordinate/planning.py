"""Planning: one planner for each repository, all at once, each in its own repository and without a right to write. What
no agent answered gets a plan that stands in, with the cause."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from odw_core.agents.base import AgentResult
from odw_core.agents.work import Done, Unusable, Work
from odw_core.text.secrets import masked
from odw_core.workflows.coordinate.classify import Evidence
from odw_core.workflows.coordinate.collecting import Known
from odw_core.workflows.coordinate.ground import Ground
from odw_core.workflows.coordinate.issues import Issue
from odw_core.workflows.coordinate.repo_plan import (
    FALLBACK,
    PLAN_SCHEMA,
    RepoPlan,
    Told,
    fallback_plan,
    parse_plan,
    plan_prompt,
    plan_value,
)
from odw_core.workflows.coordinate.split import Split, Trouble

_PHASE, _ATTEMPTS = "Plan", 2
_MOST_IDS = 200


async def plan_all(ground: Ground, number: int, known: Sequence[Known], split: Split) -> tuple[RepoPlan, ...]:
    """The plans of a round, in the order of the repositories. A planner that would be told nothing new is not asked
    again: its plan stands."""
    plans: dict[str, RepoPlan] = {}
    works: dict[str, Work] = {}
    for one in known:
        repo = one.evidence.path
        if not one.evidence.exists:
            plans[repo] = fallback_plan(one.evidence, one.evidence.constraints[0])
            continue
        told = _told(ground, one, known, split)
        if (kept := ground.rounds[-1].plan(repo) if ground.rounds else None) and not _asks(ground, one.evidence, told):
            plans[repo] = kept
        else:
            works[repo] = _work(ground, number, one.evidence, told)
            ground.prompts[repo] = plan_prompt(one.evidence, replace(told, own=None))
    ground.flaws = {repo: flaw for repo, flaw in ground.flaws.items() if repo not in works}
    if works:
        ground.phase(_PHASE, f"round {number}")
        done = await ground.crew.all("planners", _PHASE, [*works.values()])
        evidences = {one.evidence.path: one.evidence for one in known}
        for (repo, work), came in zip(works.items(), done, strict=True):
            plans[repo] = _plan(ground, evidences[repo], work, came)
    found = tuple(plans[repo] for repo in ground.repos)
    for plan in found:
        _tell(ground, number, plan)
    return found


def _told(ground: Ground, one: Known, known: Sequence[Known], split: Split) -> Told:
    repo = one.evidence.path
    # The first round is what finds them.
    issues = ground.contracts.issues if ground.rounds else ()
    return Told(
        goal=ground.given.goal,
        duties=split.duties(repo),
        readme=one.readme,
        instructions=one.instructions,
        declared=tuple((other.evidence.path, _ids(other)) for other in known if other.evidence.path != repo),
        others=tuple(plan for plan in ground.earlier if plan.repo != repo),
        answers=tuple((said.question, said.text) for said in ground.answers if said.repo in (None, repo)),
        issues=tuple(issue.text for issue in issues if _concerns(issue, repo)),
        own=next((plan for plan in ground.earlier if plan.repo == repo and plan.status != FALLBACK), None),
    )


def _ids(one: Known) -> tuple[str, ...]:
    return tuple(sorted({use.id for use in (*one.mapped.declared, *one.mapped.consumed)})[:_MOST_IDS])


def _concerns(issue: Issue, repo: str) -> bool:
    sides = (*issue.declared, *issue.consumed)
    return not sides or any(side.repo == repo for side in sides)


def anyone_asks(ground: Ground, known: Sequence[Known], split: Split) -> bool:
    """Whether a round that began now would ask any planner."""
    there = (one for one in known if one.evidence.exists)
    return any(_asks(ground, one.evidence, _told(ground, one, known, split)) for one in there)


def _asks(ground: Ground, evidence: Evidence, told: Told) -> bool:
    """Whether its planner is asked: it would be told what it was not, or gave no answer and may give one now."""
    last = ground.rounds[-1].plan(evidence.path) if ground.rounds else None
    if last is not None and last.status == FALLBACK:
        is_accepted = any(one.kind == "fallback" and one.repo == last.repo for one in ground.accepted)
        return not is_accepted and (last.is_retryable or ground.retries)
    return ground.prompts.get(evidence.path) != plan_prompt(evidence, replace(told, own=None))


def _work(ground: Ground, number: int, evidence: Evidence, told: Told) -> Work:
    given, base = ground.given, ground.bases[evidence.path]
    return Work(
        key=f"plan-{ground.keys[evidence.path]}-r{number}",
        label=base,
        phase=_PHASE,
        role="planner",
        prompt=plan_prompt(evidence, told),
        base="",
        cwd=Path(evidence.path),
        schema=PLAN_SCHEMA,
        read=lambda result: _read(result, evidence),
        again=lambda issues: plan_prompt(evidence, told, again=issues),
        about=(evidence.tree,),
        sandbox="read-only",
        model=given.model,
        effort=given.effort,
        round=number,
        attempts=_ATTEMPTS,
        deadline_s=given.deadline_s,
    )


def _read(result: AgentResult, evidence: Evidence) -> object:
    found = parse_plan(result.value if result.value is not None else result.text, evidence)
    if isinstance(found, Trouble):
        raise Unusable(*(found.issues or (found.message,)))
    # Masked before anything is made of it, so that what is hashed, shown, approved and handed over is one text.
    return {
        "summary": masked(found.summary),
        "proposed_changes": [masked(one) for one in found.changes],
        "questions_for_hitl": [masked(one) for one in found.questions],
    }


def _plan(ground: Ground, evidence: Evidence, work: Work, done: Done) -> RepoPlan:
    found = parse_plan(done.value, evidence) if done.ok else None
    if isinstance(found, RepoPlan):
        if done.warning:
            ground.flaws[evidence.path] = done.warning
    else:
        said = done.message or "no agent answered"
        found = fallback_plan(evidence, said, is_retryable=done.is_retryable)
    return replace(found, prompt=work.prompt, model=done.model or work.model or "", call_key=work.key)


def _tell(ground: Ground, number: int, plan: RepoPlan) -> None:
    base = ground.bases[plan.repo]
    told = plan_value(plan)
    told.pop("prompt")
    told.pop("is_retryable")
    said = f"{base}: {plan.status}" + (f": {plan.cause}" if plan.cause else "")
    ground.tell("coordination_plan", said, round=number, base=base, **told)
