"""Blockers: upstream's plain strings, parsed into who said it, where it is, whose task it is, what became of it."""

from __future__ import annotations

import re
from collections import defaultdict

from odw_core.engines.loose import objects, text, texts
from odw_core.engines.odw.acc import GateAcc, RunAcc
from odw_core.engines.odw.roles import Part, role_of
from odw_core.model.detail import Blocker
from odw_core.text.ansi import plain

# A path with a dot or a slash in it, perhaps with a line number; where it stands in the text is habit, not contract.
_PLACE = re.compile(r"(?<![\w/.-])((?:[\w@.-]+/)*[\w@-][\w@.-]*\.[A-Za-z]\w{0,9})(?::(\d{1,7}))?")


def gate_blockers(acc: RunAcc, gate: GateAcc) -> tuple[Blocker, ...]:
    """Every blocker of one gate: whole from the reviewers' own results where there are, else the gate's samples."""
    said = _by_reviewer(acc, gate)
    if not said:
        said = [(None, sample) for sample in gate.blocker_samples]
    if not said and gate.preflight_category:
        message = f"{gate.preflight_category}: {gate.preflight_message}".removesuffix(": ")
        said = [(None, message)]
    owners = _owners(acc)
    return tuple(_blocker(acc, gate, reviewer, body, owners) for reviewer, body in said)


def _by_reviewer(acc: RunAcc, gate: GateAcc) -> list[tuple[str | None, str]]:
    return [
        (node.label or node.key, body)
        for node in acc.nodes.values()
        if node.review_label == gate.label and node.outcome is not None
        for body in node.outcome.blockers
    ]


def _owners(acc: RunAcc) -> dict[str, list[str]]:
    """File to the tasks that own it: as planned, else as their worktrees changed."""
    owners: dict[str, list[str]] = defaultdict(list)
    for step in acc.outcome.history if acc.outcome is not None else []:
        for task in objects(step, "tasks"):
            for name in texts(task, "files"):
                owners[name].append(text(task, "id"))
    for node in acc.nodes.values():
        role = role_of(node)
        if role.part is Part.TASK and node.outcome is not None:
            for name in node.outcome.files:
                if role.row not in owners[name]:
                    owners[name].append(role.row)
    return owners


def _blocker(acc: RunAcc, gate: GateAcc, reviewer: str | None, body: str, owners: dict[str, list[str]]) -> Blocker:
    places = [(match[1], int(match[2]) if match[2] else None) for match in _PLACE.finditer(body[:4000])]
    # A path that some task owns is the place that is meant; a version number or a host name is not.
    path, line = next(
        ((path, line) for path, line in places if path in owners),
        next(((path, line) for path, line in places if line is not None), (None, None)),
    )
    tasks = dict.fromkeys(task for name, _ in places for task in owners.get(name, ()) if task)
    return Blocker(
        text=plain(body),
        path=plain(path) if path else None,
        line=line,
        reviewer=plain(reviewer) if reviewer else None,
        tasks=tuple(plain(task) for task in tasks),
        round=gate.round,
        fate=_fate(acc, gate, body),
    )


def _fate(acc: RunAcc, gate: GateAcc, body: str) -> str:
    if body in acc.native.overruled:
        return f"overruled in round {gate.round}"
    later = [other for other in acc.gates if other.round > gate.round]
    if not later:
        return "open"
    after = later[0]
    still = [said for _, said in _by_reviewer(acc, after)] or after.blocker_samples
    return f"still there in round {after.round}" if body in still else f"fixed in round {after.round}"
