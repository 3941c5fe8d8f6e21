"""Ending: the workspace says that a run is over, also where its supervisor was killed before it could.

The journal that nobody else can write is the truth; here only its copy and the record beside it are brought up to it.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Sequence
from pathlib import Path

from odw_core.clock import SystemClock
from odw_core.engines.loose import text
from odw_core.engines.odw.names import JOURNAL, RECORD, start_ms_of
from odw_core.engines.odw.records import JournalLine
from odw_core.errors import OdwError
from odw_core.process.flock import hold, is_held
from odw_core.runs.folders import RunFolder, read_object
from odw_core.runs.journal import Journal, is_over
from odw_core.runs.projections import Projections
from odw_core.runs.spec import RunSpec, read_spec
from odw_core.runs.workspace import RunPlace

_RUNNING = "running"


def is_unsettled(folder: RunFolder) -> bool:
    """Whether it is over, nobody drives it, and its workspace may not know. Costs one look where it does."""
    return not folder.settled.exists() and is_over(folder) and not is_held(folder.lock)


def lacks_its_end(folder: RunFolder) -> bool:
    """The same, and its workspace really says less than the run does."""
    if not is_unsettled(folder):
        return False
    try:
        spec = read_spec(folder)
    except OdwError:
        return False
    return _is_there(spec) and _lacks(folder, spec)


def settle(folder: RunFolder, workspaces: Sequence[str] | None = None) -> bool:
    """Say the end in the workspace where that is missing; whether it was. Only of runs in ``workspaces`` if given.

    Does nothing while somebody drives the run or it is not over. Raises ``OSError``, ``OdwError``.
    """
    if not is_unsettled(folder):
        return False
    spec = read_spec(folder)
    if workspaces is not None and os.path.realpath(spec.workspace) not in map(os.path.realpath, workspaces):
        return False
    lock = hold(folder.lock)
    if lock is None:
        return False
    try:
        if folder.settled.exists() or not is_over(folder):
            return False
        # A run whose folder was taken away is not laid down again.
        lacked = _is_there(spec) and _lacks(folder, spec)
        if lacked:
            _say(folder, spec)
        mark_settled(folder)
        return lacked
    finally:
        os.close(lock)


def mark_settled(folder: RunFolder) -> None:
    """The workspace knows everything. Fine when the disk does not take it: then it is looked at once more."""
    try:
        folder.settled.touch(mode=0o600)
    except OSError:
        return


def _say(folder: RunFolder, spec: RunSpec) -> None:
    place = RunPlace(spec.workspace, spec.run_id)
    journal = Journal(place, folder.mirror, SystemClock())
    try:
        lines = [*journal.lines()]
        journal.complete()
    finally:
        journal.close()
    ended = next((line for line in reversed(lines) if line.type == "exit"), JournalLine({}))
    projections = Projections(place, folder.root, spec, start_ms_of(spec.run_id) or 0)
    projections.end(text(ended.fields, "status") or "failed", ended.ts_ms or 0)


def _is_there(spec: RunSpec) -> bool:
    path = Path(spec.workspace)
    for name in (".odw", "runs", spec.run_id):
        path /= name
        try:
            if not stat.S_ISDIR(path.lstat().st_mode):
                return False
        except OSError:
            return False
    return True


def _lacks(folder: RunFolder, spec: RunSpec) -> bool:
    place = RunPlace(spec.workspace, spec.run_id).path
    try:
        if (place / JOURNAL).lstat().st_size != folder.mirror.stat().st_size:
            return True
    except OSError:
        return True
    told = read_object(place / RECORD)
    return told is None or text(told, "status") == _RUNNING
