"""The workflow from end to end: rounds of looking, splitting, planning and aligning until the plans agree, a person in
between where they do not, and the run's folder at its end."""

from __future__ import annotations

from dataclasses import replace

from odw_core.engines.converge.names import ADOPT_KEY
from odw_core.runs.cancelling import until_cancelled
from odw_core.runs.context import Context
from odw_core.runs.workflow import Result
from odw_core.workflows.coordinate.aligning import align
from odw_core.workflows.coordinate.approving import Approval, ask_approval
from odw_core.workflows.coordinate.asking import Said, ask_people
from odw_core.workflows.coordinate.collecting import Known, collect, tell_repos
from odw_core.workflows.coordinate.decision import (
    CONDITIONAL,
    CONVERGED,
    HITL_REQUIRED,
    PROPOSE,
    WRITE,
    Route,
    decided,
    reason_value,
    route,
)
from odw_core.workflows.coordinate.given import CoordinateInput
from odw_core.workflows.coordinate.ground import Ground, Stopped, ground_of
from odw_core.workflows.coordinate.planning import anyone_asks, plan_all
from odw_core.workflows.coordinate.proposing import asks, propose
from odw_core.workflows.coordinate.publishing import publish
from odw_core.workflows.coordinate.repo_plan import FALLBACK
from odw_core.workflows.coordinate.rounds import Answer, Knowledge, Round, knowledge, news

_NOTHING_NEW = "nothing changed since the round was planned"


async def run(context: Context, given: CoordinateInput) -> Result:
    """The workflow."""
    ground = ground_of(context, given)
    return await until_cancelled(context, _whole(ground), ground.crew.hear)


async def _whole(ground: Ground) -> Result:
    given, context = ground.given, ground.context
    more = {"from_run": given.from_run} if given.from_run else {}
    told = {"repos": [*ground.repos], "mode": given.mode, "max_rounds": given.max_rounds, **more}
    if given.from_run and (target := given.from_run.removeprefix("converge:")) != given.from_run:
        # Whoever reads that run sees that it asks nobody any more.
        context.attempt(ADOPT_KEY, 1).result({"adopts": {"run": target}})
    ground.tell("coordination", f"{len(ground.repos)} repositories, one goal", goal=given.goal, **told)
    _tell_answers(ground, 0, tuple(ground.answers))
    error: dict[str, object] | None = None
    approval: Approval | None = None
    try:
        last = await _rounds(ground)
        if last.decision.status != CONVERGED:
            error = {"category": "coordination_failed", "message": _first_reason(last)}
        elif given.approval == "ask":
            approval = await ask_approval(context, given.goal, last.plans, ground.bases)
            if approval is None:
                raise Stopped("you stopped it at its plans; nothing was approved")
            ground.rounds[-1] = replace(last, plans=approval.plans)
    except Stopped as stopped:
        error = {"category": stopped.category, "message": str(stopped)}
    stamp = await publish(ground, approval)
    last = ground.rounds[-1]
    value: dict[str, object] = {
        "status": last.decision.status,
        "rounds": len(ground.rounds),
        "stamp": stamp,
        "plans": [{"repo": one.repo, "status": one.status, "sha256": one.digest()} for one in last.plans],
    }
    return Result(error is None, value if error is None else {**value, "error": error})


def _first_reason(last: Round) -> str:
    reason = last.decision.reasons[0]
    return f"{reason.repo}: {reason.text}" if reason.repo else reason.text


async def _rounds(ground: Ground) -> Round:
    """Rounds until one is the last. Raises ``Stopped``."""
    known: tuple[Known, ...] | None = await collect(ground)
    while known is not None:
        await _round(ground, len(ground.rounds) + 1, known)
        known = await _following(ground, known)
    return ground.rounds[-1]


async def _round(ground: Ground, number: int, known: tuple[Known, ...]) -> None:
    now = _knowledge(ground, known)
    tell_repos(ground, number, known)
    proposed = await propose(ground, number, known)
    plans = await plan_all(ground, number, known, proposed.split)
    found = align(ground, number)
    evidences = tuple(one.evidence for one in known)
    decision = decided(plans, proposed.split, evidences, found, ground.accepted)
    ground.retries = False
    one = Round(number, now, evidences, proposed.split, plans, found, decision, proposed.source, proposed.cause)
    ground.rounds.append(one)
    ground.earlier = plans


def _knowledge(ground: Ground, known: tuple[Known, ...]) -> Knowledge:
    """What planners would be told if a round began now."""
    issues = [one.text for one in ground.contracts.issues] if ground.rounds else []
    evidences = [one.evidence for one in known]
    return knowledge(ground.given.goal, evidences, ground.answers, issues, ground.earlier, len(ground.rounds))


async def _following(ground: Ground, known: tuple[Known, ...]) -> tuple[Known, ...] | None:
    """What the next round knows; None when there is none. Raises ``Stopped``."""
    last = ground.rounds[-1]
    told: tuple[str, ...] = ()
    mode = ground.given.mode
    if last.decision.status == HITL_REQUIRED and mode == CONDITIONAL and last.number < ground.max_rounds:
        known = await collect(ground)
        told = _news(ground, known)
    where = route(last.decision, last.number, ground.max_rounds, mode, bool(told))
    _tell_decided(ground, last, where, told)
    match where.next:
        case "propose":
            return known
        case "write":
            return None
        case _:
            return await _paused(ground, where.why)


async def _paused(ground: Ground, why: str) -> tuple[Known, ...] | None:
    """Ask people until there is something to go on with."""
    number = ground.rounds[-1].number
    ground.paused.append(number)
    while True:
        said = await ask_people(ground, ground.rounds[-1], why)
        last = _taken(ground, said)
        if not said.answers and not said.looks_again:
            _tell_decided(ground, last, Route(WRITE, "a person accepted what stood against it"), ())
            return None
        ground.max_rounds = max(ground.max_rounds, number + 1)
        # Whoever is asked once more because a person wants it may fail once more; by itself nobody is.
        ground.retries = True
        known = await collect(ground)
        if told := _news(ground, known):
            _tell_decided(ground, last, Route(PROPOSE, _going_on(said)), told)
            return known
        why = _NOTHING_NEW


def _taken(ground: Ground, said: Said) -> Round:
    """The last round with what people said to it."""
    last = ground.rounds[-1]
    ground.answers += said.answers
    ground.accepted += said.accepted
    _tell_answers(ground, last.number, said.answers)
    if said.accepted:
        reasons = [reason_value(one) for one in said.accepted]
        count = f"{len(reasons)} {'thing' if len(reasons) == 1 else 'things'} accepted as it is"
        ground.tell("coordination_accepted", count, round=last.number, reasons=reasons, by=said.by)
    decision = decided(last.plans, last.split, last.evidences, last.analysis, ground.accepted)
    last = replace(last, decision=decision, answers=(*last.answers, *said.answers))
    ground.rounds[-1] = last
    return last


def _news(ground: Ground, known: tuple[Known, ...]) -> tuple[str, ...]:
    """What a round that began now would be told that the last one was not; empty when nobody would be asked."""
    last = ground.rounds[-1]
    fits = _fits_otherwise(ground, last)
    is_asked = asks(ground, known) or anyone_asks(ground, known, last.split)
    if not is_asked and not fits and not _differs(last, known):
        return ()
    told = tuple(dict.fromkeys((*news(last.knowledge, _knowledge(ground, known)), *fits)))
    if told or any(one.status == FALLBACK for one in last.plans):
        return told or ("another try for whom nobody answered",)
    # As many files of the same sizes, and yet a prompt is another one.
    return ("what the repositories say of themselves changed",)


def _fits_otherwise(ground: Ground, last: Round) -> tuple[str, ...]:
    """Contracts that came to fit since the last round, and those that do so no more: also without asking anybody
    a round that sees it may end otherwise."""
    before, now = ([one.text for one in found.issues] for found in (last.analysis, ground.contracts))
    return (
        *(f"a contract mismatch: {one}" for one in now if one not in before),
        *(f"settled: {one}" for one in before if one not in now),
    )


def _differs(last: Round, known: tuple[Known, ...]) -> bool:
    """Whether a repository that nobody could plan for is there now."""
    return [one.exists for one in last.evidences] != [one.evidence.exists for one in known]


def _going_on(said: Said) -> str:
    return "a person answered" if said.answers else "a person wants a new look"


def _tell_decided(ground: Ground, last: Round, where: Route, told: tuple[str, ...]) -> None:
    decision = last.decision
    ground.ways.setdefault(last.number, []).append(where)
    fields: dict[str, object] = {"round": last.number, "max_rounds": ground.max_rounds, "status": decision.status}
    fields |= {"reasons": [reason_value(one) for one in decision.reasons], "next": where.next, "why": where.why}
    ground.tell("coordination_decided", f"round {last.number}: {where.why}", **fields, news=[*told])


def _tell_answers(ground: Ground, number: int, answers: tuple[Answer, ...]) -> None:
    if answers:
        told = [{"question": one.question, "repo": one.repo, "text": one.text, "by": one.by} for one in answers]
        count = f"{len(told)} {'answer' if len(told) == 1 else 'answers'}"
        ground.tell("coordination_answered", count, round=number, answers=told)
