"""The command line of ``odw exec``, what surrounds it, and the run id that it prints first. Starts nothing."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from odw_core.errors import OdwError
from odw_core.runs.folders import write_private
from odw_core.runs.held import HELD, PROGRAM
from odw_core.workflows.odw_exec.given import OdwExecInput

_RUN_ID = re.compile(rb"^\[odw\] run_id=(odw-exec-(?:resume-)?\d{1,15}-\d{1,9})\s*$")
_MOST_SOUGHT = 64 << 10
_DEAF_TO_INT = 'trap "" INT; while [ "$1" != -- ]; do export "$1"; shift; done; shift; exec "$@"'
"""odw ignores INT, so that it writes down how its runner and agents ended; these take the signal up again by
themselves."""


@dataclass(frozen=True, slots=True)
class Programs:
    """What is on this machine. ``pandacode`` is None where the run needs none."""

    odw: str
    pandacode: str | None


def programs(given: OdwExecInput, environ: Mapping[str, str], wrapper: Path) -> Programs:
    """What will be run. Raises ``OdwError`` with the next step when it is not there."""
    odw = _found(given.odw or "odw", environ)
    if odw is None:
        named = f"{given.odw} is no program" if given.odw else "odw is not on your PATH"
        raise OdwError(f"{named}; install ODW, or name it with --set odw=/path/to/odw.")
    if given.backend == "mock":
        return Programs(odw, None)
    named = given.pandacode or environ.get(PROGRAM) or environ.get("ODW_PANDACODE_BIN") or ""
    # The wrapper stands for whatever it was told, which may be another one of itself.
    if not named or Path(named) == wrapper:
        named = "pandacode"
    pandacode = _found(named, environ)
    if pandacode is None:
        raise OdwError(f"{named} is not on your PATH; install it, or name it with --set pandacode=/path/to/pandacode.")
    return Programs(odw, pandacode)


def _found(name: str, environ: Mapping[str, str]) -> str | None:
    return shutil.which(name, path=environ.get("PATH"))


def surroundings(place: str, found: Programs, held: Path | None, wrapper: Path) -> dict[str, str]:
    """Variables for odw: records where the room looks, no run removed, answers held below ``held`` if there is one."""
    said = {"PANDACODE_STATE_DIR": f"{place}/.pandacode", "ODW_RUNS_KEEP": "0"}
    if found.pandacode is not None:
        said["ODW_PANDACODE_BIN"] = str(wrapper) if held is not None else found.pandacode
        said[PROGRAM] = found.pandacode
    if held is not None:
        said[HELD] = str(held)
    return said


def argv(given: OdwExecInput, found: Programs, place: str, folder: Path, resume: str | None) -> list[str]:
    """The words of ``odw exec``. An input that was typed is laid down in ``folder`` first: it may be of any size."""
    words = [found.odw, "exec", "--path", place, "--backend", given.backend, "--no-report"]
    if given.script is not None:
        words += ["--script", str(Path(place, given.script).absolute())]
    if given.input_file is not None:
        words += ["--input-file", str(Path(place, given.input_file).absolute())]
    elif given.input is not None:
        words += ["--input-file", str(_laid_down(given.input, folder))]
    if resume is not None:
        words += ["--resume", resume]
    options = (("--provider", given.provider), ("--model", given.model), ("--effort", given.effort))
    for name, value in (*options, ("--timeout", given.timeout_s)):
        words += [] if value is None else [name, str(value)]
    return words


def deaf_to_int(words: list[str], variables: Mapping[str, str]) -> list[str]:
    """The same command, ignoring INT, with these variables."""
    pairs = [f"{name}={value}" for name, value in variables.items()]
    return ["/bin/sh", "-c", _DEAF_TO_INT, "sh", *pairs, "--", *words]


def _laid_down(typed: object, folder: Path) -> Path:
    path = folder / "odw-input"
    if isinstance(typed, str):
        path.write_text(typed, "utf-8")
        path.chmod(0o600)
    elif isinstance(typed, dict):
        write_private(path, typed)
    else:
        path.write_text(json.dumps(typed, ensure_ascii=False), "utf-8")
    return path


class RunIdSeeker:
    """Finds the run id in what odw prints, whatever the pieces it comes in."""

    def __init__(self) -> None:
        self._held = b""
        self.found: str | None = None

    def feed(self, data: bytes) -> str | None:
        """More of its stdout; the id when this piece completed its line."""
        if self.found is not None or len(self._held) > _MOST_SOUGHT:
            return None
        *lines, self._held = (self._held + data).split(b"\n")
        for line in lines:
            if match := _RUN_ID.match(line):
                self.found = match[1].decode()
                return self.found
        return None
