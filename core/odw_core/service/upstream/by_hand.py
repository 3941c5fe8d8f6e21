"""By hand: what an ``odw exec`` typed in a shell needs around it, so that it waits for a person like one of ours."""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from pathlib import Path

from odw_core.errors import NotFound, OdwError
from odw_core.runs.folders import make_private
from odw_core.runs.held import HELD, PROGRAM, folder_of_held, wrapper

SHELLS = ("sh", "bash", "zsh", "fish")


def surroundings(state: Path, place: str, environ: Mapping[str, str]) -> dict[str, str]:
    """Variables for runs of one workspace; lays down the program that holds answers. Raises ``OdwError``."""
    folder = Path(place)
    if not folder.is_dir():
        raise NotFound(f"{place} is no folder; name the workspace with --root.")
    if _found("odw", environ) is None:
        raise OdwError("odw is not on your PATH; install ODW, then run this again.")
    stand_in = wrapper(state)
    named = environ.get(PROGRAM) or environ.get("ODW_PANDACODE_BIN") or "pandacode"
    pandacode = _found("pandacode" if Path(named) == stand_in else named, environ)
    if pandacode is None:
        raise OdwError(f"{named} is not on your PATH; install PandaCode, then run this again.")
    return {
        "ODW_PANDACODE_BIN": str(stand_in),
        PROGRAM: pandacode,
        HELD: str(make_private(folder_of_held(state))),
        "PANDACODE_STATE_DIR": str(folder.resolve() / ".pandacode"),
        "ODW_RUNS_KEEP": "0",
    }


def shell_of(environ: Mapping[str, str]) -> str:
    """The shell a person uses, as far as it is one of those known here; else ``sh``."""
    name = Path(environ.get("SHELL", "")).name
    return name if name in SHELLS else "sh"


def exports(variables: Mapping[str, str], shell: str) -> list[str]:
    """Lines that the shell evaluates."""
    if shell == "fish":
        return [f"set -gx {name} {_for_fish(value)};" for name, value in variables.items()]
    return [f"export {name}={_for_sh(value)}" for name, value in variables.items()]


def _for_sh(value: str) -> str:
    return "'" + value.replace("'", "'\\''") + "'"


def _for_fish(value: str) -> str:
    return "'" + value.replace("\\", "\\\\").replace("'", "\\'") + "'"


def _found(name: str, environ: Mapping[str, str]) -> str | None:
    found = shutil.which(name, path=environ.get("PATH"))
    return None if found is None else os.path.abspath(found)  # noqa: PTH100
