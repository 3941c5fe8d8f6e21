"""``list``: one line for every run and session. Prints nothing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from odw_core.model.address import Address
from odw_core.model.item import Item, State
from odw_core.service.documents.rows import list_document
from odw_core.service.oneshot import Room
from odw_core.state.select import is_row, rows
from odw_core.text.ansi import one_line
from odw_tui.headless.answer import Answer
from odw_tui.headless.arguments import Given
from odw_tui.headless.drawing import QUIET, STRONG, Column, Look, table
from odw_tui.present.ages import age, since
from odw_tui.present.numbers import progress, tokens
from odw_tui.present.places import place_names, where
from odw_tui.present.spans import Span, Spans

_LONGEST = 120
_OVER = (State.DONE, State.IDLE, State.STALE)

_COLUMNS = (
    Column("STATE"),
    Column("TITLE", least=20),
    Column("WHERE", least=10, leaves=4),
    Column("STAGE", least=14, leaves=5),
    Column("TASKS", is_number=True, leaves=3),
    Column("BLK", is_number=True, leaves=1),
    Column("TOKENS", is_number=True, leaves=2),
    Column("AGE", is_number=True),
    Column("ADDRESS"),
)


def answer(room: Room, given: Given) -> Answer:
    """Everything in the room, or what ``--state`` and ``--engine`` ask for."""
    items = [
        item
        for item in items_in_order(room.snapshot.items)
        if (not given.states or item.state in given.states) and given.engine in (None, item.address.engine)
    ]
    nothing = "Nothing here is of that state and engine; odw-tui list shows everything there is."
    return Answer(
        document=lambda: list_document(items),
        lines=lambda look: list_lines(items, look),
        notes=(nothing,) if room.snapshot.items and not items else (),
    )


def items_in_order(items: Mapping[Address, Item]) -> Iterator[Item]:
    """The rows of the room in its order, each followed by the sessions that it speaks for, the oldest first."""
    spoken_for: dict[Address, list[Item]] = {}
    for item in items.values():
        if item.parent is not None and not is_row(item, items):
            spoken_for.setdefault(item.parent, []).append(item)
    for row in rows(items):
        yield row
        yield from sorted(spoken_for.get(row.address, ()), key=lambda item: (item.started_at or 0.0, item.address))


def list_lines(items: Sequence[Item], look: Look) -> Iterator[Spans]:
    """One line for each item. Nothing at all, not even titles, when there is none."""
    if not items:
        return
    names = place_names({item.where for item in items}, look.own_names)
    above: Address | None = None
    lines: list[Spans] = []
    for item in items:
        is_below = item.parent is not None and item.parent == above
        above = above if is_below else item.address
        lines.append(_line(item, where(item, names), look, is_below=is_below))
    yield from table(_COLUMNS, lines, look)


def state_span(item: Item, look: Look) -> Span:
    """Sign and word of a state, and whether it is a guess."""
    guess = " (inferred)" if item.is_inferred else ""
    return Span(f"{look.glyphs.state(item.state)} {item.state.value}{guess}", item.state.value)


def age_of(item: Item, look: Look) -> str:
    """How long a row has been running, or how long ago it stopped."""
    return age(since(item, None), look.now) or look.glyphs.absent


def _line(item: Item, place: str, look: Look, *, is_below: bool) -> Spans:
    absent = look.glyphs.absent
    title = ("  " if is_below else "") + one_line(item.title, _LONGEST)
    return (
        state_span(item, look),
        Span(title, QUIET if item.state in _OVER or is_below else STRONG),
        Span(one_line(place, _LONGEST)),
        Span(one_line(item.stage, _LONGEST)),
        Span(progress(item.tasks, absent)),
        Span(absent if item.blockers is None else str(item.blockers)),
        Span(tokens(item.tokens, absent)),
        Span(age_of(item, look)),
        Span(one_line(str(item.address), 1_000), QUIET),
    )
