"""Commits exactly what landed. Every other change of the person, staged or not, stays as it is, byte by byte."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from odw_core.git.command import Git, GitBusy, GitError, encoded, names, scratch, trouble
from odw_core.git.patch import combined, files_of, sections
from odw_core.git.repo import branch as branch_of
from odw_core.git.repo import head, open_repo
from odw_core.git.tree_files import TreeFiles
from odw_core.git.worktree import stage

_UNFINISHED = {
    "MERGE_HEAD": "merge",
    "CHERRY_PICK_HEAD": "cherry-pick",
    "REVERT_HEAD": "revert",
    "rebase-merge": "rebase",
    "rebase-apply": "rebase",
}

Entries = Mapping[str, tuple[str, ...]]
"""By path what an index says about it: mode, object and stage, once for each stage."""


@dataclass(frozen=True, slots=True)
class Author:
    """Who a commit is by, where it shall not be who git knows."""

    name: str
    email: str


@dataclass(frozen=True, slots=True)
class _Planned:
    """A patch on a commit: the tree it makes, and its files before and after."""

    tree: str
    before: Entries
    after: Entries


async def commit_landed(
    git: Git, patch: bytes, message: str, *, branch: str | None = None, author: Author | None = None
) -> str:
    """Commit the hunks of a landed patch and return the new commit's full name.

    Without ``branch`` the commit goes to what is checked out; with it a new branch is made there and checked out, no
    file changes. The index gets the same hunks. No hook runs and nothing is signed. The same call again after it was
    interrupted finishes it. Raises ``GitError`` (nothing is committed) when HEAD does not take the patch, the files do
    not hold it any more, staged edits are in its way, or a merge or rebase is going on; ``GitBusy`` on a lock.
    """
    known = git if git.directory is not None else await open_repo(git.root)
    text = message.replace("\0", "").strip("\n") + "\n"
    if not text.strip():
        raise GitError("A commit needs a message.")
    if branch is not None and branch == await branch_of(known):
        branch = None
    if branch is not None:
        await _refuse_bad_name(known, branch)
    _refuse_unfinished(known)
    parent = await head(known)
    with scratch() as aside:
        if branch is None and await _is_commit_of(known, aside, parent, patch, text):
            return parent
        commit = (await _tip(known, branch) or "") if branch is not None else ""
        if commit and not await _is_commit_of(known, aside, commit, patch, text, parent):
            raise GitError(f"The branch {branch} is there already; choose another name.")
        planned = await _plan(known, aside / "plan", parent, patch)
        in_tree = await _in_tree(known, aside / "tree", planned, files_of(patch))
        if not commit:
            _refuse_undone(planned, in_tree)
            commit = await _write(known, planned.tree, parent, text, author)
        # The index first: hunks that are staged and not committed are what a person understands, the reverse is not.
        await _stage_hunks(known, patch, planned, in_tree)
    await _move(known, commit, parent, text, branch)
    return commit


async def is_only_landed(git: Git, patch: bytes) -> bool:
    """Whether the files of the patch differ from HEAD by exactly this patch; the index may have it or not."""
    known = git if git.directory is not None else await open_repo(git.root)
    parent = await head(known)
    with scratch() as aside:
        try:
            planned = await _plan(known, aside / "plan", parent, patch)
        except GitBusy:
            raise
        except GitError:
            return False
        paths = files_of(patch)
        in_tree = await _in_tree(known, aside / "tree", planned, paths)
        staged = await _entries(known, paths)
    return planned.before != planned.after and all(
        in_tree.get(path) == planned.after.get(path)
        and staged.get(path) in (planned.before.get(path), planned.after.get(path))
        for path in paths
    )


async def _plan(git: Git, index: Path, parent: str, patch: bytes) -> _Planned:
    paths = files_of(patch)
    env = {"GIT_INDEX_FILE": str(index)}
    await git.run("read-tree", parent, env=env)
    before = await _entries(git, paths, env)
    finished = await git.call("apply", "--cached", "-", stdin=patch, env=env)
    if finished.code:
        error = trouble(git.root, finished)
        if isinstance(error, GitBusy):
            raise error
        is_held = not (await git.call("apply", "--cached", "--check", "--reverse", "-", stdin=patch, env=env)).code
        why = "it holds it already." if is_held else f"{error} Commit those files yourself."
        raise GitError(f"HEAD does not take what landed, so nothing is committed: {why}")
    tree = (await git.run("write-tree", env=env)).decode("ascii").strip()
    return _Planned(tree, before, await _entries(git, paths, env))


async def _entries(git: Git, paths: Iterable[str], env: Mapping[str, str] | None = None) -> Entries:
    wanted = set(paths)
    found: dict[str, tuple[str, ...]] = {}
    for line in names(await git.run("ls-files", "-z", "--stage", env=env)):
        entry, _, path = line.partition("\t")
        if path in wanted:
            found[path] = (*found.get(path, ()), entry)
    return found


async def _in_tree(git: Git, index: Path, planned: _Planned, paths: Iterable[str]) -> Entries:
    """What an index would say about the files as they are in the tree."""
    there: list[str] = []
    gone: list[str] = []
    with TreeFiles(git.root) as files:
        for path in paths:
            found = files.look(path)
            (there if found is not None and found.kind in ("file", "link") else gone).append(path)
    env = {"GIT_INDEX_FILE": str(index)}
    # Where the file system knows no modes or links, they are taken from the index: then they count as landed.
    await git.run("read-tree", planned.tree, env=env)
    await stage(git, env, there=there, gone=gone)
    return await _entries(git, (*there, *gone), env)


def _refuse_undone(planned: _Planned, in_tree: Entries) -> None:
    for path in sorted(planned.before.keys() | planned.after.keys()):
        before = planned.before.get(path)
        if in_tree.get(path) == before and planned.after.get(path) != before:
            raise GitError(f"{path} does not hold what landed any more, so nothing is committed.")


async def _stage_hunks(git: Git, patch: bytes, planned: _Planned, in_tree: Entries) -> None:
    """Give the repository's index the hunks it has not got yet. One command under git's own lock: all or nothing."""
    groups = _groups(patch)
    staged = await _entries(git, files_of(patch))
    wanted: list[bytes] = []
    for paths, data in groups:
        now = [staged.get(path) for path in paths]
        # Also where the person staged the very file of the tree: it holds what landed, however near they edited it.
        if now in ([of.get(path) for path in paths] for of in (planned.after, in_tree)):
            continue
        if now != [planned.before.get(path) for path in paths]:
            # Edits of the person are staged in the same file. Perhaps the hunks are among them.
            if not (await git.call("apply", "--cached", "--check", "--reverse", "-", stdin=data)).code:
                continue
            if (await git.call("apply", "--cached", "--check", "-", stdin=data)).code:
                raise GitError(f"{paths[0]} has staged edits in the way of what landed; commit or unstage them first.")
        wanted.append(data)
    if wanted:
        await git.run("apply", "--cached", "-", stdin=combined(wanted))


def _groups(patch: bytes) -> list[tuple[tuple[str, ...], bytes]]:
    """The patch in parts that share no path, so that each can be looked at alone."""
    groups: list[tuple[tuple[str, ...], bytes]] = []
    for section in sections(patch):
        paths, data = section.paths, section.data
        shared = [group for group in groups if not set(group[0]).isdisjoint(paths)]
        if shared:
            groups = [group for group in groups if group not in shared]
            paths = tuple(dict.fromkeys(path for group in (*shared, (paths, data)) for path in group[0]))
            data = combined([*(group[1] for group in shared), data])
        groups.append((paths, data))
    return groups


async def _write(git: Git, tree: str, parent: str, text: str, author: Author | None) -> str:
    env = {} if author is None else {"GIT_AUTHOR_NAME": author.name, "GIT_AUTHOR_EMAIL": author.email}
    finished = await git.call("commit-tree", tree, "-p", parent, "-F", "-", stdin=encoded(text), env=env)
    if finished.code:
        if b"Please tell me who you are" in finished.said or b"empty ident" in finished.said:
            raise GitError("git does not know who you are; set user.name and user.email, then commit again.")
        raise trouble(git.root, finished)
    return finished.output.decode("ascii").strip()


async def _move(git: Git, commit: str, parent: str, text: str, branch: str | None) -> None:
    reason = f"commit: {text.splitlines()[0]}"
    if branch is None:
        await git.run("update-ref", "-m", reason, "HEAD", commit, parent)
        return
    if await _tip(git, branch) is None:
        await git.run("update-ref", "-m", reason, f"refs/heads/{branch}", commit, "0" * len(commit))
    await git.run("symbolic-ref", "-m", f"checkout: moving to {branch}", "HEAD", f"refs/heads/{branch}")


async def _is_commit_of(git: Git, aside: Path, commit: str, patch: bytes, text: str, parent: str | None = None) -> bool:
    """Whether ``commit`` is what an earlier, interrupted call made: this message, this patch on its parent."""
    said = await git.run("cat-file", "commit", commit)
    header, _, body = said.partition(b"\n\n")
    parents = [line[7:].decode("ascii") for line in header.split(b"\n") if line.startswith(b"parent ")]
    if body != encoded(text) or len(parents) != 1 or parent not in (None, parents[0]):
        return False
    try:
        planned = await _plan(git, aside / f"made-{commit}", parents[0], patch)
    except GitBusy:
        raise
    except GitError:
        return False
    return header.startswith(f"tree {planned.tree}\n".encode())


async def _tip(git: Git, branch: str) -> str | None:
    found = await git.call("rev-parse", "--verify", "--quiet", "--end-of-options", f"refs/heads/{branch}^{{commit}}")
    return None if found.code else found.output.decode("ascii").strip()


async def _refuse_bad_name(git: Git, branch: str) -> None:
    if branch.startswith("-") or (await git.call("check-ref-format", f"refs/heads/{branch}")).code:
        raise GitError(f"{branch!r} is no name for a branch.")


def _refuse_unfinished(git: Git) -> None:
    for name, what in _UNFINISHED.items():
        if git.directory is not None and (git.directory / name).exists():
            raise GitError(f"A {what} is going on in {git.root}; finish it, then commit what landed.")
