"""The sessions of agents that belong to a run, one line each, what an agent wrote itself below its record. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from odw_core.model.address import Address
from odw_core.model.item import Item, State, Tokens, sum_tokens
from odw_core.text.ansi import one_line
from odw_tui.present import numbers
from odw_tui.present.ages import age
from odw_tui.present.glyphs import Glyphs
from odw_tui.present.parts import TEXT_LIMIT, counted, said
from odw_tui.present.spans import Line, Span, cells, left, right, spans

_STATE, _MODEL, _TOKENS, _AGE = 9, 16, 7, 4
_ENGINE = 9
_MODEL_FROM, _ENGINE_FROM = 90, 70
_TOLD = (State.WAITING, State.BLOCKED, State.FAILED, State.STALE)
"""States of which the line below says why."""


def in_order(sessions: Sequence[Item]) -> tuple[tuple[Item, bool], ...]:
    """Every session, and whether it is the agent's own transcript of the record above it."""
    by_name = {(item.address.engine, item.address.item): item for item in sessions}
    below: dict[Address, list[Item]] = {}
    placed: set[Address] = set()
    for item in sessions:
        for claim in item.claims:
            own = by_name.get((claim.engine, claim.session)) if claim.session is not None else None
            if own is not None and own.address not in placed and own.address != item.address:
                below.setdefault(item.address, []).append(own)
                placed.add(own.address)
    order: list[tuple[Item, bool]] = []
    for item in sessions:
        if item.address not in placed:
            order.append((item, False))
            order += [(own, True) for own in below.get(item.address, ())]
    return tuple(order)


def session_rows(sessions: Sequence[Item], glyphs: Glyphs, now: float, width: int) -> tuple[tuple[str, Line], ...]:
    """(key, line) pairs; the key is the address. What waits or broke says why on a second line."""
    rows: list[tuple[str, Line]] = []
    for item, is_own in in_order(sessions):
        key = str(item.address)
        rows.append((key, _line(item, glyphs, now, width, is_own=is_own)))
        if item.state in _TOLD and item.why:
            rows.append((key, said(Span(" " * (_STATE + 2)), Span(one_line(item.why, TEXT_LIMIT), "faint"))))
    return tuple(rows)


def _line(item: Item, glyphs: Glyphs, now: float, width: int, *, is_own: bool) -> Line:
    state = left(f"{glyphs.state(item.state)} {item.state.value}", _STATE)
    title = _name(item)
    words = f"{'`' if glyphs.is_ascii else '└'} {title}" if is_own else title
    cells_right = [
        left(one_line(item.address.engine, 40), _ENGINE, glyphs.ellipsis) if width >= _ENGINE_FROM else "",
        left(one_line(item.model or glyphs.absent, 60), _MODEL, glyphs.ellipsis) if width >= _MODEL_FROM else "",
        right(numbers.tokens(item.tokens, glyphs.absent), _TOKENS),
        right(age(item.changed_at or item.started_at, now) or glyphs.absent, _AGE),
    ]
    told = "  ".join(cell for cell in cells_right if cell)
    room = max(4, width - _STATE - 2 - cells(told) - 4)
    return Line(
        spans(
            Span(state, item.state.value),
            Span("  "),
            Span(left(words, room, glyphs.ellipsis), "quiet" if is_own else ""),
        ),
        (Span(told, "quiet"),),
    )


def _name(item: Item) -> str:
    """The title without the name of the run, which all of them share."""
    title = one_line(item.title, 200) or item.address.item
    shared = f"{item.parent.item}-" if item.parent is not None else ""
    return title.removeprefix(shared) or title


def sessions_title(sessions: Sequence[Item], glyphs: Glyphs) -> Line:
    """How many there are, and what the agents used together; a transcript of a record is counted once."""
    ordered = in_order(sessions)
    own = sum(1 for _, is_own in ordered if is_own)
    words = counted(len(ordered) - own, "session")
    more = f"   {own} with the agent's own transcript" if own else ""
    return said(Span(words, "strong"), Span(more, "quiet"), Span(_used(ordered), "quiet"))


def _used(ordered: Iterable[tuple[Item, bool]]) -> str:
    counts: list[Tokens | None] = []
    for item, is_own in ordered:
        if not is_own:
            counts.append(item.tokens)
        elif counts[-1] is None:
            counts[-1] = item.tokens
    total = sum_tokens(counts)
    return "" if total is None else f"   {numbers.token_story(total)}"
