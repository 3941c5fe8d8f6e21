"""Which open question belongs to which row of the room. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from odw_core.model.address import Address
from odw_core.model.change import Snapshot
from odw_core.model.item import Item
from odw_core.model.question import Question
from odw_core.state.select import is_row
from odw_tui.present.numbers import age_lasts_s


def questions_by_row(snapshot: Snapshot) -> dict[Address, tuple[Question, ...]]:
    """The open questions of each row, oldest first. What a session of a run asks, the run asks."""
    found: dict[Address, tuple[Question, ...]] = {}
    for question in snapshot.questions:
        row = row_of(question.address, snapshot.items)
        found[row] = (*found.get(row, ()), question)
    return found


def as_asked(questions: Iterable[Question], cards: Iterable[Question]) -> tuple[Question, ...]:
    """Each question as the room has it, who knows all its witnesses and the best road of an answer."""
    known = {card.id: card for card in cards}
    return tuple(known.get(question.id, question) for question in questions)


def ages_last_s(questions: Iterable[Question], now: float) -> tuple[float, ...]:
    """For how many seconds what says how long ago each was asked stays right."""
    return tuple(age_lasts_s(now - one.asked_at) for one in questions if one.asked_at is not None)


def row_of(address: Address, items: Mapping[Address, Item]) -> Address:
    """The row that stands for whatever has this address."""
    row = address.root
    passed = {row}
    while (item := items.get(row)) is not None and item.parent is not None and not is_row(item, items):
        row = item.parent.root
        if row in passed:
            break
        passed.add(row)
    return row
