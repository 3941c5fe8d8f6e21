"""The plans of a run over several repos in full: who wrote each, on what evidence, what each round changed. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from odw_core.engines.coordination_words import FALLBACK, MISSING, no_agent, plan_markdown
from odw_core.engines.odw.acc import RunAcc
from odw_core.engines.odw.coordination import newest_plans, repo_name
from odw_core.engines.odw.coordination_acc import AnswerAcc, CoordinationAcc, PlanAcc, RoundAcc
from odw_core.engines.odw.names import JOURNAL
from odw_core.model.address import Address
from odw_core.model.cause import Cause
from odw_core.model.coordination import PlanRound
from odw_core.model.detail import Plan
from odw_core.text.ansi import one_line, plain


def plan_of(acc: RunAcc, known: CoordinationAcc, repo: str) -> Plan:
    """The newest plan of a repo, and how it came about round by round."""
    one, plan = newest_plans(known)[repo]
    badge, is_doubtful = _badge(acc, plan)
    root = Address("odw", acc.run_id)
    return Plan(
        address=root.child(plan.key) if plan.key in acc.nodes else root,
        repo=repo,
        status=plan.status,
        badge=badge,
        is_doubtful=is_doubtful,
        markdown=plain(plan_markdown(plan)),
        prompt=None,
        evidence=tuple(_evidence(one, repo)),
        model=plan.model or None,
        causes=tuple(fallback_causes(CoordinationAcc(rounds=[RoundAcc(one.number, plans={repo: plan})]), set())),
        rounds=tuple(_plan_rounds(acc, known, repo)),
    )


def fallback_causes(known: CoordinationAcc, kinds: set[str]) -> Iterator[Cause]:
    """Why plans are fallbacks: by the table of what breaks agents, else in their own words."""
    # Imported late: rows of thousands are made without it.
    from odw_core.diagnose.causes import cause_of

    for _, plan in newest_plans(known).values():
        if not plan.cause:
            continue
        what = f"no agent planned {repo_name(plan.repo)}"
        said = one_line(plan.cause, 400)
        cause = cause_of(plan.cause, file=JOURNAL, what=what) or Cause("fallback", f"{what}: {said}", "")
        if cause.kind not in kinds:
            kinds.add(cause.kind)
            yield cause


def _badge(acc: RunAcc, plan: PlanAcc) -> tuple[str, bool]:
    """Who wrote a plan, and whether that is not what was asked for."""
    if plan.status == FALLBACK:
        return f"fallback: {no_agent(plan.cause)}", True
    if plan.status == MISSING:
        return "nobody: the repo is missing", True
    if plan.origin == "person":
        return "edited by a person", False
    node = acc.nodes.get(plan.key)
    who = one_line(node.runtime, 40) if node is not None else ""
    model = plan.model or (one_line(node.model, 80) if node is not None else "")
    named = who or plan.origin or "agent"
    return (f"{named} ({model})" if model else named), False


def _evidence(one: RoundAcc, repo: str) -> Iterator[str]:
    found = next((known for known in one.repos if known.path == repo), None)
    if found is None:
        return
    yield f"type: {found.kind or 'unknown'}" if found.exists else "the repo is missing"
    if found.languages:
        yield "languages: " + ", ".join(f"{one_line(str(name), 40)} {count}" for name, count in found.languages)
    yield from (f"signal: {one_line(signal, 120)}" for signal in found.signals)
    yield from (one_line(said, 200) for said in (*found.evidence, *found.constraints))


def _plan_rounds(acc: RunAcc, known: CoordinationAcc, repo: str) -> Iterator[PlanRound]:
    told = _answers_to(known.known, repo)
    for one in known.rounds:
        plan = one.plans.get(repo)
        if plan is not None:
            yield PlanRound(
                number=one.number,
                status=plan.status,
                badge=_badge(acc, plan)[0],
                summary=plain(plan.summary),
                changes=tuple(map(plain, plan.changes)),
                questions=tuple(map(plain, plan.questions)),
                answers=tuple(told),
            )
            told = []
        told += _answers_to(one.answers, repo)


def _answers_to(answers: list[AnswerAcc], repo: str) -> list[tuple[str, str]]:
    return [(plain(answer.question), plain(answer.text)) for answer in answers if answer.repo == repo]
