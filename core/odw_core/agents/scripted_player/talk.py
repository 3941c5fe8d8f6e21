"""The player's side of the talk with its supervisor: lines of JSON both ways. When the other side goes, so do we."""

from __future__ import annotations

import json
import os
import queue
import signal
import sys
import threading
from collections.abc import Mapping

from odw_core.errors import OdwError

_CHUNK = 1 << 16


class Talk:
    """Reads stdin beside the work, so that the end of whoever started us is noticed whatever we do."""

    def __init__(self, source: int) -> None:
        # A descriptor and no file object, whose lock a thread that reads would hold at the end of the process.
        self._source = source
        self._rest = b""
        self._is_line_over = True
        self._answers: queue.SimpleQueue[Mapping[str, object]] = queue.SimpleQueue()
        self._said: queue.SimpleQueue[str] = queue.SimpleQueue()

    def call(self) -> Mapping[str, object]:
        """The first line: the work. Raises ``OdwError`` when there is none."""
        found = _object(self._line())
        if found is None:
            raise OdwError("Nobody said what to do.")
        threading.Thread(target=self._listen, daemon=True, name="stdin").start()
        return found

    def tell(self, kind: str, **fields: object) -> None:
        """One line for the supervisor."""
        line = json.dumps({"type": kind, **fields}, ensure_ascii=False).encode("utf-8", "backslashreplace")
        # What the program printed before may have ended in the middle of a line.
        self.put("stdout", (b"" if self._is_line_over else b"\n") + line + b"\n")

    def put(self, stream: str, data: bytes) -> None:
        """Print something beside what is told."""
        if stream == "stdout" and data:
            self._is_line_over = data.endswith(b"\n")
        target = sys.stdout.buffer if stream == "stdout" else sys.stderr.buffer
        target.write(data)
        target.flush()

    def answer(self) -> list[str]:
        """What was answered to the one question that is open; waits for it."""
        values = self._answers.get().get("values")
        return [str(value) for value in values] if isinstance(values, list) else []

    def heard(self) -> str:
        """The next thing that a person said; waits for it."""
        return self._said.get()

    def _line(self) -> bytes:
        """The next line; empty when the other side is gone, also in the middle of one."""
        while b"\n" not in self._rest:
            data = os.read(self._source, _CHUNK)
            if not data:
                return b""
            self._rest += data
        line, _, self._rest = self._rest.partition(b"\n")
        return line + b"\n"

    def _listen(self) -> None:
        while line := self._line():
            found = _object(line)
            if found is not None and found.get("type") == "said":
                self._said.put(str(found.get("text", "")))
            elif found is not None and found.get("type") == "answer":
                self._answers.put(found)
        if os.getpgrp() == os.getpid():
            # With everything that a step started.
            os.killpg(0, signal.SIGKILL)
        os.kill(os.getpid(), signal.SIGKILL)


def _object(line: bytes) -> Mapping[str, object] | None:
    try:
        found = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None
