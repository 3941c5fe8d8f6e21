"""What stands against a run that odw itself drives, before it is one. Looks only."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from odw_core.diagnose.doctor.check import Check, Level
from odw_core.errors import OdwError, UsageError
from odw_core.workflows.odw_exec.command import programs
from odw_core.workflows.odw_exec.given import OdwExecInput

_FILES = ("script", "input_file")


def refuse_unreadable(given: Mapping[str, object], folder: str) -> None:
    """Raises ``UsageError`` with a sentence where a file that odw is to read cannot be read."""
    for name in _FILES:
        if trouble := _unreadable(given.get(name), folder):
            raise UsageError(trouble)


def file_checks(given: Mapping[str, object], folder: str) -> tuple[Check, ...]:
    """Those of the files it is to read that cannot be read."""
    found = ((name, _unreadable(given.get(name), folder)) for name in _FILES)
    return tuple(Check(name, name.replace("_", " "), Level.FAIL, trouble) for name, trouble in found if trouble)


def _unreadable(said: object, folder: str) -> str:
    if not isinstance(said, str) or not said.strip():
        return ""
    path = Path(folder, said)
    if not path.is_file():
        return f"{path} is {'no file' if path.exists() else 'not there'}; odw reads it."
    return "" if os.access(path, os.R_OK) else f"{path} cannot be read; odw reads it."


def odw_check(given: Mapping[str, object], environ: Mapping[str, str]) -> Check:
    """Whether odw and what its script needs are there."""
    try:
        # Where the answers are held has nothing to do with what is there.
        found = programs(OdwExecInput.model_validate(given), environ, Path("/"))
    except ValueError:
        return Check("odw", "odw", Level.WARN, "It is looked for as soon as the input is complete.")
    except OdwError as error:
        return Check("odw", "odw", Level.FAIL, str(error))
    return Check("odw", "odw", Level.PASS, f"odw is there: {found.odw}")
