"""What stands against a batch before it is one: the checks of the run itself, made where it would begin. Looks only."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from odw_core.diagnose.doctor.check import Check, Level
from odw_core.model.command import Start
from odw_core.model.workflow import SCENARIO_BATCH
from odw_core.runs.workflow import parsed_input
from odw_core.service.starts.starter import Surroundings
from odw_core.workflows.scenario_batch.checks import examined
from odw_core.workflows.scenario_batch.checks.executor import ask_executor
from odw_core.workflows.scenario_batch.checks.place import NEVER_FORCED, Place
from odw_core.workflows.scenario_batch.given import ScenarioBatchInput
from odw_core.workflows.scenario_batch.sources import read_sources


def batch_checks(start: Start, around: Surroundings) -> Iterator[Check]:
    """What ``force`` overrides is a warning."""
    folder = start.workspace
    wanted = parsed_input(SCENARIO_BATCH, start.given, ScenarioBatchInput)
    if wanted is None or not Path(folder).is_dir():
        # What is wrong with it is said already.
        return
    place = Place(folder, around.home, around.program, around.environ, around.now)
    for one in examined(wanted, read_sources(wanted, folder, around.environ), place, around.ask or ask_executor):
        is_forced = wanted.force and one.level is Level.FAIL and one.id not in NEVER_FORCED
        yield replace(one, level=Level.WARN, fix="It begins all the same: force.") if is_forced else one
