"""Rows 1, 2, 3, 4, 14: how long it takes until everything is there."""

from __future__ import annotations

import asyncio
import json
import os
import statistics
import subprocess
import sys
import time

from bench import ROOM, Bench, Figure, append_log, hello_ms, index_file, median_ms, shows_rows, warm
from rows_live import press_many


def row_1(bench: Bench) -> list[Figure]:
    def once() -> float:
        terminal = bench.room()
        try:
            return terminal.wait_for(shows_rows) - terminal.started_at
        finally:
            terminal.close()

    hello, ours = hello_ms(bench), median_ms(once, bench.rounds)
    return [Figure("1", "warm start: exec → first row", f"hello {hello:.0f} ms", f"{ours:.0f} ms", ours / hello, 1.3)]


def is_complete(text: str) -> bool:
    """Whether the head no longer says that something is being read."""
    return shows_rows(text) and "reading" not in text and "looking" not in text


def row_2(bench: Bench) -> list[Figure]:
    """Without a cache: the files are in the system's memory, nothing else is."""
    firsts: list[float] = []
    wholes: list[float] = []
    for _ in range(min(bench.rounds, 5)):
        bench.forget_cache()
        terminal = bench.room()
        try:
            first = terminal.wait_for(shows_rows)
            whole = terminal.wait_for(is_complete, within_s=120)
        finally:
            terminal.close()
        firsts.append(first - terminal.started_at)
        wholes.append(whole - first)
    hello = hello_ms(bench)
    first_ms, whole_ms = statistics.median(firsts) * 1000, statistics.median(wholes) * 1000
    bench.forget_cache()
    warm(bench)
    return [
        Figure(
            "2", "cold start: exec → first row", f"hello {hello:.0f} ms", f"{first_ms:.0f} ms", first_ms / hello, 1.6
        ),
        Figure("2", "then until all is listed, totals exact", "–", f"{whole_ms:.0f} ms", whole_ms, 1000),
    ]


_INDEX_ALL = """
import asyncio, json, resource, sys, time
from odw_core.config import Config
from odw_core.service.live import LiveService

async def main():
    service = LiveService([sys.argv[1]], Config(), cache=None)
    began = time.perf_counter()
    task = asyncio.create_task(service.run())
    async for _ in service.changes():
        if service.snapshot().complete:
            break
    took = time.perf_counter() - began
    items = service.snapshot().items.values()
    total = sum(item.tokens.total for item in items if item.tokens)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    print(json.dumps({"s": took, "tokens": total, "sessions": len(items), "peak_kb": peak}))
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)

asyncio.run(main())
"""


def row_3(bench: Bench) -> list[Figure]:
    sessions = bench.sessions()

    def cat() -> float:
        began = time.perf_counter()
        subprocess.run(["cat", *map(str, sessions)], stdout=subprocess.DEVNULL, check=True)
        return time.perf_counter() - began

    def index() -> dict[str, float]:
        argv = [sys.executable, "-c", _INDEX_ALL, str(bench.codex)]
        return json.loads(subprocess.run(argv, check=True, env=bench.environ, capture_output=True).stdout)

    cat_ms = median_ms(cat, bench.rounds)
    told = [index() for _ in range(min(bench.rounds, 5))]
    wanted = json.loads((bench.corpus / "corpus.json").read_text())["total_tokens"]
    exact = "exact" if all(one["tokens"] == wanted for one in told) else f"WRONG: {told[0]['tokens']} of {wanted}"
    ours = statistics.median(one["s"] for one in told) * 1000
    peak = max(one["peak_kb"] for one in told) / 1024
    bench.forget_cache()
    terminal = bench.room()
    try:
        terminal.wait_for(shows_rows)
        late = press_many(terminal, "jjkj", 20)
    finally:
        terminal.close()
    bench.forget_cache()
    warm(bench)
    metric = f"full index of {len(sessions):,} sessions, totals {exact}"
    return [
        Figure("3", metric, f"cat {cat_ms:.0f} ms", f"{ours:.0f} ms", ours / cat_ms, 3.5),
        Figure("3", "its peak memory", "–", f"{peak:.0f} MB", peak, 150),
        Figure("3", "key → first byte meanwhile, longest", "–", f"{max(late):.1f} ms", max(late), 33),
    ]


def row_4(bench: Bench) -> list[Figure]:
    """Restart with 20 changed runs, inside one process: the service alone, no screen."""
    from odw_core.config import Config
    from odw_core.model.address import Address
    from odw_core.service.live import LiveService

    cache = index_file(bench)
    runs = bench.runs()

    def stat_all() -> float:
        paths = [*(f"{run}/events.jsonl" for run in runs), *map(str, bench.sessions())]
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
        service = LiveService(bench.places, Config(), cache=cache)
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
        Figure(
            "4",
            f"restart, 20 of {len(runs) + len(bench.sessions()):,} changed",
            anchor,
            f"{ours:.0f} ms",
            ours / stat_ms,
            50 / 8.7,
        ),
        Figure("4", "bytes read for each changed run", "appended + 4 KB", f"{a_file:.0f} B", a_file, 4096 + 250),
    ]


def row_14(bench: Bench) -> list[Figure]:
    def python() -> float:
        began = time.perf_counter()
        subprocess.run([sys.executable, "-c", "pass"], check=True, env=bench.environ)
        return time.perf_counter() - began

    def status() -> float:
        argv = [*ROOM, "status", "--json", "--root", str(bench.workspace), "--codex-home", str(bench.codex)]
        began = time.perf_counter()
        done = subprocess.run(argv, check=True, env=bench.environ, capture_output=True)
        took = time.perf_counter() - began
        assert json.loads(done.stdout)["counts"]
        return took

    anchor, ours = median_ms(python, bench.rounds), median_ms(status, bench.rounds)
    return [Figure("14", "status --json, warm", f"python -c pass {anchor:.0f} ms", f"{ours:.0f} ms", ours, 150)]
