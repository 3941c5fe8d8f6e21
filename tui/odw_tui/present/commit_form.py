"""The form of a commit: where it goes, what it says, which files are in it. Pure."""

from __future__ import annotations

from odw_core.model.landing import CommitPlan
from odw_core.text.ansi import one_line
from odw_tui.present.glyphs import Glyphs
from odw_tui.present.parts import counted
from odw_tui.present.spans import Line, Span, spans
from odw_tui.widgets.line_editor import LineEditor

BRANCH, MESSAGE = "branch", "message"
LABELS = {BRANCH: "branch", MESSAGE: "message"}
_LABEL = 10


def head_lines(plan: CommitPlan) -> tuple[Line, ...]:
    """What is done, and what is left alone."""
    title = spans(Span("Commit what landed", "strong"), Span(f"   {plan.address}", "quiet"))
    return (Line(title), Line((Span("Exactly these changes; everything else in the tree stays as it is.", "quiet"),)))


def field_lines(
    name: str, editor: LineEditor, plan: CommitPlan, signs: Glyphs, *, is_here: bool, most: int
) -> list[Line]:
    """One thing that is typed; of a long message the lines around the caret."""
    bar = Span(f"{signs.cursor} " if is_here else "  ", "accent")
    label = Span(LABELS[name].ljust(_LABEL), "strong" if is_here else "quiet")
    hint = _hint(name, editor, plan)
    caret = signs.caret if is_here else ""
    rows = f"{editor.text[: editor.at]}{caret}{editor.text[editor.at :]}".split("\n")
    here = editor.text[: editor.at].count("\n")
    first = max(0, min(here - most // 2, len(rows) - most))
    lines = []
    for number, row in enumerate(rows[first : first + most]):
        begin = spans(Span("  "), Span(" " * _LABEL)) if number else spans(bar, label)
        tail = (Span(hint, "faint"),) if hint and not number else ()
        lines.append(Line(spans(*begin, Span(row, "strong"), *tail), (), 3, _LABEL + 2))
    return lines


def _hint(name: str, editor: LineEditor, plan: CommitPlan) -> str:
    if name != BRANCH or editor.text:
        return ""
    if not plan.branch:
        return "HEAD is on no branch; type a name for a new one"
    return f"{one_line(plan.branch, 80)}, as it is checked out; type a name for a new one"


def file_lines(plan: CommitPlan) -> tuple[Line, ...]:
    """How many files, then each."""
    head = Line((Span(counted(len(plan.files), "file"), "quiet"),))
    return (head, *(Line((Span(f"  {one_line(path, 400)}"),)) for path in plan.files))
