"""Preflight of a batch: everything that must hold before its first scenario, one row each. Looks only; the one file it
writes is a probe that it takes away again."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from odw_core.diagnose.doctor.check import Check, Level
from odw_core.workflows.scenario_batch.checks.executor import executor_checks, tool_checks
from odw_core.workflows.scenario_batch.checks.models import model_checks
from odw_core.workflows.scenario_batch.checks.outputs import output_checks
from odw_core.workflows.scenario_batch.checks.place import NEVER_FORCED, Asked, Place
from odw_core.workflows.scenario_batch.checks.room import room_checks
from odw_core.workflows.scenario_batch.checks.sources import source_checks
from odw_core.workflows.scenario_batch.given import ScenarioBatchInput
from odw_core.workflows.scenario_batch.sources import Sources


def examined(
    given: ScenarioBatchInput, sources: Sources, place: Place, ask: Callable[[ScenarioBatchInput, Place], Asked]
) -> tuple[Check, ...]:
    """Every check, in the order of the list they come from. ``ask`` is ``ask_executor``, or remembers what it said."""
    asked = ask(given, place) if given.agent == "codex" else None
    return (
        *model_checks(given, sources, place),
        *output_checks(given, place, asked),
        *_smoke(given),
        *executor_checks(given, sources, place, asked),
        *source_checks(given, sources, place),
        *room_checks(given, place),
        *tool_checks(asked),
    )


def refusals(checks: tuple[Check, ...], *, is_forced: bool) -> tuple[Check, ...]:
    """What keeps the batch from beginning."""
    failed = (one for one in checks if one.level is Level.FAIL)
    return tuple(one for one in failed if not is_forced or one.id in NEVER_FORCED)


def _smoke(given: ScenarioBatchInput) -> Iterator[Check]:
    """Row 4."""
    said = "The first scenario goes alone; the others begin if it wrote its file."
    offered = "Not asked for; --set smoke=true lets the first scenario go alone."
    yield Check("smoke", "smoke run", Level.PASS, said if given.smoke else offered)
