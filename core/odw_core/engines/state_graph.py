"""The states of a run over several repos, from what its rounds say. One shape for every dialect; knows none. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

from odw_core.model.coordination import Edge, Graph, Loop, Node

COLLECT, PROPOSE, PLAN, ALIGN, DECIDE, PAUSE, WRITE = (
    *("collect", "propose", "plan", "align", "decide", "pause", "write"),
)
_IN_ORDER = (PROPOSE, PLAN, ALIGN, DECIDE)
_EDGES = (
    *((COLLECT, PROPOSE), (PROPOSE, PLAN), (PLAN, ALIGN), (ALIGN, DECIDE)),
    *((DECIDE, PROPOSE), (DECIDE, PAUSE), (PAUSE, PROPOSE), (PAUSE, WRITE), (DECIDE, WRITE)),
)
_LOOPS = ((DECIDE, PROPOSE), (PAUSE, PROPOSE))


class Turn(NamedTuple):
    """One round, as far as it came."""

    number: int
    reached: str
    """The last state of it that was entered: ``propose``, ``plan``, ``align`` or ``decide``."""
    next: str = ""
    """Where it went after deciding: ``propose``, ``pause`` or ``write``; empty while nobody says."""
    why: str = ""
    """Why it went back to plan again; from a pause also what a person answered."""
    after_pause: str = ""
    """Where it went after a pause: ``propose`` or ``write``."""


def counted(count: int, noun: str) -> str:
    """``1 repo``, ``2 repos``."""
    return f"{count} {noun}{'' if count == 1 else 's'}"


def state_graph(
    turns: Sequence[Turn], lit: str | None, *, notes: dict[str, str], is_over: bool, has_begun: bool = True
) -> Graph:
    """The graph; ``notes`` say of a state what came of it last."""
    entered: Counter[str] = Counter({COLLECT: 1} if has_begun else {})
    taken: Counter[tuple[str, str]] = Counter()
    loops: list[Loop] = []
    came_from = COLLECT
    for turn in turns:
        # Whatever it did before, a round begins by proposing.
        for state in _IN_ORDER[: _IN_ORDER.index(turn.reached) + 1]:
            entered[state] += 1
            taken[came_from, state] += 1
            came_from = state
        way = [turn.next, turn.after_pause] if turn.next == PAUSE else [turn.next]
        for state in filter(None, way):
            if (came_from, state) in _LOOPS:
                # Counted when the next round enters it.
                loops.append(Loop(turn.number, came_from, state, turn.why))
                continue
            entered[state] += 1
            taken[came_from, state] += 1
            came_from = state
    if turns and loops and loops[-1].round == turns[-1].number:
        # It is on its way back, and the next round has not said a word.
        taken[loops[-1].source, loops[-1].target] += 1
        entered[PROPOSE] += 1
    shown = [one for one in (COLLECT, *_IN_ORDER, PAUSE, WRITE) if one != PAUSE or entered[PAUSE] or lit == PAUSE]
    return Graph(
        nodes=tuple(Node(one, one, entered[one], notes.get(one, "")) for one in shown),
        edges=tuple(
            Edge(source, target, taken[source, target], (source, target) in _LOOPS)
            for source, target in _EDGES
            if source in shown and target in shown
        ),
        lit=lit,
        loops=tuple(loops),
        is_over=is_over,
    )
