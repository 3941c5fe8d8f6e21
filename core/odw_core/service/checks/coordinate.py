"""What stands against a coordination before it is one: who plans, and the repositories. Looks only; no git command."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from odw_core.agents.playable import script_check
from odw_core.diagnose.doctor.check import Check, Level
from odw_core.diagnose.doctor.wording import counted, some_of
from odw_core.model.workflow import COORDINATE
from odw_core.runs.workflow import parsed_input

_NAMED = 5


def coordinate_checks(given: Mapping[str, object], folder: str) -> tuple[Check, ...]:
    """The script of the scripted agent, each repository, and where the run's folder in Converge's layout goes."""
    from odw_core.workflows.coordinate.given import CoordinateInput, absolute

    wanted = parsed_input(COORDINATE, given, CoordinateInput)
    if wanted is None:
        # What is wrong with it is said already.
        return ()
    repos = [absolute(one, folder) for one in wanted.repos]
    found = [script_check(folder, wanted.script or "")] if wanted.agent == "scripted" else []
    return (*found, _repositories(repos), *_projection(folder))


def _repositories(repos: list[str]) -> Check:
    if len(set(repos)) < len(repos):
        said = "Two of the repositories are the same folder; name each once."
        return Check("repositories", "repositories", Level.FAIL, said)
    missing = [one for one in repos if not Path(one).is_dir()]
    unread = [one for one in repos if one not in missing and not os.access(one, os.R_OK | os.X_OK)]
    if missing or unread:
        what = "not there" if missing else "not readable"
        said = f"{some_of(missing or unread, _NAMED)}: {what}; the run would ask you about it after its first round."
        return Check("repositories", "repositories", Level.WARN, said)
    count = counted(len(repos), "repository", "repositories")
    return Check("repositories", "repositories", Level.PASS, f"{count}, all there.")


def _projection(folder: str) -> tuple[Check, ...]:
    """Only when something is wrong: the run itself would go on without it."""
    for path in (Path(folder, ".converge"), Path(folder, ".converge", "runs")):
        if path.is_symlink() or (path.exists() and not path.is_dir()):
            said = f"{path} is no real folder, so Converge's tools will not see this run."
            return (Check("converge", "Converge", Level.WARN, said),)
    return ()
