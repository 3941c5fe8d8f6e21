"""Outcome: what became of a campaign, in one line and as its result. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from odw_core.text.ansi import one_line
from odw_core.workflows.campaign.order import Wanted
from odw_core.workflows.campaign.standing import ENDED_BADLY, HAS_LANDED, State

Stands = Mapping[str, tuple[State, str]]
"""Repository to its state and why."""
_NAMES, _WHY = 200, 200


def sentence(wanted: Sequence[Wanted], stands: Stands) -> str:
    """Which repositories have landed, which not, and why the first of those did not."""
    landed = [one for one in wanted if stands[one.repo][0] in HAS_LANDED]
    others = [one for one in wanted if one not in landed]
    said = [f"landed: {_names(landed)}"] if landed else []
    said += [f"not landed: {_names(others)}"] if others else []
    bad = next((one for one in others if stands[one.repo][0] in ENDED_BADLY), None)
    if bad is not None:
        state, why = stands[bad.repo]
        said.append(f"{bad.base} {state}" + (f": {one_line(why, _WHY)}" if why else ""))
    for one in landed:
        state, why = stands[one.repo]
        if state is State.LANDED and why:
            said.append(f"{one.base} landed but its verification failed: {one_line(why, _WHY)}")
    return "; ".join(said)


def _names(found: Sequence[Wanted]) -> str:
    return one_line(", ".join(one.base for one in found), _NAMES)


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
