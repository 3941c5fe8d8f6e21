"""Decision: whether the plans agree, what stands against it, and where the run goes on. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from odw_core.engines.loose import Json, text, text_or_none
from odw_core.workflows.coordinate.classify import Evidence
from odw_core.workflows.coordinate.issues import Analysis
from odw_core.workflows.coordinate.repo_plan import FAILED, FALLBACK, HITL, MISSING, OK, RepoPlan
from odw_core.workflows.coordinate.split import Split

CONVERGED, HITL_REQUIRED = "CONVERGED", HITL
PROPOSE, PAUSE, WRITE = "propose", "pause", "write"
CONDITIONAL, INTERRUPT = "conditional", "interrupt"
_EMPTY_SPLIT = "no usable responsibility split"


@dataclass(frozen=True, slots=True)
class Reason:
    """One thing that stands against an agreement. Equal reasons are the same one in any round."""

    kind: str
    """``failed``, ``fallback``, ``missing_repo``, ``no_plan``, ``empty_split``, ``question``, ``contract_issue``."""
    repo: str | None
    text: str

    @property
    def is_question(self) -> bool:
        """Whether a person answers it in words; the others are looked at again, accepted, or stop the run."""
        return self.kind == "question"


@dataclass(frozen=True, slots=True)
class Decision:
    """How a round ended."""

    status: str
    """``CONVERGED``, ``HITL_REQUIRED`` or ``FAILED``."""
    reasons: tuple[Reason, ...] = ()
    """What stands against it, causes of failed agents first; without what was accepted."""
    accepted: tuple[Reason, ...] = ()
    """What would stand against it, had nobody accepted it."""


@dataclass(frozen=True, slots=True)
class Route:
    """Where the run goes on."""

    next: str
    """``propose`` (another round), ``pause`` (people are asked) or ``write`` (it is over)."""
    why: str
    """As a sentence."""


def decided(
    plans: Sequence[RepoPlan],
    split: Split,
    evidences: Sequence[Evidence],
    analysis: Analysis,
    accepted: Collection[Reason] = (),
) -> Decision:
    """Whether the round agrees."""
    found = tuple(dict.fromkeys(_reasons(plans, split, evidences, analysis)))
    reasons = tuple(one for one in found if one not in accepted)
    taken = tuple(one for one in found if one in accepted)
    if any(one.kind == "failed" for one in reasons):
        return Decision(FAILED, reasons, taken)
    return Decision(HITL_REQUIRED if reasons else CONVERGED, reasons, taken)


def _reasons(
    plans: Sequence[RepoPlan], split: Split, evidences: Sequence[Evidence], analysis: Analysis
) -> Iterator[Reason]:
    for plan in plans:
        if plan.status == FAILED:
            yield Reason("failed", plan.repo, plan.cause or plan.summary or "its plan failed")
    for plan in plans:
        if plan.status == FALLBACK:
            yield Reason("fallback", plan.repo, plan.cause or "no agent answered")
    planned = {plan.repo for plan in plans}
    for one in evidences:
        if not one.exists:
            yield Reason("missing_repo", one.path, one.constraints[0] if one.constraints else "repo path not found")
        elif one.path not in planned:
            yield Reason("no_plan", one.path, "nobody planned for it")
    if not split.assignments:
        yield Reason("empty_split", None, _EMPTY_SPLIT)
    for asked in split.questions:
        yield Reason("question", None, asked)
    for plan in plans:
        # A plan that stands in for an agent's asks what only its cause makes it ask.
        if plan.status not in (FALLBACK, MISSING):
            yield from (Reason("question", plan.repo, asked) for asked in plan.questions)
            if plan.status not in (OK, FAILED) and not plan.questions:
                yield Reason("no_plan", plan.repo, f"its plan ended as {plan.status}")
    yield from (Reason("contract_issue", None, one.text) for one in analysis.issues)


def route(decision: Decision, round_number: int, max_rounds: int, mode: str, has_news: bool) -> Route:
    """Where the run goes on after a round. ``has_news`` says whether planners would be told anything new."""
    if decision.status == CONVERGED:
        return Route(WRITE, _agreed(decision, round_number))
    first = f": {_said(decision.reasons[0])}" if decision.reasons else ""
    if decision.status == FAILED:
        return Route(WRITE, f"round {round_number} failed{first}")
    if mode == INTERRUPT:
        return Route(PAUSE, f"a person is asked after every round{first}")
    if round_number >= max_rounds:
        return Route(PAUSE, f"round {round_number} of {max_rounds} was the last{first}")
    if not has_news:
        return Route(PAUSE, f"another round would be told nothing new{first}")
    return Route(PROPOSE, f"round {round_number} of {max_rounds} did not agree{first}")


def _agreed(decision: Decision, round_number: int) -> str:
    if decision.accepted:
        count = len(decision.accepted)
        return f"agreed in round {round_number}, with {count} thing{'' if count == 1 else 's'} that a person accepted"
    return f"every plan agrees in round {round_number}"


def _said(reason: Reason) -> str:
    return f"{reason.repo}: {reason.text}" if reason.repo else reason.text


def reason_value(reason: Reason) -> dict[str, object]:
    """As the journal tells it."""
    return {"kind": reason.kind, "repo": reason.repo, "text": reason.text}


def reason_of(value: Json) -> Reason:
    """What ``reason_value`` said."""
    return Reason(text(value, "kind"), text_or_none(value, "repo"), text(value, "text"))
