"""ExitWatch: hears at once when a process ends, where the system has pidfds. Elsewhere the sweep notices."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Iterable


class ExitWatch:
    """Watches process ids for their end. Holds one descriptor each; signals nobody."""

    def __init__(self, ended: Callable[[int], None]) -> None:
        self._ended = ended
        self._descriptors: dict[int, int] = {}

    def watch(self, pids: Iterable[int]) -> None:
        """Watch exactly these from now on."""
        wanted = set(pids)
        for pid in self._descriptors.keys() - wanted:
            self._forget(pid)
        if not hasattr(os, "pidfd_open"):
            return
        for pid in wanted - self._descriptors.keys():
            try:
                descriptor = os.pidfd_open(pid)
            except OSError:
                continue
            self._descriptors[pid] = descriptor
            asyncio.get_running_loop().add_reader(descriptor, self._on_end, pid)

    def _on_end(self, pid: int) -> None:
        self._forget(pid)
        self._ended(pid)

    def _forget(self, pid: int) -> None:
        descriptor = self._descriptors.pop(pid, None)
        if descriptor is not None:
            asyncio.get_running_loop().remove_reader(descriptor)
            os.close(descriptor)

    def close(self) -> None:
        """Give all descriptors back."""
        for pid in tuple(self._descriptors):
            self._forget(pid)
