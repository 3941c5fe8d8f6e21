"""What stands against a run that odw itself drives, before it is one. Looks only."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from odw_core.diagnose.doctor.check import Check, Level
from odw_core.errors import OdwError
from odw_core.workflows.odw_exec.command import programs
from odw_core.workflows.odw_exec.given import OdwExecInput


def odw_check(given: Mapping[str, object], environ: Mapping[str, str]) -> Check:
    """Whether odw and what its script needs are there."""
    try:
        # Where the answers are held has nothing to do with what is there.
        found = programs(OdwExecInput.model_validate(given), environ, Path("/"))
    except ValueError:
        return Check("odw", "odw", Level.WARN, "Its input says too little to look for it.")
    except OdwError as error:
        return Check("odw", "odw", Level.FAIL, str(error))
    return Check("odw", "odw", Level.PASS, f"odw is there: {found.odw}")
