"""Processes: looks for processes by their command line and waits for their end. Ends none."""

from __future__ import annotations

import os
import select
import subprocess
from collections.abc import Iterable
from contextlib import suppress


def processes_naming(text: str) -> dict[int, str]:
    """Command lines, by process id, that hold ``text``."""
    listed = subprocess.run(["ps", "-axww", "-o", "pid=,args="], capture_output=True, text=True, check=True).stdout
    found = (line.split(None, 1) for line in listed.splitlines() if text in line)
    return {int(pid): command for pid, command in found}


class Witness:
    """Holds on to processes so that their end can be waited for, whoever their parent is (Linux only). Those that are
    gone already have ended."""

    def __init__(self, pids: Iterable[int]) -> None:
        self._handles: list[int] = []
        for pid in pids:
            with suppress(ProcessLookupError):
                self._handles.append(os.pidfd_open(pid))

    def all_end_within(self, seconds: float) -> bool:
        """Whether each of them ended, every one in ``seconds``."""
        try:
            return all(select.select([handle], [], [], seconds)[0] for handle in self._handles)
        finally:
            for handle in self._handles:
                os.close(handle)
