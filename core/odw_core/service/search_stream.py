"""Carries a search to an event loop: a worker thread makes the next hits only when somebody asks for them."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncGenerator

from odw_core.model.search import Found
from odw_core.service.search import Searched, batches, search


class _Worker:
    """Steps through a search in whatever thread calls it, one at a time."""

    def __init__(self, words: str, where: Searched) -> None:
        self._stop = threading.Event()
        self._lock = threading.Lock()
        self._found = search(words, where, self._stop.is_set)
        self._batches = batches(self._found)

    def next(self) -> list[Found]:
        """The next hits; empty at the end."""
        with self._lock:
            found = [] if self._stop.is_set() else next(self._batches, [])
            if self._stop.is_set():
                self._close()
            return found

    def stop(self) -> None:
        """Nobody wants more. A step that is under way notices by itself and closes what it opened."""
        self._stop.set()
        if self._lock.acquire(blocking=False):
            try:
                self._close()
            finally:
                self._lock.release()

    def _close(self) -> None:
        self._batches.close()
        self._found.close()


async def stream(words: str, where: Searched) -> AsyncGenerator[Found, None]:
    """Everything found, as it is found. Leaving ends the work within a slice."""
    worker = _Worker(words, where)
    try:
        while found := await asyncio.to_thread(worker.next):
            for one in found:
                yield one
    finally:
        worker.stop()
