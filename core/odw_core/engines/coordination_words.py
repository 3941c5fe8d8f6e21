"""What every dialect says of plans over several repos in the same words: marks, notes, fates, sides. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Protocol

from odw_core.engines.state_graph import counted
from odw_core.model.coordination import Mismatch, Side
from odw_core.model.detail import Mark
from odw_core.text.ansi import one_line, plain

OK, HITL, FALLBACK, MISSING = "OK", "HITL_REQUIRED", "FALLBACK", "MISSING"
_MARKS = {OK: Mark.DONE, HITL: Mark.NEEDS_OWNER, FALLBACK: Mark.FALLBACK, MISSING: Mark.SKIPPED}


class PlanLike(Protocol):
    """The plan of one repo, as far as a cell of the timeline says it."""

    status: str
    cause: str
    changes: list[str]
    questions: list[str]


class ProposalLike(Protocol):
    """What is proposed for one repo, as far as people read it."""

    repo: str
    summary: str
    changes: list[str]
    questions: list[str]


class SideLike(Protocol):
    """One place of a contract."""

    repo: str
    path: str
    line: int | None
    text: str


class IssueLike(Protocol):
    """One contract on which repos do not agree."""

    kind: str
    id: str
    text: str

    @property
    def declared(self) -> Sequence[SideLike]: ...

    @property
    def consumed(self) -> Sequence[SideLike]: ...


def plan_markdown(plan: ProposalLike) -> str:
    """Summary, changes and questions as Markdown, from the record alone."""
    parts = [f"# {plan.repo}", plan.summary]
    if plan.changes:
        parts += ["## Proposed changes", "\n".join(f"- {change}" for change in plan.changes)]
    if plan.questions:
        parts += ["## Questions", "\n".join(f"- {asked}" for asked in plan.questions)]
    return "\n\n".join(part for part in parts if part)


def plan_mark(plan: PlanLike) -> Mark:
    """The mark of a plan's cell."""
    return _MARKS.get(plan.status, Mark.FAILED)


def is_answered(plan: PlanLike) -> bool:
    """Whether an agent gave the plan."""
    return plan.status not in (FALLBACK, MISSING)


def plan_note(plan: PlanLike) -> str:
    """What there is to say of a plan in a few words."""
    match plan.status:
        case "OK":
            return counted(len(plan.changes), "change")
        case "HITL_REQUIRED":
            return counted(len(plan.questions), "question")
        case "FALLBACK":
            return f"fallback: {no_agent(plan.cause)}"
        case _:
            return one_line(plan.cause, 200) or one_line(plan.status, 40).lower()


def no_agent(cause: str) -> str:
    """Why a plan is nobody's."""
    return one_line(cause, 200) or "no agent answered"


def fate_of(*, is_accepted: bool, fixed_in: int | None, still_in: int | None) -> str:
    """What became of a blocker: accepted by a person, fixed in a round, still there in a later one, or open."""
    if is_accepted:
        return "accepted as it is"
    if fixed_in is not None:
        return f"fixed in round {fixed_in}"
    return "open" if still_in is None else f"still there in round {still_in}"


def why_after(answered: Sequence[tuple[str, str]]) -> str:
    """Why it went on after a pause: pairs of question and answer."""
    question, answer = answered[0]
    more = f" (and {len(answered) - 1} more)" if len(answered) > 1 else ""
    return f"a person answered: {one_line(question, 200)} {one_line(answer, 200)}{more}"


def mismatches(issues: Iterable[IssueLike]) -> tuple[Mismatch, ...]:
    """Contract issues with both of their sides."""
    return tuple(
        Mismatch(one.kind, plain(one.id), plain(one.text), _sides(one.declared), _sides(one.consumed)) for one in issues
    )


def side_of(one: SideLike) -> Side:
    """One place of a contract, made safe."""
    return Side(one.repo, plain(one.path), one.line, plain(one.text))


def _sides(of: Sequence[SideLike]) -> tuple[Side, ...]:
    return tuple(map(side_of, of))
