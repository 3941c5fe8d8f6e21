"""The form of a start as it is drawn: what can be started, each input with what is typed in it. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from odw_core.text.ansi import plain
from odw_tui.present.glyphs import Glyphs
from odw_tui.present.spans import Line, Span, Spans, height_of, spans
from odw_tui.present.start_inputs import Input
from odw_tui.widgets.line_editor import LineEditor

_LABEL = 14
_MOST_LINES = 8
_MOST_CHOICES = 60
"""Cells of a row of choices that every terminal has."""


def kinds(names: Sequence[str], current: str, width: int) -> tuple[Span, ...]:
    """What can be started, the chosen one marked. Where there is no space for all, those beside it."""
    shown = [*names] if current in names else [*names, current]
    is_cut = [False, False]
    while len(shown) > 1 and sum(len(name) + 2 for name in shown) + 2 * sum(is_cut) > width:
        at = shown.index(current)
        is_late = at > len(shown) - 1 - at
        shown.pop(0 if is_late else -1)
        is_cut[0 if is_late else 1] = True
    found = [Span(f" {name} ", "accent" if name == current else "faint") for name in shown]
    more = Span("..", "faint")
    return (*((more,) if is_cut[0] else ()), *found, *((more,) if is_cut[1] else ()))


def input_lines(
    one: Input, editor: LineEditor, signs: Glyphs, *, is_here: bool, offered: Sequence[str] = ()
) -> list[Line]:
    """One input as it is shown: its label, and what is typed or picked."""
    bar = Span(f"{signs.cursor} " if is_here else "  ", "accent")
    label = Span(one.label.ljust(_LABEL), "strong" if is_here else "quiet")
    if one.choices:
        return [Line(spans(bar, label, *_picked(one.choices, editor.text, is_here=is_here)))]
    if not editor.text and not is_here:
        return [Line(spans(bar, label, Span(_hint(one, offered), "faint")))]
    lines = []
    for number, row in enumerate(_rows(editor, signs.caret if is_here else "")):
        start = spans(bar, label) if not number else spans(Span("  "), Span(" " * _LABEL))
        lines.append(Line(spans(*start, *row), (), 3, _LABEL + 2))
    return lines[-_MOST_LINES:]


def form_rows(blocks: Sequence[Sequence[Line]], here: int, width: int, most: int) -> list[Line]:
    """All inputs, or those around the present one where there is no space for all."""
    heights = [height_of(block, width) for block in blocks]
    if sum(heights) <= most:
        return [line for block in blocks for line in block]
    # Of a long text the end, where it is typed.
    blocks = [*blocks]
    while heights[here] >= most and len(blocks[here]) > 1:
        blocks[here] = blocks[here][1:]
        heights[here] = height_of(blocks[here], width)
    first = last = here
    room = most - 1 - heights[here]
    while True:
        # What comes next is more telling than what went before.
        below = last + 1 < len(blocks) and heights[last + 1] <= room
        above = first > 0 and heights[first - 1] <= room
        if below and (last - here <= here - first or not above):
            last += 1
            room -= heights[last]
        elif above:
            first -= 1
            room -= heights[first]
        elif below:
            last += 1
            room -= heights[last]
        else:
            break
    parts = [f"{count} more {where}" for count, where in ((first, "above"), (len(blocks) - last - 1, "below")) if count]
    hidden = Line((Span(f"  {', '.join(parts)}", "faint"),))
    return [*(line for block in blocks[first : last + 1] for line in block), hidden]


def _hint(one: Input, offered: Sequence[str]) -> str:
    if offered:
        return " ".join(map(plain, offered))[:200]
    return one.help


def _picked(choices: Sequence[str], picked: str, *, is_here: bool) -> Spans:
    shown: list[Span] = []
    at = choices.index(picked) if picked in choices else 0
    if at and sum(len(one) + 3 for one in choices[: at + 1]) > _MOST_CHOICES:
        # Names of runs are long: the row begins with the chosen one, so that it is seen.
        shown.append(Span(".. ", "faint"))
        choices = choices[at:]
    for choice in choices:
        is_picked = choice == picked
        tone = ("accent" if is_here else "strong") if is_picked else "faint"
        shown += [Span(f"[{choice}]" if is_picked else f" {choice} ", tone), Span(" ")]
    return tuple(shown)


def _rows(editor: LineEditor, caret: str) -> list[Spans]:
    """The typed text line by line, with the caret in it."""
    text = f"{editor.text[: editor.at]}\0{editor.text[editor.at :]}" if caret else editor.text
    rows: list[Spans] = []
    for row in text.split("\n"):
        before, _, after = row.partition("\0")
        rows.append(
            spans(Span(before, "strong"), Span(caret, "strong"), Span(after, "strong"))
            if "\0" in row
            else (Span(row, "strong"),)
        )
    return rows
