"""The lines that a batch prints, one when a scenario begins and one when it ends, as its supervisor says them. Shows
nothing."""

from __future__ import annotations

import os
from pathlib import Path

from odw_core.engines.loose import text
from odw_core.engines.odw.records import decode_line
from odw_core.files.safe_open import open_regular
from odw_core.runs.folders import RunFolder

_EVENT = "scenario_event"


class BatchLines:
    """Follows one run, from its beginning."""

    def __init__(self, state: Path, run_id: str) -> None:
        # The copy in the workspace could be written by an agent.
        self._path, self._offset = RunFolder(state, run_id).mirror, 0

    def new(self) -> list[str]:
        """What was said since the last time."""
        try:
            descriptor = open_regular(self._path)
        except OSError:
            return []
        try:
            size = os.fstat(descriptor).st_size
            data = os.pread(descriptor, max(0, size - self._offset), self._offset)
        finally:
            os.close(descriptor)
        whole = data[: data.rfind(b"\n") + 1]
        self._offset += len(whole)
        lines = (decode_line(line) for line in whole.split(b"\n") if line)
        events = (line.event or {} for line in lines if line is not None)
        return [text(event, "line") for event in events if text(event, "type") == _EVENT]
