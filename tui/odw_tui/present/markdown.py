"""Markdown as lines of spans. Pure; nothing in it can be clicked, fetched or run."""

from __future__ import annotations

from itertools import islice

from odw_core.text.markdown import Accent, MarkdownLine, Role, read_markdown
from odw_tui.present.glyphs import Glyphs
from odw_tui.present.parts import counted
from odw_tui.present.spans import Line, Span

MOST_LINES = 3_000
"""What is longer can be opened as the text it is."""
_ROWS = 400
"""Rows that one line may wrap into."""
_LONGEST = 20_000
_TONES = {Accent.NONE: "", Accent.STRONG: "strong", Accent.ASIDE: "faint"}


def markdown_lines(text: str, glyphs: Glyphs, *, most: int = MOST_LINES) -> tuple[Line, ...]:
    """The first ``most`` lines of ``text``, never two blank ones in a row, and how many are left out."""
    lines: list[Line] = []
    cut = text[: most * 400]
    was_blank = True
    for line in islice(read_markdown(cut), most):
        if line.role is Role.BLANK and was_blank:
            continue
        was_blank = line.role is Role.BLANK
        lines.append(_line(line, glyphs))
    while lines and not lines[-1].left:
        lines.pop()
    rest = text.count("\n") + 1 - most
    if rest > 0 or len(cut) < len(text):
        told = f"{glyphs.ellipsis} {counted(rest, 'more line')}" if rest > 0 else f"{glyphs.ellipsis} and more"
        lines.append(Line((Span(told, "faint"),)))
    return tuple(lines)


def _line(line: MarkdownLine, glyphs: Glyphs) -> Line:
    words = tuple(_spans(line))
    match line.role:
        case Role.BLANK:
            return Line()
        case Role.RULE:
            return Line((Span(("-" if glyphs.is_ascii else "─") * 24, "faint"),))
        case Role.TITLE | Role.HEADING:
            return Line(tuple(Span(text, "strong") for text, _ in words), (), _ROWS)
        case Role.ITEM:
            sign = glyphs.dot if line.sign == "-" else line.sign
            before = f"{' ' * line.indent}{sign} "
            return Line((Span(before, "faint"), *words), (), _ROWS, len(before))
        case Role.QUOTE:
            before = " " * line.indent + ("| " if glyphs.is_ascii else "│ ")
            quoted = (Span(text, tone or "quiet") for text, tone in words)
            return Line((Span(before, "faint"), *quoted), (), _ROWS, len(before))
        case Role.CODE:
            before = " " * (line.indent + 2)
            return Line((Span(before + line.text[:_LONGEST], "quiet"),), (), _ROWS, len(before))
        case Role.TEXT:
            return Line((Span(" " * line.indent), *words) if line.indent else words, (), _ROWS, line.indent)


def _spans(line: MarkdownLine) -> list[Span]:
    found: list[Span] = []
    free = _LONGEST
    for text, accent in line.pieces:
        text = text[: max(0, free)]
        free -= len(text)
        if accent is Accent.CODE:
            found += [Span("`", "faint"), Span(text), Span("`", "faint")]
        else:
            found.append(Span(text, _TONES[accent]))
    return found
