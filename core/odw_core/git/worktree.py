"""Worktrees that agents work in: made at a commit, read as one patch, taken away with all that lies in them."""

from __future__ import annotations

import fcntl
import os
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

from odw_core.git.command import Git, GitBusy, GitError, encoded, is_private, names, scratch, trouble
from odw_core.git.erase import erase
from odw_core.git.repo import commit_of, untracked

DIFF = (
    "--patch",
    "--binary",
    "--full-index",
    "--no-color",
    "--no-ext-diff",
    "--no-textconv",
    "--no-renames",
    "--ignore-submodules=all",
    "--src-prefix=a/",
    "--dst-prefix=b/",
    "--unified=3",
    "--inter-hunk-context=0",
)
"""What makes a diff the same bytes under every configuration. A renamed file is one removed and one new file."""
_TRIES = 40
_PAUSE_S = 0.05


async def add(git: Git, folder: Path, base: str) -> Git:
    """A worktree at ``folder``, detached at ``base``. What a killed call left at ``folder`` is removed first.

    Filters do not run: a file of Git LFS is its pointer. Submodules stay empty folders.
    """
    place = _place(folder)
    commit = await commit_of(git, base)
    await remove(git, place)
    await _add(git, place, commit)
    tree = await opened(git, place)
    if tree is None:
        raise GitError(f"git made no worktree at {place}.")
    # Several worktrees may be filled at once.
    await tree.run("reset", "--hard", "--quiet", "--no-recurse-submodules", commit)
    return tree


async def opened(git: Git, folder: Path) -> Git | None:
    """A worktree that was added earlier, found by the repository's own record; None when it is gone."""
    place = _place(folder)
    record = await _record(git, place)
    if record is None or not place.is_dir():
        return None
    return Git(place, record, git.deadline_s)


async def remove(git: Git, folder: Path) -> None:
    """Take a worktree away: its files, then git's record of it. Nothing happens when it is gone already.

    Other worktrees are never pruned: one on a disk that is not there now would be lost.
    """
    import asyncio

    place = _place(folder)
    if _holds(place, git.root) or (git.directory is not None and _holds(place, git.directory)):
        raise GitError(f"{place} holds the repository itself; it is not removed.")
    for last in (*([False] * (_TRIES - 1)), True):
        # A git that outlived its caller may still be writing there for a moment.
        failure = await asyncio.to_thread(erase, place)
        if failure is None:
            break
        if last:
            raise GitError(f"{place} cannot be removed: {failure.strerror}.")
        await asyncio.sleep(_PAUSE_S)
    common = await _common(git)
    async with _lock(common, git.deadline_s):
        # Not by git: over the half-written record of a killed git, every command about worktrees fails.
        record = _record_in(common / "worktrees", place)
        if record is not None:
            await asyncio.to_thread(_forget, record)


async def names_below(git: Git, folder: Path) -> tuple[str, ...]:
    """Names of the worktrees directly below ``folder`` that the repository has on record, their files there or not."""
    above = _place(folder)
    written = (place for _, place in _records(await _common(git) / "worktrees"))
    return tuple(sorted({place.parent.name for place in written if place.parent.parent == above}))


async def captured(tree: Git, base: str) -> bytes:
    """Everything that differs from ``base``, committed, staged, unstaged and untracked, as one patch; b"" when nothing.

    Ignored files, submodules, repositories inside and folders of runs are left out. Nothing of the tree or of the
    repository changes. Raises ``GitError`` when the worktree is gone.
    """
    if not tree.root.is_dir() or (tree.directory is not None and not tree.directory.is_dir()):
        raise GitError(f"The worktree {tree.root} is gone.")
    with scratch() as aside:
        env = {"GIT_INDEX_FILE": str(aside / "index"), "GIT_OBJECT_DIRECTORY": str(aside / "objects")}
        store = await tree.run("rev-parse", "--path-format=absolute", "--git-path", "objects")
        (aside / "objects" / "info").mkdir(parents=True)
        (aside / "objects" / "info" / "alternates").write_bytes(store)
        # An index of its own and from nothing: flags and time stamps an agent left in the tree's index hide nothing.
        await tree.run("read-tree", base, env=env)
        await tree.run("update-index", "-q", "--really-refresh", env=env, ok=(0, 1))
        listed = names(
            await tree.run("diff-files", "-z", "--name-status", "--no-renames", "--ignore-submodules=all", env=env)
        )
        changes = [(code, path) for code, path in zip(listed[::2], listed[1::2], strict=False) if not is_private(path)]
        skipped = await _skipped(tree)
        gone = [path for code, path in changes if code == "D" and path not in skipped]
        there = [path for code, path in changes if code != "D"]
        there += [path for path in await untracked(tree, index=aside / "index") if not path.endswith("/")]
        if not (gone or there):
            return b""
        await stage(tree, env, there=there, gone=gone)
        return await tree.run("diff-index", "--cached", *DIFF, base, env=env)


async def _skipped(tree: Git) -> frozenset[str]:
    """Paths that a sparse worktree does not hold on purpose: their absence is no change."""
    is_sparse = await tree.run("config", "--type=bool", "--default=false", "core.sparseCheckout")
    if is_sparse.strip() != b"true":
        return frozenset()
    listed = names(await tree.run("ls-files", "-z", "-t", "--cached"))
    return frozenset(line[2:] for line in listed if line.startswith("S "))


async def stage(git: Git, env: dict[str, str], *, there: list[str], gone: list[str]) -> None:
    """Bring files into the index that ``env`` names, as they are in the tree; ``gone`` are taken out of it."""
    if gone:
        await git.run("update-index", "--force-remove", "-z", "--stdin", stdin=_list(gone), env=env)
    if there:
        await git.run("update-index", "--add", "--replace", "--remove", "-z", "--stdin", stdin=_list(there), env=env)


def _list(paths: list[str]) -> bytes:
    return b"".join(encoded(path) + b"\0" for path in paths)


def _place(folder: Path) -> Path:
    """The folder as git writes it down: everything before its own name resolved."""
    # Its own name is not resolved: a link that lies there instead is removed, not followed.
    return folder.parent.resolve() / folder.name


def _holds(place: Path, other: Path) -> bool:
    return other.resolve().is_relative_to(place)


async def _record(git: Git, place: Path) -> Path | None:
    """Where the repository keeps what it knows of the worktree at ``place``."""
    return _record_in(await _common(git) / "worktrees", place)


async def _common(git: Git) -> Path:
    """The repository's own folder, the same for all its worktrees."""
    said = await git.run("rev-parse", "--path-format=absolute", "--git-common-dir")
    return Path(said.decode("utf-8", "surrogateescape").removesuffix("\n"))


async def _add(git: Git, place: Path, commit: str) -> None:
    """Make the worktree without its files, one at a time in a repository: git fails over records half written."""
    import asyncio

    async with _lock(await _common(git), git.deadline_s):
        for last in (*([False] * (_TRIES - 1)), True):
            finished = await git.call("worktree", "add", "--detach", "--no-checkout", str(place), commit)
            # Another program than ours may be adding one just now.
            if not finished.code or last or b"/commondir" not in finished.said:
                break
            await asyncio.sleep(_PAUSE_S)
    if finished.code:
        raise trouble(git.root, finished)


@asynccontextmanager
async def _lock(common: Path, deadline_s: float) -> AsyncIterator[None]:
    """Hold the folder itself: no file is left behind, and the system lets go of it when a process dies."""
    import asyncio

    descriptor = os.open(common, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        try:
            async with asyncio.timeout(deadline_s):
                # A lock between processes has no event to wait for.
                while not _taken(descriptor):  # noqa: ASYNC110
                    await asyncio.sleep(_PAUSE_S / 5)
        except TimeoutError as error:
            raise GitBusy(f"Another run changes the worktrees in {common}; try again when it is done.") from error
        yield
    finally:
        os.close(descriptor)


def _taken(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _forget(record: Path) -> None:
    failure = erase(record)
    if failure is not None:
        raise GitError(f"{record} cannot be removed: {failure.strerror}.")
    # Git keeps no empty folder of worktrees either.
    with suppress(OSError):
        record.parent.rmdir()


def _record_in(records: Path, place: Path) -> Path | None:
    return next((record for record, written in _records(records) if written == place / ".git"), None)


def _records(records: Path) -> Iterator[tuple[Path, Path]]:
    """Each record with the ``.git`` of its worktree, as it is written down; what cannot be read is left out."""
    found: list[Path] = []
    with suppress(OSError):
        found = sorted(records.iterdir())
    for record in found:
        with suppress(OSError):
            written = (record / "gitdir").read_bytes().decode("utf-8", "surrogateescape").removesuffix("\n")
            yield record, Path(os.path.normpath(record / written))
