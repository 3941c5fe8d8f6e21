"""Measures the budgets' rows on a corpus, each as a ratio to its anchor in one run, and prints a Markdown table.

    python tests/perf/measure.py CORPUS [--rows 1,4,5] [--rounds 7] [--limit 1.0]

CORPUS is what tests/drivers/make_corpus.py wrote. ``--limit F`` exits 1 when a row misses F times its target.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from terminal import Replay, Terminal, cpu_s, environment, pss_kb

HELLO = [sys.executable, str(Path(__file__).with_name("hello.py"))]
ROOM = [sys.executable, "-m", "odw_tui.cli"]


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
    """Where everything lies: a private home, a copy of the corpus' ODW part that may be written to."""

    workspace: Path
    log: Path
    home: Path
    rounds: int
    environ: dict[str, str] = field(default_factory=dict)

    def room(self, *arguments: str) -> Terminal:
        return Terminal([*ROOM, str(self.workspace), *arguments], self.environ)

    def runs(self) -> list[Path]:
        return sorted((p for p in (self.workspace / ".odw" / "runs").iterdir() if p.is_dir()), key=lambda p: p.name)


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
    return "workflows/" in text


def row_1(bench: Bench) -> list[Figure]:
    def once() -> float:
        terminal = bench.room()
        try:
            return terminal.wait_for(shows_rows) - terminal.started_at
        finally:
            terminal.close()

    hello, ours = hello_ms(bench), median_ms(once, bench.rounds)
    return [Figure("1", "warm start: exec → first row", f"hello {hello:.0f} ms", f"{ours:.0f} ms", ours / hello, 1.3)]


def row_4(bench: Bench) -> list[Figure]:
    """Restart with 20 changed runs, inside one process: the service alone, no screen."""
    from odw_core.config import Config
    from odw_core.model.address import Address
    from odw_core.service.live import LiveService

    cache = index_file(bench)
    runs = bench.runs()

    def stat_all() -> float:
        paths = [f"{run}/events.jsonl" for run in runs]
        began = time.perf_counter()
        for path in paths:
            os.stat(path)  # noqa: PTH116
        return time.perf_counter() - began

    read = [0]
    real_pread, real_read = os.pread, os.read

    def counting_pread(fd: int, size: int, offset: int) -> bytes:
        data = real_pread(fd, size, offset)
        read[0] += len(data)
        return data

    def counting_read(fd: int, size: int) -> bytes:
        data = real_read(fd, size)
        read[0] += len(data)
        return data

    async def restart() -> float:
        words = {Address("odw", run.name): f"changed {time.time_ns()}" for run in runs[-200::10]}
        for run in runs[-200::10]:
            append_log(run, words[Address("odw", run.name)])
        service = LiveService([str(bench.workspace)], Config(), cache=cache)
        os.pread, os.read = counting_pread, counting_read
        began = time.perf_counter()
        task = asyncio.create_task(service.run())
        async for _ in service.changes():
            items = service.snapshot().items
            if all((item := items.get(address)) and item.last_words == said for address, said in words.items()):
                break
        took = time.perf_counter() - began
        os.pread, os.read = real_pread, real_read
        await service.settle()
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        return took

    asyncio.run(restart())
    times: list[float] = []
    read[0] = 0
    times += [asyncio.run(restart()) for _ in range(bench.rounds)]
    stat_ms = median_ms(stat_all, bench.rounds)
    ours = statistics.median(times) * 1000
    a_file = read[0] / bench.rounds / 20
    anchor = f"stat of all {stat_ms:.1f} ms"
    return [
        # The target's 50 ms stand beside a stat of all of 8.7 ms; both are of the same quiet machine.
        Figure("4", f"restart, 20 of {len(runs):,} changed", anchor, f"{ours:.0f} ms", ours / stat_ms, 50 / 8.7),
        Figure("4", "bytes read for each changed run", "appended + 4 KB", f"{a_file:.0f} B", a_file, 4096 + 250),
    ]


def row_5(bench: Bench) -> list[Figure]:
    run = bench.runs()[-1]
    shutil.copyfile(bench.log, run / "script-debug.log")
    last = last_line(bench.log)[:40]

    def once() -> float:
        terminal = bench.room("--open", f"odw:{run.name}", "--stream", "stderr")
        try:
            return terminal.wait_for(lambda text: last in text) - terminal.started_at
        finally:
            terminal.close()

    hello, ours = hello_ms(bench), median_ms(once, bench.rounds)
    terminal = bench.room("--open", f"odw:{run.name}", "--stream", "stderr")
    jumps: list[float] = []
    try:
        terminal.wait_for(lambda text: last in text)
        terminal.wait_quiet(0.5)
        for _ in range(bench.rounds):
            terminal.press("g")
            terminal.wait_quiet(0.3)
            count = len(terminal.chunks)
            at = terminal.press("G")
            chunk = terminal.first_chunk_after(count, 5)
            jumps.append((chunk.at if chunk else at + 5) - at)
            terminal.wait_quiet(0.3)
    finally:
        terminal.close()
        (run / "script-debug.log").write_bytes(b"")
    jump = statistics.median(jumps) * 1000
    lines = "1 M-line" if bench.log.stat().st_size > 100_000_000 else "small"
    return [
        Figure("5", f"{lines} stderr: exec → tail", f"hello {hello:.0f} ms", f"{ours:.0f} ms", ours / hello, 1.5),
        Figure("5", "from inside: key → tail", "–", f"{jump:.1f} ms", jump, 30),
    ]


def row_7(bench: Bench) -> list[Figure]:
    run = bench.runs()[-2]
    terminal = bench.room("--open", f"odw:{run.name}", "--stream", "journal")
    sent: dict[str, float] = {}
    try:
        terminal.wait_for(lambda text: "agent" in text or "[node]" in text or "launch" in text)
        terminal.wait_quiet(0.5)
        append_log(run, "warming up")
        terminal.wait_quiet(0.2)
        base = len(terminal.chunks)
        for number in range(200):
            mark = f"@@{number:04d}@@"
            sent[mark] = time.perf_counter()
            append_log(run, mark)
            time.sleep(1 / 20)
        terminal.wait_quiet(0.3)
        replay = Replay()
        for chunk in terminal.chunks[:base]:
            replay.feed(chunk)
        seen: dict[str, float] = {}
        for chunk in terminal.chunks[base:]:
            replay.feed(chunk)
            text = replay.text
            for mark in sent:
                if mark not in seen and mark in text:
                    seen[mark] = chunk.at
    finally:
        terminal.close()
    late = [(seen[mark] - at) * 1000 for mark, at in sent.items() if mark in seen]
    lost = len(sent) - len(late)
    p50, p99 = percentile(late, 0.5), percentile(late, 0.99)
    return [
        Figure("7", f"append → screen, 20 lines/s, p50 ({lost} lost)", "tail -F 0.3 ms", f"{p50:.1f} ms", p50, 5),
        Figure("7", "the same, p99", "tail -F 0.6 ms", f"{p99:.1f} ms", p99, 20),
    ]


def press_many(terminal: Terminal, keys: str, times: int) -> list[float]:
    late: list[float] = []
    for number in range(times):
        count = len(terminal.chunks)
        at = terminal.press(keys[number % len(keys)])
        chunk = terminal.first_chunk_after(count, 1)
        late.append(((chunk.at if chunk else at + 1) - at) * 1000)
        time.sleep(0.06)
    return late


def row_11(bench: Bench) -> list[Figure]:
    terminal = bench.room()
    try:
        terminal.wait_for(shows_rows)
        terminal.wait_quiet(1.5)
        quiet = press_many(terminal, "jjjkjjk", 150)
        stop = threading.Event()
        flood = threading.Thread(target=append_lines, args=(bench.runs()[-20:], 200, stop))
        flood.start()
        try:
            time.sleep(1)
            loaded = press_many(terminal, "jjjkjjk", 150)
        finally:
            stop.set()
            flood.join()
    finally:
        terminal.close()
    p50, p99, under_load = percentile(quiet, 0.5), percentile(quiet, 0.99), percentile(loaded, 0.99)
    rows = f"{len(bench.runs()):,}-row list"
    return [
        Figure("11", f"key → first byte, {rows}, p50", "DataTable 8 ms", f"{p50:.1f} ms", p50, 6),
        Figure("11", "the same, p99", "DataTable 93 ms", f"{p99:.1f} ms", p99, 20),
        Figure("11", "under 200 lines/s in 20 files, p99", "–", f"{under_load:.1f} ms", under_load, 33),
    ]


def row_12(bench: Bench) -> list[Figure]:
    run = bench.runs()[-1]
    shutil.copyfile(bench.log, run / "script-debug.log")
    last = last_line(bench.log)[:40]
    hello = Terminal(HELLO, bench.environ)
    room = bench.room("--open", f"odw:{run.name}", "--stream", "stderr")
    try:
        hello.wait_for(lambda text: "hello world" in text)
        room.wait_for(lambda text: last in text)
        room.wait_quiet(2)
        room.press("g")
        room.wait_quiet(0.5)
        room.press("G")
        room.wait_quiet(1)
        anchor, ours = pss_kb(hello.pid) / 1024, pss_kb(room.pid) / 1024
    finally:
        hello.close()
        room.close()
        (run / "script-debug.log").write_bytes(b"")
    metric = "memory (PSS), corpus open, log viewed"
    return [Figure("12", metric, f"hello {anchor:.0f} MB", f"{ours:.0f} MB", ours / anchor, 2.0)]


def row_13(bench: Bench) -> list[Figure]:
    hello = Terminal(HELLO, bench.environ)
    room = bench.room()
    try:
        hello.wait_for(lambda text: "hello world" in text)
        room.wait_for(shows_rows)
        room.wait_quiet(3)
        time.sleep(3)
        frames, began = len(room.chunks), (cpu_s(hello.pid), cpu_s(room.pid))
        time.sleep(30)
        anchor, ours = (cpu_s(hello.pid) - began[0]) / 0.3, (cpu_s(room.pid) - began[1]) / 0.3
        frames = len(room.chunks) - frames
    finally:
        hello.close()
        room.close()
    return [
        Figure("13", f"idle, {len(bench.runs()):,} runs", f"hello {anchor:.2f} % CPU", f"{ours:.2f} % CPU", ours, 0.3),
        Figure("13", "frames in 30 idle seconds", "0", str(frames), float(frames), 0.5),
    ]


def row_14(bench: Bench) -> list[Figure]:
    def python() -> float:
        began = time.perf_counter()
        subprocess.run([sys.executable, "-c", "pass"], check=True, env=bench.environ)
        return time.perf_counter() - began

    def status() -> float:
        argv = [*ROOM, "status", "--json", "--root", str(bench.workspace)]
        began = time.perf_counter()
        done = subprocess.run(argv, check=True, env=bench.environ, capture_output=True)
        took = time.perf_counter() - began
        assert json.loads(done.stdout)["counts"]
        return took

    anchor, ours = median_ms(python, bench.rounds), median_ms(status, bench.rounds)
    return [Figure("14", "status --json, warm", f"python -c pass {anchor:.0f} ms", f"{ours:.0f} ms", ours, 150)]


ROWS = {"1": row_1, "4": row_4, "5": row_5, "7": row_7, "11": row_11, "12": row_12, "13": row_13, "14": row_14}


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
    import re

    with log.open("rb") as stream:
        stream.seek(-4096, os.SEEK_END)
        line = stream.read().rstrip(b"\n").rpartition(b"\n")[2].decode()
    return re.sub("\x1b\\[[0-9;]*m", "", line)


def index_file(bench: Bench) -> Path:
    from odw_core.index.schema import FILE_NAME

    return bench.home / "cache" / "odw-tui" / FILE_NAME


def prepare(corpus: Path, home: Path, rounds: int) -> Bench:
    """Copy what will be written to and warm the cache: the first room reads everything once."""
    workspace = home / "workspace"
    shutil.copytree(corpus / "workspace" / ".odw", workspace / ".odw", copy_function=shutil.copy2)
    bench = Bench(workspace, corpus / "logs" / "codex-stderr.log", home, rounds, environment(home))
    subprocess.run([*ROOM, "status", "--root", str(workspace)], check=True, env=bench.environ, capture_output=True)
    terminal = bench.room()
    terminal.wait_for(shows_rows)
    terminal.wait_quiet(3, within_s=120)
    terminal.close()
    return bench


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpus", type=Path)
    parser.add_argument("--rows", default=",".join(ROWS))
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--limit", type=float, help="exit 1 when a row misses its target by this factor")
    given = parser.parse_args()
    missed = 0
    with tempfile.TemporaryDirectory(prefix="odw-tui-perf-") as folder:
        bench = prepare(given.corpus.resolve(), Path(folder), given.rounds)
        print("| # | metric | anchor | measured | of target |\n| --- | --- | --- | --- | --- |")
        for name in given.rows.split(","):
            for figure in ROWS[name](bench):
                print(
                    f"| {figure.row} | {figure.metric} | {figure.anchor} | {figure.measured} | {figure.ratio:.2f} |",
                    flush=True,
                )
                if given.limit is not None and figure.ratio > given.limit:
                    missed += 1
    return 1 if missed else 0


if __name__ == "__main__":
    raise SystemExit(main())
