"""What a repository is: where it begins, at which commit it stands, what is changed in it. Changes nothing."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from odw_core.git.command import PRIVATE, Git, GitError, is_private, names, trouble


@dataclass(frozen=True, slots=True)
class Dirty:
    """A path that differs from HEAD. ``code`` are git's two letters: staged, then in the tree (``??`` untracked)."""

    path: str
    code: str
    is_untracked: bool


async def open_repo(folder: str | Path) -> Git:
    """The repository that ``folder`` lies in, ready for work: it has files and at least one commit.

    Raises ``GitError`` when there is none, when it is bare, and before its first commit.
    """
    where = Git(Path(folder))
    if not where.root.is_dir():
        raise GitError(f"{where.root} is no folder.")
    kind = await where.call("rev-parse", "--is-bare-repository", "--is-inside-work-tree")
    if kind.code:
        if b"not a git repository" in kind.said:
            raise GitError(f"{where.root} is no git repository; git init and one commit make it one.")
        if b"dubious ownership" in kind.said:
            raise GitError(
                f"{where.root} belongs to somebody else; git config --add safe.directory makes git trust it."
            )
        raise trouble(where.root, kind)
    is_bare, is_inside = (word == b"true" for word in kind.output.split())
    if is_bare or not is_inside:
        raise GitError(
            f"{where.root} is a git repository without files of its own; choose a folder that is checked out."
        )
    root = _path(await where.run("rev-parse", "--show-toplevel"))
    directory = _path(await where.run("rev-parse", "--absolute-git-dir"))
    git = Git(root, directory)
    await head(git)
    return git


async def head(git: Git) -> str:
    """The commit of HEAD, in full. Raises ``GitError`` before the first commit."""
    found = await git.call("rev-parse", "--verify", "--quiet", "--end-of-options", "HEAD^{commit}")
    if found.code:
        raise GitError(f"{git.root} has no commit yet; one commit makes it ready.")
    return found.output.decode("ascii").strip()


async def branch(git: Git) -> str | None:
    """The branch that is checked out, None with a detached HEAD."""
    found = await git.run("symbolic-ref", "--quiet", "--short", "HEAD", ok=(0, 1))
    return found.decode("utf-8", "surrogateescape").removesuffix("\n") or None


async def dirty(git: Git) -> tuple[Dirty, ...]:
    """What is changed, staged or new against HEAD, by path. Ignored files, submodules and folders of runs are left out.

    A renamed file is one removed and one new path. A folder with a repository of its own ends with "/".
    """
    said = await git.run(
        "status",
        "--porcelain=v1",
        "-z",
        "--no-renames",
        "--untracked-files=no",
        "--ignore-submodules=all",
    )
    found = [Dirty(line[3:], line[:2], is_untracked=False) for line in names(said)]
    found += [Dirty(path, "??", is_untracked=True) for path in await untracked(git)]
    return tuple(sorted((entry for entry in found if not is_private(entry.path)), key=lambda entry: entry.path))


async def untracked(git: Git, *, index: Path | None = None) -> tuple[str, ...]:
    """Files that an index (the repository's own, else that file) does not know and no rule ignores."""
    # Left out while walking, not afterwards: a folder of runs may hold a hundred thousand files.
    left_out = [part for name in sorted(PRIVATE) for part in ("--exclude", f"{name}/")]
    env = {"GIT_INDEX_FILE": str(index)} if index is not None else None
    said = await git.run("ls-files", "-z", "--others", "--exclude-standard", *left_out, env=env)
    return tuple(path for path in names(said) if not is_private(path))


async def commit_of(git: Git, name: str) -> str:
    """The full name of the commit that ``name`` means. Raises ``GitError`` when there is none."""
    found = await git.call("rev-parse", "--verify", "--quiet", "--end-of-options", f"{name}^{{commit}}")
    if found.code:
        raise GitError(f"{git.root} has no commit {name}.")
    return found.output.decode("ascii").strip()


def _path(output: bytes) -> Path:
    return Path(output.decode("utf-8", "surrogateescape").removesuffix("\n"))
