"""BatchLog: the log of one batch below ``logs/``: a record is one write at once, and none is written twice."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from pathlib import Path

from odw_core.engines.loose import Json, integer, text
from odw_core.engines.scenario import records
from odw_core.engines.scenario.records import Record, decode, encode
from odw_core.errors import OdwError
from odw_core.runs.below import opened
from odw_core.runs.journal import unreadable
from odw_core.runs.masking import MaskedStream
from odw_core.runs.mirrored_log import MirroredLog, is_ours, reserve
from odw_core.runs.workspace import open_new
from odw_core.text.lines import whole_lines

FOLDER = "logs"
MIRROR = "batch.log"
CLEARED = "cleared"
"""A record of our own: what was taken away before the first scenario."""
_ITEM = re.compile(r"^run-\d{8}-\d{6}(-\d{1,4})?$")
_SUFFIXES = 1000


class BatchLog:
    """Belongs to the supervisor of the run."""

    def __init__(self, root: str, item: str, mirror: Path, now: Callable[[], float]) -> None:
        """Use ``open_log``."""
        self.item, self._root, self._now = item, root, now
        self._lines = MirroredLog(root, FOLDER, f"{item}.log", mirror)
        self._raw: dict[int, MaskedStream] = {}
        self._told = [found for _, line in whole_lines(self.data())[0] if (found := decode(line)) is not None]
        self._written = {_identity(one.type, one.fields) for one in self._told}

    @property
    def file(self) -> str:
        """Its path below the root."""
        return f"{FOLDER}/{self.item}.log"

    @property
    def trouble(self) -> str:
        """Why the log below the root could not be written; the private one goes on."""
        return self._lines.trouble

    def data(self) -> bytes:
        """Everything that was written so far."""
        return self._lines.data()

    def has(self, kind: str, /, **fields: object) -> bool:
        """Whether such a record was written, by this supervisor or one before."""
        return _identity(kind, unreadable(fields)) in self._written

    def ends(self) -> list[Json]:
        """How scenarios ended under supervisors before this one."""
        return [one.fields for one in self._told if one.type == records.SCENARIO_END]

    def tool_calls(self, index: int) -> set[str]:
        """Ids of the tool calls of a scenario that were written by supervisors before this one."""
        of_it = (one.fields for one in self._told if one.type == records.TOOL_CALL)
        return {text(one, "id") for one in of_it if integer(one, "index") == index}

    def put(self, kind: str, /, **fields: object) -> None:
        """One record, at once. Raises ``OSError`` when the private folder does not take it."""
        shown = unreadable(fields)
        self._lines.append(encode(Record(kind, {"ts": self.stamp(self._now()), **shown})))
        self._written.add(_identity(kind, shown))

    def put_once(self, kind: str, /, **fields: object) -> None:
        """The same, unless it was written before a resume. Records are told apart by kind and index, checks by name."""
        if not self.has(kind, **fields):
            self.put(kind, **fields)

    @staticmethod
    def stamp(at: float) -> str:
        """ISO-8601 in local time, with its zone."""
        return datetime.fromtimestamp(at).astimezone().isoformat(timespec="milliseconds")

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

    def close(self) -> None:
        """Let go of everything."""
        for index in [*self._raw]:
            self.end_raw(index)
        self._lines.close()


def open_log(
    root: str, folder: Path, kept: object, keep: Callable[[str], None], now: Callable[[], float], began: float
) -> BatchLog:
    """The log of a run that begins or goes on. ``folder`` is the run's private one, ``kept`` the name of its log if it
    has one, ``keep`` remembers it, ``began`` is when the run started. Raises ``NoFolder``, ``OSError``."""
    mirror = folder / MIRROR
    if isinstance(kept, str) and _ITEM.match(kept) and is_ours(root, FOLDER, f"{kept}.log", mirror):
        return BatchLog(root, kept, mirror, now)
    return BatchLog(root, _reserved(root, keep, began), mirror, now)


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
                if reserve(folder, f"{item}.log"):
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
