"""The columns of the room: which there are at a given width, and what a row says in each. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from enum import StrEnum
from itertools import takewhile
from typing import NamedTuple, assert_never

from odw_core.model.item import Item, State
from odw_core.text.ansi import one_line
from odw_tui.present import numbers
from odw_tui.present.glyphs import Glyphs
from odw_tui.present.places import where
from odw_tui.present.room_lines import LineKind, RoomLine
from odw_tui.present.spans import Span, Spans, cut_text, left, right, width_of

_GAP = 2
_HEADING_START = 2
_START = 4
"""Rows stand a little to the right of their heading; the cursor's bar stands left of both."""
_COMPACT_START = 3
"""The cursor's bar, the sign of the state, a space."""
_MIN_TITLE = 12
_MIN_STAGE = 8
_MAX_TITLE = 56
_WIDE, _WIDE_WHERE = 150, 26
"""From so many cells on, folder and branch have so many."""
_LONGEST = 400
"""No cell is wider, so no more of a text than this is looked at."""

_ROUND = re.compile(r",? round (?=\d)")
_QUIET = (State.DONE, State.IDLE, State.STALE)
_HEADINGS = {State.WAITING: "waiting on you"}


class Key(StrEnum):
    """The name of a column."""

    STATE = "state"
    ENGINE = "engine"
    TITLE = "title"
    WHERE = "where"
    STAGE = "stage"
    TASKS = "tasks"
    BLOCKERS = "blk"
    TOKENS = "tokens"
    AGE = "age"
    MODEL = "model"
    SAID = "last words"


class Column(NamedTuple):
    """One column; ``from_width`` is the narrowest list that still has it."""

    key: Key
    width: int
    from_width: int
    is_number: bool = False


_COLUMNS = (
    Column(Key.STATE, 9, 72),
    Column(Key.ENGINE, 8, 124),
    Column(Key.TITLE, 0, 0),
    Column(Key.WHERE, 16, 106),
    Column(Key.STAGE, 19, 0),
    Column(Key.MODEL, 16, 150),
    Column(Key.TASKS, 7, 76, is_number=True),
    Column(Key.BLOCKERS, 3, 114, is_number=True),
    Column(Key.TOKENS, 7, 90, is_number=True),
    Column(Key.AGE, 4, 0, is_number=True),
    Column(Key.SAID, 0, 172),
)


class Layout(NamedTuple):
    """The columns at one width. ``names`` are the short names of the places."""

    columns: tuple[Column, ...]
    width: int
    start: int
    """The cell in which the first column begins."""
    names: Mapping[str, str]
    is_compact: bool

    def title_start(self) -> int:
        """The cell in which titles begin."""
        before = takewhile(lambda column: column.key is not Key.TITLE, self.columns)
        return self.start + sum(column.width + _GAP for column in before)


def layout(width: int, names: Mapping[str, str], *, has_engines: bool, is_compact: bool) -> Layout:
    """The columns that fit into ``width``. What would say the same on every row is left out."""
    left_out = {Key.STATE} if is_compact else set()
    if len(names) < 2:
        left_out.add(Key.WHERE)
    if not has_engines:
        left_out.add(Key.ENGINE)
    columns = [column for column in _COLUMNS if width >= column.from_width and column.key not in left_out]
    start = _COMPACT_START if is_compact else _START
    sizes = {column.key: column.width for column in columns}
    if Key.WHERE in sizes and width >= _WIDE:
        sizes[Key.WHERE] = _WIDE_WHERE
    if is_compact:
        sizes[Key.STAGE] = max(_MIN_STAGE, width // 4)
    free = width - start - 1 - sum(sizes.values()) - _GAP * (len(columns) - 1)
    sizes[Key.TITLE] = max(_MIN_TITLE, min(free, _MAX_TITLE) if Key.SAID in sizes else free)
    if Key.SAID in sizes:
        sizes[Key.SAID] = max(0, free - sizes[Key.TITLE])
    return Layout(tuple(one._replace(width=sizes[one.key]) for one in columns), width, start, names, is_compact)


def header(shape: Layout) -> Spans:
    """The names of the columns, each over its own."""
    gap = " " * _GAP
    names = ((right if column.is_number else left)(column.key.value.upper(), column.width) for column in shape.columns)
    return (Span(" " * shape.start + gap.join(names), "faint"),)


def line(
    of: RoomLine,
    shape: Layout,
    signs: Glyphs,
    *,
    age: str,
    has_cursor: bool,
    is_news: bool = False,
    shares: str = "",
) -> Spans:
    """One line of the list. ``age`` is what the last column says; ``is_news`` marks what nobody has seen yet;
    ``shares`` says in two words what somebody else at work changes too."""
    if of.item is None:
        return _heading(of)
    bar = Span(signs.cursor, "accent") if has_cursor else Span(" ")
    if of.kind is LineKind.CAUSE:
        start = shape.title_start()
        text = cut_text(one_line(of.item.cause or "", _LONGEST), shape.width - start - 1, signs.ellipsis)
        return (bar, Span(" " * (start - 1) + text, "quiet"))
    sign = Span(signs.state(of.item.state), of.item.state.value)
    mark = Span(signs.news if is_news else " ", "accent")
    spans = [bar, sign, Span(" ")] if shape.is_compact else [bar, Span(" "), mark, Span(" " * (_START - 3))]
    for number, column in enumerate(shape.columns):
        if number:
            spans.append(Span(" " * _GAP))
        text, tone = _said(column.key, of.item, shape, signs, age)
        if shares and column.key is Key.STAGE and of.item.state is State.RUNNING:
            text, tone = shares, State.BLOCKED.value
        spans.append(Span((right if column.is_number else left)(text, column.width, signs.ellipsis), tone))
    return tuple(spans)


def _stage(stage: str, shape: Layout) -> str:
    """``2 questions, round 1``; ``2 questions r1`` where the column is too narrow for that."""
    said = one_line(stage, _LONGEST)
    space = next(column.width for column in shape.columns if column.key is Key.STAGE)
    is_whole = not shape.is_compact and width_of((Span(said),)) <= space
    return said if is_whole else _ROUND.sub(" r", said)


def _heading(of: RoomLine) -> Spans:
    state = of.group.state
    shown, total = len(of.group.shown), len(of.group.items)
    how_many = numbers.count(shown) if shown == total else f"{numbers.count(shown)} of {numbers.count(total)}"
    tone = state.value if state is State.WAITING else "quiet"
    return (Span(" " * _HEADING_START + _HEADINGS.get(state, state.value), tone), Span("  " + how_many, "faint"))


def _said(key: Key, item: Item, shape: Layout, signs: Glyphs, age: str) -> tuple[str, str]:
    """What a row says in a column, before it is cut, and its tone."""
    match key:
        case Key.STATE:
            return f"{signs.state(item.state)} {item.state.value}", item.state.value
        case Key.TITLE:
            return one_line(item.title, _LONGEST), "quiet" if item.state in _QUIET else ""
        case Key.AGE:
            return age or signs.absent, "quiet"
        case Key.TASKS:
            return numbers.progress(item.tasks, signs.absent), "quiet"
        case Key.BLOCKERS:
            return signs.absent if item.blockers is None else str(item.blockers), "quiet"
        case Key.TOKENS:
            return numbers.tokens(item.tokens, signs.absent), "quiet"
        case Key.ENGINE:
            text = item.address.engine
        case Key.WHERE:
            text = where(item, shape.names)
        case Key.STAGE:
            text = _stage(item.stage, shape)
        case Key.MODEL:
            text = item.model or ""
        case Key.SAID:
            text = item.last_words or item.why
        case _:
            assert_never(key)
    return one_line(text, _LONGEST), "quiet"
