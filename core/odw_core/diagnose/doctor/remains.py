"""Checks of what killed runs leave: worktrees and writer locks. Looks at names; takes no lock, runs no git."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence
from pathlib import PurePath

from odw_core.diagnose.doctor.check import Check, Level
from odw_core.diagnose.doctor.looking import (
    changed_at,
    folders_in,
    is_chain,
    is_folder,
    is_there,
    names_in,
    size_below,
    small_text,
)
from odw_core.diagnose.doctor.wording import both, command, counted, size
from odw_core.diagnose.doctor.world import World
from odw_core.process.locks import inode_of, lock_holders
from odw_core.process.table import Process, processes

_RUNS = ".odw/runs"
_TOLD_RUNS = 20
_NAMED_LOCKS = 8
_YOUNG_S = 60.0
_SLACK_S = 5.0
_ID = re.compile(r"-(\d{1,15})-(\d{1,9})$")
"""A run id ends in its start in milliseconds and the process id of odw."""


def worktree_checks(world: World) -> Iterator[Check]:
    """Worktrees below run folders whose odw is dead, and entries of git for worktrees that are gone."""
    table = processes(world.proc)
    found = False
    for place in world.places:
        for check in (*_left_worktrees(place, table, world), *_stale_entries(place, world)):
            found = True
            yield check
    if not found:
        yield Check("worktrees", "worktrees", Level.PASS, "No run left a worktree behind.")


def _left_worktrees(place: str, table: Sequence[Process] | None, world: World) -> Iterator[Check]:
    if not is_chain(place, _RUNS):
        return
    told = 0
    for run in folders_in(f"{place}/{_RUNS}"):
        folder = f"{place}/{_RUNS}/{run}/worktrees"
        trees = folders_in(folder) if is_folder(folder) else []
        if not trees or table is None or is_at_work(run, f"{place}/{_RUNS}/{run}", table):
            continue
        if is_there(f"{world.own.state}/runs/{run}/spec.json"):
            # One of our own: ``service.leftovers`` knows whether anybody drives it, and how to clean it.
            continue
        told += 1
        if told > _TOLD_RUNS:
            detail = f"Still more runs in {world.short(place)} left worktrees."
            yield Check("worktrees", "worktrees", Level.WARN, detail, "Clean these up and look again.", subject=place)
            return
        taken = size_below(folder)
        is_repository = is_there(f"{place}/.git")
        prune = command("git", "-C", place, "worktree", "prune")
        remove = command("rm", "-rf", "--", folder)
        yield Check(
            "worktrees",
            "worktrees",
            Level.WARN,
            f"{run} is over and left {counted(len(trees), 'worktree')} in {world.short(folder)}: "
            f"{'' if taken.is_whole else 'at least '}{size(taken.bytes)}.",
            "Save what you want to keep of them, then remove them.",
            both(remove, prune) if is_repository else remove,
            subject=folder,
        )


def is_at_work(run: str, folder: str, table: Sequence[Process]) -> bool:
    """Whether the odw of a run lives, or anything else still works for it: its runner, or an agent in a worktree."""
    name = _ID.search(run)
    for process in table:
        if process.folder is not None and (process.folder == folder or process.folder.startswith(f"{folder}/")):
            return True
        if any(run in word for word in process.command):
            return True
        if name is not None and process.pid == int(name[2]):
            is_odw = any(PurePath(word).name == "odw" for word in process.command[:3])
            if is_odw and (process.started_at is None or process.started_at <= int(name[1]) / 1000 + _SLACK_S):
                return True
    return False


def _stale_entries(place: str, world: World) -> Iterator[Check]:
    """What git remembers of worktrees of runs that are gone. Of foreign paths only those in the run folders count."""
    folder = f"{place}/.git/worktrees"
    if not is_chain(place, ".git/worktrees"):
        return
    runs = os.path.realpath(f"{place}/{_RUNS}")
    stale = [name for name in folders_in(folder) if _is_stale(f"{folder}/{name}/gitdir", (f"{place}/{_RUNS}", runs))]
    if stale:
        yield Check(
            "worktree_entries",
            "git's list",
            Level.WARN,
            f"git still lists {counted(len(stale), 'worktree')} of runs in {world.short(place)} that are gone.",
            "Let git forget them; files and branches stay.",
            command("git", "-C", place, "worktree", "prune"),
            subject=folder,
        )


def _is_stale(gitdir: str, runs: tuple[str, ...]) -> bool:
    target = (small_text(gitdir, 8_192) or "").strip()
    path = os.path.normpath(target.removesuffix("/.git")) if target else ""
    return any(path.startswith(f"{below}/") for below in runs) and not is_there(path)


def lock_checks(world: World) -> Iterator[Check]:
    """Writer locks of Codex sessions that were killed."""
    holders = lock_holders(world.proc / "locks")
    found = False
    for home in world.codex_homes:
        folder = f"{home}/thread-writer-locks"
        if holders is None or not is_folder(folder):
            continue
        left = [name for name in names_in(folder) if _is_left(f"{folder}/{name}", holders, world.now)]
        if left:
            found = True
            yield judge_locks(folder, left, world)
    if holders is None:
        yield Check("locks", "session locks", Level.INFO, "This system does not tell who holds a lock.")
    elif not found:
        yield Check("locks", "session locks", Level.PASS, "No Codex session left its lock behind.")


def _is_left(path: str, holders: dict[int, int], now: float) -> bool:
    """Nobody holds it, and it is not so young that its owner might be about to."""
    if not path.endswith(".lock"):
        return False
    inode, changed = inode_of(path), changed_at(path)
    return inode is not None and inode not in holders and changed is not None and now - changed > _YOUNG_S


def judge_locks(folder: str, left: Sequence[str], world: World) -> Check:
    """``left`` are the names of locks that nobody holds."""
    if len(left) <= _NAMED_LOCKS:
        remove = command("rm", "--", *(f"{folder}/{name}" for name in left))
    else:
        # flock removes a lock only if nobody holds it at that moment.
        head = command("find", folder, "-name", "*.lock", "-exec", "flock", "-n")
        remove = None if head is None else f"{head} {{}} rm -- {{}} \\;"
    return Check(
        "locks",
        "session locks",
        Level.WARN,
        f"{counted(len(left), 'Codex session was', 'Codex sessions were')} killed and left a lock in "
        f"{world.short(folder)}; nobody holds {'it' if len(left) == 1 else 'them'}.",
        "They do no harm and take no space; remove them, or resume the sessions.",
        remove,
        subject=folder,
    )
