"""Retention: how many runs of ours are kept. Takes away only what is over, is not pinned and no kept run came from.

Nothing that upstream or anybody else wrote is ever touched, and no link is followed.
"""

from __future__ import annotations

import asyncio
import os
import shutil
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from odw_core.engines.odw.names import start_ms_of
from odw_core.errors import NotFound, OdwError
from odw_core.process.flock import hold
from odw_core.runs.folders import RunFolder
from odw_core.runs.journal import is_over
from odw_core.runs.past import run_ids
from odw_core.runs.ref import let_go, repository_of
from odw_core.runs.spec import RunSpec, read_spec

_PIN = "pinned"
_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC


@dataclass(frozen=True, slots=True)
class _Known:
    folder: RunFolder
    spec: RunSpec
    is_kept: bool
    """Whether something about it says that it stays, whatever its age."""


def pin(state: Path, run_id: str, *, is_off: bool = False) -> None:
    """Keep a run for ever, or no longer. Raises ``NotFound`` for one that was not started here."""
    folder = RunFolder(state, run_id)
    if not folder.spec.is_file():
        raise NotFound(f"{run_id} was not started by odw-tui on this machine, so it is never taken away here.")
    mark = folder.root / _PIN
    if is_off:
        mark.unlink(missing_ok=True)
    else:
        mark.touch(mode=0o600)


def is_pinned(state: Path, run_id: str) -> bool:
    """Whether a run is kept for ever."""
    try:
        return (RunFolder(state, run_id).root / _PIN).is_file()
    except OdwError:
        return False


def prune(state: Path, workspace: str, keep: int) -> tuple[str, ...]:
    """Take away the oldest runs of ours in ``workspace`` beyond ``keep``, folders and projections both; 0 keeps all.

    Returns what is gone. Never raises for what cannot be removed: the next time may do better. Called beside the loop,
    since git lets go of what a run still held.
    """
    if keep < 1 or len(run_ids(state)) <= keep:
        return ()
    gone: list[str] = []
    for folder in _surplus(_runs_in(state, workspace), keep):
        with suppress(OSError, OdwError):
            if _take_away(folder, workspace):
                gone.append(folder.run_id)
    return tuple(gone)


def _runs_in(state: Path, workspace: str) -> list[_Known]:
    """The newest first."""
    real, found = os.path.realpath(workspace), []
    for run_id in sorted(run_ids(state), key=lambda one: start_ms_of(one) or 0, reverse=True):
        folder = RunFolder(state, run_id)
        try:
            spec = read_spec(folder)
        except OdwError:
            continue
        if os.path.realpath(spec.workspace) == real:
            is_kept = not is_over(folder) or is_pinned(state, run_id) or _has_worktrees(spec)
            found.append(_Known(folder, spec, is_kept))
    return found


def _surplus(known: Sequence[_Known], keep: int) -> list[RunFolder]:
    """Those beyond the newest ``keep`` that nothing holds."""
    kept = [one for number, one in enumerate(known) if number < keep or one.is_kept]
    needed = {name for one in kept for name in _held_by(one.spec)}
    found: list[RunFolder] = []
    # A parent that stays holds its own parent; children are newer, so one pass from the newest on is enough.
    for number, one in enumerate(known):
        if number < keep or one.is_kept or one.spec.run_id in needed:
            needed |= _held_by(one.spec)
        else:
            found.append(one.folder)
    return found


def _held_by(spec: RunSpec) -> set[str]:
    """Runs that stay as long as this one does."""
    return {name for name in (spec.parent, spec.after, spec.campaign) if name}


def _has_worktrees(spec: RunSpec) -> bool:
    """Whether git still knows folders in it; the doctor takes those away."""
    try:
        with os.scandir(Path(spec.workspace, ".odw", "runs", spec.run_id, "worktrees")) as entries:
            return any(True for _ in entries)
    except OSError:
        return False


def _take_away(folder: RunFolder, workspace: str) -> bool:
    lock = hold(folder.lock)
    if lock is None:
        return False
    try:
        if not is_over(folder):
            return False
        if repository_of(folder) is not None:
            asyncio.run(let_go(folder))
        _remove_projection(workspace, folder.run_id)
        shutil.rmtree(folder.root)
        return True
    finally:
        os.close(lock)


def _remove_projection(workspace: str, run_id: str) -> None:
    here = os.open(workspace, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        for name in (".odw", "runs"):
            below = os.open(name, _FOLDER, dir_fd=here)
            os.close(here)
            here = below
        shutil.rmtree(run_id, dir_fd=here)
    except FileNotFoundError:
        # Somebody else was faster.
        pass
    finally:
        os.close(here)
