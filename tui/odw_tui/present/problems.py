"""What could not be read, as lines: where, and why. Pure."""

from __future__ import annotations

from collections.abc import Iterable

from odw_core.model.problem import Problem
from odw_core.text.ansi import one_line
from odw_tui.present.numbers import count
from odw_tui.present.places import at_home
from odw_tui.present.spans import Line, Span, spans

_LONGEST = 2_000


def problem_lines(problems: Iterable[Problem], home: str) -> tuple[Line, ...]:
    """Two lines for each problem."""
    return tuple(line for problem in problems for line in _told(problem, home))


def _told(problem: Problem, home: str) -> tuple[Line, Line, Line]:
    path = one_line(at_home(problem.path, home), _LONGEST)
    where = f"  from byte {count(problem.offset)}" if problem.offset else ""
    return (
        Line(spans(Span(path), Span(where, "quiet")), most=4),
        Line(spans(Span("  "), Span(one_line(problem.reason, _LONGEST), "blocked")), most=4, hang=2),
        Line(),
    )
