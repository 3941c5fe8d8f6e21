"""Guard: whether a decision may be sent. Refuses what was not seen long enough, changed, or lacks its word. Pure.

Shared by screen and command line; whoever executes a decision compares the digest once more.
"""

from __future__ import annotations

from collections.abc import Mapping

from odw_core.decide.commands.judging import OUTSIDE
from odw_core.decide.risk import Risk, judge
from odw_core.decide.verdicts import OVERRULE, Meaning, lets_happen, meaning
from odw_core.model.decision import Decision
from odw_core.model.question import Question

LEAST_SHOWN_S = 0.5
"""Seconds that a question has to be on screen, as it is, before it can be decided."""

READ_ONLY = "This room is read-only: nothing can be decided here. Open it without --read-only."

Version = tuple[object, ...]


def version(question: Question) -> Version:
    """Everything of a question that a person decides by; what is equal may be taken for the same."""
    return (
        *(question.id, question.digest, question.kind, question.title, question.body, question.fields),
        *(question.decisions, question.details, question.risk, question.confirm, question.why_not, question.road),
    )


def risk_of(question: Question) -> Risk:
    """What to know before it is allowed: what its engine says, and what can be told from what is shown.

    The second counts too, so that a word which is not asked for by whoever wrote the question is asked for here.
    """
    told = dict(question.details)
    command = told.get("command")
    if question.confirm is not None or command is None:
        return Risk(question.risk, question.confirm)
    found = judge(question.kind, command, cwd=told.get("folder", ""))
    # Which folder is the workspace is known to its engine alone.
    return Risk(question.risk or found.why, None if found.word == OUTSIDE else found.word)


def word_for(question: Question, verdict: str) -> str | None:
    """What has to be typed before this verdict, None for nothing."""
    return risk_of(question).word if lets_happen(verdict) else None


class Dwell:
    """Since when what is shown has been shown without a change. Told by the screen each time it has painted."""

    def __init__(self) -> None:
        self._shown: Version | None = None
        self._since = 0.0

    def show(self, question: Question | None, now: float) -> None:
        """This is on screen now, None for nothing. ``now`` are seconds that never run backwards."""
        shown = None if question is None else version(question)
        if shown != self._shown:
            self._shown, self._since = shown, now

    def hide(self) -> None:
        """It was covered, or nobody looked: what is shown next counts as new."""
        self._shown = None

    def since(self, question: Question) -> float:
        """When ``question`` came on screen as it is; infinity if that is not what is shown."""
        return self._since if self._shown == version(question) else float("inf")


def refuse(
    question_now: Question | None,
    decision: Decision,
    typed: str | None,
    shown_since: float,
    now: float,
    *,
    is_read_only: bool = False,
) -> str | None:
    """Why ``decision`` must not be sent, as one sentence; None when it may.

    ``question_now`` is the question as it is known now, ``typed`` the word that was typed for it, ``shown_since`` and
    ``now`` seconds of one clock; who shows nothing over time gives minus infinity.
    """
    if is_read_only:
        return READ_ONLY
    if question_now is None or question_now.id != decision.question_id:
        return "It is not asked any more; nothing was sent."
    if question_now.digest != decision.digest:
        return "It changed meanwhile; nothing was sent. Look at it again."
    if question_now.why_not is not None:
        return f"It cannot be decided from here: {question_now.why_not}."
    if decision.verdict not in question_now.decisions:
        return f"{decision.verdict} is not offered here."
    if not now - shown_since >= LEAST_SHOWN_S:
        return "It came only just now; read it, then press again. Nothing was sent."
    word = word_for(question_now, decision.verdict)
    if word is not None and typed != word:
        return f"This needs the word {word}, typed out; nothing was sent."
    if meaning(decision.verdict) in (Meaning.ANSWER, Meaning.ACCEPT):
        return _missing(question_now, dict(decision.values))
    return None


def _missing(question: Question, values: Mapping[str, tuple[str, ...]]) -> str | None:
    for field in question.fields:
        given = [one for one in values.get(field.id, ()) if one.strip()]
        if field.id == OVERRULE and question.kind == "gate" and (left := len(field.choices) - len({*given})) > 0:
            # Whoever asks would only ask again.
            blockers = "blocker is" if left == 1 else "blockers are"
            return f"{left} {blockers} not overruled, so it would not land; nothing was sent."
        if not given and not field.is_optional:
            return f"{field.label or field.id} has no answer yet; nothing was sent."
        labels = {choice.label for choice in field.choices}
        if field.choices and not field.allows_other and not labels.issuperset(given):
            return f"{field.label or field.id} takes only what is offered; nothing was sent."
    return None
