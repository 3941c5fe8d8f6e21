"""A program on a pseudo-terminal: every chunk it writes is stamped on arrival and replayed into a screen afterwards."""

from __future__ import annotations

import fcntl
import os
import pty
import select
import signal
import struct
import subprocess
import termios
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pyte

COLUMNS, LINES = 120, 40


@dataclass(frozen=True, slots=True)
class Chunk:
    """Bytes the program wrote, and when they could be read (``time.perf_counter``)."""

    at: float
    data: bytes


class Terminal:
    """Starts ``argv`` on a fresh pty. A thread reads, so that stamps do not wait for whoever measures."""

    def __init__(self, argv: list[str], environ: dict[str, str]) -> None:
        master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", LINES, COLUMNS, 0, 0))
        self.chunks: list[Chunk] = []
        self._master = master
        self._arrived = threading.Condition()
        self.started_at = time.perf_counter()
        self._process = subprocess.Popen(
            argv, stdin=slave, stdout=slave, stderr=slave, env=environ, start_new_session=True, close_fds=True
        )
        os.close(slave)
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    @property
    def pid(self) -> int:
        return self._process.pid

    def _read(self) -> None:
        while True:
            try:
                ready, _, _ = select.select([self._master], [], [], 0.5)
                if not ready:
                    if self._process.poll() is not None:
                        return
                    continue
                data = os.read(self._master, 1 << 16)
            except OSError:
                return
            if not data:
                return
            with self._arrived:
                self.chunks.append(Chunk(time.perf_counter(), data))
                self._arrived.notify_all()

    def press(self, keys: str) -> float:
        """Type; the moment before is returned."""
        at = time.perf_counter()
        os.write(self._master, keys.encode())
        return at

    def first_chunk_after(self, count: int, within_s: float) -> Chunk | None:
        """The chunk number ``count``, waiting for it if it has not come yet."""
        deadline = time.perf_counter() + within_s
        with self._arrived:
            while len(self.chunks) <= count:
                left = deadline - time.perf_counter()
                if left <= 0:
                    return None
                self._arrived.wait(left)
            return self.chunks[count]

    def wait_quiet(self, quiet_s: float, within_s: float = 30.0) -> None:
        """Until nothing was written for ``quiet_s``."""
        deadline = time.perf_counter() + within_s
        while time.perf_counter() < deadline:
            count = len(self.chunks)
            if self.first_chunk_after(count, quiet_s) is None:
                return

    def wait_for(self, shows: Callable[[str], bool], within_s: float = 30.0) -> float:
        """When the screen first satisfied ``shows``. Raises ``TimeoutError`` with what it shows instead."""
        replay = Replay()
        deadline, seen = time.perf_counter() + within_s, 0
        while True:
            chunk = self.first_chunk_after(seen, max(0.0, deadline - time.perf_counter()))
            if chunk is None:
                raise TimeoutError(f"never shown; the screen has:\n{replay.text}")
            replay.feed(chunk)
            seen += 1
            if shows(replay.text):
                return chunk.at

    def close(self) -> None:
        """End the program."""
        try:
            os.killpg(self._process.pid, signal.SIGTERM)
            self._process.wait(5)
        except (ProcessLookupError, subprocess.TimeoutExpired):
            self._process.kill()
            self._process.wait(5)
        # The next terminal may get the same descriptor: a reader left behind would take its bytes.
        self._reader.join()
        os.close(self._master)


class Replay:
    """A screen fed with chunks."""

    def __init__(self) -> None:
        self._screen = pyte.Screen(COLUMNS, LINES)
        self._stream = pyte.ByteStream(self._screen)

    def feed(self, chunk: Chunk) -> None:
        """Draw one chunk."""
        self._stream.feed(chunk.data)

    @property
    def text(self) -> str:
        """What is on the screen."""
        return "\n".join(self._screen.display)


def environment(home: Path) -> dict[str, str]:
    """The environment of a fresh user whose home is ``home``."""
    kept = {name: value for name, value in os.environ.items() if name in ("PATH", "LANG", "PYTHONPATH")}
    return kept | {
        "HOME": str(home),
        "XDG_CACHE_HOME": str(home / "cache"),
        "XDG_CONFIG_HOME": str(home / "config"),
        "XDG_STATE_HOME": str(home / "state"),
        "TERM": "xterm-256color",
        "COLORTERM": "truecolor",
        "LC_ALL": "C.UTF-8",
    }


def pss_kb(pid: int) -> int:
    """Proportional set size of a process in KiB."""
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1])
    return 0


def cpu_s(pid: int) -> float:
    """Processor seconds a process has used."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
