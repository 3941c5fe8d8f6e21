"""The command line of ``converge coordinate``, and which run folder is the one it made. Starts nothing."""

from __future__ import annotations

import shutil
from collections.abc import Mapping

from odw_core.engines.converge import layout
from odw_core.engines.converge.names import stamp_time
from odw_core.errors import OdwError
from odw_core.workflows.converge_coordinate.given import ConvergeInput

PROGRAM = "converge"
_CLOCKS_S = 2.0


def program(given: ConvergeInput, environ: Mapping[str, str]) -> str:
    """What will be run. Raises ``OdwError`` with the next step when it is not there."""
    found = shutil.which(given.converge or PROGRAM, path=environ.get("PATH"))
    if found is None:
        named = f"{given.converge} is no program" if given.converge else f"{PROGRAM} is not on your PATH"
        raise OdwError(f"{named}; install Converge, or name it with --set converge=/path/to/converge.")
    return found


def argv(given: ConvergeInput, found: str) -> list[str]:
    """The words of ``converge coordinate``. A goal or a repo that begins with a dash stays one word."""
    words = [found, "coordinate", f"--goal={given.goal}", *(f"--repos={repo}" for repo in given.repos)]
    words += [f"--max-rounds={given.max_rounds}", f"--hil-mode={given.mode}", "--log-level=INFO"]
    options = (("coding-agent", given.coding_agent), ("coding-agent-model", given.planner_model))
    words += [f"--{name}={value}" for name, value in (*options, ("model", given.model)) if value is not None]
    words += ["--no-llm"] if given.no_llm else []
    return words if given.tracing else [*words, "--no-tracing"]


class NewFolder:
    """Finds the one run folder that came since it was made: certain only when the log names it."""

    def __init__(self, place: str, now: float) -> None:
        self._place, self._since = place, now - _CLOCKS_S
        self._before = frozenset(layout.run_names(place))

    def look(self) -> str | None:
        """Its name; None while there is none, and when others came meanwhile as well."""
        new = [name for name in layout.run_names(self._place) if name not in self._before]
        mine = [name for name in new if (stamp_time(name) or 0.0) >= self._since]
        return mine[0] if len(mine) == 1 and len(new) == 1 else None


def folder_name(location: str) -> str:
    """The name of the run folder that ``Artifacts Location:`` tells; empty when it is none."""
    name = location.replace("\\", "/").rstrip("/").rpartition("/")[2]
    return name if stamp_time(name) is not None else ""
