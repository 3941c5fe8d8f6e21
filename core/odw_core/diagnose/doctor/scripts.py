"""Whether the script that the scripted agent plays is there. Looks only."""

from __future__ import annotations

from pathlib import Path

from odw_core.diagnose.doctor.check import Check, Level


def script_check(folder: str, script: str, name: str = "agent") -> Check:
    """``script`` is absolute, or lies below ``folder``; ``name`` is what the check is known by."""
    path = Path(folder, script)
    if script and path.is_file():
        return Check(name, name, Level.PASS, f"The scripted agent plays {path}.")
    detail = f"{path} is not there; the scripted agent plays it."
    return Check(name, name, Level.FAIL, detail, "Name it: --script FILE.")
