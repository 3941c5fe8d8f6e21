"""Blockers: a reviewer's plain sentence, parsed into where it points and whose task that is. Pure, never raises."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from enum import StrEnum

from odw_core.workflows.parallel_review_apply.evidence import mentions, without_paths, words
from odw_core.workflows.parallel_review_apply.repair import Known
from odw_core.workflows.parallel_review_apply.review import Review
from odw_core.workflows.parallel_review_apply.symbols import code_names
from odw_core.workflows.parallel_review_apply.task import Task

_LINE = re.compile(r"(?::|#L|\s*\(?,?\s*lines?\s+)(\d{1,7})\b")
# Where no task declares it, a path is taken for one only with its line.
_PLACE = re.compile(r"(?<![\w/.@-])([\w@./-]{1,400}\.[A-Za-z]\w{0,7}):(\d{1,7})\b")
_MOST_READ = 20_000


class Fate(StrEnum):
    """What became of a blocker."""

    OPEN = "open"
    REPAIRED = "repaired"
    STILL_OPEN = "still open"
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
        return hashlib.sha256(f"{self.reviewer}\0{self.text}".encode("utf-8", "surrogatepass")).hexdigest()[:12]

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
    path, line = _place(text, known)
    owner = next((task for task, _ in known.concerned(text)), None)
    return Blocker(text, path, line, _symbol(text, known), reviewer, owner, round_number)


def _place(text: str, known: Known) -> tuple[str | None, int | None]:
    """The first declared path that has a line, else the first; without any the first other that has a line."""
    found = list(mentions(text, known.paths))
    if found:
        lines = [_LINE.match(text, at.stop) for at in found]
        first, line = next(((at, line) for at, line in zip(found, lines, strict=True) if line), (found[0], None))
        return first.path, int(line[1]) if line else None
    place = _PLACE.search(text[:_MOST_READ])
    return (place[1], int(place[2])) if place else (None, None)


def _symbol(text: str, known: Known) -> str | None:
    """The first name that a diff defines, else the first that is written as code."""
    prose = without_paths(text, list(mentions(text, known.paths)))
    found = next((name for name, _, _ in words(prose) if name in known.defined), None)
    return found or next(iter(code_names(prose)), None)


def blockers_of(
    reviews: Sequence[Review], tasks: Sequence[Task], diffs: Mapping[str, str], round_number: int
) -> tuple[Blocker, ...]:
    """Every blocker of a round, in the order of the reviewers."""
    known = Known(tasks, diffs)
    return tuple(_read(text, known, review.reviewer, round_number) for review in reviews for text in review.blockers)


def followed(
    blockers: Sequence[Blocker], later: Collection[str], *, overruled: Collection[str] = ()
) -> tuple[Blocker, ...]:
    """With what became of them: ``later`` are the texts of the next review, ``overruled`` what a person set aside."""
    return tuple(replace(one, fate=_fate(one, later, overruled)) for one in blockers)


def _fate(one: Blocker, later: Collection[str], overruled: Collection[str]) -> Fate:
    if one.text in overruled:
        return Fate.OVERRULED
    return Fate.STILL_OPEN if one.text in later else Fate.REPAIRED
