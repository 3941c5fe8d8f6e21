"""Decision: what a person said to one question, bound to what was shown."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Decision:
    """One verdict on one question. Refused as stale when the question has another digest by the time it arrives."""

    question_id: str
    digest: str
    """The digest of the question as it was shown."""
    verdict: str
    """One of the question's ``decisions``."""
    values: tuple[tuple[str, tuple[str, ...]], ...] = field(default=(), repr=False)
    """(field id, what was picked or typed) of each field; it may hold secrets, so it is never printed or logged."""
    reason: str = ""
    by: str = ""
    """Who decided, and from where: ``login@host (screen)``."""
    at: float = 0.0
    """Unix seconds."""
