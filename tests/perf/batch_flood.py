"""A batch of which one agent prints 500 MB of stderr: what that costs its supervisor, and rooms that look on.

    python tests/perf/batch_flood.py [--megabytes 500] [--limit 1.0]

The run is a real one (supervisor, repository, four scripted agents as processes); one room shows the list, another
follows the flooded stream. ``--limit F`` exits 1 when a figure misses F times its target.
"""

from __future__ import annotations

import argparse
import os
import signal
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))
sys.path.insert(0, str(Path(__file__).parent))

from bench import ROOM, Figure, percentile, shows_rows
from rows_live import press_many
from terminal import Terminal, cpu_s, environment, pss_kb

from drivers.flood import is_flood, peak_kb
from drivers.git_repository import IDENTITY
from drivers.review_apply import CORE, FINE, VIEW, ReviewApply
from drivers.runs_world import RunsWorld
from odw_core.model.address import Address
from odw_core.runs.journal import is_over
from odw_core.runs.launch import launch
from odw_core.runs.spec import RunSpec

_TASKS = ("core", "view", "docs", "more")
_PATIENCE_S = 300.0
_LINE = 100
"""What may wait for the end of its line."""


def measure(base: Path, size: int) -> list[Figure]:
    """One run, from its start to its end."""
    world = RunsWorld(base)
    place = ReviewApply(world, base)
    for number in range(5):
        _ended(world, _launch(world, "command", {"argv": ["echo", str(number)]}))
    flooding = {
        "key": "view",
        "do": [{"wait": str(base / "go")}, {"flood": size}, {"wait": str(base / "enough")}, *VIEW["do"]],
        "result": "done",
    }
    rest = [{"key": name, "do": [{"write": f"src/{name}.py", "text": "1\n"}], "result": "done"} for name in _TASKS[2:]]
    place.play(CORE, flooding, *rest, FINE)
    tasks = [{"id": name, "files": [f"src/{name}.py"], "prompt": f"Make {name}."} for name in _TASKS]
    environ = environment(base)
    quiet = Terminal([*ROOM, str(world.workspace)], environ)
    run = _launch(world, "parallel-review-apply", place.given(tasks=tasks))
    stderr = world.run(run) / "attempts" / "view-1" / "stderr.log"
    _until(lambda: (world.run(run) / "attempts" / "core-1" / "result.json").exists())
    following = Terminal([*ROOM, str(world.workspace), "--open", f"{run}/view", "--stream", "stderr"], environ)
    supervisor = world.supervisor(run)
    rooms = (quiet, following)
    peaks: list[int] = []
    stop = threading.Event()
    watching = threading.Thread(target=_watch, args=(supervisor, peaks, stop))
    try:
        quiet.wait_for(shows_rows)
        for room in rooms:
            room.wait_quiet(0.4)
        before, room_before = peak_kb(supervisor), [pss_kb(room.pid) for room in rooms]
        watching.start()
        began, cpu, cpu_rooms = time.perf_counter(), cpu_s(supervisor), [cpu_s(room.pid) for room in rooms]
        (base / "go").touch()
        _until(lambda: stderr.exists() and stderr.stat().st_size > 0)
        keys = press_many(quiet, "jjjkkk", 30)
        keys_there = press_many(following, "w", 30)
        used_rooms = [
            (cpu_s(room.pid) - one) / (time.perf_counter() - began) * 100
            for room, one in zip(rooms, cpu_rooms, strict=True)
        ]
        _until(lambda: stderr.stat().st_size > size - _LINE)
        used, took = cpu_s(supervisor) - cpu, time.perf_counter() - began
        grown = max(pss_kb(room.pid) - one for room, one in zip(rooms, room_before, strict=True)) / 1024
        (base / "enough").touch()
        _ended(world, run)
    finally:
        with suppress(ProcessLookupError):
            os.kill(supervisor, signal.SIGTERM)
        stop.set()
        if watching.is_alive():
            watching.join()
        for room in rooms:
            room.close()
    (done,) = world.events(run, "workflow_done")
    assert dict(done["result"])["ok"] is True, done  # type: ignore[call-overload]
    assert is_flood(stderr, size), "what is on disk is not what was printed"
    peak, late = max(peaks), percentile(keys, 0.99)
    rate = size / took / 1e6
    about = f"{size // 1_000_000} MB of stderr by one of four agents"
    return [
        Figure("15", f"{about}, all on disk", "–", f"{took:.1f} s, {rate:.0f} MB/s", took, size / 10e6),
        Figure("15", "processor of the supervisor", "–", f"{used:.1f} s", used, size / 10e6),
        Figure(
            "15",
            "memory of the supervisor, peak",
            f"{before / 1024:.0f} MB",
            f"{peak / 1024:.0f} MB",
            peak,
            before + 32 * 1024,
        ),
        Figure("15", "keys in the list meanwhile, p99", "–", f"{late:.1f} ms", late, 50),
        Figure(
            "15",
            "keys beside the stream meanwhile, p99",
            "–",
            f"{percentile(keys_there, 0.99):.1f} ms",
            percentile(keys_there, 0.99),
            50,
        ),
        Figure(
            "15", "processor of the rooms", "–", f"{used_rooms[0]:.1f} % and {used_rooms[1]:.1f} %", max(used_rooms), 15
        ),
        Figure("15", "memory of the rooms, grown", "flat", f"{grown:+.1f} MB", max(grown, 0.01), 6),
    ]


def _launch(world: RunsWorld, workflow: str, given: dict[str, object]) -> Address:
    return launch(RunSpec("", workflow, given, str(world.workspace), started_by="tester"), world.state)


def _ended(world: RunsWorld, run: Address) -> None:
    _until(lambda: is_over(world.folder(run)))


def _until(holds: Callable[[], bool]) -> None:
    until = time.perf_counter() + _PATIENCE_S
    while not holds():
        if time.perf_counter() > until:
            raise TimeoutError("it never came")
        time.sleep(0.02)


def _watch(supervisor: int, peaks: list[int], stop: threading.Event) -> None:
    while not stop.wait(0.05):
        try:
            peaks.append(peak_kb(supervisor))
        except OSError:
            return


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--megabytes", type=int, default=500)
    parser.add_argument("--limit", type=float, help="exit 1 when a figure misses its target by this factor")
    given = parser.parse_args()
    os.environ.update(IDENTITY)
    with tempfile.TemporaryDirectory(prefix="odw-tui-perf-") as folder:
        figures = measure(Path(folder), given.megabytes * 1_000_000)
    print("| # | metric | anchor | measured | of target |\n| --- | --- | --- | --- | --- |")
    for one in figures:
        print(f"| {one.row} | {one.metric} | {one.anchor} | {one.measured} | {one.ratio:.2f} |")
    return 1 if given.limit is not None and any(one.ratio > given.limit for one in figures) else 0


if __name__ == "__main__":
    raise SystemExit(main())
