"""Reviews: what a reviewer answers, what counts when it answers nothing, and the verdict of all. Pure, never raises."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace

from odw_core.agents.answer import issues_of
from odw_core.engines.loose import Json, text, texts
from odw_core.workflows.parallel_review_apply.answer import read_answer

APPROVE, REJECT, NEEDS_OWNER = "approve", "reject", "needs_owner"
DECISIONS = (APPROVE, REJECT, NEEDS_OWNER)
_TEXTS: dict[str, object] = {"type": "array", "items": {"type": "string"}}
_LISTS: dict[str, object] = {
    "blockers": {**_TEXTS, "description": "each thing that must change: path:line, what is wrong, and why"},
    "risks": {**_TEXTS, "description": "what may go wrong without stopping approval"},
    "owner_questions": {**_TEXTS, "description": "what only the owner of the repository can decide"},
    "verification": {**_TEXTS, "description": "what was run or read, and what came of it"},
    "files_reviewed": _TEXTS,
}
REVIEW_SCHEMA: dict[str, object] = {
    "type": "object",
    "additionalProperties": False,
    "properties": {
        "decision": {"type": "string", "enum": [*DECISIONS]},
        "summary": {"type": "string"},
        **_LISTS,
    },
    "required": ["decision", "summary", *_LISTS],
}
"""JSON Schema of a reviewer's answer."""

# What is missing of the lists is empty: only the decision must be there and be meant.
_NEEDED: dict[str, object] = {**REVIEW_SCHEMA, "required": ["decision"]}


@dataclass(frozen=True, slots=True)
class Review:
    """One reviewer's word on one candidate."""

    reviewer: str
    decision: str
    """``approve``, ``reject`` or ``needs_owner``."""
    summary: str = ""
    blockers: tuple[str, ...] = ()
    risks: tuple[str, ...] = ()
    owner_questions: tuple[str, ...] = ()
    verification: tuple[str, ...] = ()
    files_reviewed: tuple[str, ...] = ()
    is_failed: bool = False
    """Whether it answered nothing that counts: asked again, in the end a reject with its message as blocker."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What all reviewers together say."""

    decision: str
    blockers: tuple[str, ...] = ()
    risks: tuple[str, ...] = ()
    owner_questions: tuple[str, ...] = ()
    verification: tuple[str, ...] = ()

    @property
    def is_ready(self) -> bool:
        """Whether the candidate may land as far as reviewers go."""
        return self.decision == APPROVE


def parse_review(answer: object, reviewer: str) -> Review:
    """The review in an answer: the whole text of the agent, or the value already parsed of it."""
    read = read_answer(answer)
    if read is None:
        said = "nothing" if answer is None or answer == "" else "no JSON object that stands alone"
        return failed_review(reviewer, f"its answer is {said}")
    if issues := issues_of(read.value, _NEEDED, ignores_unknown=True):
        return failed_review(reviewer, "; ".join(issues))
    review = _review(read.value, reviewer)
    if review.decision == APPROVE and not read.is_bare:
        # The words around it are what it read, and what it read may hold an approval.
        return failed_review(reviewer, "an approval among other words does not count; the answer must be JSON only")
    if review.decision == APPROVE and review.blockers:
        return replace(review, decision=REJECT, is_failed=True)
    return review


def _review(value: Json, reviewer: str) -> Review:
    def said(key: str) -> tuple[str, ...]:
        return tuple(one for one in texts(value, key) if one.strip())

    decision, summary = text(value, "decision"), text(value, "summary")
    blockers, questions = said("blockers"), said("owner_questions")
    if decision == REJECT and not blockers:
        blockers = (summary.strip() or f"{reviewer} rejects and does not say why",)
    if decision == NEEDS_OWNER and not questions:
        questions = (summary.strip() or f"{reviewer} needs a decision and does not say which",)
    return Review(
        reviewer, decision, summary, blockers, said("risks"), questions, said("verification"), said("files_reviewed")
    )


def failed_review(reviewer: str, message: str) -> Review:
    """A reviewer that failed or returned nothing: a reject with its message as blocker."""
    said = message.strip() or "it ended without an answer"
    return Review(reviewer, REJECT, said, (f"reviewer {reviewer} failed: {said}",), is_failed=True)


def preflight_review(category: str, message: str) -> Review:
    """A candidate that no reviewer could be shown: one blocker, worded as the gate words it."""
    return Review("preflight", REJECT, message, (f"{category}: {message}",), is_failed=True)


def aggregate(reviews: Sequence[Review]) -> Verdict:
    """Any reject rejects; else any needs_owner needs the owner; else approve. Nobody at all rejects."""
    decisions = {review.decision for review in reviews}
    if not reviews or not decisions <= set(DECISIONS) or REJECT in decisions:
        decision = REJECT
    else:
        decision = NEEDS_OWNER if NEEDS_OWNER in decisions else APPROVE
    return Verdict(
        decision,
        _all(review.blockers for review in reviews) if reviews else ("nobody reviewed the candidate",),
        _all(review.risks for review in reviews),
        _all(review.owner_questions for review in reviews),
        _all(review.verification for review in reviews),
    )


def _all(lists: Iterable[Iterable[str]]) -> tuple[str, ...]:
    """Everything that was said, once each, in the order of the reviewers."""
    return tuple(dict.fromkeys(one for said in lists for one in said))


def overruled(reviews: Sequence[Review], texts: Collection[str]) -> tuple[Review, ...]:
    """The reviews without the blockers a person overruled; who rejects and has none left, approves."""
    return tuple(_overruled(review, texts) for review in reviews)


def _overruled(review: Review, texts: Collection[str]) -> Review:
    left = tuple(blocker for blocker in review.blockers if blocker not in texts)
    if left == review.blockers:
        return review
    is_content = review.decision == REJECT and not left
    decision = (NEEDS_OWNER if review.owner_questions else APPROVE) if is_content else review.decision
    return replace(review, blockers=left, decision=decision)
