"""What every measurement needs: a private copy of a corpus, programs on a terminal, figures beside their targets."""

from __future__ import annotations

import json
import os
import re
import shutil
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from terminal import Terminal, environment

HELLO = [sys.executable, str(Path(__file__).with_name("hello.py"))]
ROOM = [sys.executable, "-m", "odw_tui.cli"]
_SIGNS = tuple("◆■✗▸~○✓")
"""Signs of the states: they stand in the fifth cell of a row."""


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured figure beside its target; ``value`` and ``target`` have the same unit."""

    row: str
    metric: str
    anchor: str
    measured: str
    value: float
    target: float

    @property
    def ratio(self) -> float:
        return self.value / self.target


@dataclass(slots=True)
class Bench:
    """Where everything lies: a private home, and a copy of the corpus that may be written to."""

    corpus: Path
    workspace: Path
    codex: Path
    log: Path
    home: Path
    rounds: int
    environ: dict[str, str] = field(default_factory=dict)

    @property
    def places(self) -> list[str]:
        return [str(self.workspace), str(self.codex)]

    def room(self, *arguments: str) -> Terminal:
        return Terminal([*ROOM, "--codex-home", str(self.codex), str(self.workspace), *arguments], self.environ)

    def runs(self) -> list[Path]:
        return sorted((p for p in (self.workspace / ".odw" / "runs").iterdir() if p.is_dir()), key=lambda p: p.name)

    def sessions(self) -> list[Path]:
        return sorted(self.codex.glob("sessions/*/*/*/rollout-*.jsonl"))

    def forget_cache(self) -> None:
        shutil.rmtree(self.home / "cache", ignore_errors=True)


def median_ms(run: Callable[[], float], rounds: int) -> float:
    return statistics.median(run() for _ in range(rounds)) * 1000


def percentile(values: list[float], share: float) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


def hello_ms(bench: Bench) -> float:
    def once() -> float:
        terminal = Terminal(HELLO, bench.environ)
        try:
            return terminal.wait_for(lambda text: "hello world" in text) - terminal.started_at
        finally:
            terminal.close()

    return median_ms(once, bench.rounds)


def shows_rows(text: str) -> bool:
    """Whether a row of a run is on the screen, not only the head."""
    return any(line[4:5] in _SIGNS and line[5:6] == " " for line in text.split("\n")[3:])


def append_log(run: Path, message: str) -> None:
    """One log event at the end of a journal, as odw writes it."""
    now = time.time_ns() // 1_000_000
    event = {"type": "log", "message": message}
    line = {"raw": event, "stream": "stdout", "summary": f"[log] {message}", "ts_ms": now, "type": "script_stream"}
    with (run / "events.jsonl").open("ab", buffering=0) as journal:
        journal.write(json.dumps(line, separators=(",", ":")).encode() + b"\n")


def append_lines(runs: list[Path], rate: float, stop: threading.Event) -> None:
    number = 0
    while not stop.is_set():
        append_log(runs[number % len(runs)], f"load {number}")
        number += 1
        time.sleep(1 / rate)


def last_line(log: Path) -> str:
    """The words of the last line, without colour."""
    with log.open("rb") as stream:
        stream.seek(-4096, os.SEEK_END)
        line = stream.read().rstrip(b"\n").rpartition(b"\n")[2].decode()
    return re.sub("\x1b\\[[0-9;]*m", "", line)


def index_file(bench: Bench) -> Path:
    from odw_core.index.schema import FILE_NAME

    return bench.home / "cache" / "odw-tui" / FILE_NAME


def prepare(corpus: Path, home: Path, rounds: int) -> Bench:
    """Copy what will be written to and warm the cache: the first room reads everything once."""
    workspace, codex = home / "workspace", home / "codex"
    subprocess.run(["cp", "-a", "--reflink=auto", str(corpus / "workspace"), str(workspace)], check=True)
    subprocess.run(["cp", "-a", "--reflink=auto", str(corpus / "codex_home"), str(codex)], check=True)
    bench = Bench(corpus, workspace, codex, corpus / "logs" / "codex-stderr.log", home, rounds, environment(home))
    warm(bench)
    return bench


def warm(bench: Bench) -> None:
    """Let a room read everything once and keep it."""
    terminal = bench.room()
    terminal.wait_for(lambda text: shows_rows(text) and "reading" not in text and "looking" not in text, within_s=120)
    terminal.wait_quiet(4, within_s=60)
    terminal.close()
