"""Outcome: what became of a campaign, in one line and as its result. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from odw_core.engines.odw.half_way import Standing, half_way
from odw_core.workflows.campaign.order import Wanted
from odw_core.workflows.campaign.standing import State

Stands = Mapping[str, tuple[State, str]]
"""Repository to its state and why."""


def sentence(wanted: Sequence[Wanted], stands: Stands) -> str:
    """Which repositories have landed, which not, and why the first of those did not."""
    return half_way([Standing(one.base, *_plain(stands[one.repo])) for one in wanted])


def _plain(stand: tuple[State, str]) -> tuple[str, str]:
    return stand[0].value, stand[1]


def result_value(
    wanted: Sequence[Wanted],
    stands: Stands,
    runs: Mapping[str, str],
    files: Mapping[str, Sequence[str]],
    issues: Sequence[str],
) -> dict[str, object]:
    """The result but for its error."""
    return {
        "repos": [
            {
                "repo": one.repo,
                "run": runs.get(one.repo, ""),
                "state": stands[one.repo][0].value,
                "why": stands[one.repo][1],
                "files": [*files.get(one.repo, ())],
                "sha256": one.sha256,
            }
            for one in wanted
        ],
        "contract_issues": [*issues],
    }
