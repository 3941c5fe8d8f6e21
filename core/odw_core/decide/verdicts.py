"""Verdicts: what the words mean that a question offers, whichever engine's words they are. Pure."""

from __future__ import annotations

from enum import StrEnum


class Meaning(StrEnum):
    """What a verdict does."""

    ACCEPT = "accept"
    """It happens, this once."""
    FOR_SESSION = "accept for the session"
    """It happens, and the same again without asking as long as the session lasts."""
    ALWAYS = "always allow"
    """It happens, and a rule is kept that allows its like from now on."""
    NEVER = "never allow"
    """It does not happen, and a rule is kept that forbids its like from now on."""
    ANSWER = "answer"
    """What was picked and typed is sent."""
    DECLINE = "decline"
    """It does not happen; whoever asked goes on without."""
    ROUND = "another round"
    """It does not happen yet: it is looked at, and repaired, once more."""
    CANCEL = "cancel"
    """It does not happen, and whoever asked stops."""
    OTHER = "other"
    """A word of the engine's own."""


_NAMED = {
    "accept": Meaning.ACCEPT,
    "approve": Meaning.ACCEPT,
    "approved": Meaning.ACCEPT,
    "allow": Meaning.ACCEPT,
    "grant": Meaning.ACCEPT,
    "answer": Meaning.ANSWER,
    "submit": Meaning.ANSWER,
    "decline": Meaning.DECLINE,
    "reject": Meaning.DECLINE,
    "deny": Meaning.DECLINE,
    "denied": Meaning.DECLINE,
    "addround": Meaning.ROUND,
    "lookagain": Meaning.ROUND,
    "cancel": Meaning.CANCEL,
    "stop": Meaning.CANCEL,
    "abort": Meaning.CANCEL,
}


def meaning(verdict: str) -> Meaning:
    """What ``verdict`` does, by its name: ``acceptForSession``, ``acceptWithExecpolicyAmendment``, ``reject``."""
    name = "".join(one for one in verdict.casefold() if one.isalnum())
    if name in _NAMED:
        return _NAMED[name]
    if "amendment" in name and "deny" in verdict.split():
        return Meaning.NEVER
    if "amendment" in name or "always" in name or "policy" in name:
        return Meaning.ALWAYS
    if "session" in name and name.startswith(("accept", "approve", "allow", "grant")):
        return Meaning.FOR_SESSION
    return Meaning.OTHER


def lets_happen(verdict: str) -> bool:
    """Whether what is asked about goes ahead; an unknown word counts as if it did."""
    return meaning(verdict) not in (Meaning.DECLINE, Meaning.CANCEL, Meaning.NEVER, Meaning.ROUND)


JUDGED = ("gate", "plan", "plans", "coordination", "commit")
"""Kinds of questions about work as a whole: every verdict takes what is picked and typed along."""

FEEDBACK = "feedback"
"""Field of a gate that says what shall become different."""


OVERRULE = "overrule"
"""Field of a gate that names its blockers: it lands only with every one of them overruled."""


def is_judged(kind: str) -> bool:
    """Whether a question is about work as a whole, so that its form is there beside the verdicts."""
    return kind in JUDGED


def takes_reason(kind: str, verdict: str) -> bool:
    """Whether whoever asked hears why it was declined. The reason for a gate becomes the next round's task."""
    return meaning(verdict) is Meaning.DECLINE and kind == "gate"
