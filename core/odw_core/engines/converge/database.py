"""The queue and checkpoint databases: SQLite, read only, never written to, nothing copied and nothing left behind.

What a database holds is believed no more than a file: limited in size and time, unknown shapes become a problem.
"""

from __future__ import annotations

import json
import os
import sqlite3
import struct
import sys
import time
import zlib
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from urllib.parse import quote

from odw_core.engines.converge import layout
from odw_core.engines.converge.acc import CheckpointAcc, TaskRow
from odw_core.engines.loose import integer, parse_object
from odw_core.files.safe_open import read_regular
from odw_core.files.stamps import is_fresh
from odw_core.model.evidence import Cursor

_COLUMNS = (
    ("id", "id"),
    ("status", "status"),
    ("created_at", "created_at"),
    ("updated_at", "updated_at"),
    ("attempts", "attempts"),
    ("request_json", "request"),
    ("last_error", "last_error"),
    ("artifacts_dir", "artifacts_dir"),
    ("claimed_at", "claimed_at"),
    ("source", "source"),
    ("hitl_questions_json", "questions"),
    ("hitl_resolution_json", "resolution"),
)
_MOST_ROWS = 5_000
_LONGEST_CELL = 1_000_000
_LONGEST_FILE = 2 << 30
_PATIENCE_S = 2.0
"""How long one database may keep us: a hostile schema could compute for ever."""
_BUSY_S = 0.05
_AGAIN_S = 0.5
"""How soon a database that was locked is tried again."""
_PAUSE = "branch:to:hitl_interrupt_node"
_TRIES = 50
_INDEX_HEAD = struct.Struct("=12I")
_INDEX_VERSION = 3_007_000


class _Unreadable(Exception):
    """Why a database says nothing, as a sentence."""


@dataclass(slots=True)
class Queue:
    """What the databases of one place say."""

    tasks: dict[str, TaskRow] = field(default_factory=dict)
    """By id, newest first."""
    checkpoints: dict[str, CheckpointAcc] = field(default_factory=dict)
    """The newest of every thread, by thread."""
    has_checkpoints: bool = False
    """Whether there are checkpoint tables at all."""
    problems: list[tuple[str, str]] = field(default_factory=list)
    """Path and reason."""
    is_busy: bool = False

    @property
    def newest_checkpoint(self) -> CheckpointAcc | None:
        """The newest of all threads."""
        return max(self.checkpoints.values(), key=lambda one: one.checkpoint, default=None)


class Databases:
    """Shared by the units of an engine, so that a database is read once for all of its rows."""

    def __init__(self) -> None:
        self._known: dict[str, tuple[Cursor, Queue, float]] = {}

    def stamp(self, place: str) -> Cursor:
        """Changes whenever a database of the place, or its write-ahead log, comes, goes or changes."""
        marks = [mark for name in layout.DATABASES for mark in _marks(f"{place}/{name}")]
        newest = max((mark[3] for mark in marks), default=0)
        size = sum(mark[2] for mark in marks)
        return Cursor(zlib.crc32(repr(marks).encode()), size, 0 if is_fresh(newest) else newest, len(marks))

    def queue(self, place: str) -> Queue:
        """What they say now; read again only when something changed."""
        stamp = self.stamp(place)
        known = self._known.get(place)
        if known is not None and known[0] == stamp and stamp.mtime_ns and not _is_due(known[1], known[2]):
            return known[1]
        queue = _read(place)
        if queue.is_busy and known is not None:
            # What was known stays until it can be read again.
            before = known[1]
            queue.tasks, queue.checkpoints = before.tasks | queue.tasks, before.checkpoints | queue.checkpoints
            queue.has_checkpoints = queue.has_checkpoints or before.has_checkpoints
        self._known[place] = (stamp, queue, time.monotonic())
        return queue


def _is_due(queue: Queue, read_at: float) -> bool:
    return queue.is_busy and time.monotonic() - read_at >= _AGAIN_S


def _marks(path: str) -> Iterator[tuple[str, int, int, int]]:
    for ending in ("", "-wal", "-journal"):
        try:
            status = os.lstat(path + ending)
        except (OSError, ValueError):
            continue
        yield ending, status.st_ino, status.st_size, status.st_mtime_ns


def _read(place: str) -> Queue:
    queue = Queue()
    found: list[TaskRow] = []
    for path in layout.databases(place):
        try:
            with closing(_open(path)) as database:
                tables = _tables(database)
                if _has_lost_log(path) and os.path.getsize(f"{path}-wal"):  # noqa: PTH202
                    queue.problems.append((path, "its -wal lost its index, so what stands only there is not shown"))
                if "tasks" in tables:
                    found += _tasks(database, path, queue)
                if {"checkpoints", "writes"} <= tables:
                    queue.has_checkpoints = True
                    _checkpoints(database, path, queue)
                if not tables & {"tasks", "checkpoints"}:
                    queue.problems.append((path, "it has neither a task table nor checkpoints"))
        except _Unreadable as reason:
            queue.problems.append((path, str(reason)))
        except OSError as error:
            queue.problems.append((path, f"cannot be read: {(error.strerror or 'unknown reason').lower()}"))
        except sqlite3.Error as error:
            queue.is_busy = queue.is_busy or _is_busy(error)
            queue.problems.append((path, _words(error)))
    for row in sorted(found, key=lambda row: (row.created_at, row.id), reverse=True):
        queue.tasks.setdefault(row.id, row)
    return queue


def _open(path: str) -> sqlite3.Connection:
    for ending in ("-wal", "-shm", "-journal"):
        if os.path.lexists(path + ending) and not layout.is_regular(path + ending):
            raise _Unreadable(f"its {ending} is no regular file, so it is not read")
    size = os.lstat(path).st_size
    if size > _LONGEST_FILE:
        raise _Unreadable(f"it is larger than {_LONGEST_FILE >> 30} GiB and is not read")
    mode = "mode=ro&" + _manner(path)
    database = sqlite3.connect(f"file:{quote(path)}?{mode}", uri=True, timeout=_BUSY_S, isolation_level=None)
    try:
        database.text_factory = lambda value: value.decode("utf-8", "replace")
        deadline = time.monotonic() + _PATIENCE_S
        database.set_progress_handler(lambda: time.monotonic() > deadline, 10_000)
        for pragma in ("trusted_schema=OFF", "query_only=ON", "cell_size_check=ON"):
            database.execute(f"PRAGMA {pragma}")
    except BaseException:
        database.close()
        raise
    return database


def _manner(path: str) -> str:
    """How a database is opened so that nothing is made beside it, which a plain read-only open does."""
    if os.path.lexists(f"{path}-wal"):
        return "immutable=1" if _has_lost_log(path) else "readonly_shm=1"
    # While a transaction is written only its lock says whether the file may be taken as it stands.
    return "immutable=0" if os.path.lexists(f"{path}-journal") else "immutable=1"


def _has_lost_log(path: str) -> bool:
    """Whether a write-ahead log lies there without a whole index: to read it, one would have to be made."""
    return os.path.lexists(f"{path}-wal") and not _has_log_index(f"{path}-shm")


def _has_log_index(path: str) -> bool:
    """Whether the index of a write-ahead log begins as SQLite begins one. Faced with another one it waits 10 seconds
    for somebody to repair it, and nothing can make it give up earlier."""
    for _ in range(_TRIES):
        try:
            head = read_regular(path, 2 * _INDEX_HEAD.size)
        except (OSError, ValueError):
            return False
        # A writer changes the second copy before the first one: meanwhile they differ.
        if len(head) == 2 * _INDEX_HEAD.size and head[: _INDEX_HEAD.size] == head[_INDEX_HEAD.size :]:
            return _is_index_head(_INDEX_HEAD.unpack_from(head))
    return False


def _is_index_head(words: tuple[int, ...]) -> bool:
    version, is_made = words[0], words[3] & 0xFF if sys.byteorder == "little" else words[3] >> 24
    one = two = 0
    for first, second in zip(words[0:10:2], words[1:10:2], strict=True):
        one = (one + first + two) & 0xFFFFFFFF
        two = (two + second + one) & 0xFFFFFFFF
    return version == _INDEX_VERSION and is_made != 0 and words[10:] == (one, two)


def _tables(database: sqlite3.Connection) -> set[str]:
    # Views are left out: they compute whatever their author likes.
    rows = database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
    return {name for (name,) in rows.fetchmany(1_000) if isinstance(name, str)}


def _columns(database: sqlite3.Connection, table: str) -> set[str]:
    return {str(row[1]) for row in database.execute(f"PRAGMA table_info({table})").fetchmany(1_000)}


def _tasks(database: sqlite3.Connection, path: str, queue: Queue) -> Iterator[TaskRow]:
    there = _columns(database, "tasks")
    if not {"id", "status"} <= there:
        queue.problems.append((path, "its task table has another shape"))
        return
    wanted = [f"substr({name}, 1, {_LONGEST_CELL})" if name in there else "NULL" for name, _ in _COLUMNS]
    order = "created_at DESC" if "created_at" in there else "rowid DESC"
    # Every name in it is one of ours.
    query = f"SELECT {', '.join(wanted)} FROM tasks ORDER BY {order} LIMIT {_MOST_ROWS + 1}"
    rows = database.execute(query).fetchall()
    if len(rows) > _MOST_ROWS:
        queue.problems.append((path, f"it has more than {_MOST_ROWS:,} tasks; the newest ones are shown"))
    for row in rows[:_MOST_ROWS]:
        cells = {field_name: _text(cell) for (_, field_name), cell in zip(_COLUMNS, row, strict=True)}
        if not cells["id"]:
            continue
        yield TaskRow(
            id=cells["id"],
            status=cells["status"] or "",
            created_at=cells["created_at"] or "",
            updated_at=cells["updated_at"] or "",
            attempts=_number(cells["attempts"]),
            request=cells["request"] or "",
            last_error=cells["last_error"] or "",
            artifacts_dir=cells["artifacts_dir"],
            claimed_at=cells["claimed_at"] or "",
            source=cells["source"],
            questions=cells["questions"] or "",
            resolution=cells["resolution"] or "",
            database=path,
        )


def _checkpoints(database: sqlite3.Connection, path: str, queue: Queue) -> None:
    if not {"thread_id", "checkpoint_id", "metadata", "checkpoint"} <= _columns(database, "checkpoints"):
        queue.problems.append((path, "its checkpoint table has another shape"))
        return
    newest = database.execute(
        "SELECT thread_id, checkpoint_id, substr(metadata, 1, 100000), instr(checkpoint, CAST(? AS BLOB)) "
        "FROM checkpoints AS this WHERE checkpoint_id = "
        "(SELECT max(checkpoint_id) FROM checkpoints WHERE thread_id = this.thread_id) LIMIT ?",
        (_PAUSE, _MOST_ROWS),
    ).fetchall()
    asked = {(_text(thread), _text(one)) for thread, one in _on_channel(database, "__interrupt__")}
    answered = {(_text(thread), _text(one)) for thread, one in _on_channel(database, "__resume__")}
    for thread_value, checkpoint_value, metadata, is_pausing in newest:
        thread, one = _text(thread_value) or "", _text(checkpoint_value) or ""
        fields = parse_object((_text(metadata) or "").encode("utf-8", "surrogatepass")) or {}
        found = CheckpointAcc(
            thread=thread,
            checkpoint=one,
            step=integer(fields, "step"),
            is_pending=bool(is_pausing) and (thread, one) in asked and (thread, one) not in answered,
            is_resumed=any(name == thread for name, _ in answered),
            database=path,
        )
        known = queue.checkpoints.get(thread)
        if known is None or known.checkpoint < one:
            queue.checkpoints[thread] = found


def _on_channel(database: sqlite3.Connection, channel: str) -> list[tuple[object, object]]:
    if not {"thread_id", "checkpoint_id", "channel"} <= _columns(database, "writes"):
        return []
    query = "SELECT DISTINCT thread_id, checkpoint_id FROM writes WHERE channel = ? LIMIT ?"
    return database.execute(query, (channel, _MOST_ROWS)).fetchall()


def _text(cell: object) -> str | None:
    match cell:
        case None:
            return None
        case bytes():
            return cell.decode("utf-8", "replace")
        case str():
            return cell
        case _:
            return json.dumps(cell)


def _number(cell: str | None) -> int:
    try:
        return min(max(int(cell or 0), 0), 1 << 31)
    except ValueError:
        return 0


def _is_busy(error: sqlite3.Error) -> bool:
    return getattr(error, "sqlite_errorcode", 0) & 0xFF in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)


def _words(error: sqlite3.Error) -> str:
    if _is_busy(error):
        return "it is locked by another program; it is read again soon"
    if getattr(error, "sqlite_errorcode", 0) == sqlite3.SQLITE_INTERRUPT:
        return f"reading it took longer than {_PATIENCE_S:.0f} s"
    return f"cannot be read: {error}"
