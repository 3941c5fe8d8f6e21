"""The head of one text that has the whole screen: what it is, how long, where it lies. Pure."""

from __future__ import annotations

from odw_core.text.ansi import one_line
from odw_tui.present.parts import said
from odw_tui.present.places import at_home
from odw_tui.present.spans import Line, Span, spans

_LIMIT = 1_000


def head(title: str, seen: str, path: str, home: str) -> tuple[Line, ...]:
    """Title with the length on its right; below it the path of the file, if it is one."""
    where = one_line(at_home(path, home), _LIMIT) if path else "no file of its own"
    return (
        said(Span(one_line(title, _LIMIT), "strong"), right=spans(Span(seen, "quiet"))),
        said(Span(where, "faint")),
    )
