"""Task: one piece of work with the files it owns, and the one spelling of a path. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass

_CLOSED = (".git", ".odw", ".pandacode", "node_modules")
_DRIVE = re.compile(r"^[A-Za-z]:")


@dataclass(frozen=True, slots=True)
class Task:
    """What one agent is asked to do, alone, in its own worktree."""

    id: str
    files: tuple[str, ...] = ()
    """What it owns, as declared; ``normal_file`` gives the spelling of git."""
    prompt: str = ""
    model: str | None = None
    effort: str | None = None
    runtime: str | None = None
    """What the planner wished for: codex, claude, bamboo; only shown, it never chooses a program."""
    permission: str | None = None
    """What the planner wished for: limited, max; only shown, it never widens a sandbox."""

    @property
    def owned(self) -> tuple[str, ...]:
        """The declared files in git's spelling, each once."""
        return tuple(dict.fromkeys(normal_file(path) for path in self.files))


def normal_file(path: str) -> str:
    """``./a//b`` as ``a/b``. What is no path of a repository comes back as it is; ask ``file_trouble`` first."""
    path = path.strip()
    if path.startswith("/"):
        return path
    return "/".join(part for part in path.split("/") if part not in ("", "."))


def file_trouble(path: str) -> str:
    """Why a task cannot own ``path``; empty when it can."""
    bare = path.strip()
    if "\0" in path:
        return "has a NUL in it"
    if "\\" in path:
        return "has a backslash; folders are separated by /"
    if bare.startswith("/") or _DRIVE.match(bare):
        return "is absolute; name it from the root of the repository"
    parts = [part for part in bare.split("/") if part not in ("", ".")]
    if not parts:
        return "is empty"
    if ".." in parts:
        return "leaves the repository with .."
    # Some file systems take .GIT for .git.
    closed = next((part for part in parts if part.casefold() in _CLOSED), None)
    return f"lies in {closed}, which no task may touch" if closed else ""
