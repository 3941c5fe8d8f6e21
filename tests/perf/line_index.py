"""Measures how fast any window of a very large log is at hand, beside rg (row 6 of the budgets), and prints a table.

    python tests/perf/line_index.py LOG [--rounds 7] [--limit 1.0]

LOG is the stderr of a corpus that tests/drivers/make_corpus.py wrote. ``--limit F`` exits 1 when a figure misses F
times its target.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import shutil
import statistics
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter

from textual.app import App, ComposeResult

from odw_core.files.line_index import FileLines
from odw_core.text.needle import Needle
from odw_tui.widgets.line_view import LineView

PAGE = 50
JUMPS = 1000


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured figure beside its target and what another program needs, all in milliseconds."""

    name: str
    ours: float
    target: float
    other: float | None = None


class Stage(App[None]):
    """A line view in a terminal of its own that nobody sees."""

    def compose(self) -> ComposeResult:
        yield LineView()


def elapsed_ms(run: Callable[[], object]) -> float:
    start = perf_counter()
    run()
    return (perf_counter() - start) * 1000


def median_ms(run: Callable[[], object], rounds: int) -> float:
    return statistics.median(elapsed_ms(run) for _ in range(rounds))


def percentile(values: list[float], share: float) -> float:
    return sorted(values)[min(len(values) - 1, int(len(values) * share))]


def counted(log: Path) -> FileLines:
    source = FileLines(log)
    while source.count_more():
        pass
    return source


def show_tail(log: Path) -> None:
    source = FileLines(log)
    assert source.last_lines(PAGE)
    source.close()


def count_all(log: Path) -> None:
    counted(log).close()


def jumps_ms(source: FileLines) -> list[float]:
    lines = random.Random(1)
    starts = [lines.randrange(max(1, source.line_count - PAGE)) for _ in range(JUMPS)]
    return [elapsed_ms(lambda start=start: source.lines(start, start + PAGE)) for start in starts]


def longest_slice_ms(source: FileLines, needle: Needle) -> float:
    """The longest that a search keeps everything else waiting."""
    longest, before = 0.0, perf_counter()
    for _ in source.find(needle, 0):
        longest, before = max(longest, perf_counter() - before), perf_counter()
    return longest * 1000


def first_hit(source: FileLines, needle: Needle) -> int | None:
    return next((line for line in source.find(needle, 0) if line is not None), None)


def all_hits(source: FileLines, needle: Needle) -> int:
    return sum(1 for line in source.find(needle, 0) if line is not None)


def rg_ms(rounds: int, *arguments: str) -> float | None:
    program = shutil.which("rg")
    if program is None:
        return None
    return median_ms(lambda: subprocess.run([program, *arguments], capture_output=True, check=False), rounds)


async def view_ms(log: Path, rounds: int) -> tuple[float, float]:
    """From telling a view to show the log: until its end is painted, and until it is counted."""
    painted, complete = [], []
    app = Stage()
    async with app.run_test(size=(120, 40)) as pilot:
        view = app.query_one(LineView)
        for _ in range(rounds):
            await pilot.pause()
            source = FileLines(log)
            start = perf_counter()
            view.show(source)
            app.screen._compositor.render_strips()
            painted.append((perf_counter() - start) * 1000)
            for _ in iter(lambda: view.is_settled, True):
                await asyncio.sleep(0)
            complete.append((perf_counter() - start) * 1000)
            source.close()
    return statistics.median(painted), statistics.median(complete)


def measure(log: Path, rounds: int) -> list[Figure]:
    source = counted(log)
    rare = source.lines(source.line_count - 1, source.line_count)[0].rsplit("m", 1)[-1].strip() or "nothing"
    hidden, common = Needle.literal("no-such-words-anywhere"), Needle.literal("keyboard")
    jumps = jumps_ms(source)
    tail_painted, tail_counted = asyncio.run(view_ms(log, rounds))
    name = str(log)
    rg_all = rg_ms(rounds, "-ic", "keyboard", name)
    return [
        Figure("open, last page", median_ms(lambda: show_tail(log), rounds), 30),
        Figure("view: show, end painted", tail_painted, 30),
        Figure("view: show, numbered", tail_counted, 250),
        Figure("exact line count", median_ms(lambda: count_all(log), rounds), 250, rg_ms(rounds, "-c", "", name)),
        Figure("jump, p50", percentile(jumps, 0.5), 33),
        Figure("jump, p99", percentile(jumps, 0.99), 33),
        Figure(
            f"first hit, last line ({rare})",
            median_ms(lambda: first_hit(source, Needle.literal(rare)), rounds),
            200,
            rg_ms(rounds, "-F", "-m1", rare, name),
        ),
        Figure(
            "nothing found, ignoring case",
            median_ms(lambda: first_hit(source, hidden), rounds),
            200,
            rg_ms(rounds, "-ic", "no-such-words-anywhere", name),
        ),
        Figure(
            f"all {all_hits(source, common):,} hits, ignoring case",
            median_ms(lambda: all_hits(source, common), rounds),
            5 * (rg_all or 100),
            rg_all,
        ),
        Figure("longest slice of a search", longest_slice_ms(source, hidden), 10),
    ]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("log", type=Path)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--limit", type=float)
    options = parser.parse_args()
    figures = measure(options.log, options.rounds)
    print("| what | ours (ms) | target (ms) | of target | rg (ms) | ours / rg |\n| --- | --: | --: | --: | --: | --: |")
    for figure in figures:
        other = f"{figure.other:.1f} | {figure.ours / figure.other:.1f}" if figure.other else "– | –"
        share = figure.ours / figure.target
        print(f"| {figure.name} | {figure.ours:.2f} | {figure.target:.0f} | {share:.2f} | {other} |")
    missed = options.limit is not None and any(one.ours > options.limit * one.target for one in figures)
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
