"""Blockers: upstream's plain strings, parsed into who said it, where it is, whose task it is, what became of it."""

from __future__ import annotations

from collections import defaultdict
from typing import NamedTuple

from odw_core.engines.loose import objects, text, texts
from odw_core.engines.odw.acc import FindingAcc, GateAcc, RunAcc
from odw_core.engines.odw.roles import Part, role_of
from odw_core.model.detail import Blocker
from odw_core.text.ansi import plain
from odw_core.text.finding import code_names, finding_id, occurrences, place_of, without_files

_MOST_READ = 4_000


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
    told = acc.native.findings.get(finding_id(reviewer, body))
    found = _read(body, owners) if told is None else _told(told)
    return Blocker(
        text=plain(body),
        path=plain(found.path) if found.path else None,
        line=found.line,
        symbol=plain(found.symbol) if found.symbol else None,
        reviewer=plain(reviewer) if reviewer else None,
        tasks=tuple(plain(task) for task in found.tasks if task),
        round=gate.round,
        fate=_fate(acc, gate, body),
    )


class _Found(NamedTuple):
    """What a sentence says of where it points."""

    path: str | None
    line: int | None
    symbol: str | None
    tasks: tuple[str, ...]


def _told(told: FindingAcc) -> _Found:
    return _Found(told.path, told.line, told.symbol, (told.task,))


def _read(body: str, owners: dict[str, list[str]]) -> _Found:
    """A path that some task owns is the place that is meant, else the first file with a line."""
    body = body[:_MOST_READ]
    named = occurrences(body, owners)
    prose = without_files(body, ((one.start, one.stop) for one in named))
    tasks = dict.fromkeys(task for one in named for task in owners[one.path])
    return _Found(*place_of(body, owners), next(code_names(prose), None), (*tasks,))


def _fate(acc: RunAcc, gate: GateAcc, body: str) -> str:
    if body in acc.native.overruled and acc.native.overruled[body] in (0, gate.round):
        return f"overruled in round {gate.round}"
    # Where no reviewer saw the candidate, nobody said that it is fixed.
    after = next((other for other in acc.gates if other.round > gate.round and not other.preflight_category), None)
    if after is None:
        return "open"
    still = [said for _, said in _by_reviewer(acc, after)] or after.blocker_samples
    return f"still there in round {after.round}" if body in still else f"fixed in round {after.round}"
