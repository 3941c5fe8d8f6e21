"""Followers of what is no single file: the listing of a run folder, saved logs, rows and checkpoints of the queue."""

from __future__ import annotations

import json
import os
import stat
import time
import zlib
from collections.abc import Callable

from odw_core.engines import codec
from odw_core.engines.converge import layout
from odw_core.engines.converge.acc import QueueAcc, RepeatsAcc
from odw_core.engines.converge.database import Databases
from odw_core.engines.converge.log_shelf import LogShelf
from odw_core.engines.converge.names import PLANS
from odw_core.engines.converge.own_attempts import OwnAttempts
from odw_core.engines.converge.ties import may_be_run_of, may_be_task_of
from odw_core.files.follow import Look
from odw_core.files.stamps import is_fresh
from odw_core.model.evidence import Cursor, Gone, Replaced

_MOST_FILES = 20_000
_DEEPEST = 16


class Unknown(Exception):
    """It cannot be read now; what was known stays."""


class _Follower:
    """Implements ``Follower`` over a stamp and a reading; nothing is read while the stamp stays."""

    def __init__(
        self,
        path: str,
        name: str,
        cursor: Cursor | None,
        stamp: Callable[[], Cursor | None],
        read: Callable[[], bytes | None],
    ) -> None:
        self.path, self.name, self.cursor = path, name, cursor
        self.written_ns = 0
        self._stamp, self._read = stamp, read

    def is_current(self) -> bool:
        """Whether the stamp is the same."""
        return self._stamp() == self.cursor

    def look(self) -> Look:
        """Read it if the stamp changed."""
        stamp = self._stamp()
        if stamp == self.cursor:
            return Look()
        self.cursor = stamp
        if stamp is not None:
            self.written_ns = stamp.mtime_ns
        try:
            data = None if stamp is None else self._read()
        except Unknown:
            return Look()
        return Look(Gone(self.name) if data is None else Replaced(self.name, data))

    def look_again(self) -> None:
        """The next look reads it again even if its stamp stays."""
        if self.cursor is not None:
            self.cursor = Cursor(self.cursor.inode, self.cursor.size, -1, self.cursor.offset)


def listing(root: str, name: str, cursor: Cursor | None) -> _Follower:
    """All files of a run folder with their sizes. The stamp covers every folder and file below it."""
    walked: list[_Listing] = []

    def stamp() -> Cursor | None:
        walked[:] = [_Listing(root)]
        return walked[0].stamp()

    def read() -> bytes:
        return (walked.pop() if walked else _Listing(root)).data()

    return _Follower(root, name, cursor, stamp, read)


class _Listing:
    """One walk through a run folder. Follows no link, and names only regular files."""

    def __init__(self, root: str) -> None:
        self.files: dict[str, int] = {}
        self.folders: list[str] = []
        self._newest_ns = 0
        self._marks: list[tuple[str, int, int, int]] = []
        self.is_there = self._mark(root, "")
        if self.is_there:
            self._walk(root, "", 0)

    def _mark(self, path: str, name: str) -> bool:
        try:
            status = os.lstat(path)
        except (OSError, ValueError):
            return False
        if stat.S_ISREG(status.st_mode):
            self.files[name] = status.st_size
            self._newest_ns = max(self._newest_ns, status.st_mtime_ns)
        elif not stat.S_ISDIR(status.st_mode):
            return False
        elif not name:
            # Only while there is no file does the folder itself say when something was written.
            self._newest_ns = max(self._newest_ns, status.st_mtime_ns)
        self._marks.append((name, status.st_ino, status.st_size, status.st_mtime_ns))
        return True

    def _walk(self, folder: str, below: str, depth: int) -> None:
        try:
            with os.scandir(folder) as entries:
                found = sorted(entries, key=lambda entry: entry.name)
        except (OSError, ValueError):
            return
        for entry in found:
            if len(self._marks) >= _MOST_FILES:
                return
            name = f"{below}{entry.name}"
            if not self._mark(entry.path, name) or name in self.files:
                continue
            if below == f"{PLANS}/":
                self.folders.append(entry.name)
            if depth < _DEEPEST:
                self._walk(entry.path, f"{name}/", depth + 1)

    def stamp(self) -> Cursor | None:
        if not self.is_there:
            return None
        newest = max(mark[3] for mark in self._marks)
        crc = zlib.crc32(repr(self._marks).encode("utf-8", "surrogatepass"))
        return Cursor(crc, sum(self.files.values()), 0 if is_fresh(newest) else newest, len(self._marks))

    def data(self) -> bytes:
        document = {"files": self.files, "folders": self.folders, "written_ns": self._newest_ns}
        return json.dumps(document, separators=(",", ":")).encode()


def saved_log(shelf: LogShelf, place: str, run: str, name: str, cursor: Cursor | None) -> _Follower:
    """What a saved log tells of a run."""

    def read() -> bytes | None:
        part = shelf.part_of(place, run, shelf.stamp(place))
        return None if part is None else codec.dump(part)

    return _Follower(place, name, cursor, lambda: shelf.stamp(place), read)


def repeats(own: OwnAttempts, place: str, run: str, name: str, cursor: Cursor | None) -> _Follower:
    """What runs of ours filed for a run or a task."""

    def stamp() -> Cursor:
        marks = own.result_marks(place)
        newest = max((mark[2] for mark in marks), default=0)
        return Cursor(zlib.crc32(repr(marks).encode("utf-8", "surrogatepass")), len(marks), newest, 0)

    def read() -> bytes:
        return codec.dump(RepeatsAcc(own.repeats(place, run), own.adopted(place)))

    return _Follower(place, name, cursor, stamp, read)


def queue_of_run(databases: Databases, place: str, run: str, name: str, cursor: Cursor | None) -> _Follower:
    """The tasks that may explain a run."""

    def read() -> bytes:
        queue = databases.queue(place)
        tasks = [row for row in queue.tasks.values() if may_be_task_of(row, run)]
        return codec.dump(QueueAcc(tasks, [[*problem] for problem in queue.problems]))

    return _Follower(place, name, cursor, _unless_busy(databases, place), read)


def task_row(databases: Databases, path: str, place: str, task: str, name: str, cursor: Cursor | None) -> _Follower:
    """One row of the queue as JSON. The stamp begins with that of the database file itself."""

    def stamp() -> Cursor | None:
        whole = databases.stamp(place)
        try:
            status = os.lstat(path)
        except (OSError, ValueError):
            return None
        is_moving = whole.mtime_ns == 0 or databases.queue(place).is_busy
        return Cursor(status.st_ino, status.st_size, 0 if is_moving else status.st_mtime_ns, whole.inode)

    def read() -> bytes | None:
        queue = databases.queue(place)
        row = queue.tasks.get(task)
        if row is None and queue.problems:
            raise Unknown
        return None if row is None else codec.dump(row)

    return _Follower(path, name, cursor, stamp, read)


def checkpoint(databases: Databases, place: str, task: str, name: str, cursor: Cursor | None) -> _Follower:
    """The newest checkpoint of a task's thread."""

    def read() -> bytes | None:
        found = databases.queue(place).checkpoints.get(task)
        return None if found is None else codec.dump(found)

    return _Follower(place, name, cursor, _unless_busy(databases, place), read)


def runs_of_task(databases: Databases, place: str, task: str, name: str, cursor: Cursor | None) -> _Follower:
    """Names of the run folders that began while a task was worked on."""

    def stamp() -> Cursor:
        whole = databases.stamp(place)
        names = repr(layout.run_names(place)).encode("utf-8", "surrogatepass")
        return Cursor(zlib.crc32(names), whole.size, whole.mtime_ns, whole.inode)

    def read() -> bytes:
        row = databases.queue(place).tasks.get(task)
        names = [] if row is None else [run for run in layout.run_names(place) if may_be_run_of(run, row)]
        return json.dumps(names).encode()

    return _Follower(f"{place}/{layout.RUNS}", name, cursor, stamp, read)


def _unless_busy(databases: Databases, place: str) -> Callable[[], Cursor]:
    def stamp() -> Cursor:
        found = databases.stamp(place)
        if found.offset and databases.queue(place).is_busy:
            return Cursor(found.inode, found.size, time.time_ns(), found.offset)
        return found

    return stamp
