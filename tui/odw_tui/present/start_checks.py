"""What stands for and against a start, as lines below its form. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from odw_core.text.ansi import plain
from odw_tui.present.glyphs import Glyphs
from odw_tui.present.spans import Line, Span, height_of, spans

if TYPE_CHECKING:
    from odw_core.diagnose.doctor.check import Check


def fitting_checks(
    about: Sequence[Line], checks: Sequence[Check], signs: Glyphs, width: int, height: int
) -> Sequence[Line]:
    """``about`` and every check below it; where they do not fit, those against the start first."""
    whole = (*about, *check_lines(checks, signs))
    if height_of(whole, width) <= height:
        return whole
    against = check_lines([check for check in checks if not _is_fine(check)], signs)
    fine = [line for check in checks if _is_fine(check) for line in check_lines([check], signs)]
    for shown in range(len(fine) - 1, -1, -1):
        counted = Span(f"{len(fine) - shown} {'more are' if against or shown else 'are'} fine", "quiet")
        sign = Span(f"  {signs.marks['done']} ", "done")
        lines = (*about, *against, *fine[:shown], Line(spans(sign, counted)))
        if height_of(lines, width) <= height:
            return lines
    return _fitting(against, signs, width, height) if against else about


def _fitting(against: Sequence[Line], signs: Glyphs, width: int, height: int) -> Sequence[Line]:
    """As much as fits of what stands against the start, and that there is more."""
    if height_of(against, width) <= height:
        return against
    for shown in range(len(against) - 1, 0, -1):
        lines = (*against[:shown], Line((Span("    and more; a higher window shows it all", "quiet"),)))
        if height_of(lines, width) <= height:
            return lines
    return against


def check_lines(checks: Sequence[Check], signs: Glyphs) -> list[Line]:
    """What stands for and against the start."""
    lines = []
    for check in checks:
        is_fine = _is_fine(check)
        tone = "done" if is_fine else "failed" if check.level.value == "FAIL" else "blocked"
        sign = signs.marks["done"] if is_fine else signs.marks["failed"] if tone == "failed" else "!"
        said = Span(plain(_said_here(check)), "quiet" if is_fine else "")
        lines.append(Line(spans(Span(f"  {sign} ", tone), said), (), 2, 4))
        if check.fix and not is_fine:
            lines.append(Line(spans(Span("    "), Span(plain(check.fix), "quiet")), (), 2, 4))
    return lines


def _is_fine(check: Check) -> bool:
    return check.level.value in ("PASS", "INFO")


def _said_here(check: Check) -> str:
    """What a check says, in a form: whose input it is and where that goes is seen there."""
    if check.id != "input" or _is_fine(check):
        return check.detail
    said = check.detail.partition("; give it with --set ")[0].partition(": ")
    return f"{(said[2] or said[0]).rstrip('.')}."
