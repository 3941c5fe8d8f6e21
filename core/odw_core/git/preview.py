"""What a patch would make of files, worked out aside: nothing of the tree is touched."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from odw_core.git.command import Git, GitError, is_private, scratch
from odw_core.git.patch import files_of
from odw_core.git.repo import open_repo
from odw_core.git.tree_files import TreeFiles

_NOTHING: tuple[None, None] = (None, None)


@dataclass(frozen=True, slots=True)
class Touched:
    """What a patch makes of one file. ``before`` and ``after`` are contents, None where there is no file.

    A mode is git's: 0o100644, 0o100755, or 0o120000 for a link, whose content is its target.
    """

    path: str
    before: bytes | None
    mode_before: int | None
    after: bytes | None
    mode_after: int | None


async def preview(git: Git, patch: bytes) -> tuple[Touched, ...]:
    """What the patch would make of each file it touches, by path, read and worked out aside. Changes nothing.

    Raises ``GitError`` when it does not apply, or when a path leads through a link.
    """
    import asyncio

    known = git if git.directory is not None else await open_repo(git.root)
    paths = sorted(files_of(patch))
    index = await known.run("rev-parse", "--path-format=absolute", "--git-path", "index")
    with scratch() as aside:
        before = await asyncio.to_thread(_copy, known.root, aside, paths)
        # The repository's index says which line ends and attributes its files have.
        env = {"GIT_INDEX_FILE": index.decode("utf-8", "surrogateescape").removesuffix("\n")}
        await Git(aside, known.directory, known.deadline_s).run("apply", "-", stdin=patch, env=env)
        after = await asyncio.to_thread(_contents, aside, paths)
    return tuple(Touched(path, *before.get(path, _NOTHING), *after.get(path, _NOTHING)) for path in paths)


def _contents(root: Path, paths: Sequence[str]) -> dict[str, tuple[bytes, int]]:
    """The files among ``paths``: content and git's mode."""
    found: dict[str, tuple[bytes, int]] = {}
    with TreeFiles(root) as files:
        for path in paths:
            entry = files.look(path)
            if entry is None or entry.kind == "folder":
                continue
            if entry.kind == "link":
                found[path] = (entry.target, 0o120000)
            elif entry.kind == "file":
                found[path] = (files.read(path), 0o100755 if entry.permissions & 0o100 else 0o100644)
            else:
                raise GitError(f"{path} is no regular file.")
    return found


def _copy(root: Path, aside: Path, paths: Sequence[str]) -> dict[str, tuple[bytes, int]]:
    """Copy the files to be changed, and what rules their line ends. What stands in the way of a path is an error."""
    touched = set(paths)
    _refuse_obstacles(root, touched)
    before = _contents(root, paths)
    folders = {"", *(path[: slash.start() + 1] for path in paths for slash in re.finditer("/", path))}
    rules = _contents(root, sorted({f"{folder}.gitattributes" for folder in folders} - touched))
    for path, (content, mode) in (before | rules).items():
        place = aside / path
        place.parent.mkdir(parents=True, exist_ok=True)
        if mode == 0o120000:
            place.symlink_to(os.fsdecode(content))
        else:
            place.write_bytes(content)
            place.chmod(mode & 0o777)
    return before


def _refuse_obstacles(root: Path, touched: set[str]) -> None:
    """What the patch does not know but must not lose: a link or file where a folder is wanted, files in a folder
    that becomes a file."""
    with TreeFiles(root) as files:
        for path in sorted(touched):
            if path.startswith("/") or ".." in path.split("/") or is_private(path):
                raise GitError(f"{path} is no path that a patch may touch.")
            for above in (path[: slash.start()] for slash in re.finditer("/", path)):
                there = files.look(above)
                if there is not None and there.kind != "folder" and above not in touched:
                    raise GitError(f"{above} is no folder; {path} cannot be there.")
            found = files.look(path)
            is_folder = found is not None and found.kind == "folder"
            if is_folder and any(below not in touched for below in _files_below(root, path)):
                raise GitError(f"{path} is a folder with other files in it.")


def _files_below(root: Path, folder: str) -> Iterator[str]:
    for parent, _, inside in os.walk(root / folder):
        yield from (Path(parent, name).relative_to(root).as_posix() for name in inside)
