"""Rounds × repos of a run over several repos: rows, columns and cells of its timeline. Pure."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace

from odw_core.engines.coordination_words import HITL, is_answered, plan_mark, plan_note
from odw_core.engines.odw.acc import NodeAcc, RunAcc
from odw_core.engines.odw.coordination import repo_name, repos_of
from odw_core.engines.odw.coordination_acc import CoordinationAcc, PlanAcc, RoundAcc
from odw_core.engines.odw.roles import SPLIT
from odw_core.engines.state_graph import counted
from odw_core.model.detail import Attempt, Cell, Column, ColumnKind, Mark, Row, RunDetail
from odw_core.text.ansi import one_line, plain

AttemptOf = Callable[[NodeAcc, int], Attempt]


class RoundsGrid:
    """Lays rounds and repos out as a grid."""

    def __init__(self, acc: RunAcc, known: CoordinationAcc, detail: RunDetail, attempt_of: AttemptOf) -> None:
        self._acc, self._known, self._detail, self._attempt_of = acc, known, detail, attempt_of
        self._repos = repos_of(known)
        plans = [plan for one in known.rounds for plan in one.plans.values()]
        self._by_base = {repo_name(repo): repo for repo in reversed(self._repos)} | {
            one.base: one.repo for one in plans
        }

    def rows(self) -> tuple[Row, ...]:
        found = [Row(repo, one_line(repo_name(repo), 120), "task") for repo in self._repos]
        if any(node.round and not node.task for node in self._acc.nodes.values()):
            found.insert(0, Row(SPLIT, "who does what", "planner"))
        return tuple(found)

    def columns(self) -> tuple[Column, ...]:
        rounds = self._known.rounds
        return tuple(self._column(at, one) for at, one in enumerate(rounds))

    def _column(self, at: int, one: RoundAcc) -> Column:
        is_last = at == len(self._known.rounds) - 1
        return Column(
            key=f"round-{one.number}",
            kind=ColumnKind.ROUND,
            title=f"round {one.number}",
            mark=self._column_mark(one, is_last=is_last),
            note=counted(len(one.reasons), "blocker") if one.reasons else one_line(one.status, 40).lower(),
            started_at=_seconds(one.began_ms),
            ended_at=_seconds(one.ended_ms),
            why="; ".join(filter(None, (self._why_began(at), plain(one.why), plain(one.after_why)))),
        )

    def _column_mark(self, one: RoundAcc, *, is_last: bool) -> Mark:
        if not one.status:
            return Mark.UNFINISHED if self._acc.has_exit or not is_last else Mark.RUNNING
        if one.status == HITL:
            waits = is_last and bool(self._acc.native.asked)
            return Mark.WAITING if waits else Mark.NEEDS_OWNER if is_last else Mark.REJECTED
        return Mark.FAILED if one.status == "FAILED" else Mark.DONE

    def _why_began(self, at: int) -> str:
        if at == 0:
            return "started because every run has a first round"
        before = self._known.rounds[at - 1]
        if before.answers:
            return f"started because a person answered {counted(len(before.answers), 'question')}"
        return f"started because of what round {before.number} found"

    def cells(self) -> tuple[Cell, ...]:
        found: list[Cell] = []
        nodes = {(self._row(node), node.round): node for node in self._acc.nodes.values() if node.round}
        for one in self._known.rounds:
            for row in (*self._repos, SPLIT):
                node, plan = nodes.get((row, one.number)), one.plans.get(row)
                if node is not None or plan is not None:
                    found.append(self._cell(row, one, node, plan))
        return tuple(found)

    def _row(self, node: NodeAcc) -> str:
        if not node.task:
            return SPLIT
        plans = [plan for one in self._known.rounds for plan in one.plans.values()]
        return next((one.repo for one in plans if one.key == node.key), self._by_base.get(node.task, node.task))

    def _cell(self, row: str, one: RoundAcc, node: NodeAcc | None, plan: PlanAcc | None) -> Cell:
        # Planners only read, so none of them leaves a diff.
        tried = (self._attempt_of(node, at) for at in range(len(node.attempts))) if node is not None else ()
        attempts = tuple(replace(each, streams=tuple(s for s in each.streams if s != "diff")) for each in tried)
        if attempts and (said := _said(attempts[-1].summary, row, one, plan)):
            attempts = (*attempts[:-1], replace(attempts[-1], summary=said))
        if plan is None:
            mark = attempts[-1].mark if attempts else Mark.UNFINISHED
            is_guess = row == SPLIT and one.split is not None and one.split.source == "heuristic"
            return Cell(
                row, f"round-{one.number}", *((Mark.FALLBACK, "fallback") if is_guess else (mark, "")), attempts
            )
        if node is None and is_answered(plan) and plan.sha256 and plan.sha256 == self._digest_before(row, one.number):
            # Its planner would have been told nothing new.
            return Cell(row, f"round-{one.number}", Mark.KEPT, "kept")
        return Cell(row, f"round-{one.number}", plan_mark(plan), plan_note(plan), attempts)

    def _digest_before(self, repo: str, number: int) -> str:
        earlier = [one.plans[repo] for one in self._known.rounds if one.number < number and repo in one.plans]
        return earlier[-1].sha256 if earlier else ""


def _said(summary: str, row: str, one: RoundAcc, plan: PlanAcc | None) -> str:
    """What an agent said that answers with an object, in its words; empty where it said no such thing."""
    if not summary.lstrip().startswith("{"):
        return ""
    if plan is not None:
        return plain(plan.summary)
    if row == SPLIT and one.split is not None:
        return plain(one.split.rationale)
    try:
        told = json.loads(summary)
    except (ValueError, RecursionError):
        return ""
    found = (told.get(name) for name in ("summary", "rationale")) if isinstance(told, dict) else ()
    return next((plain(words) for words in found if isinstance(words, str) and words), "")


def _seconds(ms: int | None) -> float | None:
    return None if ms is None else ms / 1000
