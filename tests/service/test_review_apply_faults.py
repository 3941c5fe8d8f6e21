"""A supervisor killed at any point leaves a run that is taken up to the very same end. A spread of all points stands
here; ``FAULT_WALK=all`` walks every one of them."""

from __future__ import annotations

import os
import sys
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from drivers.fault_walk import DATE, chosen, differing, walk
from drivers.git_repository import IDENTITY
from drivers.runs_world import RunsWorld, world

__all__ = ["world"]
pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="needs /proc")

SPREAD = 8
IS_WHOLE = os.environ.get("FAULT_WALK") == "all"
SHARES = 12 if IS_WHOLE else 1
"""The whole walk is cut into so many, for processes that share it."""


@dataclass(frozen=True)
class Undisturbed:
    """The run that nobody killed."""

    story: dict[str, Any]
    points: list[str]
    """The name of every point that it passed."""


@pytest.fixture
def undisturbed(world: RunsWorld, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Undisturbed:
    for name, value in {**IDENTITY, "GIT_AUTHOR_DATE": DATE, "GIT_COMMITTER_DATE": DATE}.items():
        monkeypatch.setenv(name, value)
    count = tmp_path / "points"
    walked = walk(tmp_path / "undisturbed", f"count:{count}")
    assert walked.resumed == 0
    return Undisturbed(walked.story, count.read_text().splitlines())


def shared(points: list[str], share: int) -> list[int]:
    """Which points are walked, counted from 1: of all of them this share, or some spread over all."""
    return [*range(1 + share, len(points) + 1, SHARES)] if IS_WHOLE else chosen(points, SPREAD)


@pytest.mark.parametrize("share", range(SHARES))
def test_wherever_it_is_killed_the_run_comes_to_the_same_end(
    undisturbed: Undisturbed, tmp_path: Path, share: int
) -> None:
    story, points = undisturbed.story, undisturbed.points
    print(f"{len(points)} points: {dict(Counter(points))}")
    assert story["result"]["ok"] and story["begun again though finished"] == []
    wrong: dict[str, Any] = {}
    walked_at = shared(points, share)
    for number in walked_at:
        walked = walk(tmp_path / str(number), str(number))
        print(number, points[number - 1], walked.resumed)
        wrong |= differing(f"{number} ({points[number - 1]})", walked.story, story)
    assert wrong == {}
    print(f"{len(walked_at)} of {len(points)} points walked: the same end wherever it was killed")


def test_every_line_of_the_journal_and_every_effect_of_the_landing_is_a_point(undisturbed: Undisturbed) -> None:
    counted = Counter(undisturbed.points)
    lines = counted["before a line of the journal"]
    assert lines > 60
    assert counted["between the line and its copy"] == counted["after a line of the journal"] == lines
    assert counted["landing: a file is in its place"] == 2
    assert sum(name.startswith("landing: ") for name in undisturbed.points) >= 8
