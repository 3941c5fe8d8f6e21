"""What each round changed in one plan: lines that came and went, questions that were answered. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from odw_core.model.coordination import PlanDifference, PlanRound, differences
from odw_core.model.detail import Plan
from odw_core.text.ansi import one_line
from odw_tui.present.glyphs import Glyphs
from odw_tui.present.parts import TEXT_LIMIT, labelled, said
from odw_tui.present.spans import Line, Span, Spans, spans

_ROWS = 12


def has_rounds(plan: Plan) -> bool:
    """Whether more than one round is known of a plan."""
    return len(plan.rounds) > 1


def changes_in_short(plan: Plan) -> Spans:
    """``+2 -1`` of the last round; ``unchanged`` where it left all as it was."""
    last = differences(plan.rounds)[-1]
    if last.is_empty:
        return spans(Span("unchanged", "faint"))
    added, removed = len(last.added) + len(last.asked), len(last.removed)
    answered = sum(bool(answer) for _, answer in last.answered)
    found = [Span(f"+{added}", "done")] if added else []
    found += [Span(f" -{removed}", "failed")] if removed else []
    found += [Span(f" {answered} answered", "quiet")] if answered else []
    return spans(*(found or [Span("changed", "quiet")]))


def round_lines(plan: Plan, glyphs: Glyphs) -> tuple[Line, ...]:
    """Every round of a plan, the newest difference first, then the first round as it was."""
    lines: list[Line] = []
    arrow = "->" if glyphs.is_ascii else "→"
    for one in reversed(differences(plan.rounds)):
        after = next(each for each in plan.rounds if each.number == one.after)
        head = Span(f"round {one.before} {arrow} {one.after}", "strong")
        lines += [said(head, Span(f"   {one_line(after.badge, 200)}", "quiet")), *_difference(one, glyphs), Line()]
    first = plan.rounds[0]
    return (*lines, *_first(first, glyphs))


def _difference(one: PlanDifference, glyphs: Glyphs) -> Iterator[Line]:
    if one.is_empty:
        yield said(Span("  nothing changed", "quiet"))
        return
    arrow = "->" if glyphs.is_ascii else "→"
    if one.status[0] != one.status[1]:
        yield labelled("  was", Span(f"{one_line(one.status[0], 40)} {arrow} {one_line(one.status[1], 40)}", "quiet"))
    for question, answer in one.answered:
        yield _line("?", "quiet", question)
        said_so = answer or "no longer asked"
        yield _line(" ", "", f"{glyphs.crumb} {one_line(said_so, TEXT_LIMIT)}", "accent" if answer else "faint")
    if one.summary is not None:
        yield _line("-", "failed", one.summary[0])
        yield _line("+", "done", one.summary[1])
    yield from (_line("-", "failed", text) for text in one.removed)
    yield from (_line("+", "done", text) for text in one.added)
    yield from (_line("?", "waiting", text) for text in one.asked)
    yield from (_line(" ", "", text, "quiet") for text in one.kept)


def _first(one: PlanRound, glyphs: Glyphs) -> Iterator[Line]:
    yield said(Span(f"round {one.number}", "strong"), Span(f"   {one_line(one.badge, 200)}", "quiet"))
    yield _line(" ", "", one.summary, "quiet")
    yield from (_line(glyphs.dot, "faint", text, "quiet") for text in one.changes)
    yield from (_line("?", "waiting", text, "quiet") for text in one.questions)


def _line(sign: str, tone: str, text: str, words: str | None = None) -> Line:
    said_in = tone if words is None else words
    return Line(spans(Span(f"  {sign} ", tone), Span(one_line(text, TEXT_LIMIT), said_in)), (), _ROWS, 4)
