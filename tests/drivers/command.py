"""Command: runs ``odw-tui`` as a process of its own, to its end or while a test talks to it. Sees no terminal."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

FIXTURES = Path(__file__).parents[1] / "fixtures" / "odw"

PROGRAM = (sys.executable, "-m", "odw_tui.cli")

LONGEST_S = 60.0
"""No command of a test takes as long; only a broken one is ended by it."""


@dataclass(frozen=True)
class Ran:
    """What a command left: exit code, stdout, stderr."""

    code: int
    out: str
    err: str

    @property
    def document(self) -> Any:
        """stdout as the one JSON document that it must be."""
        return json.loads(self.out)

    @property
    def lines(self) -> list[str]:
        """stdout line by line."""
        return self.out.splitlines()


def project(story: str, name: str = "project") -> str:
    """A recorded workspace."""
    return str(FIXTURES / story / name)


def odw_tui(*words: str, cwd: Path | None = None, env: dict[str, str] | None = None) -> Ran:
    """Run one command to its end."""
    done = subprocess.run(
        [*PROGRAM, *words],
        cwd=cwd,
        env={**os.environ, **(env or {})},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
        timeout=LONGEST_S,
    )
    return Ran(done.returncode, done.stdout, done.stderr)


@contextmanager
def started(*words: str) -> Iterator[subprocess.Popen[str]]:
    """A command that goes on while the block runs; it is ended afterwards if it has not ended by itself."""
    process = subprocess.Popen(
        [*PROGRAM, *words],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
        errors="surrogateescape",
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def interrupt(process: subprocess.Popen[str]) -> int:
    """Press ctrl+c; the value is the exit code."""
    process.send_signal(signal.SIGINT)
    return process.wait(LONGEST_S)


def loaded_by(*words: str) -> set[str]:
    """The packages in memory after one command was run to its end inside a fresh interpreter."""
    told = "import sys; from odw_tui.cli import main; main(sys.argv[1:]); print(*sys.modules, file=sys.stderr)"
    return _packages(told, *words)


def loaded_by_importing(module: str) -> set[str]:
    """The packages in memory after one module was imported into a fresh interpreter."""
    return _packages(f"import sys, {module}; print(*sys.modules, file=sys.stderr)")


def _packages(program: str, *words: str) -> set[str]:
    done = subprocess.run([sys.executable, "-c", program, *words], capture_output=True, encoding="utf-8", check=True)
    return {name.partition(".")[0] for name in done.stderr.splitlines()[-1].split()}
