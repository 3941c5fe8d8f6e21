"""Tree: the files of a repository as names and sizes, and which folders are none of its own. Pure."""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from dataclasses import dataclass

SKIPPED = frozenset((
    ".git", ".hg", ".svn", ".venv", "venv", "node_modules", ".next", "dist", "build", "__pycache__", ".converge",
    ".odw", ".pandacode", ".tox", ".nox", ".mypy_cache", ".pytest_cache", ".ruff_cache", ".gradle", ".terraform",
    ".nuxt", ".svelte-kit", "bower_components",
))  # fmt: skip
"""Folders that hold what was made, fetched or recorded."""
_SKIPPED_BESIDE = {
    "target": frozenset(("Cargo.toml", "pom.xml", "build.sbt")),
    "vendor": frozenset(("go.mod", "composer.json")),
    "deps": frozenset(("mix.exs",)),
    "_build": frozenset(("mix.exs",)),
    "Pods": frozenset(("Podfile",)),
}
"""Folders that are such only beside the file of the tool that fills them."""


_GROWING = (".log", ".tmp", ".pid", ".swp", ".db", ".db-wal", ".db-shm", ".sqlite", ".sqlite3", ".sqlite3-wal")
"""Files that programs write while nobody changes the repository."""


@dataclass(frozen=True, slots=True)
class Seen:
    """One regular file. ``path`` is relative to the repository, ``size`` in bytes."""

    path: str
    size: int


@dataclass(frozen=True, slots=True)
class Tree:
    """A repository as it was found."""

    path: str
    """As it was named."""
    folder: str
    """Where it lies."""
    exists: bool
    """Whether anything lies there."""
    files: tuple[Seen, ...] = ()
    is_cut: bool = False
    """There are more files than were looked at."""
    skipped: tuple[str, ...] = ()
    """Folders that were left out."""
    is_folder: bool = True

    def has(self, path: str) -> bool:
        """Whether a regular file of that path was seen."""
        return any(seen.path == path for seen in self.files)

    def digest(self) -> str:
        """Twelve hex digits that change when a file comes, goes or changes its size, without those that grow alone."""
        said = hashlib.sha256()
        for seen in self.files:
            if seen.path.lower().endswith(_GROWING):
                continue
            said.update(f"{seen.path}\0{seen.size}\0".encode("utf-8", "surrogatepass"))
        return said.hexdigest()[:12]


def is_skipped(name: str, beside: Collection[str]) -> bool:
    """Whether a folder is left out; ``beside`` are the names in the folder that holds it. Folders above the repository
    never count: one at ``build/x`` is read like any other."""
    return name in SKIPPED or any(sign in beside for sign in _SKIPPED_BESIDE.get(name, ()))
