"""FaultWalk: one small batch, run again and again, its supervisor killed at another point each time."""

from __future__ import annotations

import json
import os
import select
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from drivers.review_apply import CORE, FINE, VIEW, ReviewApply, reject, reviews, writes
from drivers.runs_world import RunsWorld
from odw_core.errors import OdwError
from odw_core.model.address import Address
from odw_core.process.flock import is_held
from odw_core.runs.faults import VARIABLE
from odw_core.runs.journal import is_over
from odw_core.runs.launch import launch, resume
from odw_core.runs.spec import RunSpec

DATE = "2026-01-01T00:00:00+0000"
"""Of every commit, so that the same work has the same name in every world."""
PATIENCE_S = 60
_BLOCKER = "src/core.py:1 returns the wrong sum, it must be three"
_SCRIPT = (
    writes("core-repair-1", "src/core.py", "SUM = 1 + 2\n"),
    CORE,
    VIEW,
    reviews(reject(_BLOCKER), key="review-correctness-r1"),
    FINE,
)
_VOLATILE = ("duration_ms", "durationMs", "at", "ms")


@dataclass(frozen=True)
class Walked:
    """One run that came to its end."""

    story: dict[str, Any]
    """Everything that must not depend on where it was stopped."""
    resumed: int
    """How often a supervisor had to take it up."""


def walk(base: Path, wish: str) -> Walked:
    """Run the batch in a world of its own below ``base``, with this fault, and resume it until it is over."""
    world = RunsWorld(base)
    place = ReviewApply(world, base)
    place.play(*_SCRIPT)
    place.repository.write("src/docs.py", "# mine\n")
    place.repository.write("notes.txt", "mine too\n")
    spec = RunSpec("", "parallel-review-apply", place.given(), str(world.workspace), started_by="tester")
    run = launched(world, spec, wish)
    resumed = resumed_to_its_end(world, run)
    return Walked(_story(place, run), resumed)


def resumed_to_its_end(world: RunsWorld, run: Address) -> int:
    """Take a run up until it is over; how often that was needed."""
    folder, resumed = world.folder(run), 0
    while not _is_at_rest(world, run):
        with suppress(OdwError):
            # It may just have become over, or be in other hands for a moment longer.
            resume(run.item, world.state)
            resumed += 1
        assert resumed < 5, folder.log.read_text()
    with suppress(OdwError):
        # Killed between its very last line and the copy of it, it is over; whoever looks next completes the copy.
        resume(run.item, world.state)
    return resumed


def launched(world: RunsWorld, spec: RunSpec, wish: str) -> Address:
    """Start a run whose supervisor has this fault."""
    os.environ[VARIABLE] = wish
    try:
        return launch(spec, world.state)
    except OdwError:
        # It was killed before it could say that it began.
        (root,) = (world.state / "runs").glob("odw-exec-*")
        return Address("odw", root.name)
    finally:
        del os.environ[VARIABLE]


def _is_at_rest(world: RunsWorld, run: Address) -> bool:
    """Whether it is over, once the supervisor that has it is gone."""
    folder = world.folder(run)
    if is_held(folder.lock):
        with suppress(ProcessLookupError):
            descriptor = os.pidfd_open(world.supervisor(run))
            try:
                assert select.select([descriptor], [], [], PATIENCE_S)[0], f"it hangs: {folder.root}"
            finally:
                os.close(descriptor)
    return is_over(folder)


def chosen(points: list[str], spread: int) -> list[int]:
    """Which points are walked, counted from 1: one of each name, and some spread over all."""
    # Three points stand around each line: a stride of threes would see but one of them.
    stride = max(1, len(points) // spread)
    stride += stride % 3 == 0
    first_of_each = [points.index(name) + 1 for name in dict.fromkeys(points)]
    return sorted({*first_of_each, *range(2, len(points) + 1, stride)})


def walked_points(points: list[str], spread: int) -> list[int]:
    """All of them where ``FAULT_WALK`` says so, else those that are chosen."""
    return [*range(1, len(points) + 1)] if os.environ.get("FAULT_WALK") == "all" else chosen(points, spread)


def differing(point: str, found: dict[str, Any], story: dict[str, Any]) -> dict[str, Any]:
    """What came out otherwise than undisturbed, and how it should be."""
    return {f"point {point}: {name}": (value, story[name]) for name, value in found.items() if value != story[name]}


def raws(world: RunsWorld, run: Address) -> list[dict[str, Any]]:
    """Everything that a run wrote into its journal, in its own words."""
    return [raw for line in world.journal(run) if isinstance(raw := line.get("raw"), dict)]


def begun_again(events: list[dict[str, Any]]) -> list[object]:
    """Agents that began once more though they had finished."""
    finished: set[object] = set()
    again = []
    for event in events:
        if event["type"] == "agent_start" and event["key"] in finished:
            again.append(event["key"])
        if event["type"] == "agent_done":
            finished.add(event["key"])
    return again


def _story(place: ReviewApply, run: Address) -> dict[str, Any]:
    world = place.world
    events = raws(world, run)
    kinds = Counter(str(event["type"]) for event in events)
    once = ("decision", "landing", "landed", "worktree_patch_apply", "workflow_done", "agent_done", "phase")
    mirror = world.folder(run).mirror.read_bytes()
    copied = (world.run(run) / "events.jsonl").read_bytes()
    return {
        "files": {path: place.text(path) for path in ("src/core.py", "src/view.py", "src/docs.py", "notes.txt")},
        "status": place.status(),
        "counts": {kind: kinds[kind] for kind in once},
        "begun again though finished": begun_again(events),
        "steps": sorted(_step(event) for event in events if event["type"] == "step" and event["status"] == "done"),
        "gates": [(e["label"], e["decision"]) for e in events if e["type"] == "worktree_review_gate"],
        "phases": [e["title"] for e in events if e["type"] == "phase"],
        "result": _still(place.result(run), str(world.workspace), run.item),
        "is_tidy": place.is_tidy(run),
        "is_mirrored": copied == mirror,
        "records": [_record(world, run, name)["status"] for name in ("run.json", "../latest.json")],
    }


def _record(world: RunsWorld, run: Address, name: str) -> dict[str, Any]:
    found = json.loads((world.run(run) / name).read_text())
    assert isinstance(found, dict)
    return found


def _step(event: dict[str, Any]) -> tuple[str, str]:
    """What agents do depends on nothing of this world; the other steps know its folder and the run's name."""
    return str(event["key"]), str(event["fingerprint"]) if event["kind"] == "agent" else ""


def _still(result: dict[str, Any], workspace: str, run_id: str) -> Any:
    """A result without what is another in every world: times, the folder, the run's own name."""

    def without_times(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: without_times(one) for key, one in value.items() if key not in _VOLATILE}
        return [without_times(one) for one in value] if isinstance(value, list) else value

    return json.loads(json.dumps(without_times(result)).replace(workspace, "HERE").replace(run_id, "RUN"))
