"""Caretaker: the process that ends the runs of a live demo and removes its folder once nobody holds its stdin.

``python -m odw_core.demo.caretaker SCRATCH``. It ends only what the state folder in there knows.
"""

from __future__ import annotations

import os
import shutil
import signal
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

from odw_core.errors import OdwError
from odw_core.model.address import Address
from odw_core.model.command import Cancel
from odw_core.paths import user_paths
from odw_core.runs.control import is_live, send
from odw_core.runs.folders import RunFolder, read_object
from odw_core.runs.past import run_ids

_LOOK_S = 0.05
_PATIENCE_S = (10.0, 6.0, 2.0)


def main(scratch: Path) -> None:
    """Wait for the end of stdin, then leave nothing behind."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    sys.stdin.buffer.read()
    state = user_paths({**os.environ, "XDG_STATE_HOME": str(scratch / "state")}).state
    end_runs(state)
    # Whoever was killed may still have written a file.
    for _ in range(3):
        shutil.rmtree(scratch, ignore_errors=True)


def end_runs(state: Path, patience_s: tuple[float, float, float] = _PATIENCE_S) -> bool:
    """Cancel every run of that state folder; whose supervisor does not hear that is stopped, then killed, each after so
    many seconds. Whether all are gone."""
    to_cancel, to_stop, to_die = patience_s
    # A supervisor whose run is over lets go of it and still leaves a report.
    drivers = [pid for run_id in run_ids(state) if (pid := _driver(state, run_id)) and _is_there(pid)]
    _ask(state)
    if _are_gone(state, to_cancel):
        return _becomes_true(lambda: not any(map(_is_there, drivers)), to_die)
    _signal(state, signal.SIGTERM)
    if _are_gone(state, to_stop):
        return True
    _signal(state, signal.SIGKILL)
    return _are_gone(state, to_die)


def _ask(state: Path) -> None:
    for run_id in _living(state):
        with suppress(OdwError, OSError):
            send(state, run_id, Cancel(Address("odw", run_id)), "the end of the demo")


def _signal(state: Path, number: signal.Signals) -> None:
    for run_id in _living(state):
        # It holds the lock of a folder that only this person can write, so the number in there is its own.
        if pid := _driver(state, run_id):
            with suppress(OSError):
                os.kill(pid, number)


def _driver(state: Path, run_id: str) -> int | None:
    """Process id of its last supervisor."""
    pid = (read_object(RunFolder(state, run_id).epoch) or {}).get("pid")
    return pid if isinstance(pid, int) and pid > 1 else None


def _is_there(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except OSError:
        return False
    return True


def _living(state: Path) -> Iterator[str]:
    return (run_id for run_id in run_ids(state) if is_live(state, run_id))


def _are_gone(state: Path, patience_s: float) -> bool:
    return _becomes_true(lambda: not any(_living(state)), patience_s)


def _becomes_true(holds: Callable[[], bool], patience_s: float) -> bool:
    until = time.monotonic() + patience_s
    while not holds():
        if time.monotonic() >= until:
            return False
        time.sleep(_LOOK_S)
    return True


if __name__ == "__main__":
    main(Path(sys.argv[1]))
