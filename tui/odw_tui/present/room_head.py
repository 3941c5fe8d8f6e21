"""The top of the room: how many of each state, where it looks, and what stands in the way of seeing all. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from odw_core.model.change import Snapshot
from odw_core.model.item import Depth, State
from odw_core.text.ansi import one_line
from odw_tui.present import numbers
from odw_tui.present.glyphs import Glyphs
from odw_tui.present.places import at_home
from odw_tui.present.room import Order, Rows
from odw_tui.present.spans import Line, Span, Spans, width_of

_ALWAYS = (State.WAITING, State.FAILED, State.RUNNING)
_NAME = "odw-tui"

OFFERED = ("help", "filter", "sort")
"""Actions whose keys stand at the top, as far as there is space; the first one is the last to go."""


class Headed(NamedTuple):
    """Everything the top of the room speaks of."""

    snapshot: Snapshot
    rows: Rows
    filter_text: str
    failure: str | None
    """Why the room is no longer watched, None while it is."""
    keys: Mapping[str, str]
    """The printed key of each action that the top offers."""
    since: str = ""
    """What happened while nobody looked, in one line."""
    usage: tuple[Spans, ...] = ()
    """Limits and tokens, the more important first."""


def head(of: Headed, signs: Glyphs, home: str, width: int, *, is_short: bool) -> tuple[Line, ...]:
    """Two lines and an empty one, or a single line where space is short."""
    counted = of.snapshot.counts or of.rows.counts
    news = _news(of)
    if is_short:
        shown = counts(counted, signs, is_short=True)
        return (Line(shown, _fitting([*news[:1]] or [_key(of, "help", "help")], width - width_of(shown))),)
    name = Span(f"{_NAME}   ", "strong")
    forms = ((name, *counts(counted, signs, is_short=False)), counts(counted, signs, is_short=False))
    fitting = (form for form in forms if width_of(form) <= width)
    first = next(fitting, None) or (name, *counts(counted, signs, is_short=True))
    offered = [_key(of, name, name) for name in OFFERED if of.rows.total or name == "help"]
    filtered = f"filter {of.filter_text}: {numbers.count(of.rows.shown)} of {numbers.count(of.rows.total)}"
    said = (
        Span(of.since, "strong"),
        Span(_places(of.snapshot.places, home), "quiet"),
        Span("" if of.rows.order is Order.START else f"sorted by {of.rows.order.value}", "quiet"),
        Span(filtered if of.filter_text else "", "strong"),
        *(span for one in news for span in one),
    )
    second = _joined(said, signs)
    # Usage belongs to everything, so it stands on the right; what is being said about the room comes first.
    return (
        Line(first, _fitting(offered, width - width_of(first))),
        Line(second, _fitting(of.usage, width - width_of(second))),
        Line(),
    )


def _fitting(parts: Sequence[Spans], width: int) -> Spans:
    """As many of ``parts`` as fit, the first one outermost; some space stays before them."""
    shown: Spans = ()
    for part in parts:
        longer = (*part, *((Span("   "),) if shown else ()), *shown)
        if width_of(longer) + 2 > width:
            break
        shown = longer
    return shown


def counts(counted: Mapping[State, int], signs: Glyphs, *, is_short: bool) -> Spans:
    """``◆ 3 waiting   ✗ 2 failed …``; short: ``◆3 ✗2``. What is zero is quiet, or left out."""
    parts: list[Span] = []
    for state in State:
        number = counted.get(state, 0)
        if not number and (is_short or state not in _ALWAYS):
            continue
        if parts:
            parts.append(Span(" " if is_short else "   "))
        tone = state.value if number else "faint"
        if is_short:
            parts.append(Span(f"{signs.state(state)}{numbers.short(number)}", tone))
        else:
            parts.append(Span(f"{signs.state(state)} {numbers.count(number)} {state.value}", tone))
    return tuple(parts)


def _news(of: Headed) -> list[Spans]:
    """What stands between the person and the whole truth, worst first."""
    said: list[Spans] = []
    if of.failure is not None:
        said.append((Span(f"no longer watching: {one_line(of.failure, 300)}", "failed"),))
    elif not of.snapshot.complete:
        said.append((Span(_reading(of.snapshot), "running"),))
    if problems := len(of.snapshot.problems):
        key = of.keys.get("problems", "")
        words = f"{numbers.count(problems)} unreadable" + (f", {key} lists them" if key else "")
        said.append((Span(words, "blocked"),))
    return said


def _reading(snapshot: Snapshot) -> str:
    """``reading 120 of 5,000``."""
    total = len(snapshot.items)
    if not total:
        return "looking"
    known = sum(item.depth is not Depth.LISTED for item in snapshot.items.values())
    return "reading" if known == total else f"reading {numbers.count(known)} of {numbers.count(total)}"


def _places(paths: Sequence[str], home: str) -> str:
    """``~/work/shop``; of many, the first and how many more."""
    if not paths:
        return ""
    first = one_line(at_home(paths[0], home), 60)
    return first if len(paths) == 1 else f"{first} and {len(paths) - 1} more"


def _key(of: Headed, action: str, label: str) -> Spans:
    key = of.keys.get(action, "")
    return (Span(key, "strong"), Span(f" {label}", "quiet")) if key else ()


def _joined(parts: Iterable[Span], signs: Glyphs) -> Spans:
    joined: list[Span] = []
    for part in parts:
        if part.text:
            joined.extend((Span(f"  {signs.dot}  ", "faint"), part) if joined else (part,))
    return tuple(joined)
