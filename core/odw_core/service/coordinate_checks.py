"""What stands against a coordination before it is one: who plans, and the repositories. Looks only; no git command."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from odw_core.diagnose.doctor.check import Check, Level
from odw_core.errors import OdwError
from odw_core.runs.workflow import checked_input, load_workflow
from odw_core.text.ansi import one_line

if TYPE_CHECKING:
    from odw_core.workflows.coordinate.given import CoordinateInput

NAME = "coordinate"
_NAMED = 5


def coordinate_checks(given: Mapping[str, object], folder: str) -> tuple[Check, ...]:
    """The script of the scripted agent, each repository, and where the run's folder in Converge's layout goes."""
    from odw_core.workflows.coordinate.given import absolute

    try:
        workflow = load_workflow(NAME)
        wanted: CoordinateInput = workflow.input.model_validate(checked_input(workflow, given))  # type: ignore[assignment]
    except OdwError:
        # What is wrong with it is said already.
        return ()
    repos = [absolute(one, folder) for one in wanted.repos]
    found = [_script(folder, wanted.script or "")] if wanted.agent == "scripted" else []
    return (*found, _repositories(repos), *_projection(folder))


def _script(folder: str, script: str) -> Check:
    path = Path(folder, script)
    if not path.is_file():
        return Check("agent", "agent", Level.FAIL, f"{path} is not there; the scripted agent plays it.")
    return Check("agent", "agent", Level.PASS, f"The scripted agent plays {path}.")


def _repositories(repos: list[str]) -> Check:
    if len(set(repos)) < len(repos):
        said = "Two of the repositories are the same folder; name each once."
        return Check("repositories", "repositories", Level.FAIL, said)
    missing = [one for one in repos if not Path(one).is_dir()]
    unread = [one for one in repos if one not in missing and not os.access(one, os.R_OK | os.X_OK)]
    if missing or unread:
        what = "not there" if missing else "not readable"
        said = f"{_named(missing or unread)}: {what}; the run would ask you about it after its first round."
        return Check("repositories", "repositories", Level.WARN, said)
    count = f"{len(repos)} {'repository' if len(repos) == 1 else 'repositories'}"
    return Check("repositories", "repositories", Level.PASS, f"{count}, all there.")


def _projection(folder: str) -> tuple[Check, ...]:
    """Only when something is wrong: the run itself would go on without it."""
    for path in (Path(folder, ".converge"), Path(folder, ".converge", "runs")):
        if path.is_symlink() or (path.exists() and not path.is_dir()):
            said = f"{path} is no real folder, so Converge's tools will not see this run."
            return (Check("converge", "Converge", Level.WARN, said),)
    return ()


def _named(paths: list[str]) -> str:
    shown = ", ".join(one_line(one, 120) for one in paths[:_NAMED])
    return f"{shown} and {len(paths) - _NAMED} more" if len(paths) > _NAMED else shown
