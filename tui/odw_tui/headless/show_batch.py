"""What ``show`` says of a batch: how far it is, what broke by its root cause, and every scenario with its model."""

from __future__ import annotations

from collections.abc import Iterator

from odw_core.model.batch import Batch, Group, Scenario, scenarios
from odw_core.text.ansi import one_line
from odw_tui.headless.drawing import QUIET, STRONG, Column, Look, table
from odw_tui.headless.show_parts import NAME, evidence, labelled, marked, under
from odw_tui.present.batch import done_of, mark_of, status_of, took_of, when_over
from odw_tui.present.spans import Span, Spans


def progress_line(batch: Batch | None, look: Look) -> str:
    """``3 of 6 done, about 50s left, over at 10:17``; empty where there is no batch."""
    return ", ".join(filter(None, (done_of(batch), when_over(batch, look.now)))) if batch is not None else ""


def group_lines(batch: Batch | None, look: Look) -> Iterator[Spans]:
    """Every kind of trouble: what it is, how often and where, the line that shows it, what to do."""
    for one in batch.groups if batch is not None else ():
        mark, tone = mark_of(one)
        many = "   ".join(filter(None, (scenarios(one.scenarios) if one.scenarios else "", _times(one))))
        yield from marked(look.glyphs.mark(mark), tone, f"{one_line(one.kind, NAME)}   {many}".rstrip(), look)
        if one.cascade_of:
            yield from under(f"it only followed from {one.cascade_of}, and is not counted", look, tone=QUIET)
            continue
        yield from under(one.sentence, look, tone=QUIET)
        yield from evidence(one.proof, look, indent=4)
        yield from labelled("fix", one_line(one.fix, NAME), look, indent=4)


def _times(one: Group) -> str:
    return f"{one.count:,} times" if one.count > max(len(one.scenarios), 1) else ""


def scenario_lines(batch: Batch | None, look: Look) -> Iterator[Spans]:
    """A row for each scenario that began."""
    if batch is None or not batch.scenarios:
        return
    columns = (
        Column("", is_number=True),
        Column("scenario", least=16),
        Column("status"),
        Column("model", least=8),
        Column("took", is_number=True),
        Column("tools", is_number=True, leaves=2),
        Column("file, or what broke", least=16, leaves=1),
    )
    yield from table(columns, [_row(one, look) for one in batch.scenarios], look, indent=2)


def _row(one: Scenario, look: Look) -> Spans:
    _, tone = status_of(one)
    trouble = ", ".join(dict.fromkeys(found.kind for found in one.diagnoses if not found.cascade_of))
    return (
        Span(str(one.index), QUIET),
        Span(one_line(one.title, NAME) or "(no title)", STRONG if one.is_missing else ""),
        Span(one.status, tone),
        Span(one_line(one.model or look.glyphs.absent, NAME), "blocked" if one.is_other_model else QUIET),
        Span(took_of(one, look.now), QUIET),
        Span(f"{one.tools}" if one.tools else "", QUIET),
        Span(one_line(trouble or ("" if one.is_missing else one.file), NAME), QUIET),
    )
