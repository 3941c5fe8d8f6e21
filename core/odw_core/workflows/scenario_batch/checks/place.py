"""Where a batch is about to start, what its executor answered, and the names of its checks. Values only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from odw_core.diagnose.doctor.check import Check

SANDBOX = "workspace-write"
"""What every agent of a batch works in."""
SCENARIOS, TEMPLATE, NEWER, OUTPUTS, MODEL = "scenarios", "template", "outputs_newer", "outputs", "scenario_model"
NEVER_FORCED = (SCENARIOS, TEMPLATE, NEWER, MODEL)
"""What fails of these keeps a batch from beginning whatever ``force`` says: there is nothing to begin, or something
would be lost that nobody agreed to lose."""
NAMED = 3
"""Most names of one kind that a row lists."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a batch is about to start, and with what."""

    root: str
    """The root of the repository, absolute."""
    home: str
    """The Codex home."""
    program: str | None
    """The Codex program; None for the one on PATH."""
    environ: Mapping[str, str]
    now: float


@dataclass(frozen=True, slots=True)
class Asked:
    """What the executor itself answered; it takes a second or two."""

    version: Check
    write_trouble: str | None
    """Why the outputs cannot be written in the sandbox; None when nobody could try."""
    tools: Check | None
