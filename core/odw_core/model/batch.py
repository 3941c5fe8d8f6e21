"""Batch: a list of scenarios that are done one after the other, how far it is, and what broke by its root cause."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from odw_core.model.address import Address
from odw_core.model.cause import Proof


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """All hits of one kind with one meaning in one scenario."""

    kind: str
    text: str
    """The line that says so, with what must stand beside it."""
    count: int
    cascade_of: str
    """The kind it only followed from; empty when it stands for itself."""
    is_warning: bool
    """It did not keep the scenario from writing its file."""
    proof: Proof | None


@dataclass(frozen=True, slots=True)
class Scenario:
    """One scenario, as its newest try left it."""

    index: int
    title: str
    status: str
    """``OK``, ``NO_FILE``, ``FAILED``, ``SKIPPED``, ``CANCELLED``; ``running``, ``unfinished``, or ``waiting`` for its
    turn."""
    started_at: float | None
    ended_at: float | None
    model: str | None
    """The model that was seen to answer."""
    is_other_model: bool
    """Another one than was asked for."""
    file: str
    """Where its output was to be written."""
    is_missing: bool
    """It is over, and the file is not there."""
    address: Address | None
    """Its newest try; None before it began."""
    tries: int
    tools: int
    failed_tools: int
    said: str
    """First line of its answer or failure."""
    diagnoses: tuple[Diagnosis, ...] = ()


@dataclass(frozen=True, slots=True)
class Group:
    """One kind of trouble over all scenarios."""

    kind: str
    sentence: str
    fix: str
    count: int
    scenarios: tuple[int, ...]
    cascade_of: str
    is_warning: bool
    proof: Proof | None


@dataclass(frozen=True, slots=True)
class Batch:
    """A batch. ``scenarios`` are those that began, in the order of their numbers."""

    done: int
    """Scenarios that are over, however they ended."""
    total: int | None
    """None while nobody says."""
    model: str
    """The model that was asked for; empty when nobody says."""
    scenarios: tuple[Scenario, ...]
    groups: tuple[Group, ...]
    """Root causes first, then warnings, then what only followed."""
    typical_s: float | None
    """How long a finished scenario took, the median; None before the first."""
    jobs: int
    """How many are at work at once."""
    ends_at: float | None
    """When it will be over if the rest takes as long, Unix seconds; None when it is over or nothing is known."""

    @property
    def missing(self) -> tuple[Scenario, ...]:
        """Scenarios that are over without the file they were to write."""
        return tuple(one for one in self.scenarios if one.is_missing)


def scenarios(indexes: Sequence[int], most: int = 12) -> str:
    """``scenario 3``, ``scenarios 1–3, 7``, ``scenarios 1, 3, 5 and 97 more``: sorted numbers, ``most`` stretches of
    them."""
    stretches: list[list[int]] = []
    for index in indexes:
        if stretches and index == stretches[-1][1] + 1:
            stretches[-1][1] = index
        else:
            stretches.append([index, index])
    named = [str(first) if first == last else f"{first}–{last}" for first, last in stretches[:most]]
    left = sum(last - first + 1 for first, last in stretches[most:])
    return f"scenario{'' if len(indexes) == 1 else 's'} {', '.join(named)}{f' and {left:,} more' if left else ''}"


def named_or_counted(indexes: Sequence[int]) -> str:
    """``scenarios 1–3, 7``; of more than can be named how many: which ones is said by the batch itself."""
    named = scenarios(indexes)
    return f"{len(indexes):,} scenarios" if named.endswith(" more") else named


def typical(durations: list[float]) -> float | None:
    """The median, None of nothing."""
    ordered = sorted(durations)
    middle = len(ordered) // 2
    if not ordered:
        return None
    return ordered[middle] if len(ordered) % 2 else (ordered[middle - 1] + ordered[middle]) / 2


def ends_at(left: int, jobs: int, typical_s: float | None, began: list[float]) -> float | None:
    """When ``left`` scenarios that have not begun will be over behind those that began at ``began``."""
    if typical_s is None or not began:
        return None
    rounds = -(-left // max(jobs, 1))
    return max(began) + typical_s * (1 + rounds)
