"""``status``: how many there are of each state, and what waits for a person. Prints nothing."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain

from odw_core.model.address import Address
from odw_core.model.change import Snapshot
from odw_core.model.item import Item, State
from odw_core.service.documents.rows import status_document
from odw_core.service.oneshot import Room
from odw_core.state.select import children, row_counts, rows
from odw_core.text.ansi import one_line
from odw_tui.headless.answer import Answer
from odw_tui.headless.arguments import Given
from odw_tui.headless.drawing import BLANK, QUIET, STRONG, Look, words
from odw_tui.headless.listing import age_of
from odw_tui.present.numbers import count
from odw_tui.present.places import place_names, where
from odw_tui.present.spans import Span, Spans

SOMETHING_WAITS = 5
"""Exit code of ``-q``."""

_LONGEST = 400


def answer(room: Room, given: Given) -> Answer:
    """How the room is; with ``-q`` only whether something waits."""
    snapshot = room.snapshot
    return Answer(
        document=lambda: status_document(snapshot),
        lines=lambda look: status_lines(snapshot, look),
        exit_code=SOMETHING_WAITS if given.quiet and row_counts(snapshot)[State.WAITING] else 0,
        is_silent=given.quiet,
    )


def status_lines(snapshot: Snapshot, look: Look) -> Iterator[Spans]:
    """The counts on one line, and below it everything that waits, each with its sentence and its address."""
    found = [(state, number) for state, number in row_counts(snapshot).items() if number]
    if not found:
        yield words("no runs", QUIET)
        return
    yield tuple(chain.from_iterable(_count(state, number, look) for state, number in found))
    waiting = [item for item in rows(snapshot.items) if item.state is State.WAITING]
    names = place_names({*snapshot.places, *(item.where for item in waiting)}, look.own_names)
    for item in waiting:
        yield BLANK
        yield from _waiting(item, where(item, names), look)
        for session in children(item.address, snapshot.items):
            if session.state is State.WAITING:
                yield from _waiting(session, "", look, indent=2)
    by_campaign: dict[Address, list[str]] = {}
    for path, campaign in snapshot.lent.items():
        by_campaign.setdefault(campaign, []).append(one_line(names.get(path, path), _LONGEST))
    for campaign, repos in by_campaign.items():
        yield BLANK
        yield words(f"watched too until {one_line(str(campaign), _LONGEST)} is over: {', '.join(repos)}", QUIET)


def _count(state: State, number: int, look: Look) -> Spans:
    return Span(f"{look.glyphs.state(state)} {count(number)} {state.value}", state.value), Span("   ")


def _waiting(item: Item, place: str, look: Look, *, indent: int = 0) -> Iterator[Spans]:
    guess = "(inferred)" if item.is_inferred else ""
    facts = (guess, one_line(place, _LONGEST), one_line(item.stage, _LONGEST), age_of(item, look))
    before = " " * indent
    yield (
        Span(before),
        Span(look.glyphs.state(item.state), item.state.value),
        Span(f" {one_line(item.title, _LONGEST)}", STRONG),
        Span("  ".join(("", *filter(None, facts))), QUIET),
    )
    yield words(f"{before}  {one_line(item.why, _LONGEST)}")
    yield words(f"{before}  {one_line(str(item.address), _LONGEST)}", QUIET)
