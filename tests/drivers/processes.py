"""Processes: looks for processes by their command line and waits for their end. Ends none."""

from __future__ import annotations

import os
import select
import subprocess


def processes_naming(text: str) -> dict[int, str]:
    """Command lines, by process id, that hold ``text``."""
    listed = subprocess.run(["ps", "-axww", "-o", "pid=,args="], capture_output=True, text=True, check=True).stdout
    found = (line.split(None, 1) for line in listed.splitlines() if text in line)
    return {int(pid): command for pid, command in found}


class Witness:
    """Holds on to processes so that their end can be waited for, whoever their parent is (Linux only)."""

    def __init__(self, pids: list[int]) -> None:
        self._handles = [os.pidfd_open(pid) for pid in pids]

    def all_end_within(self, seconds: float) -> bool:
        """Whether each of them ended, every one in ``seconds``."""
        try:
            return all(select.select([handle], [], [], seconds)[0] for handle in self._handles)
        finally:
            for handle in self._handles:
                os.close(handle)
