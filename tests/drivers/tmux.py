"""A real terminal: a tmux session of its own server, typed into and looked at. Waits for what the screen shows."""

from __future__ import annotations

import os
import pty
import select
import shlex
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

WITHIN_S = 30.0

HAS_TMUX = shutil.which("tmux") is not None


class Tmux:
    """One window with a shell in it."""

    def __init__(self, socket: Path, environ: Mapping[str, str]) -> None:
        self._socket, self._environ = socket, dict(environ)

    def _run(self, *words: str) -> str:
        argv = ["tmux", "-S", str(self._socket), "-f", "/dev/null", *words]
        return subprocess.run(argv, check=True, capture_output=True, text=True, env=self._environ).stdout

    def run(self, *words: str) -> str:
        """One command of tmux; what it prints."""
        return self._run(*words)

    def start(self, columns: int, lines: int) -> None:
        """Open the window with a plain shell whose prompt is ``ready>``."""
        shell = shlex.join(["env", "PS1=ready> ", "sh"])
        self._run("new-session", "-d", "-x", str(columns), "-y", str(lines), shell)
        self.wait_for(lambda text: "ready>" in text)

    def type(self, words: str) -> None:
        """A line, and enter."""
        self._run("send-keys", "-l", words)
        self._run("send-keys", "Enter")

    def press(self, *keys: str) -> None:
        """Keys by their tmux names."""
        self._run("send-keys", *keys)

    def resize(self, columns: int, lines: int) -> None:
        """Give the window another size."""
        self._run("resize-window", "-x", str(columns), "-y", str(lines))

    def option(self, name: str, value: str) -> None:
        """Set one of tmux's own options."""
        self._run("set-option", "-g", name, value)

    def say(self, form: str) -> str:
        """What tmux says about the window."""
        return self._run("display-message", "-p", form).strip()

    @property
    def attaching(self) -> list[str]:
        """The command that shows this window in another terminal."""
        return ["tmux", "-S", str(self._socket), "attach-session"]

    @property
    def text(self) -> str:
        """What the window shows."""
        return self._run("capture-pane", "-p")

    @property
    def raw(self) -> str:
        """The same with its escape sequences."""
        return self._run("capture-pane", "-p", "-e")

    @property
    def is_full_screen(self) -> bool:
        """Whether a program has the whole screen, which goes away with it."""
        return self._run("display-message", "-p", "#{alternate_on}").strip() == "1"

    def wait_for(self, holds: Callable[[str], bool]) -> str:
        """Look again and again until what is shown ``holds``."""
        deadline = time.monotonic() + WITHIN_S
        while not holds(text := self.text):
            if time.monotonic() > deadline:
                raise TimeoutError(f"never shown; the window has:\n{text}")
        return text

    def close(self) -> None:
        """End the window and everything in it."""
        subprocess.run(["tmux", "-S", str(self._socket), "kill-server"], check=False, capture_output=True)


@contextmanager
def terminal(folder: Path, columns: int = 100, lines: int = 30) -> Iterator[Tmux]:
    """A fresh terminal with the test's own environment."""
    environ = {**os.environ, "TERM": "xterm-256color", "COLORTERM": "truecolor", "LC_ALL": "C.UTF-8"}
    environ.pop("TMUX", None)
    window = Tmux(folder / "tmux", environ)
    try:
        window.start(columns, lines)
        yield window
    finally:
        window.close()


class Terminal:
    """The other side of a terminal in which a program runs: what it writes, byte by byte."""

    def __init__(self, argv: list[str], environ: Mapping[str, str]) -> None:
        self._master, slave = pty.openpty()
        self.written = b""
        try:
            self.process = subprocess.Popen(
                argv, stdin=slave, stdout=slave, stderr=slave, start_new_session=True, env=dict(environ)
            )
        finally:
            os.close(slave)

    def type(self, keys: bytes) -> None:
        """What a keyboard or a terminal sends."""
        os.write(self._master, keys)

    def wait_for(self, words: bytes) -> None:
        """Read until it wrote ``words``."""
        deadline = time.monotonic() + WITHIN_S
        while words not in self.written:
            if not self.read(deadline - time.monotonic()):
                raise TimeoutError(f"never written; there is {self.written[-2000:]!r}")

    def wait_for_end(self) -> int:
        """Read until the program is over; its exit code."""
        deadline = time.monotonic() + WITHIN_S
        while self.process.poll() is None:
            if time.monotonic() > deadline:
                raise TimeoutError("the program does not end")
            self.read(0.05)
        while self.read(0):
            pass
        return self.process.returncode

    def close(self) -> None:
        """End the program."""
        self.process.kill()
        self.process.wait()
        os.close(self._master)

    def read(self, within_s: float) -> bool:
        """Take what it writes next; False when nothing came."""
        if not select.select([self._master], [], [], max(0.0, within_s))[0]:
            return False
        try:
            data = os.read(self._master, 65536)
        except OSError:
            return False
        self.written += data
        return bool(data)


@contextmanager
def attached(window: Tmux) -> Iterator[Terminal]:
    """A client of the tmux, such as somebody's terminal emulator."""
    environ = {**os.environ, "TERM": "xterm-256color", "LC_ALL": "C.UTF-8"}
    environ.pop("TMUX", None)
    client = Terminal(window.attaching, environ)
    try:
        yield client
    finally:
        client.close()
