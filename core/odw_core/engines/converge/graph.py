"""The states of a run by its events, or by its saved log as long as there are none. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from odw_core.engines.converge.acc import LogAcc, RoundAcc, RunAcc
from odw_core.engines.converge.blockers import stops
from odw_core.engines.converge.own_rounds import own_turn, told_of
from odw_core.engines.converge.timeline import why_ended
from odw_core.engines.state_graph import ALIGN, DECIDE, PAUSE, PLAN, PROPOSE, WRITE, Turn, counted, state_graph
from odw_core.model.coordination import Graph
from odw_core.model.item import Item, State
from odw_core.text.ansi import one_line

_ROUTES = {"propose_split_node": PROPOSE, "hitl_interrupt_node": PAUSE, "write_artifacts_node": WRITE}
_MOST = 100


def graph_of(acc: RunAcc, item: Item) -> Graph | None:
    """The graph; None of a run that told nothing at all."""
    if acc.has_record:
        turns = [*_turns(acc, item)]
        # A run of ours writes its files when it is over, whoever ended it.
        is_paused = bool(acc.pauses) and acc.decision is None and not acc.told
        return state_graph(turns, PAUSE if is_paused else WRITE, notes=_notes(acc), is_over=not is_paused)
    if acc.log is not None:
        return _logged(acc.log, is_over=item.state is not State.RUNNING)
    return None


def _turns(acc: RunAcc, item: Item) -> Iterator[Turn]:
    rounds = acc.rounds[:_MOST]
    for at, one in enumerate(rounds):
        is_last = at == len(rounds) - 1
        told = told_of(acc, one.number)
        if told is not None and (turn := own_turn(acc, told)) is not None:
            yield turn
            continue
        way = _ROUTES.get(one.route, "") or (WRITE if is_last else PROPOSE)
        why = _why_again(one) if way == PROPOSE else why_ended(acc, item, one, is_last=is_last)
        after = "" if way != PAUSE else WRITE if is_last and acc.decision is not None else "" if is_last else PROPOSE
        yield Turn(one.number, DECIDE, way, why, after)


def _why_again(one: RoundAcc) -> str:
    said = one_line(one.status or "no status", 60)
    issues = f" with {counted(one.issues, 'contract issue')}" if one.issues else ""
    return f"{said}{issues}, and the ceiling was not reached; upstream tells its planners nothing new"


def _notes(acc: RunAcc) -> dict[str, str]:
    last = acc.rounds[-1] if acc.rounds else None
    found = stops(acc)
    notes = {
        "collect": counted(len(acc.repos), "repo") if acc.has_constraints else "",
        "propose": "nothing assigned" if acc.has_split is False else "",
        "plan": counted(len(acc.plans), "plan"),
        "align": counted(len(acc.issues), "issue") if acc.analysis else "",
        "decide": one_line((last.status if last is not None else "") or acc.status, 40),
        "write": counted(len(acc.files), "file") if acc.files else "",
    }
    if acc.has_split:
        notes["propose"] = f"duties for {counted(len(acc.duties), 'repo')}"
    if found:
        notes["decide"] += f", {counted(len(found), 'blocker')}"
    return notes


def _logged(log: LogAcc, *, is_over: bool) -> Graph:
    """What a log shows: where a planning round begins, and which repos were planned in it. The rest it does not say."""
    turns = []
    for number, planning in enumerate(log.rounds[:_MOST], 1):
        is_last = number == len(log.rounds)
        is_planned = bool(planning.repos) and all(one.ended for one in planning.repos)
        is_planned = is_planned and len(planning.repos) >= len(log.repos)
        if is_last and not log.status:
            turns.append(Turn(number, ALIGN if is_planned else PLAN))
        else:
            why = "" if is_last else "the log shows another planning round"
            turns.append(Turn(number, DECIDE, WRITE if is_last else PROPOSE, why))
    if not turns:
        turns = [Turn(1, PROPOSE)]
    lit = WRITE if log.status else turns[-1].reached
    notes = {"decide": one_line(log.status, 40)} if log.status else {}
    return state_graph(turns, lit, notes=notes, is_over=is_over)
