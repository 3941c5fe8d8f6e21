"""The checks of the doctor as a table, and one of them in full with its fix. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import chain

from odw_core.diagnose.doctor.check import Check, Level, level_counts
from odw_core.model.item import State
from odw_core.text.ansi import one_line
from odw_tui.present.glyphs import Glyphs
from odw_tui.present.parts import TEXT_LIMIT, labelled
from odw_tui.present.spans import Line, Span, Spans, cut_text, left, spans

_LOOKS = {Level.FAIL: State.FAILED, Level.WARN: State.BLOCKED, Level.PASS: State.DONE}
_WORDS = {Level.FAIL: "fail", Level.WARN: "to look at", Level.INFO: "to know", Level.PASS: "fine"}

_START = 2
_GAP = 2
_STATE, _NAME = 6, 18
_NARROW_NAME = 14
_FIX_FROM, _NAME_FROM = 110, 76
"""Widths from which there is a column for the fix, and a wide one for the check."""


def sign_of(level: Level, signs: Glyphs) -> str:
    """The sign of a level; its word always stands beside it."""
    state = _LOOKS.get(level)
    return signs.dot if state is None else signs.state(state)


def tone_of(level: Level) -> str:
    """The tone of a level."""
    state = _LOOKS.get(level)
    return "quiet" if state is None else state.value


def state_span(level: Level, signs: Glyphs) -> Span:
    """Sign and word of a level."""
    return Span(f"{sign_of(level, signs)} {level.value}", tone_of(level))


def table_head(width: int) -> Spans:
    """The titles of the columns."""
    name, detail, fix = _widths(width)
    gap = " " * _GAP
    titles = [left("CHECK", name), left("STATE", _STATE), left("DETAIL", detail)]
    return (Span(" " * _START + gap.join([*titles, *(["FIX"] if fix else [])]), "faint"),)


def table_row(check: Check, signs: Glyphs, width: int, *, has_cursor: bool) -> Spans:
    """One check on one line. Without a fix the detail has its space too."""
    name, detail, fix = _widths(width)
    if not check.fix and fix:
        detail, fix = detail + _GAP + fix, 0
    is_fine = check.level in (Level.PASS, Level.INFO)
    gap = Span(" " * _GAP)
    sign, tone = state_span(check.level, signs)
    row = [
        Span(f"{signs.cursor} " if has_cursor else "  ", "accent"),
        Span(left(one_line(check.name, _NAME), name, signs.ellipsis), "quiet" if is_fine else "strong"),
        gap,
        Span(left(sign, _STATE), tone),
        gap,
        Span(left(one_line(check.detail, TEXT_LIMIT), detail, signs.ellipsis), "quiet" if is_fine else ""),
    ]
    if fix:
        row += [gap, Span(cut_text(one_line(check.fix, TEXT_LIMIT), fix, signs.ellipsis), "quiet")]
    return tuple(row)


def check_story(check: Check, signs: Glyphs, *, copy_key: str) -> tuple[Line, ...]:
    """One check in full: what was found, what to do, and the command that does it."""
    lines = [
        Line((state_span(check.level, signs), Span(f"   {one_line(check.name, TEXT_LIMIT)}", "strong"))),
        labelled("found", Span(one_line(check.detail, TEXT_LIMIT)), most=4),
    ]
    if check.fix:
        lines.append(labelled("fix", Span(one_line(check.fix, TEXT_LIMIT)), most=3))
    if check.command is not None:
        hint = spans(Span(copy_key, "strong"), Span(" copies it", "quiet")) if copy_key else ()
        lines.append(labelled("run", Span(one_line(check.command, TEXT_LIMIT), "strong"), most=6, right=hint))
    return tuple(lines)


def summary(counts: Mapping[Level, int], signs: Glyphs) -> Spans:
    """How many there are of each level that has any."""
    found = [(level, number) for level, number in counts.items() if number]
    parts = (
        (Span(f"{sign_of(level, signs)} {number} {_WORDS[level]}", tone_of(level)), Span("   "))
        for level, number in found
    )
    return tuple(chain.from_iterable(parts))[:-1]


def head(checks: Sequence[Check], signs: Glyphs, looking_at: str | None) -> tuple[Line, ...]:
    """The headline, and how it stands; ``looking_at`` is what is being examined, None when all is done."""
    news = () if looking_at is None else (Span(f"looking at {looking_at}{signs.ellipsis}", "quiet"),)
    return (
        Line((Span("Doctor", "strong"), Span("   what is wrong or left over on this machine", "quiet")), news),
        Line(summary(level_counts(checks), signs) or (Span("nothing looked at yet", "quiet"),)),
        Line(),
    )


def printed_lines(checks: Sequence[Check], signs: Glyphs) -> tuple[Line, ...]:
    """All checks for a terminal that scrolls: what is fine on one line, everything else with its fix below it."""
    lines: list[Line] = []
    hang = _STATE + _GAP + _NAME + _GAP
    for check in checks:
        is_fine = check.level is Level.PASS
        sign, tone = state_span(check.level, signs)
        lines.append(
            Line(
                (
                    Span(left(sign, _STATE + _GAP), tone),
                    Span(left(one_line(check.name, _NAME), _NAME + _GAP), "quiet" if is_fine else "strong"),
                    Span(one_line(check.detail, TEXT_LIMIT), "quiet" if is_fine else ""),
                ),
                most=6,
                hang=hang,
            )
        )
        if check.fix and not is_fine:
            lines.append(Line((Span(" " * hang), Span(one_line(check.fix, TEXT_LIMIT), "quiet")), most=4, hang=hang))
        if check.command is not None and not is_fine:
            # Never wrapped: it is there to be copied.
            lines.append(Line((Span(" " * hang), Span(f"$ {one_line(check.command, TEXT_LIMIT)}"))))
    lines += [Line(), Line(summary(level_counts(checks), signs))]
    return tuple(lines)


def _widths(width: int) -> tuple[int, int, int]:
    """Cells of check, detail and fix; no fix on a narrow screen."""
    name = _NAME if width >= _NAME_FROM else _NARROW_NAME
    free = max(10, width - _START - name - _STATE - 2 * _GAP)
    if width < _FIX_FROM:
        return name, free, 0
    fix = (free - _GAP) * 2 // 5
    return name, free - _GAP - fix, fix
