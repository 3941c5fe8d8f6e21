"""Starts a program of the room on a terminal of its own, waits for words, presses q, and demands a clean end.

Usage: first_minute.py WORD[,WORD…] COMMAND…     Needs the standard library only.
"""

from __future__ import annotations

import fcntl
import os
import pty
import re
import select
import signal
import struct
import sys
import termios
import time
from pathlib import Path

_PATIENCE_S = 30.0
_CHANGED = 99
_IN_ITS_OLD_STATE = f'before=$(stty -g); "$@"; code=$?; [ "$(stty -g)" = "$before" ] || exit {_CHANGED}; exit $code'
_SEQUENCE = re.compile(rb"\x1b\[[0-9;?<>=]*[ -/]*[@-~]|\x1b[()][A-Z0-9]|\x1b[=>]")


class Terminal:
    """A program on a pseudo-terminal of 120 by 40."""

    def __init__(self, command: list[str]) -> None:
        self.pid, self.handle = pty.fork()
        if self.pid == 0:
            os.environ.update(TERM="xterm-256color", COLORTERM="truecolor")
            os.execvp("sh", ["sh", "-c", _IN_ITS_OLD_STATE, "sh", *command])
        fcntl.ioctl(self.handle, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 120, 0, 0))
        self.seen = b""

    def read(self, until: float) -> bool:
        """Take in what comes; False when the program closed its side or the time is over."""
        if not select.select([self.handle], [], [], max(0.0, until - time.monotonic()))[0]:
            return False
        try:
            piece = os.read(self.handle, 65536)
        except OSError:
            return False
        self.seen += piece
        return bool(piece)

    def wait_for(self, words: list[bytes]) -> bool:
        """Whether all words came, each as a piece of one line."""
        until = time.monotonic() + _PATIENCE_S
        while not all(word in _SEQUENCE.sub(b"", self.seen) for word in words):
            if not self.read(until):
                return False
        return True

    def end(self) -> int | None:
        """The exit code; None when it had to be killed."""
        until = time.monotonic() + _PATIENCE_S
        while self.read(until):
            pass
        if time.monotonic() >= until:
            os.killpg(self.pid, signal.SIGKILL)
            os.waitpid(self.pid, 0)
            return None
        return os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])


def main(words: list[bytes], command: list[str]) -> str | None:
    """What is wrong, None when nothing is."""
    began = time.monotonic()
    terminal = Terminal(command)
    if not terminal.wait_for(words):
        shown = _SEQUENCE.sub(b" ", terminal.seen).decode("utf-8", "replace")[-4000:]
        return f"{command} never showed {words}, but\n{shown}"
    print(f"{Path(command[0]).name} showed its rows after {time.monotonic() - began:.1f} s")
    os.write(terminal.handle, b"q")
    code = terminal.end()
    if code is None:
        return f"{command} did not end within {_PATIENCE_S:.0f} s after q"
    if code == _CHANGED:
        return f"{command} left the terminal in another mode than it found it in"
    if code != 0:
        return f"{command} ended with {code}"
    if b"\x1b[?1049h" in terminal.seen and b"\x1b[?1049l" not in terminal.seen.rsplit(b"\x1b[?1049h", 1)[1]:
        return f"{command} did not leave the alternate screen"
    if b"\x1b[?25l" in terminal.seen and b"\x1b[?25h" not in terminal.seen.rsplit(b"\x1b[?25l", 1)[1]:
        return f"{command} did not show the cursor again"
    return None


if __name__ == "__main__":
    sys.exit(main([word.encode() for word in sys.argv[1].split(",")], sys.argv[2:]))
