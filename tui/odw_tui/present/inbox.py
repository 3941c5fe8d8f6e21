"""The inbox: every open question in one list, and everything needed to decide the one under the cursor. Pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from types import MappingProxyType

from odw_core.model.address import Address
from odw_core.model.item import Item, State
from odw_core.model.question import Question
from odw_core.text.ansi import one_line
from odw_tui.present import numbers
from odw_tui.present.glyphs import Glyphs
from odw_tui.present.parts import TEXT_LIMIT, labelled
from odw_tui.present.places import at_home
from odw_tui.present.question_card import card
from odw_tui.present.questions import row_of
from odw_tui.present.spans import Line, Span, cells, cut_text, left, right, spans

_KIND, _AGE, _WHERE = 13, 6, 18
_ROOMY = 90


def inbox_rows(
    questions: Sequence[Question],
    items: Mapping[Address, Item],
    names: Mapping[str, str],
    signs: Glyphs,
    now: float,
    width: int,
    words: Mapping[str, str] = MappingProxyType({}),
    marked: Collection[str] = (),
) -> list[tuple[str, Line]]:
    """One row for each question, keyed by its id, the one that waits longest first.

    ``words`` say how far a decision came, by the id of its question; those in ``marked`` are to be accepted together.
    """
    rows: list[tuple[str, Line]] = []
    for question in questions:
        item = items.get(row_of(question.address, items))
        waits = "" if question.asked_at is None else numbers.age(now - question.asked_at)
        where = names.get(item.where, item.where) if item is not None and width >= _ROOMY else ""
        asker = one_line(item.title, 200) if item is not None else str(question.address)
        word = words.get(question.id, "")
        sent = f"{word}  " if word else ""
        room = max(12, width - _KIND - _AGE - len(sent) - (_WHERE + 2 if where else 0) - 8)
        title = cut_text(one_line(question.title, 200), room, signs.ellipsis)
        space = room - cells(title)
        asked_by = f"   {cut_text(asker, space - 3, signs.ellipsis)}" if space > 12 and asker != title else ""
        is_marked = question.id in marked
        sign = "+" if is_marked else signs.state(State.WAITING)
        said = (
            Span(f"{sign} ", "accent" if is_marked else "waiting"),
            Span(left(question.kind, _KIND, signs.ellipsis), "quiet"),
            Span(title, "strong"),
            Span(asked_by, "quiet"),
        )
        tail = (
            Span(sent, "running"),
            Span(left(where, _WHERE, signs.ellipsis) if where else "", "quiet"),
            Span(right(waits, _AGE), "quiet"),
        )
        rows.append((question.id, Line(spans(*said), spans(*tail))))
    return rows


def inbox_card(
    question: Question, items: Mapping[Address, Item], signs: Glyphs, now: float, home: str, place: tuple[int, int]
) -> tuple[Line, ...]:
    """The question in full, and where it comes from. ``place`` is its number and how many there are."""
    lines = [*card(question, signs, now, *place)]
    item = items.get(row_of(question.address, items))
    if item is not None:
        lines.append(Line())
        lines.append(labelled("in", Span(one_line(item.title, TEXT_LIMIT)), most=2))
        lines.append(labelled("why", Span(one_line(item.why, TEXT_LIMIT), "quiet"), most=3))
        if item.goal and item.goal != item.title:
            lines.append(labelled("goal", Span(one_line(item.goal, TEXT_LIMIT), "quiet"), most=3))
        if item.last_words:
            lines.append(labelled("said", Span(one_line(item.last_words, TEXT_LIMIT), "quiet"), most=3))
        facts = [at_home(item.where, home), item.branch or "", item.stage, item.model or ""]
        shown = f" {signs.dot} ".join(one_line(fact, 200) for fact in facts if fact)
        lines.append(labelled("at", Span(shown, "quiet"), most=2))
    known = ", ".join(question.witnesses) + (" (inferred)" if question.inferred else "")
    lines.append(labelled("from", Span(one_line(known, 200), "faint")))
    lines.append(labelled("name", Span(f"question:{one_line(question.id, 100)}   {question.digest[:12]}", "faint")))
    return tuple(lines)
