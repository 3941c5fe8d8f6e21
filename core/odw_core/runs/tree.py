"""Tree: the files of a repository's working tree, reached folder by folder and never through a link.

Reads a file as git sees it, and puts one in its place in one step that hands out what stood there. Decides nothing.
"""

from __future__ import annotations

import errno
import hashlib
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from odw_core.git.command import Git
from odw_core.runs.renaming import exchange, move

FILE, PROGRAM, LINK = "100644", "100755", "120000"
CONTENT = (FILE, PROGRAM, LINK)
"""Modes of what can land, be kept and be put back."""
FOLDER, SPECIAL, BEHIND_LINK, BELOW_FILE = "a folder", "no plain file", "behind a link", "below a file"
_STEP = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_READ = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC | os.O_NOCTTY
_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC


@dataclass(frozen=True, slots=True)
class Found:
    """What has a path at one moment. ``mode`` is git's, or one of the words above; empty when nothing is there."""

    mode: str
    data: bytes = b""
    """Content of a file, or what a link names; empty for anything else."""
    permissions: int = 0

    @property
    def digest(self) -> str:
        """SHA-256 of ``data``; empty when there is no file and no link."""
        return hashlib.sha256(self.data).hexdigest() if self.mode in CONTENT else ""


NOTHING = Found("")


def is_landable(path: str) -> bool:
    """Whether it is a plain way down from the root, and to nothing that belongs to git or to runs."""
    parts = path.split("/")
    reserved = (".git", ".odw", ".pandacode", ".converge")
    return "\0" not in path and all(part not in ("", ".", "..") and part.lower() not in reserved for part in parts)


def parents(path: str) -> list[str]:
    """The folders above a path, the uppermost first, without the root."""
    parts = path.split("/")[:-1]
    return ["/".join(parts[: count + 1]) for count in range(len(parts))]


class Tree:
    """Holds the root open: whoever renames it meanwhile changes nothing here."""

    def __init__(self, root: Path) -> None:
        """Raises ``OSError`` when it is no folder."""
        self._root = os.open(root, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)

    def close(self) -> None:
        """Let go of the root."""
        os.close(self._root)

    @contextmanager
    def folder(self, path: str) -> Iterator[int]:
        """A descriptor of the folder with that path (``""`` for the root). Raises ``OSError``."""
        here = os.dup(self._root)
        try:
            for part in path.split("/") if path else ():
                below = os.open(part, _STEP, dir_fd=here)
                os.close(here)
                here = below
            yield here
        finally:
            os.close(here)

    @contextmanager
    def above(self, path: str) -> Iterator[tuple[int, str]]:
        """The folder a path lies in, and its name there. Raises ``OSError``."""
        folder, _, name = path.rpartition("/")
        with self.folder(folder) as descriptor:
            yield descriptor, name

    def find(self, path: str) -> Found:
        """What is there. Raises ``OSError`` only for what cannot be looked at."""
        try:
            with self.above(path) as (folder, name):
                return read_entry(folder, name)
        except FileNotFoundError:
            return NOTHING
        except OSError as error:
            if error.errno in (errno.ELOOP, errno.ENOTDIR):
                return Found(self._obstacle(path))
            raise

    def _obstacle(self, path: str) -> str:
        for one in parents(path):
            try:
                with self.above(one) as (folder, name):
                    mode = os.lstat(name, dir_fd=folder).st_mode
            except OSError:
                break
            if not stat.S_ISDIR(mode):
                return BEHIND_LINK if stat.S_ISLNK(mode) else BELOW_FILE
        return ""

    def permissions(self, folder: str) -> int | None:
        """Of a folder; None when there is none of that path."""
        try:
            with self.folder(folder) as descriptor:
                return stat.S_IMODE(os.fstat(descriptor).st_mode)
        except OSError:
            return None

    def make_folder(self, path: str, permissions: int) -> None:
        """Fine when it is there already. Raises ``OSError``."""
        with self.above(path) as (folder, name):
            try:
                os.mkdir(name, dir_fd=folder)
            except FileExistsError:
                return
            with self.folder(path) as made:
                os.fchmod(made, permissions)

    def drop_folder(self, path: str) -> None:
        """Only an empty one goes; anything else stays as it is."""
        with suppress(OSError), self.above(path) as (folder, name):
            os.rmdir(name, dir_fd=folder)

    def sync(self, folder: str) -> None:
        """The names in a folder are on disk when this returns; one that is gone has none. Raises ``OSError``."""
        try:
            with self.folder(folder) as descriptor:
                os.fsync(descriptor)
        except (FileNotFoundError, NotADirectoryError):
            return


class Stage:
    """A folder beside the tree, on the same file system, where files wait under a number before and after."""

    def __init__(self, above: Path, name: str) -> None:
        """Makes the folder; what is there already is continued. Raises ``OSError``."""
        self._above = os.open(above, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        self._name = name
        try:
            with suppress(FileExistsError):
                os.mkdir(name, 0o700, dir_fd=self._above)
            self.descriptor = os.open(name, _STEP, dir_fd=self._above)
        except BaseException:
            os.close(self._above)
            raise

    @classmethod
    def beside(cls, git: Git, name: str) -> Stage:
        """Where ``stage_folder`` says. Raises ``OSError``."""
        return cls(stage_folder(git), name)

    def close(self) -> None:
        """Let go of it, and take it away if nothing is left in it."""
        self.vanish()
        os.close(self.descriptor)
        os.close(self._above)

    def vanish(self) -> None:
        """Nothing waits any more; where something does, it stays."""
        with suppress(OSError):
            os.rmdir(self._name, dir_fd=self._above)

    def find(self, slot: str) -> Found:
        """What waits there."""
        try:
            return read_entry(self.descriptor, slot)
        except FileNotFoundError:
            return NOTHING

    def put(self, slot: str, mode: str, data: bytes, permissions: int) -> None:
        """Write a file or link there, on disk when this returns; the slot must be free. Raises ``OSError``."""
        if mode == LINK:
            os.symlink(data, os.fsencode(slot), dir_fd=self.descriptor)
            return
        descriptor = os.open(slot, _NEW, 0o600, dir_fd=self.descriptor)
        try:
            left = memoryview(data)
            while left:
                left = left[os.write(descriptor, left) :]
            os.fchmod(descriptor, permissions)
            os.fsync(descriptor)
        finally:
            os.close(descriptor)

    def drop(self, slot: str) -> None:
        """Fine when nothing is there."""
        with suppress(FileNotFoundError):
            os.unlink(slot, dir_fd=self.descriptor)

    def slots(self) -> list[str]:
        """Everything that waits."""
        with os.scandir(self.descriptor) as entries:
            return sorted(entry.name for entry in entries)

    def sync(self) -> None:
        """What waits is on disk under its name when this returns. Raises ``OSError``."""
        os.fsync(self.descriptor)
        os.fsync(self._above)

    def swap(self, tree: Tree, path: str, slot: str) -> None:
        """What waits takes the place of what has that path, which waits from now on. Raises ``OSError``."""
        with tree.above(path) as (folder, name):
            exchange(folder, name, self.descriptor, slot)

    def bring(self, tree: Tree, path: str, slot: str) -> None:
        """What waits gets that path, which must be free. Raises ``OSError``."""
        with tree.above(path) as (folder, name):
            move(self.descriptor, slot, folder, name)

    def take(self, tree: Tree, path: str, slot: str) -> None:
        """What has that path waits from now on; the slot must be free. Raises ``OSError``."""
        with tree.above(path) as (folder, name):
            move(folder, name, self.descriptor, slot)


def stage_folder(git: Git) -> Path:
    """Where files can wait: out of the person's sight in git's own folder if it is on the same file system, else the
    root of the tree."""
    directory = git.directory or git.root / ".git"
    try:
        is_near = directory.is_dir() and directory.stat().st_dev == git.root.stat().st_dev
    except OSError:
        is_near = False
    return directory if is_near else git.root


def read_entry(folder: int, name: str) -> Found:
    """What has that name in an open folder. Raises ``OSError``, also when nothing is there."""
    found = os.lstat(name, dir_fd=folder)
    if stat.S_ISLNK(found.st_mode):
        return Found(LINK, os.readlink(os.fsencode(name), dir_fd=folder))
    if not stat.S_ISREG(found.st_mode):
        return Found(FOLDER if stat.S_ISDIR(found.st_mode) else SPECIAL)
    descriptor = os.open(name, _READ, dir_fd=folder)
    try:
        found = os.fstat(descriptor)
        if not stat.S_ISREG(found.st_mode):
            return Found(SPECIAL)
        parts: list[bytes] = []
        while part := os.read(descriptor, 1 << 20):
            parts.append(part)
    finally:
        os.close(descriptor)
    mode = PROGRAM if found.st_mode & stat.S_IXUSR else FILE
    return Found(mode, b"".join(parts), stat.S_IMODE(found.st_mode))
