"""A run over several repos in full: its rounds, plans, blockers, both sides of contracts, its states. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from odw_core.engines.coordination_words import fate_of, mismatches, side_of
from odw_core.engines.odw.acc import RunAcc
from odw_core.engines.odw.coordination import is_accepted, newest_plans, repo_name, repos_of, round_of
from odw_core.engines.odw.coordination_acc import AnswerAcc, CallAcc, CampaignAcc, CoordinationAcc, RoundAcc
from odw_core.engines.odw.coordination_graph import graph_of
from odw_core.engines.odw.coordination_grid import AttemptOf, RoundsGrid
from odw_core.engines.odw.coordination_plans import fallback_causes, plan_of
from odw_core.engines.state_graph import counted
from odw_core.model.coordination import AgentCall
from odw_core.model.detail import Blocker, Contract, Duty, Notice, RunDetail
from odw_core.text.ansi import one_line, plain


def with_coordination(acc: RunAcc, known: CoordinationAcc, detail: RunDetail, attempt_of: AttemptOf) -> RunDetail:
    """``detail`` with everything that only such a run has."""
    grid = RoundsGrid(acc, known, detail, attempt_of)
    causes = (*detail.causes, *fallback_causes(known, {one.kind for one in detail.causes}))
    lines = [f"{repo_name(plan.repo)}: {plain(plan.cause)}" for _, plan in newest_plans(known).values() if plan.cause]
    last, aligned = round_of(known), _aligned(known)
    return replace(
        detail,
        resumed_from=detail.resumed_from or known.from_run or None,
        max_rounds=(last.max_rounds if last is not None else None) or known.max_rounds,
        columns=grid.columns(),
        rows=grid.rows(),
        cells=grid.cells(),
        blockers=tuple(_blockers(known)),
        cause=detail.cause or tuple(lines),
        causes=causes,
        plans=tuple(plan_of(acc, known, repo) for repo in newest_plans(known)),
        duties=_duties(known),
        contracts=_contracts(aligned),
        mismatches=mismatches(aligned.issues if aligned is not None else ()),
        graph=graph_of(acc, known),
        notices=(*_notices(known), *detail.notices),
    )


def calls_of(acc: RunAcc) -> tuple[AgentCall, ...]:
    """Every call of an agent, as the journal has it."""
    return tuple(_call(one) for one in acc.native.calls)


def _call(one: CallAcc) -> AgentCall:
    return AgentCall(
        key=one_line(one.key, 120),
        round=one.round,
        attempt=one.attempt,
        argv=tuple(plain(part) for part in one.argv),
        model=one.model or None,
        has_schema=one.has_schema,
        sandbox=one.sandbox,
        started_at=one.started_at,
        duration_s=None if one.duration_ms is None else one.duration_ms / 1000,
        exit_code=one.exit_code,
        stderr=one_line(one.stderr, 400),
        cause=plain(one.cause),
    )


def _blockers(known: CoordinationAcc) -> Iterator[Blocker]:
    decided = [one for one in known.rounds if one.status]
    for at, one in enumerate(decided):
        for reason in one.reasons:
            later = next(
                (after for after in decided[at + 1 :] if reason.text not in [x.text for x in after.reasons]), None
            )
            stood = decided[at : decided.index(later) if later is not None else len(decided)]
            fate = fate_of(
                # What was accepted is no reason of the next round, and nobody fixed it.
                is_accepted=any(is_accepted(there, reason.text, reason.kind) for there in stood),
                fixed_in=later.number if later is not None else None,
                still_in=decided[-1].number if at + 1 < len(decided) else None,
            )
            tasks = (repo_name(reason.repo),) if reason.repo else ()
            yield Blocker(plain(reason.text), None, None, reason.kind.replace("_", " "), tasks, one.number, fate)


def _duties(known: CoordinationAcc) -> tuple[Duty, ...]:
    split = next((one.split for one in reversed(known.rounds) if one.split is not None), None)
    if split is None:
        return ()
    # A journal sorts its keys; people gave their repos an order.
    order = {repo: place for place, repo in enumerate(repos_of(known))}
    given = sorted(split.assignments.items(), key=lambda one: order.get(one[0], len(order)))
    return tuple(Duty(repo, tuple(duties)) for repo, duties in given)


def _aligned(known: CoordinationAcc) -> RoundAcc | None:
    return next((one for one in reversed(known.rounds) if one.has_contracts), None)


def _contracts(one: RoundAcc | None) -> tuple[Contract, ...]:
    found = one.contracts if one is not None else []
    return tuple(
        Contract(
            at.repo,
            tuple(at.declared),
            tuple(at.consumed),
            tuple(at.artifacts),
            tuple((name, side_of(side)) for name, side in at.places.items()),
        )
        for at in found
    )


def approval_notices(known: CoordinationAcc | CampaignAcc) -> Iterator[Notice]:
    """Which plans were changed and approved, by whom."""
    for edit in known.edits:
        yield Notice(f"the plan of {repo_name(edit.repo)} was edited before it was approved ({edit.after[:12]})")
    if known.approved:
        by = f" by {known.approved_by}" if known.approved_by else ""
        named = ", ".join(f"{repo_name(repo)} {digest[:12]}" for repo, digest in known.approved.items())
        yield Notice(f"plans approved{by}: {named}")
    if known.handoff:
        yield Notice(f"what was approved, as a pack to hand over: {known.handoff}")


def _notices(known: CoordinationAcc) -> Iterator[Notice]:
    if known.from_run:
        yield Notice(f"it goes on with {known.from_run}")
    yield from map(_answered, known.known)
    for one in known.rounds:
        if one.split is not None and one.split.source == "heuristic":
            why = f": {one_line(one.split.cause, 300)}" if one.split.cause else ""
            yield Notice(f"round {one.number}: the split is a fallback{why}", True)
        for risk in one.split.risks if one is known.rounds[-1] and one.split is not None else ():
            yield Notice(f"risk: {plain(risk)}", True)
        yield from map(_answered, one.answers)
        for taken in one.accepted:
            yield Notice(f"accepted as it is: {taken}")
    yield from approval_notices(known)
    if known.stamp:
        yield Notice(f"written for others as converge:{known.stamp}, {counted(known.files or 0, 'file')}")


def _answered(answer: AnswerAcc) -> Notice:
    by = f" by {answer.by}" if answer.by else ""
    return Notice(f"answered{by}: {one_line(answer.question, 200)}: {one_line(answer.text, 300)}")
