"""Rows 7 to 11 and 13: what happens while others write, and while nobody does."""

from __future__ import annotations

import threading
import time
from itertools import pairwise

from bench import HELLO, Bench, Figure, append_lines, append_log, percentile, shows_rows
from terminal import Replay, Terminal, cpu_s, pss_kb


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
        late = follow(terminal, sent, base)
    finally:
        terminal.close()
    lost = len(sent) - len(late)
    p50, p99 = percentile(late, 0.5), percentile(late, 0.99)
    return [
        Figure("7", f"append → screen, 20 lines/s, p50 ({lost} lost)", "tail -F 0.3 ms", f"{p50:.1f} ms", p50, 5),
        Figure("7", "the same, p99", "tail -F 0.6 ms", f"{p99:.1f} ms", p99, 20),
    ]


def follow(terminal: Terminal, sent: dict[str, float], base: int) -> list[float]:
    """Milliseconds from each append to the first frame that shows it."""
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
    return [(seen[mark] - at) * 1000 for mark, at in sent.items() if mark in seen]


def row_8(bench: Bench) -> list[Figure]:
    """Twenty journals grow, ten lines a second each; one of them is followed, all are rows that change."""
    runs = bench.runs()[-20:]
    terminal = bench.room("--open", f"odw:{runs[0].name}", "--stream", "journal")
    sent: dict[str, float] = {}
    try:
        terminal.wait_for(lambda text: "journal" in text)
        terminal.wait_quiet(1)
        base, began, cpu = len(terminal.chunks), time.perf_counter(), cpu_s(terminal.pid)
        for number in range(2000):
            run = runs[number % 20]
            mark = f"@@{number:04d}@@"
            if run is runs[0]:
                sent[mark] = time.perf_counter()
            append_log(run, mark)
            time.sleep(max(0.0, began + (number + 1) / 200 - time.perf_counter()))
        used = (cpu_s(terminal.pid) - cpu) / (time.perf_counter() - began) * 100
        terminal.wait_quiet(0.5)
        late = follow(terminal, sent, base)
    finally:
        terminal.close()
    lost, p50, p99 = len(sent) - len(late), percentile(late, 0.5), percentile(late, 0.99)
    return [
        Figure("8", f"200 lines/s over 20 files, p50 ({lost} lost)", "toolong 42 ms", f"{p50:.1f} ms", p50, 20),
        Figure("8", "the same, p99", "toolong 89 ms", f"{p99:.1f} ms", p99, 40),
        Figure("8", "the same, processor", "toolong 48 %", f"{used:.1f} %", used, 12),
    ]


def row_9_10(bench: Bench) -> list[Figure]:
    """Two thousand lines a second into a log that is followed."""
    run = bench.runs()[-1]
    log = run / "script-debug.log"
    log.write_bytes(b"".join(b"line %06d of what was there before\n" % number for number in range(1000)))
    terminal = bench.room("--open", f"odw:{run.name}", "--stream", "stderr")
    stop = threading.Event()

    def flood() -> None:
        number, began = 0, time.perf_counter()
        with log.open("ab", buffering=0) as stream:
            while not stop.is_set():
                due = int((time.perf_counter() - began) * 2000)
                stream.write(
                    b"".join(b"flood %07d some words of an agent at work\n" % one for one in range(number, due))
                )
                number = due
                time.sleep(0.005)
            stream.write(b"the very last line\n")

    writer = threading.Thread(target=flood)
    try:
        terminal.wait_for(lambda text: "line 000999" in text)
        terminal.wait_quiet(1)
        writer.start()
        time.sleep(1)
        before_kb, began, cpu, base = (
            pss_kb(terminal.pid),
            time.perf_counter(),
            cpu_s(terminal.pid),
            len(terminal.chunks),
        )
        time.sleep(15)
        took = time.perf_counter() - began
        used, frames = (cpu_s(terminal.pid) - cpu) / took * 100, [chunk.at for chunk in terminal.chunks[base:]]
        grown = (pss_kb(terminal.pid) - before_kb) / 1024
        keys = press_many(terminal, "w", 60)
        stop.set()
        writer.join()
        terminal.wait_for(lambda text: "the very last line" in text)
    finally:
        stop.set()
        terminal.close()
        log.write_bytes(b"")
    starts = [at for at, before in zip(frames, [0.0, *frames], strict=False) if at - before > 0.004]
    gaps = [(after - at) * 1000 for at, after in pairwise(starts)]
    rate, p99, gap = len(starts) / took, percentile(keys, 0.99), percentile(gaps, 0.99)
    return [
        Figure("9", "flood of 2,000 lines/s, processor", "–", f"{used:.1f} %", used, 15),
        Figure("9", "keys meanwhile, p99", "–", f"{p99:.1f} ms", p99, 50),
        Figure("9", "memory grown in 15 s", "flat", f"{grown:.1f} MB", max(grown, 0.01), 4),
        Figure("10", "frames while tailing", "–", f"{rate:.1f} /s", rate, 30.5),
        Figure("10", "gap between them, p99", "–", f"{gap:.1f} ms", gap, 40),
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
