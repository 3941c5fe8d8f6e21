"""A room on fifty batches that go at once, each with a supervisor, agents and a repository of its own.

    python tests/perf/batch_many.py [--runs 50] [--limit 1.0]

First all agents talk (that is what fifty runs do most of the time), then all are reviewed, landed and verified at the
same moment. ``--limit F`` exits 1 when a figure misses F times its target.
"""

from __future__ import annotations

import argparse
import os
import signal
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))
sys.path.insert(0, str(Path(__file__).parent))

from bench import HELLO, ROOM, Figure, percentile, shows_rows
from rows_live import press_many
from terminal import Terminal, cpu_s, environment, pss_kb

from drivers.git_repository import IDENTITY
from drivers.review_apply import FINE, TASKS, ReviewApply, writes
from drivers.runs_world import RunsWorld
from odw_core.model.address import Address
from odw_core.runs.journal import is_over
from odw_core.runs.launch import launch
from odw_core.runs.slots import LIMIT_VARIABLE
from odw_core.runs.spec import RunSpec

_PATIENCE_S = 600.0
_SAYS_EVERY_S = 0.2
_KEYS = "Gg"
_ECHO = [sys.executable, "-c", "import os, tty; tty.setraw(0)\nwhile True: os.write(1, os.read(0, 64))"]
"""What a key costs on this machine at this moment when nobody does anything with it."""


def measure(base: Path, count: int) -> list[Figure]:
    """All runs, from their start to their end."""
    places = [_place(base, number) for number in range(count)]
    environ = environment(base)
    argv = [*ROOM, *(str(place.world.workspace) for place in places)]
    room, echo = Terminal(argv, environ), Terminal(_ECHO, environ)
    runs = [_started(place, base) for place in places]
    worlds = [place.world for place in places]
    supervisors = [world.supervisor(run) for world, run in zip(worlds, runs, strict=True)]
    try:
        room.wait_for(shows_rows)
        (base / "go").touch()
        time.sleep(2)
        began, cpu, cpu_all, memory = (
            time.perf_counter(),
            cpu_s(room.pid),
            sum(map(cpu_s, supervisors)),
            pss_kb(room.pid),
        )
        time.sleep(10)
        took = time.perf_counter() - began
        used, used_all = (cpu_s(room.pid) - cpu) / took * 100, (sum(map(cpu_s, supervisors)) - cpu_all) / took * 100
        talking, echoed = _pressed(room, echo, 150)
        hello, first = _paints(environ, argv)
        (base / "enough").touch()
        began = time.perf_counter()
        busy: list[float] = []
        busy_echoed: list[float] = []
        while not all(is_over(world.folder(run)) for world, run in zip(worlds, runs, strict=True)):
            late, anchor = _pressed(room, echo, 14)
            busy, busy_echoed = busy + late, busy_echoed + anchor
            assert time.perf_counter() - began < _PATIENCE_S, "they do not end"
        landing_s = time.perf_counter() - began
        grown = (pss_kb(room.pid) - memory) / 1024
        room.wait_quiet(1)
    finally:
        room.close()
        echo.close()
        for pid in supervisors:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGTERM)
    assert all(place.result(run)["ok"] for place, run in zip(places, runs, strict=True))
    return [
        *_latency(f"{count} batches talk: key → first byte", talking, echoed, (6, 33)),
        Figure(
            "16", "exec → first row of another room", f"hello {hello:.0f} ms", f"{first:.0f} ms", first / hello, 1.6
        ),
        Figure("16", "processor of the room", "–", f"{used:.1f} %", used, 12),
        Figure("16", "processor of all supervisors", "–", f"{used_all:.1f} %", used_all, 50),
        *_latency(f"all land within {landing_s:.0f} s: key → first byte", busy, busy_echoed, (33, 100)),
        Figure("16", "memory of the room, grown", f"{memory / 1024:.0f} MB", f"{grown:+.1f} MB", max(grown, 0.01), 6),
    ]


def _pressed(room: Terminal, echo: Terminal, times: int) -> tuple[list[float], list[float]]:
    """(of the room, of the anchor): milliseconds from keys to what they changed, taken in turns."""
    late: list[float] = []
    anchor: list[float] = []
    while len(late) < times:
        late += press_many(room, _KEYS, len(_KEYS))
        anchor += press_many(echo, _KEYS, len(_KEYS))
    return late, anchor


def _latency(what: str, late: list[float], anchor: list[float], targets: tuple[float, float]) -> list[Figure]:
    found = []
    for share, target, name in ((0.5, targets[0], f"{what}, p50"), (0.99, targets[1], "the same, p99")):
        figure, beside = percentile(late, share), percentile(anchor, share)
        found.append(Figure("16", name, f"echo {beside:.1f} ms", f"{figure:.1f} ms", figure, target))
    return found


def _place(base: Path, number: int) -> ReviewApply:
    own = base / str(number)
    place = ReviewApply(RunsWorld(own), own)
    talk: list[dict[str, object]] = [{"wait": str(base / "go")}]
    for line in range(300):
        talk += [{"say": f"run {number} says line {line}"}, {"sleep": _SAYS_EVERY_S}]
    core = writes("core", "src/core.py", f"RUN = {number}\n")
    place.play({**core, "do": [*talk, {"wait": str(base / "enough")}, *core["do"]]}, FINE)
    return place


def _started(place: ReviewApply, base: Path) -> Address:
    given = place.given(tasks=TASKS[:1], reviewers=["sole"])
    workspace = str(place.world.workspace)
    place.world.state = base / "state" / "odw-tui"
    return launch(RunSpec("", "parallel-review-apply", given, workspace, started_by="tester"), place.world.state)


def _paints(environ: dict[str, str], argv: list[str]) -> tuple[float, float]:
    """(hello, another room): milliseconds until it shows something, medians of five."""
    taken: list[list[float]] = [[], []]
    for _ in range(5):
        for number, (words, shows) in enumerate(((HELLO, _says_hello), (argv, shows_rows))):
            terminal = Terminal(words, environ)
            try:
                taken[number].append((terminal.wait_for(shows) - terminal.started_at) * 1000)
            finally:
                terminal.close()
    return percentile(taken[0], 0.5), percentile(taken[1], 0.5)


def _says_hello(text: str) -> bool:
    return "hello world" in text


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=50)
    parser.add_argument("--limit", type=float, help="exit 1 when a figure misses its target by this factor")
    given = parser.parse_args()
    os.environ.update({**IDENTITY, LIMIT_VARIABLE: str(given.runs)})
    with tempfile.TemporaryDirectory(prefix="odw-tui-perf-") as folder:
        figures = measure(Path(folder), given.runs)
    print("| # | metric | anchor | measured | of target |\n| --- | --- | --- | --- | --- |")
    for one in figures:
        print(f"| {one.row} | {one.metric} | {one.anchor} | {one.measured} | {one.ratio:.2f} |")
    return 1 if given.limit is not None and any(one.ratio > given.limit for one in figures) else 0


if __name__ == "__main__":
    raise SystemExit(main())
