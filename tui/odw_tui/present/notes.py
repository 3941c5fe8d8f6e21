"""What a reader should know about a whole run: causes, what does not fit together, remarks, with their proofs. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from odw_core.model.cause import Proof
from odw_core.model.detail import Detail, Notice, RunDetail
from odw_core.text.ansi import one_line
from odw_tui.present.causes import card, proof_place
from odw_tui.present.glyphs import Glyphs
from odw_tui.present.parts import TEXT_LIMIT, said
from odw_tui.present.spans import Line, Span

_DEEP = 4


@dataclass(frozen=True, slots=True)
class NoteRow:
    """One line of the list. ``proof`` is what ``enter`` opens; lines without one are passed over by the cursor."""

    key: str
    line: Line
    proof: Proof | None = None


def note_count(detail: Detail) -> int:
    """How many things there are to know."""
    return len(detail.causes) + len(detail.notices) + len(_findings(detail))


def warning_count(detail: Detail) -> int:
    """How many of them should be minded."""
    return len(_findings(detail)) + sum(notice.is_warning for notice in detail.notices)


def _findings(detail: Detail) -> tuple[Notice, ...]:
    return detail.findings if isinstance(detail, RunDetail) else ()


def note_rows(detail: Detail, glyphs: Glyphs) -> tuple[NoteRow, ...]:
    """Causes first, then what does not fit together, then what else is to be known."""
    rows: list[NoteRow] = []
    for place, cause in enumerate(detail.causes):
        rows += [NoteRow("", Line())] if rows else []
        proof = cause.proof
        rows += [NoteRow(f"cause {place}" if proof else "", line, proof) for line in card((cause,))]
    rows += _block("what does not fit together", _findings(detail), glyphs, is_first=not rows)
    rows += _block("good to know", detail.notices, glyphs, is_first=not rows)
    return tuple(rows)


def _block(title: str, notices: tuple[Notice, ...], glyphs: Glyphs, *, is_first: bool) -> list[NoteRow]:
    if not notices:
        return []
    rows = [] if is_first else [NoteRow("", Line())]
    rows.append(NoteRow("", said(Span(title, "strong"))))
    for place, notice in enumerate(notices):
        sign, tone = ("!", "blocked") if notice.is_warning else (glyphs.dot, "faint")
        key = f"{title} {place}" if notice.proof else ""
        words = Span(one_line(notice.text, TEXT_LIMIT), "" if notice.is_warning else "quiet")
        rows.append(NoteRow(key, Line((Span(f"  {sign} ", tone), words), most=4, hang=_DEEP), notice.proof))
        if notice.proof is not None:
            told = f"{proof_place(notice.proof)}  {one_line(notice.proof.text, TEXT_LIMIT)}"
            rows.append(NoteRow(key, Line((Span(" " * _DEEP), Span(told, "faint"))), notice.proof))
    return rows
