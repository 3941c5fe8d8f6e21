"""Reads files of a tree step by step, never through a link: what an agent put there leads nowhere else."""

from __future__ import annotations

import os
import stat
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Literal

from odw_core.git.command import encoded

_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_FILE = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC


@dataclass(frozen=True, slots=True)
class Found:
    """What has a path: its permission bits, and the target of a link."""

    kind: Literal["file", "link", "folder", "other"]
    permissions: int
    target: bytes = b""


class TreeFiles:
    """The files below one folder. Paths are relative, "/" between names; used as a context manager, by one thread."""

    def __init__(self, root: Path) -> None:
        self._root = os.open(root, _FOLDER & ~os.O_NOFOLLOW)
        self._open: tuple[bytes, int] | None = None

    def __enter__(self) -> TreeFiles:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._leave()
        os.close(self._root)

    def look(self, path: str) -> Found | None:
        """What is there; None when nothing is, or when something else than folders leads there."""
        parent, _, name = encoded(path).rpartition(b"/")
        try:
            folder = self._folder(parent)
            status = os.stat(name, dir_fd=folder, follow_symlinks=False)
            permissions = stat.S_IMODE(status.st_mode)
            if stat.S_ISREG(status.st_mode):
                return Found("file", permissions)
            if stat.S_ISLNK(status.st_mode):
                return Found("link", permissions, os.readlink(name, dir_fd=folder))
        except (OSError, ValueError):
            return None
        return Found("folder" if stat.S_ISDIR(status.st_mode) else "other", permissions)

    def open(self, path: str) -> int:
        """A descriptor of a regular file; the caller closes it. Raises ``OSError`` for all else."""
        parent, _, name = encoded(path).rpartition(b"/")
        descriptor = os.open(name, _FILE, dir_fd=self._folder(parent))
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            os.close(descriptor)
            raise OSError(f"{path} is no regular file")
        return descriptor

    def read(self, path: str) -> bytes:
        """The content of a regular file, whole. Raises ``OSError`` for all else."""
        with os.fdopen(self.open(path), "rb") as file:
            return file.read()

    def _folder(self, parent: bytes) -> int:
        """The folder ``parent``. The last one stays open, since paths come sorted."""
        if not parent:
            return self._root
        if self._open is not None and self._open[0] == parent:
            return self._open[1]
        self._leave()
        folder = os.dup(self._root)
        for name in parent.split(b"/"):
            try:
                below = os.open(name, _FOLDER, dir_fd=folder)
            finally:
                os.close(folder)
            folder = below
        self._open = (parent, folder)
        return folder

    def _leave(self) -> None:
        if self._open is not None:
            os.close(self._open[1])
            self._open = None
