"""A supervisor that is killed anywhere leaves a run that goes on to the very same end. The whole matrix is swept apart
from this: here are a few places of every stage."""

from __future__ import annotations

import sys

import pytest

from drivers.review_apply import CORE, FINE, VIEW, ReviewApply, place, reject, reviews, writes
from drivers.runs_world import Room, RunsWorld, world
from odw_core.model.address import Address
from odw_core.model.command import Outcome, Resume
from odw_core.model.item import State
from odw_core.runs.faults import VARIABLE

__all__ = ["place", "world"]
pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="needs /proc")

BLOCKER = "src/core.py:1 returns the wrong sum, it must be three"
PLACES = ("agent_done", "worktree_review_gate", "decision", "landing", "landed", "workflow_done")


def told(place: ReviewApply, run: Address) -> dict[str, object]:
    """Everything that must not depend on how often it was taken up."""
    world = place.world
    return {
        "files": [place.text("src/core.py"), place.text("src/view.py"), place.status()],
        "done": sorted(place.keys(run, "agent_done")),
        "phases": [event["title"] for event in world.events(run, "phase")],
        "gates": [(event["label"], event["decision"]) for event in world.events(run, "worktree_review_gate")],
        "landed": [len(world.events(run, kind)) for kind in ("decision", "landing", "landed", "worktree_patch_apply")],
        "result": place.result(run)["history"],
        "is_tidy": place.is_tidy(run),
    }


async def finished(place: ReviewApply, room: Room, run: Address) -> dict[str, object]:
    """Resume it as often as that is needed."""
    item = await room.until(
        lambda snapshot: (
            run in snapshot.items
            and (snapshot.items[run].ended_at is not None or snapshot.items[run].state is State.STALE)
        )
    )
    if item.items[run].ended_at is None:
        receipt = await room.service.submit(Resume(run))
        assert (receipt.outcome, receipt.reason) == (Outcome.ACCEPTED, "")
    assert (await place.over(room, run)).state is State.DONE
    return told(place, run)


@pytest.mark.parametrize("kind", PLACES)
async def test_a_supervisor_killed_there_changes_nothing_of_the_end(
    place: ReviewApply, world: RunsWorld, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    repaired = writes("core-repair-1", "src/core.py", "SUM = 1 + 2\n")
    place.play(repaired, CORE, VIEW, reviews(reject(BLOCKER), key="review-correctness-r1"), FINE)
    count = place.script.parent / "points"
    async with world.room() as room:
        monkeypatch.setenv(VARIABLE, f"count:{count}")
        run = await place.start(room)
        undisturbed = await finished(place, room, run)
        place.repository.git("checkout", "-q", ".")
        lines = [line.get("raw") for line in world.journal(run)]
        number = next(i for i, raw in enumerate(lines, 1) if isinstance(raw, dict) and raw.get("type") == kind)
        before = [
            i for i, name in enumerate(count.read_text().splitlines(), 1) if name == "after a line of the journal"
        ]
        # Between that line and the next: what was told is told, what follows from it is not done.
        monkeypatch.setenv(VARIABLE, str(before[number - 1]))
        again = await place.start(room)
        monkeypatch.delenv(VARIABLE)
        assert await finished(place, room, again) == undisturbed
    assert world.events(again, "supervisor")[1:]
