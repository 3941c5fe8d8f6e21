"""Writing: a run's folder in Converge's own layout, put below ``.converge/runs`` as a whole. Never through a link; what
stands where it belongs is set aside, and nothing else in ``.converge`` is touched."""

from __future__ import annotations

import os
import shutil
import stat
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

from odw_core.engines.odw.names import pid_of, start_ms_of
from odw_core.errors import OdwError
from odw_core.runs.faults import point
from odw_core.runs.workspace import set_aside

ROOT, RUNS, LAST = ".converge", "runs", "run.json"
_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_READ = os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK
_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
_LONGEST_NAME = 255


def stamp_of(run_id: str) -> str:
    """The name of the run's folder: when it started, in UTC. Two runs of one millisecond differ in the last digits."""
    begun = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=start_ms_of(run_id) or 0)
    return f"{begun:%Y%m%dT%H%M%S}{begun.microsecond // 1000:03}{(pid_of(run_id) or 0) % 1000:03}Z"


def write_folder(workspace: str, stamp: str, files: Mapping[str, bytes]) -> None:
    """Put the folder there with exactly these files, by relative path; one that holds just that already stays.

    Nobody sees half of it: it is made under another name, ``run.json`` last, and renamed. Raises ``OdwError`` when
    ``.converge`` or its ``runs`` is no real folder, ``OSError`` when the disk does not take it.
    """
    with _opened(workspace) as runs:
        draft = f".{stamp}.draft"
        _remove(runs, draft)
        os.mkdir(draft, 0o755, dir_fd=runs)
        with _descriptor(draft, runs) as folder:
            for name in sorted(files, key=lambda one: (one == LAST, one)):
                _write(folder, _parts(name), files[name])
                point("converge: a file is written")
            os.fsync(folder)
        if _holds(runs, stamp, files):
            _remove(runs, draft)
            return
        try:
            os.rename(draft, stamp, src_dir_fd=runs, dst_dir_fd=runs)
        except OSError:
            set_aside(runs, stamp)
            os.rename(draft, stamp, src_dir_fd=runs, dst_dir_fd=runs)
        os.fsync(runs)
        point("converge: the folder is in its place")


@contextmanager
def _opened(workspace: str) -> Iterator[int]:
    """A descriptor of ``.converge/runs``, made where it is missing."""
    here = os.open(workspace, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        for name in (ROOT, RUNS):
            with suppress(FileExistsError):
                os.mkdir(name, 0o755, dir_fd=here)
            try:
                below = os.open(name, _FOLDER, dir_fd=here)
            except OSError as error:
                path = Path(workspace, ROOT, *([RUNS] if name == RUNS else []))
                raise OdwError(f"{path} is no real folder, so nothing is written there.") from error
            os.close(here)
            here = below
        yield here
    finally:
        os.close(here)


@contextmanager
def _descriptor(name: str, folder: int, flags: int = _FOLDER) -> Iterator[int]:
    found = os.open(name, flags, dir_fd=folder)
    try:
        yield found
    finally:
        os.close(found)


def _parts(name: str) -> list[str]:
    """Raises ``ValueError`` for what is no path below the folder."""
    parts = name.split("/")
    if any(one in ("", ".", "..") or "\0" in one or len(os.fsencode(one)) > _LONGEST_NAME for one in parts):
        raise ValueError(f"{name!r} is no name of a file in a run's folder")
    return parts


def _write(folder: int, parts: list[str], data: bytes) -> None:
    if len(parts) > 1:
        with suppress(FileExistsError):
            os.mkdir(parts[0], 0o755, dir_fd=folder)
        with _descriptor(parts[0], folder) as below:
            _write(below, parts[1:], data)
        return
    descriptor = os.open(parts[0], _NEW, 0o644, dir_fd=folder)
    with os.fdopen(descriptor, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def _remove(folder: int, name: str) -> None:
    """A draft that a killed supervisor left. What is no folder has no business there either."""
    try:
        found = os.stat(name, dir_fd=folder, follow_symlinks=False)
    except FileNotFoundError:
        return
    if stat.S_ISDIR(found.st_mode):
        shutil.rmtree(name, dir_fd=folder)
    else:
        os.unlink(name, dir_fd=folder)


def _holds(runs: int, stamp: str, files: Mapping[str, bytes]) -> bool:
    """Whether the folder is there with just these files: a supervisor was killed after it had put it there."""
    try:
        with _descriptor(stamp, runs) as folder:
            return _content(folder, files) == set(files)
    except (OSError, ValueError):
        return False


def _content(folder: int, files: Mapping[str, bytes], above: str = "") -> set[str]:
    """Paths of what is there. Raises ``ValueError`` for what is not as it should be."""
    found: set[str] = set()
    for name in os.listdir(folder):
        path = f"{above}{name}"
        kind = os.stat(name, dir_fd=folder, follow_symlinks=False).st_mode
        if stat.S_ISDIR(kind):
            with _descriptor(name, folder) as below:
                found |= _content(below, files, f"{path}/")
            continue
        if not stat.S_ISREG(kind) or path not in files:
            raise ValueError(path)
        with os.fdopen(os.open(name, _READ, dir_fd=folder), "rb") as file:
            if file.read(len(files[path]) + 1) != files[path]:
                raise ValueError(path)
        found.add(path)
    return found
