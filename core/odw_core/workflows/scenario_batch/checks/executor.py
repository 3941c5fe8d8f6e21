"""Rows 5 and 8: who works, the commands that the prompt speaks of, and the tools of the executor."""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterator

from odw_core.agents.codex_program import native_program
from odw_core.agents.playable import script_check
from odw_core.diagnose.doctor.check import Check, Level
from odw_core.diagnose.doctor.wording import some_of
from odw_core.errors import OdwError
from odw_core.workflows.scenario_batch.checks.place import NAMED, SANDBOX, Asked, Place
from odw_core.workflows.scenario_batch.executor import Executor
from odw_core.workflows.scenario_batch.given import ScenarioBatchInput
from odw_core.workflows.scenario_batch.sources import Sources
from odw_core.workflows.scenario_batch.template import named_commands

_INSTALL = "Install Codex, or name its program."


def ask_executor(given: ScenarioBatchInput, place: Place) -> Asked:
    """Rows 3, 5 and 8, as far as only Codex can answer them."""
    try:
        program = native_program(place.program, place.environ)
    except OdwError as error:
        return Asked(Check("executor", "executor", Level.FAIL, str(error)), None, None)
    executor = Executor(program, place.home, place.root, place.environ)
    said, trouble = executor.version()
    if trouble:
        return Asked(Check("executor", "executor", Level.FAIL, f"codex --version: {trouble}.", _INSTALL), None, None)
    version = Check("executor", "executor", Level.PASS, f"{said}: {program}")
    return Asked(version, executor.write_trouble(given.outputs, SANDBOX), _listed_tools(executor))


def executor_checks(given: ScenarioBatchInput, sources: Sources, place: Place, asked: Asked | None) -> Iterator[Check]:
    """Who works, and the commands that the prompt speaks of."""
    if asked is not None:
        yield asked.version
    else:
        yield script_check(place.root, given.script or "", "executor")
    path = place.environ.get("PATH")
    missing = [name for name in named_commands(sources.template) if shutil.which(name, path=path) is None]
    if missing:
        detail = f"The template names {some_of(missing, NAMED)}: not on PATH."
        yield Check("commands", "commands", Level.WARN, detail, "Install what is missing, or correct the template.")
    else:
        yield Check("commands", "commands", Level.PASS, "Every command that the template names is on PATH.")


def tool_checks(asked: Asked | None) -> Iterator[Check]:
    """Whether the tools can be listed."""
    if asked is None:
        yield Check("tools", "tool server", Level.PASS, "The scripted agent has none.")
    elif asked.tools is not None:
        yield asked.tools


def _listed_tools(executor: Executor) -> Check:
    began = time.monotonic()
    servers, tools, trouble = executor.tools()
    if trouble:
        fix = "Mend that server, or take it out of the configuration of Codex."
        return Check("tools", "tool server", Level.FAIL, f"The tools of Codex: {trouble}.", fix)
    counted = f"{servers} tool server{'' if servers == 1 else 's'} with {tools} tools" if servers else "no tool server"
    detail = f"Codex answered in {time.monotonic() - began:.1f} s; it has {counted}."
    return Check("tools", "tool server", Level.PASS, detail)
