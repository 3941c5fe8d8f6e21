"""The blockers of a run by round, each with its place, its way from reviewer to tasks, and its fate. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from odw_core.model.detail import Blocker, ColumnKind, Mark, RunDetail
from odw_core.text.ansi import one_line
from odw_tui.present.cell_story import cell_at, is_named, round_of
from odw_tui.present.findings import blocker_lines, finding_of, place_of, route_of
from odw_tui.present.glyphs import Glyphs
from odw_tui.present.parts import TEXT_LIMIT, counted, labelled, said, said_lines
from odw_tui.present.spans import Line, Span

_VERDICTS = {
    "approve": ("approved", "done"),
    "reject": ("rejected", "failed"),
    "needs_owner": ("owner decides", "waiting"),
}


@dataclass(frozen=True, slots=True)
class BlockerRow:
    """One line of the list. ``blocker`` is None on headings and remarks, which the cursor skips."""

    key: str
    line: Line
    blocker: Blocker | None = None


def blocker_rows(detail: RunDetail, glyphs: Glyphs, width: int) -> tuple[BlockerRow, ...]:
    """Round by round, the newest first: what still stands in the way is at the top."""
    rows: list[BlockerRow] = []
    rounds = {gate.round for gate in detail.gates} | {blocker.round for blocker in detail.blockers}
    for number in sorted(rounds, reverse=True):
        if rows:
            rows.append(BlockerRow(f"space {number}", Line()))
        rows += _round_rows(detail, number, glyphs, width)
    return tuple(rows)


def _round_rows(detail: RunDetail, number: int, glyphs: Glyphs, width: int) -> list[BlockerRow]:
    found = [blocker for blocker in detail.blockers if blocker.round == number]
    gate = next((gate for gate in detail.gates if gate.round == number), None)
    total = max(gate.blocker_count if gate else 0, len(found))
    verdict, tone = _VERDICTS.get(gate.decision, (one_line(gate.decision, 40), "quiet")) if gate else ("", "")
    head = said(
        Span(f"round {number}", "strong"),
        Span(f"   {verdict}" if verdict else "", tone),
        Span(f"   {counted(total, 'blocker')}" if total else "   no blockers", "quiet"),
    )
    rows = [BlockerRow(f"round {number}", head)]
    rows += [
        BlockerRow(f"{number}/{place}", line, blocker)
        for place, (blocker, line) in enumerate(zip(found, blocker_lines(found, glyphs, width), strict=True))
    ]
    if total > len(found):
        words = f"{total - len(found)} more that the journal counts but does not tell"
        rows.append(BlockerRow(f"rest {number}", said(Span(words, "faint"))))
    for place, risk in enumerate(gate.risks if gate else ()):
        rows.append(BlockerRow(f"risk {number}/{place}", labelled("risk", Span(one_line(risk, TEXT_LIMIT), "quiet"))))
    return rows


def blocker_story(blocker: Blocker, glyphs: Glyphs) -> tuple[Line, ...]:
    """One blocker in full."""
    place = place_of(blocker)
    title = Span(place or f"round {blocker.round}", "strong")
    lines = [said(title, Span(f"   {finding_of(blocker)}" if len(blocker.text) < 60 else ""))]
    if len(blocker.text) >= 60:
        lines = [said(title), *(labelled("", Span(text), most=4) for text in said_lines(finding_of(blocker), 6))]
    lines.append(labelled("from", Span(route_of(blocker, glyphs) or "nobody is named", "quiet")))
    lines.append(labelled("fate", Span(blocker.fate, "quiet")))
    return tuple(lines)


def no_blockers(detail: RunDetail) -> tuple[Line, ...]:
    """There is no finding: whether that is good news or no news."""
    if detail.gates:
        words = "No reviewer found anything in the way."
    elif any(row.kind == "reviewer" for row in detail.rows):
        words = "No reviewer has looked at it yet."
    else:
        words = "Nothing was found in the way."
    return (Line(), said(Span(" No blockers.", "strong")), said(Span(f" {words}", "quiet")))


def cell_of(detail: RunDetail, blocker: Blocker) -> tuple[str, str] | None:
    """The cell where this blocker was dealt with: its task in the round after, else in the newest round it was in."""
    rounds = [column for column in detail.columns if column.kind is ColumnKind.ROUND]
    after = [column for column in rounds if (round_of(column) or 0) > blocker.round] + rounds[::-1]
    row = next((row for row in detail.rows if is_named(row, blocker.tasks)), None)
    row = row or next((row for row in detail.rows if blocker.reviewer in (row.title, row.key)), None)
    if row is None or not after:
        return None
    ran = [column for column in after if (cell := cell_at(detail, row.key, column.key)) and cell.mark is not Mark.KEPT]
    return row.key, (ran or after)[0].key
