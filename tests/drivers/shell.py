"""Shell: a shell on a pseudo-terminal, with the picture a person would see. Waits for what is to be seen.

The picture knows no alternate screen: what a program painted stays until something else is painted there.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pexpect
import pyte

PROMPT = "ready$"
LEFT = "\x1b[?1049l"
LONGEST_S = 20.0

ODW_TUI = f"{sys.executable} -m odw_tui.cli"


class Shell:
    """What a person types and sees. ``raw`` is everything that was written to the terminal."""

    def __init__(self, process: pexpect.spawn, width: int, height: int) -> None:
        self._process = process
        self._screen = pyte.Screen(width, height)
        self._stream = pyte.Stream(self._screen)
        self.raw = ""

    @property
    def rows(self) -> list[str]:
        """The picture line by line."""
        return [row.rstrip() for row in self._screen.display]

    @property
    def text(self) -> str:
        """The picture."""
        return "\n".join(self.rows)

    def type(self, text: str) -> None:
        """Send keys as they are."""
        self._process.send(text)

    def run(self, command: str) -> None:
        """Send a command to the shell."""
        self._process.send(f"{command}\r")

    def resize(self, width: int, height: int) -> None:
        """Give the terminal another size."""
        self._process.setwinsize(height, width)
        self._screen.resize(height, width)

    def until(self, *words: str) -> None:
        """Wait until all of ``words`` are on the screen."""
        end = time.monotonic() + LONGEST_S
        while not all(word in self.text for word in words):
            if time.monotonic() > end:
                raise AssertionError(f"{words} never came; the screen shows\n{self.text}")
            self._read()

    def until_left(self) -> None:
        """Wait until the alternate screen was left for the last time and the shell asks again."""
        end = time.monotonic() + LONGEST_S
        while LEFT not in self.raw or PROMPT not in self.raw.rpartition(LEFT)[2]:
            if time.monotonic() > end:
                raise AssertionError(f"the program never ended; the screen shows\n{self.text}")
            self._read()

    def until_gone(self, words: str) -> None:
        """Wait until ``words`` are nowhere on the screen."""
        end = time.monotonic() + LONGEST_S
        while words in self.text:
            if time.monotonic() > end:
                raise AssertionError(f"{words!r} stayed; the screen shows\n{self.text}")
            self._read()

    def answer(self, command: str, file: Path) -> str:
        """What a command prints, read from ``file`` so that nothing of the screen mixes in."""
        self.run(f"clear; {command} > {file}; echo written")
        self.until(f"written\n{PROMPT}")
        return file.read_text()

    def _read(self) -> None:
        try:
            piece = self._process.read_nonblocking(65536, timeout=1)
        except pexpect.TIMEOUT:
            return
        self.raw += piece
        self._stream.feed(piece)


@contextmanager
def shell(home: Path, *, size: tuple[int, int] = (100, 30), **environ: str) -> Iterator[Shell]:
    """A bash with job control in ``home``."""
    width, height = size
    env = {"PS1": f"{PROMPT} ", "TERM": "xterm-256color", "HOME": str(home), "PATH": "/usr/bin:/bin", **environ}
    process = pexpect.spawn(
        "bash", ["--norc", "--noediting", "-i"], env=env, cwd=str(home), dimensions=(height, width), encoding="utf-8"
    )
    try:
        one = Shell(process, width, height)
        one.until(PROMPT)
        yield one
    finally:
        process.close(force=True)
