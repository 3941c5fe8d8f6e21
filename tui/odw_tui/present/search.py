"""What was found, and how far a search has come: headings, lines with the words made strong, the story so far. Pure."""

from __future__ import annotations

from odw_core.model.item import Item
from odw_core.model.search import Hit, Progress
from odw_core.text.ansi import one_line
from odw_core.text.query import Query
from odw_tui.present import numbers
from odw_tui.present.ages import age, since
from odw_tui.present.glyphs import Glyphs
from odw_tui.present.parts import TEXT_LIMIT
from odw_tui.present.pictures import said
from odw_tui.present.spans import Line, Span, Spans, cells, cut, cut_text, left, spans

_FIELD = 13
_KB, _MB, _GB = 1_000, 1_000_000, 1_000_000_000


def strong_words(text: str, query: Query, tone: str = "") -> Spans:
    """``text`` with everything that was looked for made strong."""
    parts: list[Span] = []
    done = 0
    for start, end in query.all_spans(text):
        parts += (Span(text[done:start], tone), Span(text[start:end], "accent"))
        done = end
    return spans(*parts, Span(text[done:], tone))


def where_in(hit: Hit) -> str:
    """What it was found in: ``goal``, ``stderr:812``; with the task, where it is known."""
    place = hit.field if hit.line is None else f"{hit.field}:{hit.line}"
    return f"{one_line('/'.join(hit.address.parts), TEXT_LIMIT)} {place}" if hit.address.parts else place


def hit_line(hit: Hit, query: Query, signs: Glyphs, width: int, *, has_cursor: bool) -> Spans:
    """One hit on one line: where, then some words around it. What was found is in view on a narrow screen too."""
    start = spans(Span(f"{signs.cursor} " if has_cursor else "  ", "accent"), "  ")
    place = where_in(hit)
    name = Span(left(place, _FIELD, signs.ellipsis) if cells(place) <= _FIELD else f"{cut_text(place, 40)} ", "quiet")
    free = max(8, width - 4 - cells(name.text))
    return cut((*start, name, *strong_words(shifted(one_line(hit.text, TEXT_LIMIT), query, free, signs), query)), width)


def shifted(text: str, query: Query, width: int, signs: Glyphs) -> str:
    """``text`` beginning later, where what was found would otherwise lie beyond ``width``."""
    found = query.all_spans(text)
    if not found or cells(text) <= width or cells(text[: found[0][1]]) <= width * 3 // 4:
        return text
    start = max(0, found[0][0] - width // 4)
    return signs.ellipsis + text[start:].lstrip()


def item_line(item: Item | None, name: str, place: str, signs: Glyphs, now: float, width: int) -> Spans:
    """The heading of all hits of one item: state, title, place, age. ``name`` is its address, shown if it is gone."""
    if item is None:
        return cut((Span(f"  {signs.absent} {one_line(name, TEXT_LIMIT)}", "quiet"),), width)
    news = spans(Span(f"  {one_line(place, 40)}", "quiet"), Span(f"  {age(since(item, None), now)}", "quiet"))
    head = spans(Span(f"  {signs.state(item.state)} ", item.state.value), Span(one_line(item.title, 200), "strong"))
    return cut((*cut(head, max(20, width - sum(cells(one.text) for one in news)), signs.ellipsis), *news), width)


def section_line(title: str) -> Spans:
    """What stands above the hits of one kind."""
    return (Span(f"  {title}", "faint"),)


def amounts(done: int, total: int) -> str:
    """``0.6 of 1.4 GB``: both in the unit of the larger one."""
    for unit, size in (("GB", _GB), ("MB", _MB), ("KB", _KB)):
        if total >= size:
            return f"{_scaled(done / size)} of {_scaled(total / size)} {unit}"
    return f"{done} of {total} B"


def _scaled(number: float) -> str:
    return f"{number:.0f}" if number >= 10 else f"{number:.1f}".removesuffix(".0")


def searched_words(progress: Progress) -> str:
    """How much was looked through: all of it, or how much of it."""
    if progress.is_over and progress.items == progress.of_items:
        return f"searched all {numbers.count(progress.items)} runs and sessions, {_total(progress.bytes)}"
    items = f"{numbers.count(progress.items)} of {numbers.count(progress.of_items)} runs and sessions"
    return f"searched {items}, {amounts(progress.bytes, progress.of_bytes)}"


def _total(size: int) -> str:
    return amounts(size, size).partition(" of ")[2]


def found_words(hits: int) -> str:
    """``12 hits``."""
    return f"{numbers.count(hits)} hit{'' if hits == 1 else 's'}" if hits else "no hits"


def head(typed: Spans, story: str) -> tuple[Line, ...]:
    """The line that is typed, and how the search stands."""
    return (Line((Span("Find  ", "strong"), *typed), (Span(story, "quiet"),)), Line())


def nothing_typed(keys: tuple[tuple[str, str], ...]) -> tuple[Line, ...]:
    """Before the first word."""
    return said(
        "Find words in everything.",
        'Goals, questions, blockers, messages and causes as you type; then all output and conversations. "a phrase", '
        "-without, stderr:word, state:failed, engine:odw narrow it.",
        keys,
    )


def nothing_found(text: str, progress: Progress | None, keys: tuple[tuple[str, str], ...]) -> tuple[Line, ...]:
    """No hit: so far, or at all."""
    if progress is None or not progress.is_over:
        return said(f"Nothing has {text} yet.", "Output and conversations are looked through, the newest first.", keys)
    short = "" if progress.bytes else " Words of one letter are not looked for in long texts."
    story = searched_words(progress)
    return said(f"Nothing has {text}.", f"{story[0].upper()}{story[1:]}.{short}", keys)
