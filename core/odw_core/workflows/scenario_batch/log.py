"""BatchLog: the log of one batch below ``logs/``. It only grows, a record is one write, and none is written twice.

What was written is also kept in the run's private folder: an agent can write below the root, so the log itself is never
believed when the run goes on.
"""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from pathlib import Path

from odw_core.engines.loose import Json, integer, text
from odw_core.engines.scenario import records
from odw_core.engines.scenario.records import Record, decode, encode
from odw_core.errors import OdwError
from odw_core.files.safe_open import read_regular
from odw_core.runs.faults import point
from odw_core.runs.journal import unreadable
from odw_core.runs.masking import MaskedStream
from odw_core.runs.workspace import open_new
from odw_core.text.lines import whole_lines
from odw_core.workflows.scenario_batch.folders import opened

FOLDER = "logs"
MIRROR = "batch.log"
CLEARED = "cleared"
"""A record of our own: what was taken away before the first scenario."""
_ITEM = re.compile(r"^run-\d{8}-\d{6}(-\d{1,4})?$")
_MOST = 1 << 31
_SUFFIXES = 1000
_WRITE = os.O_WRONLY | os.O_APPEND | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK


class BatchLog:
    """Belongs to the supervisor of the run."""

    def __init__(self, root: str, item: str, mirror: Path, now: Callable[[], float]) -> None:
        """Use ``open_log``."""
        self.item, self._root, self._now = item, root, now
        flags = os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW | os.O_CLOEXEC
        self._mirror = os.open(mirror, flags, 0o600)
        self._cut_torn_end()
        self._folder = opened(root, FOLDER, makes=True)
        self._copy = -1
        self._raw: dict[int, MaskedStream] = {}
        self.trouble = ""
        """Why the log below the root could not be written; the private one goes on."""
        self._told = [found for _, line in whole_lines(self.data())[0] if (found := decode(line)) is not None]
        self._written = {_identity(one.type, one.fields) for one in self._told}

    @property
    def file(self) -> str:
        """Its path below the root."""
        return f"{FOLDER}/{self.item}.log"

    def data(self) -> bytes:
        """Everything that was written so far."""
        return os.pread(self._mirror, os.fstat(self._mirror).st_size, 0)

    def has(self, kind: str, **fields: object) -> bool:
        """Whether such a record was written, by this supervisor or one before."""
        return _identity(kind, unreadable(fields)) in self._written

    def ends(self) -> list[Json]:
        """How scenarios ended under supervisors before this one."""
        return [one.fields for one in self._told if one.type == records.SCENARIO_END]

    def tool_calls(self, index: int) -> set[str]:
        """Ids of the tool calls of a scenario that were written."""
        of_it = (one.fields for one in self._told if one.type == records.TOOL_CALL)
        return {text(one, "id") for one in of_it if integer(one, "index") == index}

    def put(self, kind: str, **fields: object) -> None:
        """One record, at once. Raises ``OSError`` when the private folder does not take it."""
        shown = unreadable(fields)
        point("before a record of the log")
        self._append(encode(Record(kind, {"ts": self.stamp(self._now()), **shown})))
        self._written.add(_identity(kind, shown))
        point("after a record of the log")

    def put_once(self, kind: str, **fields: object) -> None:
        """The same, unless it was written before a resume. Records are told apart by kind and index, checks by name."""
        if not self.has(kind, **fields):
            self.put(kind, **fields)

    @staticmethod
    def stamp(at: float) -> str:
        """ISO-8601 in local time, with its zone."""
        return datetime.fromtimestamp(at).astimezone().isoformat(timespec="milliseconds")

    def _append(self, line: bytes) -> None:
        size = os.fstat(self._mirror).st_size
        if os.write(self._mirror, line) < len(line):
            # Half a record would swallow the next one.
            os.ftruncate(self._mirror, size)
            raise OSError(28, "the disk is full", MIRROR)
        point("between the record and the log")
        try:
            if self._is_as_we_left_it(size):
                self._write_copy(line)
            else:
                self._catch_up()
        except (OSError, OdwError) as error:
            self.trouble = str(error)
            self._forget_copy()

    def _is_as_we_left_it(self, size: int) -> bool:
        """Whether the log is still the file that we write, with nothing but our ``size`` bytes in it."""
        if self._copy < 0:
            return False
        found, ours = os.stat(f"{self.item}.log", dir_fd=self._folder, follow_symlinks=False), os.fstat(self._copy)
        return (found.st_ino, found.st_dev, found.st_size) == (ours.st_ino, ours.st_dev, size)

    def _write_copy(self, line: bytes) -> None:
        if os.write(self._copy, line) < len(line):
            self._forget_copy()

    def _forget_copy(self) -> None:
        if self._copy >= 0:
            os.close(self._copy)
        self._copy = -1

    def _catch_up(self) -> None:
        """What the log below the root misses is written to its end, a torn line first; nothing of it is changed."""
        self._forget_copy()
        self._copy = os.open(f"{self.item}.log", _WRITE | os.O_CREAT, 0o600, dir_fd=self._folder)
        if not stat.S_ISREG(os.fstat(self._copy).st_mode):
            self._forget_copy()
            raise OdwError(f"{self.file} is no plain file")
        ours, theirs = self.data(), self._theirs()
        if ours.startswith(theirs):
            self._write_copy(ours[len(theirs) :])
            return
        # Somebody else wrote into it: that stays, what is missing follows.
        there = {*theirs.split(b"\n")}
        missing = b"".join(line + b"\n" for line in ours.split(b"\n") if line and line not in there)
        if missing:
            self._write_copy((b"" if theirs.endswith(b"\n") else b"\n") + missing)

    def _theirs(self) -> bytes:
        reading = os.open(f"{self.item}.log", os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC, dir_fd=self._folder)
        try:
            return os.pread(reading, min(os.fstat(reading).st_size, _MOST), 0)
        finally:
            os.close(reading)

    def _cut_torn_end(self) -> None:
        data = os.pread(self._mirror, os.fstat(self._mirror).st_size, 0)
        if data and not data.endswith(b"\n"):
            os.ftruncate(self._mirror, data.rfind(b"\n") + 1)

    def raw(self, index: int, line: str) -> None:
        """One line of the talk with the agent, masked, beside the log. A disk that does not take it loses it."""
        with suppress(OSError, OdwError):
            stream = self._raw.get(index)
            if stream is None:
                folder = opened(self._root, f"{FOLDER}/{self.item}.d", makes=True)
                try:
                    made = open_new(folder, f"{index:03}-raw.jsonl", appends=True)
                finally:
                    os.close(folder)
                stream = self._raw[index] = MaskedStream(made)
            stream.write(line.encode("utf-8", "backslashreplace") + b"\n")

    def end_raw(self, index: int) -> None:
        """The talk about that scenario is over."""
        stream = self._raw.pop(index, None)
        if stream is not None:
            with suppress(OSError):
                stream.close()

    def catch_up(self) -> None:
        """A supervisor that was killed between a record and the log leaves the log one behind."""
        if self.data():
            with suppress(OSError, OdwError):
                self._catch_up()

    def close(self) -> None:
        """Let go of everything."""
        for index in [*self._raw]:
            self.end_raw(index)
        self._forget_copy()
        os.close(self._folder)
        os.close(self._mirror)


def open_log(
    root: str, folder: Path, kept: object, keep: Callable[[str], None], now: Callable[[], float], began: float
) -> BatchLog:
    """The log of a run that begins or goes on. ``folder`` is the run's private one, ``kept`` the name of its log if it
    has one, ``keep`` remembers it, ``began`` is when the run started. Raises ``NoFolder``, ``OSError``."""
    mirror = folder / MIRROR
    if isinstance(kept, str) and _ITEM.match(kept) and _is_ours(root, kept, mirror):
        log = BatchLog(root, kept, mirror, now)
    else:
        log = BatchLog(root, _reserved(root, keep, began), mirror, now)
    log.catch_up()
    return log


def _reserved(root: str, keep: Callable[[str], None], began: float) -> str:
    """A name that no other log has: the local time of the start, with a number behind it in the same second."""
    name = datetime.fromtimestamp(began).strftime("run-%Y%m%d-%H%M%S")
    folder = opened(root, FOLDER, makes=True)
    try:
        for number in range(1, _SUFFIXES):
            item = name if number == 1 else f"{name}-{number}"
            # Remembered first: whoever is killed in between finds its own empty log again.
            if not _is_there(folder, item):
                keep(item)
                with suppress(FileExistsError):
                    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
                    os.close(os.open(f"{item}.log", flags, 0o644, dir_fd=folder))
                    return item
    finally:
        os.close(folder)
    raise OdwError(f"There are {_SUFFIXES} logs of this very second below {FOLDER}/.")


def _is_there(folder: int, item: str) -> bool:
    try:
        os.stat(f"{item}.log", dir_fd=folder, follow_symlinks=False)
    except FileNotFoundError:
        return False
    return True


def _is_ours(root: str, item: str, mirror: Path) -> bool:
    """Whether the log of that name may be gone on with: ours by what it holds, or still to be made."""
    try:
        ours = read_regular(mirror, _MOST)
    except OSError:
        ours = b""
    try:
        theirs = read_regular(Path(root, FOLDER, f"{item}.log"), _MOST)
    except FileNotFoundError:
        return bool(ours)
    except (OSError, ValueError):
        return False
    # Without a record of our own, only an empty log is sure to be ours.
    return bool(ours) or not theirs


def _identity(kind: str, fields: Json) -> tuple[str, object]:
    match kind:
        case records.PREFLIGHT:
            return kind, (fields.get("check"), str(fields.get("detail")))
        case records.TOOL_CALL:
            return kind, (fields.get("index"), fields.get("id"))
        case records.DIAGNOSTIC:
            return kind, tuple(fields.get(name) for name in ("index", "kind", "source", "again"))
        case _:
            return kind, fields.get("index")
