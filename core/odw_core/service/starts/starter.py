"""Starter: what the service does for a start before it is a run, and with what it looks. Starts nothing."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from odw_core.model.address import Address
from odw_core.model.command import Start
from odw_core.model.item import Limit

if TYPE_CHECKING:
    from odw_core.diagnose.doctor.check import Check
    from odw_core.runs.spec import RunSpec
    from odw_core.workflows.scenario_batch.checks.place import Asked, Place
    from odw_core.workflows.scenario_batch.given import ScenarioBatchInput

    Ask = Callable[[ScenarioBatchInput, Place], Asked]


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a start is looked at with."""

    home: str
    """The Codex home."""
    now: float
    program: str | None = None
    """The Codex program; None for the one on PATH."""
    state: Path | None = None
    """Where our runs are kept; None where there are none."""
    limits: tuple[Limit, ...] = ()
    """What the sessions of ``home`` last heard."""
    environ: Mapping[str, str] = field(default_factory=lambda: os.environ)
    ask: Ask | None = None
    """Remembers what the executor of a batch said; without it that is asked."""


class Starter:
    """For workflows of which nothing has to be known but their input and their folder; the others do more."""

    async def chosen(self, start: Start, state: Path) -> Start:
        """The start with what it keeps of the run before it said in its input, where the workflow keeps it that way.
        Raises ``OdwError`` when nothing is left to do."""
        return start

    async def refuse(self, start: Start, state: Path) -> None:
        """Raises ``OdwError`` with a sentence where nothing of it could begin."""

    async def checks(self, start: Start, around: Surroundings) -> tuple[Check, ...]:
        """What stands for and against it, in the order in which a person would ask."""
        return ()

    def again(self, root: Address, spec: RunSpec, state: Path) -> Start:
        """What would start the run at ``root`` once more. Raises ``OdwError`` when what it left does not say."""
        return Start(spec.workflow, dict(spec.given), spec.workspace, parent=root, home=spec.codex_home)
