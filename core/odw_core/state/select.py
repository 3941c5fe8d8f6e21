"""Selectors over a snapshot that screen and command line share: which items are rows, how many, what waits."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from odw_core.model.address import Address
from odw_core.model.change import Snapshot
from odw_core.model.item import Item, State
from odw_core.model.question import Question, Road


def is_row(item: Item, items: Mapping[Address, Item]) -> bool:
    """Whether an item is a row of the room: a run, or a session that no run's row speaks for.

    A session of a run that was pruned, or one that waits although its run does not, would otherwise be seen by nobody.
    """
    if item.parent is None:
        return True
    parent = items.get(item.parent)
    return parent is None or (item.state is State.WAITING and parent.state is not State.WAITING)


def rows(items: Mapping[Address, Item]) -> list[Item]:
    """The rows of the room: what waits first; inside a state the newest start first, then by address."""
    chosen = [item for item in items.values() if is_row(item, items)]
    chosen.sort(key=lambda item: (item.state.rank, -(item.started_at or 0.0), str(item.address)))
    return chosen


def counts(items: Mapping[Address, Item]) -> dict[State, int]:
    """How many rows there are of each state, every state named."""
    found = dict.fromkeys(State, 0)
    for item in items.values():
        if is_row(item, items):
            found[item.state] += 1
    return found


def row_counts(snapshot: Snapshot) -> Mapping[State, int]:
    """The counts of a snapshot, also while its items are only a first page."""
    return counts(snapshot.items) if snapshot.counts is None else snapshot.counts


def children(address: Address, items: Mapping[Address, Item]) -> list[Item]:
    """The sessions of a run, oldest first."""
    found = [item for item in items.values() if item.parent == address]
    found.sort(key=lambda item: (item.started_at or 0.0, str(item.address)))
    return found


_BEST = (
    Road.SUPERVISOR,
    Road.SERVER,
    Road.PANDACODE_FILE,
    Road.PANDACODE_ANSWER,
    Road.CONVERGE,
    Road.RESUME,
    Road.NONE,
)
"""Roads, the surest first."""


def merge_questions(questions: Iterable[Question]) -> tuple[Question, ...]:
    """One card for each id, naming all its witnesses; oldest first, those without a time last.

    Questions that were asked together stay in the order in which they were asked.
    """
    cards: dict[str, Question] = {}
    for question in questions:
        known = cards.get(question.id)
        cards[question.id] = question if known is None else _merge(known, question)
    return tuple(
        sorted(cards.values(), key=lambda card: (card.asked_at is None, card.asked_at or 0.0, str(card.address.root)))
    )


def _merge(first: Question, second: Question) -> Question:
    # The card stays at the task that asks; the session, whose address has no task, knows how it is answered.
    asker, answerer = (first, second) if first.address.parts else (second, first)
    if _BEST.index(asker.road) < _BEST.index(answerer.road):
        answerer = asker
    known = [at for at in (first.asked_at, second.asked_at) if at is not None]
    # What is decided is what the best road asks, letter by letter: its digest is the one that is checked.
    return replace(
        answerer,
        address=asker.address,
        subject=asker.subject,
        witnesses=tuple(dict.fromkeys((*asker.witnesses, *first.witnesses, *second.witnesses))),
        asked_at=min(known) if known else None,
        inferred=first.inferred and second.inferred,
    )
