"""Rows 5 and 12: a log of a million lines, and what it costs to hold."""

from __future__ import annotations

import shutil
import statistics

from bench import HELLO, Bench, Figure, hello_ms, last_line, median_ms
from terminal import Terminal, pss_kb


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
