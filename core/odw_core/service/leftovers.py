"""What runs of ours with dead owners left: worktrees, processes, locks of sessions, calls that nobody holds any more,
folders they worked in, refs they held, an end that their workspace was not told. Listed; taken away only on request.

Whatever a living supervisor holds is nobody's left-over.
"""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from odw_core.diagnose.doctor.check import Check, Level
from odw_core.diagnose.doctor.looking import folders_in, is_chain, names_in, size_below
from odw_core.diagnose.doctor.wording import command, counted, size
from odw_core.diagnose.doctor.world import World
from odw_core.engines.loose import text
from odw_core.errors import OdwError, Refused
from odw_core.git.keeping import PREFIX
from odw_core.process.flock import hold, is_held
from odw_core.process.groups import end_groups, marked
from odw_core.process.locks import inode_of, lock_holders
from odw_core.runs.blobs import Blobs
from odw_core.runs.children import MARKER, Children
from odw_core.runs.ending import lacks_its_end, settle
from odw_core.runs.folders import RunFolder
from odw_core.runs.held import RUN_FOLDER as HELD_FOLDER
from odw_core.runs.held import abandoned, folder_of_held
from odw_core.runs.journal import is_over
from odw_core.runs.litter import litter, stages_in, take_away, tokens
from odw_core.runs.past import journal_of, run_ids
from odw_core.runs.ref import let_go, repository_of
from odw_core.runs.spec import RunSpec, read_spec

_RUNS = ".odw/runs"
_PATIENCE_S = 2.0
_YOUNG_S = 60.0


class Kind(StrEnum):
    """What was left."""

    WORKTREES = "worktrees"
    PROCESSES = "processes"
    LOCKS = "locks"
    SCRATCH = "scratch"
    """Folders in which something was worked out aside."""
    HELD = "held"
    """Calls that waited for an answer; also of runs that were typed by hand, which have no run id."""
    REF = "ref"
    """A commit that git keeps for a round of the run."""
    END = "end"
    """The run is over and its workspace says that it runs."""


@dataclass(frozen=True, slots=True)
class Leftover:
    """One thing of one run; without a run id, of none. ``name`` is how a request names it."""

    run_id: str
    kind: Kind
    workspace: str
    count: int
    bytes: int = 0
    is_whole: bool = True
    """Whether ``bytes`` counts everything."""
    is_resumable: bool = False
    """Whether the run is not over, so that it could still go on."""
    paths: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        return f"{self.run_id}/{self.kind.value}" if self.run_id else self.kind.value


def leftovers(state: Path, workspaces: Iterable[str] | None = None) -> Iterator[Leftover]:
    """Everything that is left, run by run; only of runs in ``workspaces`` where those are given."""
    wanted = None if workspaces is None else {os.path.realpath(one) for one in workspaces}
    seen = _Seen(marked(MARKER), lock_holders())
    known = sorted(run_ids(state))
    for run_id in known:
        folder = RunFolder(state, run_id)
        try:
            spec = read_spec(folder)
        except OdwError:
            continue
        if (wanted is None or os.path.realpath(spec.workspace) in wanted) and not is_held(folder.lock):
            yield from _of_run(folder, spec, seen)
            seen.git.setdefault(os.path.realpath(f"{spec.workspace}/.git"), (run_id, spec.workspace))
    yield from _strays(state, known, seen)
    if calls := abandoned(folder_of_held(state)):
        yield _folders("", Kind.HELD, "", calls)


def _strays(state: Path, known: Sequence[str], seen: _Seen) -> Iterator[Leftover]:
    """Folders of guards in git's own folder of which no run tells any more; they count to a run that works there."""
    found = [(git, *of) for git, of in seen.git.items() if is_chain(of[1], ".git")]
    stages = [(run_id, workspace, stages_in(Path(git))) for git, run_id, workspace in found]
    if not any(there for _, _, there in stages):
        return
    told = set[str]().union(*(tokens(RunFolder(state, run_id)) for run_id in known))
    for run_id, workspace, there in stages:
        strays = [path for token, path in sorted(there.items()) if token not in told and _is_old(path)]
        if strays:
            yield _folders(run_id, Kind.SCRATCH, workspace, strays)


def _is_old(path: Path) -> bool:
    try:
        return time.time() - path.lstat().st_mtime > _YOUNG_S
    except OSError:
        return False


def _folders(
    run_id: str, kind: Kind, workspace: str, folders: Sequence[Path], *, is_resumable: bool = False
) -> Leftover:
    sizes = [size_below(str(path)) for path in folders]
    taken, is_whole = sum(one.bytes for one in sizes), all(one.is_whole for one in sizes)
    paths = tuple(str(path) for path in folders)
    return Leftover(run_id, kind, workspace, len(folders), taken, is_whole, is_resumable, paths)


@dataclass(slots=True)
class _Seen:
    """What is looked at once for all runs."""

    running: dict[str, list[int]]
    """Run id to the processes that carry its mark."""
    holders: dict[int, int] | None
    git: dict[str, tuple[str, str]] = field(default_factory=dict)
    """Git's own folder to a run in whose workspace it is, and that workspace."""
    unheld: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """Codex home to the names of locks in it that nobody holds."""

    def left_in(self, home: str) -> tuple[str, ...]:
        """Names of locks in a Codex home that nobody holds, but for the youngest."""
        if home not in self.unheld:
            self.unheld[home] = tuple(_unheld(f"{home}/thread-writer-locks", self.holders))
        return self.unheld[home]


def _unheld(folder: str, holders: dict[int, int] | None) -> Iterator[str]:
    if holders is None:
        return
    for name in names_in(folder):
        with suppress(OSError):
            path = f"{folder}/{name}"
            inode = inode_of(path)
            is_old = time.time() - os.lstat(path).st_mtime > _YOUNG_S
            if name.endswith(".lock") and inode is not None and inode not in holders and is_old:
                yield name


def _of_run(folder: RunFolder, spec: RunSpec, seen: _Seen) -> Iterator[Leftover]:
    is_resumable = not is_over(folder)
    below = f"{_RUNS}/{spec.run_id}/worktrees"
    path = f"{spec.workspace}/{below}"
    if is_chain(spec.workspace, below) and (trees := folders_in(path)):
        taken = size_below(path)
        yield Leftover(
            *(folder.run_id, Kind.WORKTREES, spec.workspace, len(trees), taken.bytes, taken.is_whole, is_resumable),
            paths=tuple(f"{path}/{tree}" for tree in trees),
        )
    if pids := seen.running.get(folder.run_id):
        named = tuple(map(str, pids))
        yield Leftover(folder.run_id, Kind.PROCESSES, spec.workspace, len(pids), is_resumable=is_resumable, paths=named)
    home = spec.codex_home or os.environ.get("CODEX_HOME") or str(Path("~/.codex").expanduser())
    if locks := tuple(_locks(folder, home, seen.left_in(home))):
        yield Leftover(folder.run_id, Kind.LOCKS, spec.workspace, len(locks), is_resumable=is_resumable, paths=locks)
    if left := litter(folder):
        yield _folders(folder.run_id, Kind.SCRATCH, spec.workspace, left, is_resumable=is_resumable)
    if calls := abandoned(folder.root / HELD_FOLDER):
        yield _folders(folder.run_id, Kind.HELD, spec.workspace, calls, is_resumable=is_resumable)
    if (repository := repository_of(folder)) is not None:
        named = (f"{repository}: {PREFIX}{folder.run_id}",)
        yield Leftover(folder.run_id, Kind.REF, spec.workspace, 1, is_resumable=is_resumable, paths=named)
    if lacks_its_end(folder):
        yield Leftover(folder.run_id, Kind.END, spec.workspace, 1)


def _locks(folder: RunFolder, home: str, unheld: Sequence[str]) -> Iterator[str]:
    """Writer locks of its sessions among those that nobody holds."""
    if not unheld:
        return
    events = (line.event or {} for line in journal_of(folder))
    threads = dict.fromkeys(text(one, "thread") for one in events if text(one, "type") == "agent_session")
    yield from (f"{home}/thread-writer-locks/{name}" for name in unheld if name.removesuffix(".lock") in threads)


def leftover_checks(world: World) -> Iterator[Check]:
    """What is left, as the doctor says it; each can be cleaned by the name in ``clean``."""
    found = False
    for one in leftovers(world.own.state, world.places):
        found = True
        yield Check(
            f"run_{one.kind.value}",
            f"run's {one.kind.value}",
            Level.WARN,
            _detail(one, world),
            _fix(one),
            command("odw-tui", *(("--root", one.workspace) if one.workspace else ()), "doctor", "--clean", "--yes"),
            subject=one.name,
            clean=one.name,
        )
    if not found:
        yield Check("runs", "runs of ours", Level.PASS, "No run that was started here left anything behind.")


def _detail(one: Leftover, world: World) -> str:
    where = world.short(f"{one.workspace}/{_RUNS}/{one.run_id}")
    taken = f"{'' if one.is_whole else 'at least '}{size(one.bytes)}"
    match one.kind:
        case Kind.WORKTREES:
            return f"The driver of {one.run_id} is gone and left {counted(one.count, 'worktree')} in {where}: {taken}."
        case Kind.PROCESSES:
            words = counted(one.count, "process", "processes")
            return f"The driver of {one.run_id} is gone and left {words}: {', '.join(one.paths[:8])}."
        case Kind.LOCKS:
            return f"The driver of {one.run_id} is gone and left {counted(one.count, 'lock')} of its sessions."
        case Kind.SCRATCH:
            words = counted(one.count, "folder")
            return f"The driver of {one.run_id} is gone and left {words} it worked in: {taken}."
        case Kind.HELD:
            whose = f"The driver of {one.run_id}" if one.run_id else "Somebody who typed odw by hand"
            return f"{whose} is gone and left {counted(one.count, 'call')} that waited for an answer."
        case Kind.REF:
            return f"The driver of {one.run_id} is gone and git still keeps what a round began from: {one.paths[0]}."
        case Kind.END:
            return f"{one.run_id} is over, and {where} does not say so: its driver was killed in its last moment."


def _fix(one: Leftover) -> str:
    if one.kind is Kind.END:
        return "Clean it up; the journal and the record there are completed."
    if not one.run_id:
        return "Clean it up; nobody waits for these answers any more."
    if one.is_resumable and one.kind is Kind.REF:
        return f"Resume or cancel odw:{one.run_id}; once it is cleaned, git may take away what it would go on from."
    if one.is_resumable:
        return f"Resume or cancel odw:{one.run_id}; cleaning takes away what its agents had not finished."
    return "Clean it up; what the run landed and what its agents said stays."


async def clean(state: Path, names: Sequence[str]) -> str:
    """Take away what is named, as far as it is still left. One sentence of what was done.

    Raises ``Refused`` when nothing of it is there, or somebody drives its run by now.
    """
    wanted = {*names}
    found = [one for one in leftovers(state) if one.name in wanted]
    if not found:
        raise Refused("Nothing of that is left any more; look again.")
    done: list[str] = []
    for one in found:
        if not one.run_id:
            done.append(await _clean(state, one))
            continue
        if one.kind is Kind.END:
            # It takes the lock itself.
            if not await asyncio.to_thread(settle, RunFolder(state, one.run_id)):
                raise Refused(f"{one.run_id} says by now that it is over; look again.")
            done.append(f"the end of {one.run_id}")
            continue
        lock = hold(RunFolder(state, one.run_id).lock)
        if lock is None:
            raise Refused(f"{one.run_id} is being driven again; nothing of it is taken away.")
        try:
            done.append(await _clean(state, one))
        finally:
            os.close(lock)
    return f"Cleaned: {'; '.join(done)}."


async def _clean(state: Path, one: Leftover) -> str:
    match one.kind:
        case Kind.WORKTREES:
            await _remove_worktrees(one)
            return f"{counted(one.count, 'worktree')}, {size(one.bytes)}"
        case Kind.PROCESSES:
            children = Children(RunFolder(state, one.run_id).children, one.run_id)
            left = [each.child for each in children.left()]
            count = await end_groups(left, children.marker, patience_s=_PATIENCE_S, is_polite=False)
            for child in left:
                children.ended(child)
            return counted(count, "process", "processes")
        case Kind.REF:
            await let_go(RunFolder(state, one.run_id))
            return counted(one.count, "ref")
        case Kind.LOCKS:
            await asyncio.to_thread(_unlink, one.paths)
            return counted(one.count, "lock")
        case _:
            blobs = Blobs(RunFolder(state, one.run_id).root) if one.run_id else None
            try:
                await asyncio.to_thread(take_away, [Path(path) for path in one.paths], blobs)
            except OSError as error:
                raise Refused(f"{error.filename or one.name} cannot be taken away: {error.strerror}.") from error
            noun = "call" if one.kind is Kind.HELD else "folder"
            return f"{counted(one.count, noun)}, {size(one.bytes)}"


async def _remove_worktrees(one: Leftover) -> None:
    from odw_core.git.repo import open_repo
    from odw_core.git.worktree import remove

    git = await open_repo(one.workspace)
    for path in one.paths:
        await remove(git, Path(path))
    with suppress(OSError):
        os.rmdir(f"{one.workspace}/{_RUNS}/{one.run_id}/worktrees")  # noqa: PTH106


def _unlink(paths: Iterable[str]) -> None:
    for path in paths:
        Path(path).unlink(missing_ok=True)
