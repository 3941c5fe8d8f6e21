"""LogShelf: the saved logs of some places, read as they grow, each part of them tied to the run it tells of.

Opens regular files whose first lines fit the grammar, and nothing else.
"""

from __future__ import annotations

import copy
import os
import zlib
from bisect import bisect_left
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from odw_core.engines.converge import layout
from odw_core.engines.converge.acc import LogAcc
from odw_core.engines.converge.names import stamp_time
from odw_core.engines.converge.own_attempts import OwnAttempts
from odw_core.engines.converge.saved_log import LogBook, is_record
from odw_core.files.safe_open import open_regular
from odw_core.model.evidence import Cursor

_HEAD = 4_096
_PREFACE = 20
"""Lines within which the first record must come."""
_LONGEST = 16 << 20
"""Of a longer log its end is read."""
_QUARTER_S = 900
_ZONES = range(-12 * 3_600, 14 * 3_600 + 1, _QUARTER_S)
_BEFORE_S, _AFTER_S = 3.0, 12.0
"""How long before and after the log's first word of it a run's folder may have been made."""


@dataclass(slots=True)
class _Kept:
    """One log, as far as it was read."""

    inode: int
    book: LogBook | None
    """None while its head does not fit."""
    offset: int = 0
    size: int = 0
    head: bytes = b""
    """How the file begins: a log that was exchanged in place begins otherwise."""
    tail: LogBook | None = None
    """The book with the unfinished last line."""


@dataclass(slots=True)
class _Place:
    """What was made of one place."""

    stamp: Cursor
    parts: dict[str, LogAcc]


class LogShelf:
    """Shared by the runs of an engine, so that a log of many runs is read once."""

    def __init__(self) -> None:
        self._kept: dict[str, _Kept] = {}
        self._places: dict[str, _Place] = {}
        self.own = OwnAttempts()
        """What runs of ours filed; their logs are logs like any other."""

    def _logs(self, place: str) -> list[str]:
        return [*layout.logs(place), *self.own.logs(place)]

    def stamp(self, place: str) -> Cursor:
        """Changes whenever a log of the place comes, goes or changes, or a run folder comes or goes."""
        marks: list[tuple[object, ...]] = []
        size = newest = 0
        for path in self._logs(place):
            try:
                status = os.lstat(path)
            except (OSError, ValueError):
                continue
            marks.append((path, status.st_ino, status.st_size, status.st_mtime_ns))
            size, newest = size + status.st_size, max(newest, status.st_mtime_ns)
        runs = layout.run_names(place) if marks else []
        return Cursor(zlib.crc32(repr((marks, runs)).encode("utf-8", "surrogatepass")), size, newest, len(marks))

    def part_of(self, place: str, run: str, stamp: Cursor) -> LogAcc | None:
        """What the logs tell of a run; None when they tell nothing. ``stamp`` is that of this moment."""
        known = self._places.get(place)
        if known is None or known.stamp != stamp:
            known = self._places[place] = _Place(stamp, self._read(place))
        return known.parts.get(run)

    def _read(self, place: str) -> dict[str, LogAcc]:
        parts: list[LogAcc] = []
        for path in self._logs(place):
            book = self._book(path)
            if book is not None:
                parts += [part for part in book.parts if part.config_at]
        return _tied(parts, layout.run_names(place))

    def _book(self, path: str) -> LogBook | None:
        try:
            descriptor = open_regular(path)
        except (OSError, ValueError):
            self._kept.pop(path, None)
            return None
        try:
            status = os.fstat(descriptor)
            kept = self._kept.get(path)
            if kept is None or not _continues(descriptor, kept, status):
                kept = self._kept[path] = _begin(descriptor, path, status)
            if kept.book is not None and status.st_size != kept.size:
                _go_on(descriptor, kept, kept.book, status.st_size)
        except OSError:
            self._kept.pop(path, None)
            return None
        finally:
            os.close(descriptor)
        return kept.tail or kept.book


def _continues(descriptor: int, kept: _Kept, status: os.stat_result) -> bool:
    if kept.book is None or kept.inode != status.st_ino or status.st_size < kept.size:
        return False
    return status.st_size == kept.size or os.pread(descriptor, len(kept.head), 0) == kept.head


def _begin(descriptor: int, path: str, status: os.stat_result) -> _Kept:
    head = os.pread(descriptor, _HEAD, 0)
    lines = head.decode("utf-8", "replace").split("\n")
    if not any(is_record(line.removesuffix("\r")) for line in lines[:_PREFACE]):
        return _Kept(status.st_ino, None)
    book = LogBook(path)
    offset = 0
    if status.st_size > _LONGEST:
        while offset < status.st_size - _LONGEST:
            chunk = os.pread(descriptor, 1 << 20, offset)
            if (cut := chunk.rfind(b"\n") + 1) == 0:
                break
            book.lines += chunk.count(b"\n", 0, cut)
            offset += cut
    return _Kept(status.st_ino, book, offset, head=head)


def _go_on(descriptor: int, kept: _Kept, book: LogBook, size: int) -> None:
    data = bytearray()
    while chunk := os.pread(descriptor, min(1 << 20, 2 * _LONGEST - len(data)), kept.offset + len(data)):
        data += chunk
    cut = data.rfind(b"\n") + 1
    book.feed(bytes(data[:cut]), kept.offset)
    kept.offset, kept.size, kept.tail = kept.offset + cut, size, None
    if rest := bytes(data[cut:]):
        kept.tail = copy.deepcopy(book)
        kept.tail.feed(rest + b"\n", kept.offset)


def _tied(parts: list[LogAcc], runs: list[str]) -> dict[str, LogAcc]:
    """The part that tells of each run: by the folder it names, else by the time it began."""
    times = sorted((at, run) for run in runs if (at := stamp_time(run)) is not None)
    by_run: dict[str, LogAcc] = {}
    left: list[tuple[LogAcc, float]] = []
    known = {run: at for at, run in times}
    for part in parts:
        run = part.artifacts.replace("\\", "/").rstrip("/").rpartition("/")[2]
        began = _local(part.config_at)
        if run in runs:
            zone = 0 if began is None or run not in known else round((began - known[run]) / _QUARTER_S) * _QUARTER_S
            by_run.setdefault(run, replace(part, is_certain=True, zone_s=zone))
        elif not part.artifacts and began is not None:
            left.append((part, began))
    free = [(at, run) for at, run in times if run not in by_run]
    for part, began in left:
        found = _nearest(began, free)
        if found is not None:
            at, run, zone = found
            by_run[run] = replace(part, zone_s=zone)
            free.remove((at, run))
    return by_run


def _nearest(began: float, times: list[tuple[float, str]]) -> tuple[float, str, int] | None:
    """The run that began when a log did, and the zone of the log: the machine's own first, then UTC, then any."""
    here = datetime.fromtimestamp(began, UTC).astimezone().utcoffset()
    own = 0 if here is None else int(here.total_seconds())
    for zone in dict.fromkeys((own, 0, *sorted(_ZONES, key=abs))):
        first = bisect_left(times, (began - zone - _BEFORE_S, ""))
        near = [(at, run) for at, run in times[first : first + 20] if at <= began - zone + _AFTER_S]
        if near:
            # A folder is made right after the log's first word of it, whose seconds are cut off.
            at, run = min(near, key=lambda one: _distance(one[0] - (began - zone)))
            return at, run, zone
    return None


def _distance(late_s: float) -> float:
    return late_s if late_s >= 0 else _AFTER_S - late_s


def _local(at: str) -> float | None:
    """Seconds of a local time as if it were UTC."""
    try:
        return datetime.fromisoformat(at).replace(tzinfo=UTC).timestamp()
    except ValueError:
        return None
