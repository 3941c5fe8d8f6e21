"""The head of the run screen: where one is, the state, how it came out, and why. Pure; takes the time."""

from __future__ import annotations

from dataclasses import dataclass

from odw_core.model.detail import Detail, RunDetail
from odw_core.model.item import Item, State
from odw_core.state.driving import NATIVE
from odw_core.text.ansi import one_line
from odw_tui.present import causes, numbers
from odw_tui.present.glyphs import Glyphs
from odw_tui.present.parts import TEXT_LIMIT, counted, labelled
from odw_tui.present.spans import Line, Span, Spans, spans, width_of

_LEAST_TITLE = 24
_GAP = "   "
_BROKEN = (State.FAILED, State.BLOCKED)


@dataclass(frozen=True, slots=True)
class Headed:
    """What the head is about. ``detail`` may not be read yet."""

    item: Item
    detail: Detail | None
    place: str
    is_gone: bool = False


def head(of: Headed, glyphs: Glyphs, now: float, width: int) -> tuple[Line, ...]:
    """One line of who and how, the why below it, and what else should be known."""
    item, detail = of.item, of.detail
    lines = [_title_line(item, of.place, glyphs, now, width), labelled("why", Span(_why(item), "strong"), most=3)]
    if detail is not None and (note := _note(detail, glyphs)):
        lines.append(labelled("note", Span(note, "quiet")))
    if of.is_gone:
        words = "its files were removed while you looked; what was read stays here until you leave"
        lines.append(labelled("gone", Span(words, "stale"), most=2))
    return tuple(lines)


def took_s(item: Item, now: float) -> float | None:
    """How long the run took, or takes so far; None where that cannot be said."""
    if item.started_at is None:
        return None
    ended = item.ended_at if item.ended_at is not None else now if is_live(item) else item.changed_at
    return None if ended is None else max(ended - item.started_at, 0)


def is_live(item: Item) -> bool:
    """Whether its age grows."""
    return item.state is State.RUNNING and item.ended_at is None


def _why(item: Item) -> str:
    return one_line(item.why, TEXT_LIMIT) or f"{item.state.value}; nothing says why"


def _title_line(item: Item, place: str, glyphs: Glyphs, now: float, width: int) -> Line:
    title = one_line(item.title, 200) or str(item.address)
    took = took_s(item, now)
    facts = [
        Span(one_line(item.stage, 60)),
        Span(numbers.duration(took) if took is not None else "", "quiet"),
        Span(f"{numbers.tokens(item.tokens, '')} tokens" if item.tokens else "", "quiet"),
    ]
    state = Span(f"{glyphs.state(item.state)} {item.state.value}", item.state.value)
    space = width - min(width_of((Span(title),)), _LEAST_TITLE) - 2
    right = _joined(state, facts)
    while facts and width_of(right) > space:
        facts.pop()
        right = _joined(state, facts)
    crumb = f"{one_line(place, 60)} {glyphs.crumb} "
    is_tight = width - width_of(right) - 2 < width_of((Span(crumb + title),))
    left = spans(Span("" if is_tight else crumb, "quiet"), Span(title, "strong"))
    return Line(left, right)


def cause_line(detail: Detail, key: str) -> tuple[Line, ...]:
    """What broke and the key that shows all, unless the why says it already and there is no more."""
    item = detail.item
    if detail.causes and item.state in _BROKEN:
        return causes.card(detail.causes)
    if not detail.cause or item.state not in _BROKEN:
        return ()
    first, rest = one_line(detail.cause[0], TEXT_LIMIT), len(detail.cause) - 1
    if not rest and first in item.why:
        return ()
    more = f"{counted(rest, 'more line')}, {key} shows all" if rest else ""
    return (labelled("cause", Span(first, "failed"), right=spans(Span(more, "faint"))),)


def _joined(state: Span, facts: list[Span]) -> Spans:
    return (state, *(part for fact in facts if fact.text for part in (Span(_GAP), fact)))


def _note(detail: Detail, glyphs: Glyphs) -> str:
    """What is unusual about this run, in one line; nothing on most."""
    if not isinstance(detail, RunDetail):
        missing = ", ".join(one_line(name, 120) for name in detail.missing_artifacts)
        return f"files it should have written and did not: {missing}" if missing else ""
    notes = []
    if detail.auto_answers:
        notes.append(f"{counted(detail.auto_answers, 'question')} answered automatically")
    if detail.resumed_from:
        word = "from" if detail.item.driver == NATIVE else "resumes"
        notes.append(f"{word} {one_line(detail.resumed_from, 80)}")
    return f" {glyphs.dot} ".join(notes)
