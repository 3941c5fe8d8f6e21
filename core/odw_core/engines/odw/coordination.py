"""A run over several repos in the words of a row: where it is, how far, and why, a fallback's cause first. Pure."""

from __future__ import annotations

from odw_core.engines.coordination_words import FALLBACK, HITL, OK
from odw_core.engines.odw.acc import RunAcc
from odw_core.engines.odw.coordination_acc import CoordinationAcc, PlanAcc, RoundAcc
from odw_core.engines.state_graph import ALIGN, COLLECT, DECIDE, PAUSE, PLAN, PROPOSE, WRITE, counted
from odw_core.model.item import Progress
from odw_core.text.ansi import one_line

_DOING = {
    COLLECT: "looking at repos",
    PROPOSE: "splitting",
    PLAN: "planning",
    ALIGN: "comparing contracts",
    DECIDE: "deciding",
    PAUSE: "paused",
    WRITE: "writing",
}
_ABOUT_A_ROUND = (PROPOSE, PLAN, ALIGN, DECIDE)


def repo_name(repo: str) -> str:
    """The last part of its path, as people call it."""
    return one_line(repo, 200).rstrip("/").rpartition("/")[2] or one_line(repo, 200) or "a repo without a path"


def repos_of(known: CoordinationAcc) -> list[str]:
    """Every repo that was asked for or planned, once."""
    planned = [repo for one in known.rounds for repo in one.plans]
    return [*dict.fromkeys((*known.repos, *planned))]


def round_of(known: CoordinationAcc) -> RoundAcc | None:
    """The round it is in, or ended in."""
    return known.rounds[-1] if known.rounds else None


def newest_plans(known: CoordinationAcc) -> dict[str, tuple[RoundAcc, PlanAcc]]:
    """The last plan of each repo, and its round."""
    return {repo: (one, plan) for one in known.rounds for repo, plan in one.plans.items()}


def place_of(acc: RunAcc, known: CoordinationAcc) -> str:
    """The state it is in now, or was in last."""
    last = round_of(known)
    if last is None:
        return COLLECT
    if last.status:
        way = last.after_pause or last.next
        if way == PAUSE and (last.answers or last.accepted) and not acc.native.asked and not acc.has_exit:
            # What a person said is taken into the next round.
            return PROPOSE
        return way if way in (PROPOSE, PAUSE, WRITE) else DECIDE
    if last.has_contracts:
        return DECIDE
    return reached(acc, known, last)


def reached(acc: RunAcc, known: CoordinationAcc, one: RoundAcc) -> str:
    """The last state of a round that was entered."""
    if one.status:
        return DECIDE
    if one.has_contracts or (one.plans and len(one.plans) >= len(known.repos)):
        return ALIGN
    is_planning = any(node.round == one.number and node.task for node in acc.nodes.values())
    return PLAN if one.plans or is_planning or one.split is not None else PROPOSE


def coordination_stage(acc: RunAcc, known: CoordinationAcc, *, is_over: bool) -> str:
    """``planning r2/3``, ``2 questions, round 1``, ``converged, round 2``."""
    last = round_of(known)
    number = last.number if last is not None else 1
    if acc.native.asked:
        kinds = [str(asked.question.get("kind", "")) for asked in acc.native.asked.values()]
        asking = [kind for kind in kinds if kind in ("question", "coordination")]
        return f"{counted(len(asking), 'question')}, round {number}" if asking else "plans wait for approval"
    if is_over:
        word = {HITL: "a person is needed"}.get(last.status, last.status.lower()) if last is not None else ""
        return f"{word}, round {number}" if word else ""
    place = place_of(acc, known)
    ceiling = (last.max_rounds if last is not None else None) or known.max_rounds
    if place == PROPOSE and last is not None and last.status:
        number += 1
    rounds = f" r{number}" + (f"/{max(ceiling, number)}" if ceiling else "")
    return _DOING[place] + (rounds if place in _ABOUT_A_ROUND else "")


def coordination_progress(known: CoordinationAcc) -> Progress | None:
    """Repos with a plan that an agent gave and nobody doubts."""
    repos = repos_of(known)
    fine = sum(plan.status == OK for _, plan in newest_plans(known).values())
    return Progress(fine, len(repos)) if repos else None


def open_reasons(known: CoordinationAcc) -> int | None:
    """What stands in the way after the last round that was decided; None before one was."""
    last = next((one for one in reversed(known.rounds) if one.status), None)
    if last is None:
        return None
    return len([one for one in last.reasons if not is_accepted(last, one.text, one.kind)])


def is_accepted(one: RoundAcc, text: str, kind: str) -> bool:
    """Whether a person took a reason as it is."""
    return bool({one_line(text, 400), one_line(kind, 400)} & {*one.accepted})


def fallbacks(known: CoordinationAcc) -> list[PlanAcc]:
    """Plans of the last round that no agent gave."""
    last = next((one for one in reversed(known.rounds) if one.plans), None)
    return [] if last is None else [plan for plan in last.plans.values() if plan.status == FALLBACK]


def fallback_why(known: CoordinationAcc) -> str:
    """Why plans are fallbacks, the most frequent cause first; empty when none is."""
    found = fallbacks(known)
    if not found:
        return ""
    causes = [one_line(plan.cause, 300) or "no agent answered" for plan in found]
    first = max(dict.fromkeys(causes), key=causes.count)
    planned = next(one for one in reversed(known.rounds) if one.plans).plans
    return f"{first.rstrip('.')} (fallback plans: {len(found)} of {len(planned)})"


def coordination_end(known: CoordinationAcc) -> str:
    """Why it is over, where all went well."""
    last = round_of(known)
    number = last.number if last is not None else 1
    plans = newest_plans(known)
    said = [f"all repos agree after round {number}: {counted(len(plans), 'plan')}"]
    if why := fallback_why(known):
        said.insert(0, why)
    if known.approved:
        by = f" by {known.approved_by}" if known.approved_by else ""
        said.append(f"{counted(len(known.approved), 'plan')} approved{by}")
    if known.stamp:
        said.append(f"written as converge:{known.stamp}")
    return "; ".join(said)
