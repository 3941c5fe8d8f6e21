"""Problem: something that could not be read, and why."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """``offset`` counts bytes from the start of the file at ``path``; 0 when the whole file is meant."""

    path: str
    offset: int
    reason: str
