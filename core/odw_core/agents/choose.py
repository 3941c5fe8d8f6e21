"""Which agent works: the one that was named, else Codex when it is on PATH. Starts nothing."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path

from odw_core import __version__
from odw_core.agents.base import Agent
from odw_core.errors import NotFound, UsageError
from odw_core.runs.spec import RunSpec

AGENTS = ("codex", "scripted")
"""Names of everything that can work."""
DEFAULT = "codex"


def agent_for(name: str | None, spec: RunSpec, environ: Mapping[str, str], *, script: str | None = None) -> Agent:
    """The agent of that name; one value for all calls of a run, since they share what it starts.

    ``None`` is Codex, when its program is there. ``script`` is the file of the agent ``scripted``. Raises ``NotFound``
    or ``UsageError`` with the next step.
    """
    chosen = name or default_agent(spec.codex, environ)
    if chosen == "scripted":
        from odw_core.agents.scripted import ScriptedAgent

        if script is None:
            raise UsageError("The agent scripted needs the script it plays: --script FILE.")
        path = Path(spec.workspace, script)
        if not path.is_file():
            raise NotFound(f"{path} is not there; --script names the file that the agent scripted plays.")
        return ScriptedAgent(path)
    if chosen == "codex":
        from odw_core.agents.codex import CodexAgent
        from odw_core.agents.codex_program import native_program

        return CodexAgent(native_program(spec.codex, environ), codex_home(spec, environ), __version__)
    raise UsageError(f"There is no agent {chosen!r}; there are {', '.join(AGENTS)}.")


def default_agent(codex: str | None, environ: Mapping[str, str]) -> str:
    """The name of who works when nobody was named. Raises ``NotFound`` when its program is not there."""
    if shutil.which(codex or DEFAULT, path=environ.get("PATH")) is None:
        what = codex or DEFAULT
        raise NotFound(f"{what} is not there; install Codex, or start with --agent scripted --script FILE.")
    return DEFAULT


def codex_home(spec: RunSpec, environ: Mapping[str, str]) -> str:
    """The Codex home that a run works with: what is slots are counted by."""
    return spec.codex_home or environ.get("CODEX_HOME") or str(Path(environ.get("HOME") or Path.home(), ".codex"))
