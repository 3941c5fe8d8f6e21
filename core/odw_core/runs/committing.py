"""Commits what a run landed: exactly those hunks, once, written into the run's journal by whoever holds its lock."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from odw_core.clock import SystemClock
from odw_core.errors import NotFound, OdwError, Refused
from odw_core.model.address import Address
from odw_core.model.landing import CommitPlan
from odw_core.process.flock import hold
from odw_core.runs.blobs import Blobs
from odw_core.runs.ending import mark_settled
from odw_core.runs.folders import RunFolder
from odw_core.runs.journal import Journal
from odw_core.runs.past import FileWork, LandedWork, landed_by
from odw_core.runs.workspace import RunPlace
from odw_core.text.ansi import one_line

if TYPE_CHECKING:
    from odw_core.git.command import Git

_SUBJECT = 72
_NAMED_TASKS = 20


@dataclass(frozen=True, slots=True)
class Committed:
    """What became of it."""

    commit: str
    branch: str
    files: tuple[str, ...]

    @property
    def sentence(self) -> str:
        """One line for people."""
        count = len(self.files)
        where = f" on {one_line(self.branch, 80)}" if self.branch else ""
        return f"Committed as {self.commit[:10]}{where}: {count} {'file' if count == 1 else 'files'}."


async def plan_of(state: Path, run_id: str) -> CommitPlan:
    """What would be committed. Raises ``OdwError`` with a sentence when there is nothing."""
    from odw_core.git.repo import branch, open_repo

    landed = _landed(state, run_id)
    git = await open_repo(landed.workspace)
    files = landed.paths
    return CommitPlan(Address("odw", run_id), await branch(git) or "", draft_message(landed), files, landed.commit)


async def commit(state: Path, run_id: str, *, message: str, branch: str | None, by: str) -> Committed:
    """Do it, and write it down. Raises ``Refused`` with a sentence when it was done before or cannot be done now."""
    from odw_core.git.commit import commit_landed
    from odw_core.git.repo import branch as present_branch
    from odw_core.git.repo import open_repo

    folder = RunFolder(state, run_id)
    _landed(state, run_id)
    lock = hold(folder.lock)
    if lock is None:
        raise Refused(f"{run_id} is still being driven; commit once it is over.")
    try:
        # Another room may have been faster: who holds the lock reads anew.
        landed = _landed(state, run_id)
        if not landed.is_over:
            raise Refused(f"{run_id} is not over; resume it first: odw-tui resume odw:{run_id}")
        if landed.commit:
            where = f" on {landed.branch}" if landed.branch else ""
            raise Refused(f"What {run_id} landed was committed already, as {landed.commit[:10]}{where}.")
        git = await open_repo(landed.workspace)
        files = landed.paths
        said = message.strip() or draft_message(landed)
        made = await commit_landed(git, await patch_of(git, landed), said, branch=branch or None)
        done = Committed(made, branch or await present_branch(git) or "", files)
        _write_down(folder, landed, done, by)
        return done
    finally:
        os.close(lock)


async def offer_of(state: Path, workspace: str, paths: Sequence[str]) -> str | None:
    """The run whose uncommitted landing is all that is dirty in these files; None when anything else is."""
    from odw_core.git.commit import is_only_landed
    from odw_core.git.repo import open_repo
    from odw_core.runs.past import uncommitted

    git: Git | None = None
    for landed in uncommitted(state, workspace, paths):
        if not {*paths} <= {*landed.paths}:
            continue
        try:
            git = git or await open_repo(workspace)
            if await is_only_landed(git, await patch_of(git, landed)):
                return landed.run_id
        except OdwError:
            continue
    return None


def draft_message(landed: LandedWork) -> str:
    """A subject from the goal, the tasks below it, and the run it came from."""
    subject = one_line(landed.goal, 400) or "Land the work of a run"
    body = [f"- {one_line(task, 100)}" for task in landed.tasks[:_NAMED_TASKS]]
    if len(subject) > _SUBJECT:
        cut = subject[: _SUBJECT - 1].rstrip()
        body = [subject, "", *body] if body else [subject]
        subject = cut + "…"
    parts = [subject, *(["\n".join(body)] if body else ()), f"Odw-Run: {landed.run_id}"]
    return "\n\n".join(parts)


async def patch_of(git: Git, landed: LandedWork) -> bytes:
    """The landed hunks; where only contents are kept, made from those before and after."""
    if landed.patch:
        return Blobs(landed.folder).get(landed.patch)
    with TemporaryDirectory(prefix="odw-tui-commit-") as folder:
        trees = []
        for side in ("before", "after"):
            entries = [await _entry(git, landed, one, side) for one in landed.files]
            index = {"GIT_INDEX_FILE": str(Path(folder, side))}
            listed = b"".join(entry for entry in entries if entry)
            await git.run("update-index", "-z", "--index-info", stdin=listed, env=index)
            trees.append((await git.run("write-tree", env=index)).decode().strip())
    return await git.run("diff-tree", "-p", "--binary", "--full-index", "--no-renames", "--no-ext-diff", *trees)


async def _entry(git: Git, landed: LandedWork, file: FileWork, side: str) -> bytes:
    """One line for the index; empty where there was no file on this side."""
    blob = file.before if side == "before" else file.after
    mode = file.mode_before if side == "before" else file.mode_after
    if not (blob and mode):
        return b""
    data = Blobs(landed.folder).get(blob)
    name = (await git.run("hash-object", "-w", "--no-filters", "--stdin", stdin=data)).decode().strip()
    return f"{mode} {name} 0\t".encode() + os.fsencode(file.path) + b"\0"


def _landed(state: Path, run_id: str) -> LandedWork:
    landed = landed_by(state, run_id)
    if landed is None:
        raise NotFound(f"{run_id} landed nothing, so there is nothing to commit.")
    return landed


def _write_down(folder: RunFolder, landed: LandedWork, done: Committed, by: str) -> None:
    folder.settled.unlink(missing_ok=True)
    journal = Journal(RunPlace(landed.workspace, landed.run_id), folder.mirror, SystemClock())
    try:
        event: dict[str, object] = {
            "type": "committed",
            "commit": done.commit,
            "branch": done.branch,
            "files": [*done.files],
            "by": by,
        }
        journal.emit(event, f"committed as {done.commit[:10]}")
    finally:
        journal.close()
    mark_settled(folder)
