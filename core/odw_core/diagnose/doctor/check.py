"""Check: one thing the doctor looked at, how it stands, and what to do about it. Values only."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum


class Level(StrEnum):
    """How a check stands, the worst first."""

    FAIL = "FAIL"
    """Something will not work."""
    WARN = "WARN"
    """Something is left over, or will not work as one would think."""
    INFO = "INFO"
    """Worth knowing; nothing is wrong."""
    PASS = "PASS"


_RANK = {level: place for place, level in enumerate(Level)}


@dataclass(frozen=True, slots=True)
class Check:
    """One row of the doctor."""

    id: str
    """Stable name of what was looked at; several checks share it when there are several such things."""
    name: str
    """Two or three words for people."""
    level: Level
    detail: str
    """One sentence: what was found. May hold foreign text."""
    fix: str = ""
    """One sentence: what to do; empty when nothing is to be done."""
    command: str | None = None
    """The fix as a command to paste into a shell, every path quoted; None when no command does it."""
    subject: str = ""
    """The path or process it is about, where there are several."""
    clean: str = ""
    """What to ask this program for to have it taken away; empty where it never does that by itself."""


def worst_first(checks: Iterable[Check]) -> list[Check]:
    """The checks by level; those of one level stay in their order."""
    return sorted(checks, key=lambda check: _RANK[check.level])


def level_counts(checks: Iterable[Check]) -> Mapping[Level, int]:
    """How many there are of each level, also of those that have none."""
    counts = dict.fromkeys(Level, 0)
    for check in checks:
        counts[check.level] += 1
    return counts
