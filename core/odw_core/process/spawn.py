"""Starts processes that are their own session and group, and says when a process began. Never ends one."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import IO


@dataclass(frozen=True, slots=True)
class Child:
    """A process as it is written down: enough to know it again, and never to take another one for it."""

    pid: int
    started: str | None
    """Boot and clock ticks of its start; None where the system does not tell."""
    group: int


def started_mark(pid: int) -> str | None:
    """When the process began, in words that no later process with the same number shares; None when it is not there."""
    boot = _boot()
    if boot is None:
        return None
    try:
        stat = Path(f"/proc/{pid}/stat").read_bytes()
        return f"{boot}:{int(stat.rpartition(b')')[2].split()[19])}"
    except (OSError, ValueError, IndexError):
        return None


@cache
def _boot() -> str | None:
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    except OSError:
        return None


def child_of(pid: int) -> Child:
    """A process that was started as the leader of its own group."""
    return Child(pid, started_mark(pid), pid)


def spawn_detached(
    argv: Sequence[str],
    *,
    cwd: Path,
    env: Mapping[str, str],
    stdin: int | IO[bytes],
    stdout: int | IO[bytes],
    stderr: int | IO[bytes],
) -> subprocess.Popen[bytes]:
    """Start a process that outlives its parent: own session, own group. Raises ``OSError`` when that fails."""
    process = subprocess.Popen(
        [*argv], cwd=cwd, env=dict(env), stdin=stdin, stdout=stdout, stderr=stderr, start_new_session=True
    )
    # Somebody must take its exit status, or it stays in the table of processes as long as its parent.
    threading.Thread(target=process.wait, daemon=True, name=f"reaper of {process.pid}").start()
    return process


def python_module(module: str, *words: str) -> list[str]:
    """The command line that runs a module of ours with this interpreter."""
    return [sys.executable, "-m", module, *words]
