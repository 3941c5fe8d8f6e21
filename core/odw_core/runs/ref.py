"""Ref: the one ref that a run may hold in the person's repository, so that git keeps what its rounds begin from.

Where it is stands in the run's private folder before it is made, so whoever clears up after a dead run finds it.
"""

from __future__ import annotations

import os
from pathlib import Path

from odw_core.engines.loose import text
from odw_core.git.command import Git
from odw_core.git.keeping import forget, keep
from odw_core.runs.folders import RunFolder, read_object, write_private


async def hold_commit(folder: RunFolder, git: Git, commit: str) -> None:
    """Hold ``commit`` until ``let_go``; a run holds one at a time. Raises ``OSError``, ``GitError``."""
    # A linked worktree may be gone before its repository is; refs are the repository's.
    said = await git.run("rev-parse", "--path-format=absolute", "--git-common-dir")
    write_private(folder.ref, {"directory": os.fsdecode(said.removesuffix(b"\n"))})
    await keep(git, folder.run_id, commit)


async def let_go(folder: RunFolder) -> None:
    """Take the ref away; nothing happens where none is held. Raises ``GitError``: then it is still known."""
    path = repository_of(folder)
    if path is not None:
        await forget(Git(path, path), folder.run_id)
    folder.ref.unlink(missing_ok=True)


def repository_of(folder: RunFolder) -> Path | None:
    """Git's own folder, in which the run may hold its ref; None when it holds none, or that folder is gone."""
    said = text(read_object(folder.ref) or {}, "directory")
    path = Path(said)
    return path if path.is_absolute() and path.is_dir() else None
