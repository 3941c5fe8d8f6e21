"""Walking: the one look at a repository's files: bounded, in a fixed order, never through a link. Decides nothing."""

from __future__ import annotations

import asyncio
import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from odw_core.files.safe_open import read_regular
from odw_core.workflows.coordinate.classify import Evidence, classify
from odw_core.workflows.coordinate.consumed import is_source
from odw_core.workflows.coordinate.contracts import MOST_BYTES, Mapped, is_contract
from odw_core.workflows.coordinate.mapped import RepoMap
from odw_core.workflows.coordinate.tree import Seen, Tree, is_skipped

MOST_FILES = 20_000
"""Files of one repository that are looked at."""
_MOST_FOLDERS = 20_000
_DEEPEST = 60
_MOST_READ = 64 << 20
"""Bytes of one repository that are searched for contracts."""
_README = 4_000
_INSTRUCTIONS = 16_000


@dataclass(frozen=True, slots=True)
class Look:
    """One repository as it is now."""

    tree: Tree
    evidence: Evidence
    mapped: Mapped
    readme: str
    """The head of README.md, whatever its bytes are."""
    instructions: str
    """AGENTS.md of the repository, as far as a prompt has room."""


async def look(repo: str, folder: Path | None = None) -> Look:
    """Everything about a repository that a round needs, read in a thread. Never raises for what lies in it."""
    return await asyncio.to_thread(look_at, repo, folder)


def look_at(repo: str, folder: Path | None = None) -> Look:
    """``look`` without an event loop. ``repo`` names it everywhere; ``folder`` is where it lies, itself by default."""
    tree = walk(repo, folder)
    return Look(
        tree,
        classify(tree),
        map_contracts(tree),
        read_text(tree, "README.md", _README),
        read_text(tree, "AGENTS.md", _INSTRUCTIONS),
    )


def walk(repo: str, folder: Path | None = None, most: int = MOST_FILES) -> Tree:
    """The files of a repository, those nearest to its root first, else in the order of their names."""
    root = os.fspath(folder if folder is not None else Path(repo))
    try:
        mode = Path(root).stat().st_mode
    except (OSError, ValueError):
        return Tree(repo, root, exists=False)
    if not stat.S_ISDIR(mode):
        return Tree(repo, root, exists=True, is_folder=False)
    files: list[Seen] = []
    skipped: dict[str, None] = {}
    below, depth, folders = [""], 0, 0
    is_cut = False
    while below and not is_cut:
        inner: list[str] = []
        for path in below:
            folders += 1
            found, entered, left_out = _entries(root, path)
            skipped.update(dict.fromkeys(left_out))
            inner += entered
            is_cut = len(files) + len(found) > most or folders > _MOST_FOLDERS
            files += found[: most - len(files)]
            if is_cut:
                break
        depth += 1
        is_cut = is_cut or (bool(inner) and depth > _DEEPEST)
        below = inner
    return Tree(repo, root, True, tuple(files), is_cut, tuple(skipped))


def _entries(root: str, path: str) -> tuple[list[Seen], list[str], list[str]]:
    """(files, folders to enter, folders left out) of one folder, each in the order of its names."""
    try:
        with os.scandir(os.path.join(root, path) if path else root) as entries:  # noqa: PTH118
            listed = sorted(entries, key=lambda entry: entry.name)
    except (OSError, ValueError):
        return [], [], []
    names = {entry.name for entry in listed}
    files: list[Seen] = []
    folders: list[str] = []
    skipped: list[str] = []
    for entry in listed:
        below = f"{path}/{entry.name}" if path else entry.name
        try:
            if entry.is_dir(follow_symlinks=False):
                (skipped if is_skipped(entry.name, names) else folders).append(below)
            elif entry.is_file(follow_symlinks=False):
                files.append(Seen(below, entry.stat(follow_symlinks=False).st_size))
        except OSError:
            continue
    return files, folders, skipped


def read(tree: Tree, path: str, limit: int = MOST_BYTES) -> bytes:
    """The first ``limit`` bytes of a file of the repository. Raises ``OSError`` for what is no regular file of it."""
    steps = path.split("/")
    if not path or any(step in ("", ".", "..") for step in steps):
        raise FileNotFoundError(path)
    here = tree.folder
    for step in steps[:-1]:
        here = f"{here}/{step}"
        # What was a folder when it was listed may be a link by now.
        if not stat.S_ISDIR(os.lstat(here).st_mode):
            raise FileNotFoundError(path)
    return read_regular(f"{tree.folder}/{path}", limit)


def read_text(tree: Tree, path: str, limit: int) -> str:
    """The head of a file, at most ``limit`` bytes, bytes that are no UTF-8 replaced; empty when it cannot be read."""
    try:
        return read(tree, path, limit).decode("utf-8", "replace") if tree.has(path) else ""
    except (OSError, ValueError):
        return ""


def texts(tree: Tree, most: int = _MOST_READ) -> Iterator[tuple[str, bytes]]:
    """(path, content) of every contract and source file, contracts first, without what is too large or unreadable."""
    left = most
    wanted = [seen for seen in tree.files if seen.size <= MOST_BYTES]
    contracts = [seen for seen in wanted if is_contract(seen.path)]
    for seen in (*contracts, *(one for one in wanted if not is_contract(one.path) and is_source(one.path))):
        if seen.size > left:
            return
        try:
            data = read(tree, seen.path, MOST_BYTES + 1)
        except (OSError, ValueError):
            continue
        left -= len(data)
        if len(data) <= MOST_BYTES:
            yield seen.path, data


def map_contracts(tree: Tree) -> Mapped:
    """What a repository declares and consumes."""
    found = RepoMap(tree.path)
    for path, data in texts(tree):
        found.add(path, data)
    return found.mapped()
