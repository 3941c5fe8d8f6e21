"""A picture of a tree: every tracked and untracked file by its content, and what differs between two of them."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from odw_core.git.command import Git, is_private, names
from odw_core.git.repo import untracked
from odw_core.git.tree_files import TreeFiles


@dataclass(frozen=True, slots=True)
class Entry:
    """One file. ``digest`` is the SHA-256 (hex) of its content or of its link's target, ``mode`` its permission bits.

    ``other`` is what cannot be read: a pipe, a device, a file without permission; its digest is empty.
    """

    digest: str
    mode: int
    kind: Literal["file", "link", "other"]


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The files of a tree by path. Ignored files, submodules and folders of runs are left out; no link is followed."""

    files: Mapping[str, Entry]


@dataclass(frozen=True, slots=True)
class Difference:
    """What came, went and changed between two snapshots: sorted paths."""

    added: tuple[str, ...]
    removed: tuple[str, ...]
    modified: tuple[str, ...]

    @property
    def is_clean(self) -> bool:
        """Whether nothing differs."""
        return not (self.added or self.removed or self.modified)


async def snapshot(git: Git) -> Snapshot:
    """The files as they are now. The content of every one is read: no time stamp is believed."""
    import asyncio

    tracked = names(await git.run("ls-files", "-z", "--cached"))
    paths = {path for path in (*tracked, *await untracked(git)) if not is_private(path) and not path.endswith("/")}
    return Snapshot(await asyncio.to_thread(_entries, git.root, sorted(paths)))


def difference(before: Snapshot, after: Snapshot) -> Difference:
    """What ``after`` has that ``before`` has not, and the other way round."""
    old, new = before.files, after.files
    return Difference(
        added=tuple(sorted(new.keys() - old.keys())),
        removed=tuple(sorted(old.keys() - new.keys())),
        modified=tuple(sorted(path for path in old.keys() & new.keys() if old[path] != new[path])),
    )


def _entries(root: Path, paths: Iterable[str]) -> dict[str, Entry]:
    entries: dict[str, Entry] = {}
    with TreeFiles(root) as files:
        for path in paths:
            found = files.look(path)
            # A folder is a submodule, or has replaced a file; then its files are listed themselves.
            if found is None or found.kind == "folder":
                continue
            if found.kind == "link":
                entries[path] = Entry(hashlib.sha256(found.target).hexdigest(), found.permissions, "link")
                continue
            try:
                with os.fdopen(files.open(path), "rb") as file:
                    digest = hashlib.file_digest(file, "sha256").hexdigest()
                entries[path] = Entry(digest, found.permissions, "file")
            except OSError:
                entries[path] = Entry("", found.permissions, "other")
    return entries
