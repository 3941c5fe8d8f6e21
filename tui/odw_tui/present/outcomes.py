"""How a run went so far, as small as it can be said: each column with its outcome below. Pure; takes the time."""

from __future__ import annotations

from collections.abc import Sequence

from odw_core.model.detail import Column, Detail, RunDetail
from odw_core.text.ansi import one_line
from odw_tui.present import numbers
from odw_tui.present.glyphs import Glyphs
from odw_tui.present.parts import LABEL, labelled
from odw_tui.present.spans import Line, Span, Spans, fit, spans, width_of
from odw_tui.present.timeline import TONES

_GAP = 3
_MANY_PARTS = 3


def outcome_lines(detail: Detail, now: float, signs: Glyphs, width: int) -> Sequence[Line]:
    """The columns of the run with their outcome below, in as many pairs of rows as the width asks for."""
    if not isinstance(detail, RunDetail) or not detail.columns:
        return ()
    lines: list[Line] = []
    for part in _parts([_column(column, now, signs) for column in detail.columns], width - LABEL):
        title: list[Span] = []
        outcome: list[Span] = []
        for above, below in part:
            gap = Span(" " * _GAP if title else "")
            size = max(width_of(above), width_of(below))
            title += [gap, *fit(above, size)]
            outcome += [gap, *fit(below, size)]
        lines += [labelled("" if lines else "went", *title), labelled("", *outcome)]
    return lines


def _parts(columns: Sequence[tuple[Spans, Spans]], width: int) -> list[list[tuple[Spans, Spans]]]:
    """``columns`` in parts that fit; of very many only the newest."""
    parts: list[list[tuple[Spans, Spans]]] = []
    used = 0
    for column in columns:
        size = max(width_of(one) for one in column) + _GAP
        if not parts or used + size - _GAP > width:
            parts.append([])
            used = 0
        parts[-1].append(column)
        used += size
    return parts[-_MANY_PARTS:]


def _column(column: Column, now: float, signs: Glyphs) -> tuple[Spans, Spans]:
    title = one_line(column.title, 40)
    if column.mark is None:
        return spans(Span(title, "faint")), ()
    note = one_line(column.note, 40) or _took(column, now)
    outcome = Span(f"{signs.mark(column.mark)} {note}", TONES[column.mark])
    return spans(Span(title, "quiet")), spans(outcome)


def _took(column: Column, now: float) -> str:
    if column.started_at is None:
        return ""
    return numbers.duration((column.ended_at or now) - column.started_at)
