"""Whether the script that the scripted agent is to play is there, and is one. Looks only; plays nothing."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from odw_core.diagnose.doctor.check import Check, Level
from odw_core.errors import UsageError


def script_check(folder: str, script: str, name: str = "agent") -> Check:
    """``script`` is absolute, or lies below ``folder``; ``name`` is what the check is known by."""
    path = Path(folder, script)
    trouble = _trouble(path, script)
    if not trouble:
        return Check(name, name, Level.PASS, f"The scripted agent plays {path}.")
    return Check(name, name, Level.FAIL, trouble, "Name it: --script FILE.")


def refuse_script(given: Mapping[str, object], folder: str) -> None:
    """Raises ``UsageError`` where a scripted agent is to work and its script cannot be played."""
    script = given.get("script")
    if given.get("agent") == "scripted" and isinstance(script, str):
        refuse_unplayable(folder, script)


def refuse_unplayable(folder: str, script: str) -> None:
    """Raises ``UsageError`` with a sentence where this script cannot be played."""
    if trouble := _trouble(Path(folder, script), script):
        raise UsageError(trouble)


def _trouble(path: Path, script: str) -> str:
    """Why it cannot be played, as a sentence; empty when it can."""
    # Imported late: looking at a script loads pydantic.
    from odw_core.agents.scripted_player.check import read_script

    if not script or not path.exists():
        return f"{path} is not there; the scripted agent plays it."
    if not path.is_file():
        return f"{path} is no file; the scripted agent plays one."
    try:
        data = path.read_bytes()
    except OSError as error:
        return f"{path} cannot be read: {error.strerror}; the scripted agent plays it."
    try:
        read_script(data, path.name)
    except UsageError as error:
        return f"{str(error).rstrip('.')}; the scripted agent plays it."
    return ""
