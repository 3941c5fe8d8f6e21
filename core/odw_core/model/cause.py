"""Cause: why something failed, where that stands, what to do about it. One shape for ``explain``, cards and rows."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Proof:
    """The line that says so. ``file`` is a path or a name a person knows; ``line`` counts from 1."""

    file: str
    line: int
    text: str


@dataclass(frozen=True, slots=True)
class Cause:
    """One recognised reason. ``kind`` is a class of the tables in ``diagnose/signatures``."""

    kind: str
    sentence: str
    """What happened, in words: ``planning failed because the sessions folder is not writable``."""
    fix: str
    """The next step, as a sentence; empty when nobody knows one."""
    proof: Proof | None = None
    is_warning: bool = False
    """Worth knowing, but nothing failed because of it."""


@dataclass(frozen=True, slots=True)
class Explanation:
    """What one classifier makes of some texts."""

    root_cause: Cause
    """Kind ``ok`` when nothing failed, ``unknown`` with the most telling line when no table knows it."""
    also: tuple[Cause, ...] = ()
    """Other reasons that were found; cascades of the root cause are not among them."""
    warnings: tuple[Cause, ...] = ()
