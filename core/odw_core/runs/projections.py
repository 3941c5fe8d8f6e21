"""Projections: what upstream's tools expect beside a journal, written from the run and never read back by it.

Rooms of the same person read those in the run's private folder, since an agent can write the workspace's.
"""

from __future__ import annotations

import json
import os
import shlex
from contextlib import suppress
from pathlib import Path

from odw_core.engines.loose import parse_object, text
from odw_core.engines.odw.names import INPUT, JOURNAL, RECORD, STATE, SUPERVISOR
from odw_core.engines.odw.records import RunRecord, StateRecord, encode_run
from odw_core.files.safe_open import read_regular
from odw_core.process.spawn import python_module
from odw_core.runs.spec import RunSpec
from odw_core.runs.told_state import encode_told
from odw_core.runs.workspace import RunPlace, open_new, write_whole
from odw_core.text.secrets import masked

_DEBUG, _REPORT, _LATEST = "script-debug.log", "report.html", "latest.json"
_MAX_LATEST = 1 << 20


class Projections:
    """``run.json``, ``latest.json``, ``state.json``, ``input.raw``, ``script-debug.log`` of one run. A full disk stops
    nothing."""

    def __init__(self, place: RunPlace, private: Path, spec: RunSpec, started_ms: int) -> None:
        self._place, self._private, self._spec = place, private, spec
        self._started_ms = started_ms
        self.command = python_module(SUPERVISOR, str(private))
        """How the run is driven."""

    def begin(self, renewed_ms: int | None = None) -> None:
        """Everything that upstream writes before a run begins; ``renewed_ms`` is when it was taken up again.

        Raises ``OSError`` when the workspace takes nothing.
        """
        said = masked(json.dumps(self._spec.given, ensure_ascii=False)).encode("utf-8", "backslashreplace")
        # Who hears of the run sees its folder in the workspace: by then the private files are there.
        self._keep(INPUT, said)
        self._keep(RECORD, self._record("running", renewed_ms))
        folder = self._place.open()
        try:
            write_whole(folder, INPUT, said)
            os.close(open_new(folder, _DEBUG, appends=True))
        finally:
            os.close(folder)
        self._write("running", renewed_ms)

    def renew(self, now_ms: int) -> None:
        """While it waits: upstream deletes a run whose last sign is a day old, whatever its status. That makes it the
        latest run no more, where another one is by now."""
        with suppress(OSError):
            self._write("running", now_ms, is_latest=self._is_latest())

    def remember(self, state: StateRecord) -> None:
        """What became of the nodes so far, and of the whole: ``runs show`` of upstream reads it nowhere else."""
        with suppress(OSError):
            folder = self._place.open()
            try:
                write_whole(folder, STATE, encode_told(state.fields))
            finally:
                os.close(folder)

    def end(self, status: str, now_ms: int) -> None:
        """``completed`` or ``failed``."""
        with suppress(OSError):
            self._write(status, now_ms)

    def _is_latest(self) -> bool:
        """Whether nobody else's run is; that file is looked at for this alone."""
        try:
            said = read_regular(self._place.path.with_name(_LATEST), _MAX_LATEST)
        except (OSError, ValueError):
            return True
        return text(parse_object(said) or {}, "run_id") in ("", self._spec.run_id)

    def _write(self, status: str, finished_ms: int | None, *, is_latest: bool = True) -> None:
        data = self._record(status, finished_ms)
        self._keep(RECORD, data)
        own, latest = (self._place.open, RECORD), (self._place.open_runs, _LATEST)
        for opened, name in (own, latest) if is_latest else (own,):
            folder = opened()
            try:
                write_whole(folder, name, data)
            finally:
                os.close(folder)

    def _keep(self, name: str, data: bytes) -> None:
        folder = os.open(self._private, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            write_whole(folder, name, data)
        finally:
            os.close(folder)

    def _record(self, status: str, finished_ms: int | None) -> bytes:
        path = self._place.path
        return encode_run(
            RunRecord(
                {
                    "run_id": self._spec.run_id,
                    "action": "exec",
                    "workflow": f"odw-tui:{self._spec.workflow}",
                    "status": status,
                    "started_ms": self._started_ms,
                    "finished_ms": finished_ms,
                    "session_id": None,
                    "command": self.command,
                    "shell": shlex.join(self.command),
                    "run_dir": str(path),
                    "events_path": str(path / JOURNAL),
                    "debug_file": str(path / _DEBUG),
                }
            )
        )


def write_report(place: RunPlace, html: bytes) -> None:
    """``report.html`` of a run that is over. Raises ``OSError``; does nothing where the run's folder was removed."""
    if not html or not place.path.is_dir():
        return
    folder = place.open()
    try:
        write_whole(folder, _REPORT, html)
    finally:
        os.close(folder)
