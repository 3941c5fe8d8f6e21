"""What ``show`` says of the calls that a run made to its agents: a row each, and below them what was run."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from odw_core.model.coordination import AgentCall
from odw_core.text.ansi import one_line
from odw_tui.headless.drawing import QUIET, Column, Look, table
from odw_tui.headless.show_parts import NAME, labelled
from odw_tui.present.calls import clock, command_line
from odw_tui.present.numbers import duration
from odw_tui.present.spans import Span, Spans

_COLUMNS = (
    Column("CALL", least=12),
    Column("TRY", is_number=True),
    Column("MODEL"),
    Column("SANDBOX", leaves=4),
    Column("SCHEMA", leaves=2),
    Column("BEGAN", leaves=3),
    Column("TOOK", is_number=True),
    Column("EXIT", is_number=True),
    Column("STDERR", least=12, leaves=1),
)


def call_lines(calls: Sequence[AgentCall], look: Look) -> Iterator[Spans]:
    """Every call in its order; a program that was called in the same way stands once."""
    if not calls:
        return
    yield from table(_COLUMNS, [_row(one, look) for one in calls], look, indent=2)
    for line in dict.fromkeys(command_line(one) for one in calls if one.argv):
        yield from labelled("run as", line, look, indent=2, width=8)


def _row(one: AgentCall, look: Look) -> Spans:
    absent = look.glyphs.absent
    return (
        Span(one_line(one.key, NAME)),
        Span(str(one.attempt)),
        Span(one_line(one.model or absent, NAME)),
        Span(one_line(one.sandbox or absent, NAME)),
        Span("yes" if one.has_schema else "no"),
        Span(clock(one.started_at) or absent),
        Span(absent if one.duration_s is None else duration(one.duration_s)),
        Span(absent if one.exit_code is None else str(one.exit_code)),
        Span(one_line(one.stderr or absent, NAME), QUIET),
    )
