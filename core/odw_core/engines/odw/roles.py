"""Which part a node plays in a run: task, repair, reviewer, planner, verifier. Read off key, label, phase (§2)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from odw_core.engines.odw.acc import NodeAcc, RunAcc
from odw_core.engines.odw.journal import round_of_label

SPLIT = "split"
"""Row of whoever says which repo does what, in a run over several."""

_REPAIR_KEY = re.compile(r"^(?P<task>.+)-repair-(?P<round>\d{1,4})$")
_ROUND_DETAIL = re.compile(r"\bround (\d{1,4})(?:/(\d{1,4}))?")


class Part(StrEnum):
    """What a node is for."""

    PLANNER = "planner"
    TASK = "task"
    REVIEWER = "reviewer"
    VERIFIER = "verifier"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Role:
    """``row`` is the task's or reviewer's name, the same in every round; ``round`` counts from 1."""

    part: Part
    row: str
    round: int


def role_of(node: NodeAcc) -> Role:
    """The role of one node."""
    if node.round:
        return Role(Part.TASK, node.task, node.round) if node.task else Role(Part.PLANNER, SPLIT, node.round)
    if node.review_label:
        return Role(Part.REVIEWER, node.label or node.key, round_of_label(node.review_label))
    if match := _REPAIR_KEY.match(node.key):
        return Role(Part.TASK, match["task"], int(match["round"]) + 1)
    phase = node.phase.casefold()
    if phase.startswith("plan"):
        return Role(Part.PLANNER, node.label or node.key, 1)
    if phase.startswith("verif"):
        return Role(Part.VERIFIER, node.label or node.key, 1)
    return Role(Part.TASK if node.is_worktree else Part.OTHER, node.key, 1)


def name_of(node: NodeAcc) -> str:
    """A task by its own name in every round, anything else by its label."""
    role = role_of(node)
    return role.row if role.part is Part.TASK else node.label or node.key


def is_review_loop(acc: RunAcc) -> bool:
    """Whether the run goes plan, rounds of work and review, landing, verify, instead of through phases of its own."""
    return bool(acc.gates or acc.review_label) or any(node.is_worktree for node in acc.nodes.values())


def round_now(acc: RunAcc) -> int:
    """The review round the run is in (or ended in)."""
    rounds = [gate.round for gate in acc.gates] + [repair.round for repair in acc.repairs]
    rounds += [role_of(node).round for node in acc.nodes.values()]
    return max(rounds, default=1)


def max_rounds(acc: RunAcc) -> int | None:
    """The ceiling of review rounds, as the phases say it (``round 2/4``)."""
    for phase in reversed(acc.phases):
        if (match := _ROUND_DETAIL.search(phase.detail)) and match[2]:
            return int(match[2])
    return None
