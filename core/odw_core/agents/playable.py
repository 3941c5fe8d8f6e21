"""Whether the script that the scripted agent is to play is there, and is one. Looks only; plays nothing."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from odw_core.diagnose.doctor.check import Check, Level
from odw_core.errors import UsageError


def script_check(folder: str, script: str, name: str = "agent") -> Check:
    """``script`` is absolute, or lies below ``folder``; ``name`` is what the check is known by."""
    # Imported late: looking at a script loads pydantic.
    from odw_core.agents.scripted_player.check import read_script

    path = Path(folder, script)
    try:
        read_script(_data(path, script), path.name)
    except UsageError as error:
        return Check(name, name, Level.FAIL, str(error), "Name it: --script FILE.")
    return Check(name, name, Level.PASS, f"The scripted agent plays {path}.")


def refuse_script(given: Mapping[str, object], folder: str) -> None:
    """Raises ``UsageError`` where a scripted agent is to work and its script cannot be read."""
    script = given.get("script")
    if given.get("agent") == "scripted" and isinstance(script, str):
        refuse_unreadable(folder, script)


def refuse_unreadable(folder: str, script: str) -> None:
    """Raises ``UsageError`` with a sentence where this script cannot be read. What is wrong with one that can is told
    by the call that meets it."""
    from odw_core.agents.scripted_player.check import parse_script

    path = Path(folder, script)
    parse_script(_data(path, script), path.name)


def _data(path: Path, script: str) -> bytes:
    if not script or not path.exists():
        raise UsageError(f"{path} is not there; the scripted agent plays it.")
    if not path.is_file():
        raise UsageError(f"{path} is no file; the scripted agent plays one.")
    try:
        return path.read_bytes()
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror}; the scripted agent plays it.") from None
