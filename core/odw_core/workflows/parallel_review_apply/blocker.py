"""Blockers: a reviewer's plain sentence, parsed into where it points and whose task that is. Pure, never raises."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum

from odw_core.text.finding import code_names, finding_id, place_of
from odw_core.workflows.parallel_review_apply.evidence import mentions, without_paths, words
from odw_core.workflows.parallel_review_apply.repair import Known
from odw_core.workflows.parallel_review_apply.review import Review
from odw_core.workflows.parallel_review_apply.task import Task


class Fate(StrEnum):
    """What became of a blocker."""

    OPEN = "open"
    """What a later review makes of it is read off that review."""
    OVERRULED = "overruled"


@dataclass(frozen=True, slots=True)
class Blocker:
    """A finding that stops approval."""

    text: str
    """As the reviewer wrote it; foreign."""
    path: str | None = None
    line: int | None = None
    symbol: str | None = None
    reviewer: str | None = None
    task: str | None = None
    """Whose work it is about, as far as the text says."""
    round: int = 1
    fate: Fate = Fate.OPEN

    @property
    def id(self) -> str:
        """The same for the same finding of the same reviewer in any round."""
        return finding_id(self.reviewer, self.text)

    def as_json(self) -> dict[str, object]:
        """All of it for the journal and a question's details."""
        return {"id": self.id, **asdict(self), "fate": str(self.fate)}


def blocker_of(
    text: str,
    tasks: Sequence[Task],
    *,
    diffs: Mapping[str, str] | None = None,
    reviewer: str | None = None,
    round_number: int = 1,
) -> Blocker:
    """One sentence, parsed. ``diffs`` (task to its captured diff) tell which names are defined where."""
    return _read(text, Known(tasks, diffs or {}), reviewer, round_number)


def _read(text: str, known: Known, reviewer: str | None, round_number: int) -> Blocker:
    path, line = place_of(text, [path for _, path in known.paths])
    owner = next((task for task, _ in known.concerned(text)), None)
    return Blocker(text, path, line, _symbol(text, known), reviewer, owner, round_number)


def _symbol(text: str, known: Known) -> str | None:
    """The first name that a diff defines, else the first that is written as code."""
    prose = without_paths(text, mentions(text, known.paths))
    found = next((name for name, _, _ in words(prose) if name in known.defined), None)
    return found or next(iter(code_names(prose)), None)


def blockers_of(
    reviews: Sequence[Review], tasks: Sequence[Task], diffs: Mapping[str, str], round_number: int
) -> tuple[Blocker, ...]:
    """Every blocker of a round, in the order of the reviewers."""
    known = Known(tasks, diffs)
    return tuple(_read(text, known, review.reviewer, round_number) for review in reviews for text in review.blockers)
