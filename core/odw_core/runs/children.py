"""Children: every process a run started, written down before it gets work, so that none outlives what it was for."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from pathlib import Path

from odw_core.engines.loose import Json, flag, integer, parse_object, text, text_or_none
from odw_core.files.safe_open import read_regular
from odw_core.process.spawn import Child

MARKER = "ODW_TUI_RUN"
"""Environment variable that every process of a run carries; its value is the run's id."""
_MAX_BYTES = 16 << 20


@dataclass(frozen=True, slots=True)
class Recorded:
    """One child and what it is for."""

    child: Child
    what: str
    outlives: bool
    """Whether it may go on while the run has no supervisor (a server that a resume attaches to)."""


class Children:
    """The record of one run's children: a file that only grows."""

    def __init__(self, path: Path, run_id: str) -> None:
        self._path = path
        self.marker = f"{MARKER}={run_id}"

    def record(self, child: Child, what: str, *, outlives: bool) -> None:
        """Write a child down. It is on disk when this returns."""
        self._append(
            {
                "event": "started",
                "pid": child.pid,
                "start_time": child.started,
                "group": child.group,
                "what": what,
                "outlives": outlives,
            }
        )

    def ended(self, child: Child) -> None:
        """It is over and nobody of its group is left."""
        self._append({"event": "ended", "pid": child.pid, "start_time": child.started})

    def left(self) -> tuple[Recorded, ...]:
        """Who was started and not said to be over."""
        found: dict[tuple[int, str | None], Recorded] = {}
        try:
            data = read_regular(self._path, _MAX_BYTES)
        except OSError:
            data = b""
        for line in data.split(b"\n"):
            fields = parse_object(line)
            pid = integer(fields, "pid") if fields is not None else None
            if fields is None or pid is None:
                continue
            key = (pid, text_or_none(fields, "start_time"))
            if text(fields, "event") == "ended":
                found.pop(key, None)
            else:
                found[key] = _recorded(pid, fields)
        return tuple(found.values())

    def _append(self, fields: dict[str, object]) -> None:
        flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW | os.O_CLOEXEC
        descriptor = os.open(self._path, flags, 0o600)
        try:
            os.write(descriptor, json.dumps(fields).encode() + b"\n")
        finally:
            os.close(descriptor)


def _recorded(pid: int, fields: Json) -> Recorded:
    child = Child(pid, text_or_none(fields, "start_time"), integer(fields, "group") or pid)
    return Recorded(child, text(fields, "what"), flag(fields, "outlives") is True)
