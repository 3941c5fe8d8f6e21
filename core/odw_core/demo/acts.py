"""Acts: what a recording does to its workspace, one writing after another. Values alone."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum


class How(IntEnum):
    """How upstream writes; of acts at the same time the smaller one comes first."""

    FOLDER = 1
    """A folder is made."""
    WHOLE = 2
    """A file is written once, plainly."""
    SWAPPED = 3
    """A file is replaced by renaming a finished one over it."""
    OVERWRITTEN = 4
    """A file is truncated and written again."""
    REMOVED = 5
    """A folder goes away."""
    APPENDED = 6
    """A line is added to the end."""


@dataclass(frozen=True, slots=True)
class Act:
    """One writing, in the words and times of the recording. ``path`` is relative to the workspace."""

    at_ms: int
    how: How
    path: str
    data: bytes = b""


@dataclass(frozen=True, slots=True)
class Score:
    """Everything that a recording does to its workspace, in order."""

    run_id: str | None
    origin_ms: int
    """When it began: the moment in the run's id, or the first act of what has none."""
    acts: tuple[Act, ...]
    locks: tuple[str, ...] = ()
    """Files that whoever writes it holds locked meanwhile."""
