"""The run's folder below a workspace, which agents can write: reached step by step, never through a link.

Everything is done relative to descriptors of real folders; what was put in their place is moved aside, not followed.
"""

from __future__ import annotations

import os
import secrets
import stat
from contextlib import suppress
from pathlib import Path

_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_WRITE = os.O_WRONLY | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK


class RunPlace:
    """``<workspace>/.odw/runs/<run_id>``. ``names`` lead to it, one real folder below the other."""

    def __init__(self, workspace: str, run_id: str) -> None:
        self.path = Path(workspace, ".odw", "runs", run_id)
        self._workspace = workspace
        self._names = (".odw", "runs", run_id)

    def open(self, *below: str) -> int:
        """A descriptor of the run's folder, or of one below it; made where it is missing. The caller closes it."""
        return self._walk((*self._names, *below))

    def open_runs(self) -> int:
        """A descriptor of the folder in which all runs lie. The caller closes it."""
        return self._walk(self._names[:-1])

    def _walk(self, names: tuple[str, ...]) -> int:
        here = os.open(self._workspace, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        for name in names:
            try:
                below = _enter(here, name)
            finally:
                os.close(here)
            here = below
        return here


def _enter(here: int, name: str) -> int:
    for _ in range(3):
        try:
            return os.open(name, _FOLDER, dir_fd=here)
        except FileNotFoundError:
            with suppress(FileExistsError):
                os.mkdir(name, dir_fd=here)
        except OSError:
            set_aside(here, name)
    return os.open(name, _FOLDER, dir_fd=here)


def set_aside(here: int, name: str) -> None:
    """What stands where something of ours belongs gets another name; nothing in it is touched."""
    with suppress(OSError):
        os.rename(name, f".foreign-{name}-{secrets.token_hex(4)}", src_dir_fd=here, dst_dir_fd=here)


def open_new(here: int, name: str, *, appends: bool = False) -> int:
    """A descriptor to write the regular file ``name``; empty unless ``appends``. Whatever else has that name is set
    aside."""
    flags = _WRITE | (os.O_APPEND if appends else 0)
    for _ in range(3):
        try:
            descriptor = os.open(name, flags, 0o600, dir_fd=here)
        except OSError:
            set_aside(here, name)
            continue
        found = os.fstat(descriptor)
        if stat.S_ISREG(found.st_mode) and found.st_nlink == 1:
            if not appends:
                os.ftruncate(descriptor, 0)
            return descriptor
        os.close(descriptor)
        set_aside(here, name)
    return os.open(name, flags | os.O_EXCL, 0o600, dir_fd=here)


def write_whole(here: int, name: str, data: bytes) -> None:
    """Write under another name and rename into place."""
    draft = f".{name}.{secrets.token_hex(4)}"
    descriptor = os.open(draft, _WRITE | os.O_EXCL, 0o600, dir_fd=here)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
        try:
            os.replace(draft, name, src_dir_fd=here, dst_dir_fd=here)
        except OSError:
            set_aside(here, name)
            os.replace(draft, name, src_dir_fd=here, dst_dir_fd=here)
    except BaseException:
        with suppress(OSError):
            os.unlink(draft, dir_fd=here)
        raise
