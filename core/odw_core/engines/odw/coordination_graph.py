"""The states of a run over several repos, from what its rounds went through. Pure."""

from __future__ import annotations

from odw_core.engines.coordination_words import OK, why_after
from odw_core.engines.odw.acc import RunAcc
from odw_core.engines.odw.coordination import place_of, reached, round_of
from odw_core.engines.odw.coordination_acc import CoordinationAcc, RoundAcc
from odw_core.engines.state_graph import PAUSE, PROPOSE, WRITE, Turn, counted, state_graph
from odw_core.model.coordination import Graph
from odw_core.text.ansi import one_line, plain


def graph_of(acc: RunAcc, known: CoordinationAcc) -> Graph:
    """The states it went through, lit where it is."""
    turns = [_turn(acc, known, at) for at in range(len(known.rounds))]
    last = round_of(known)
    notes = {} if last is None else _graph_notes(known, last)
    lit = WRITE if known.stamp else place_of(acc, known)
    return state_graph(turns, lit, notes=notes, is_over=acc.has_exit)


def _turn(acc: RunAcc, known: CoordinationAcc, at: int) -> Turn:
    one, is_last = known.rounds[at], at == len(known.rounds) - 1
    way = {"propose": PROPOSE, "pause": PAUSE, "write": WRITE}.get(one.next, "")
    after = one.after_pause or (PROPOSE if way == PAUSE and not is_last else "")
    if way == PAUSE and is_last and not after and known.stamp:
        after = WRITE
    why = plain(one.after_why or one.why)
    if way == PAUSE and one.answers:
        why = why_after([(answer.question, answer.text) for answer in one.answers])
    return Turn(one.number, reached(acc, known, one), way, why, after)


def _graph_notes(known: CoordinationAcc, last: RoundAcc) -> dict[str, str]:
    fine = sum(plan.status == OK for plan in last.plans.values())
    notes = {
        "collect": counted(len(known.repos), "repo"),
        "propose": "" if last.split is None else "by an agent" if last.split.source == "agent" else "a fallback",
        "plan": f"{fine} of {len(known.repos)} OK" if last.plans else "",
        "align": counted(len(last.issues), "issue") if last.has_contracts else "",
        "decide": one_line(last.status, 40),
        "write": counted(known.files, "file") if known.files is not None else "",
    }
    if last.reasons:
        # What a person is needed for says more than the word for it, and there is space for one of them.
        notes["decide"] = counted(len(last.reasons), "blocker")
    return notes
