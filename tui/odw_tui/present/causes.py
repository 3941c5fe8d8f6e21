"""A cause in words: what happened, the line that says so, and what to do about it. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from odw_core.model.cause import Cause, Proof
from odw_core.text.ansi import one_line
from odw_tui.present.parts import TEXT_LIMIT, labelled
from odw_tui.present.spans import Line, Span

_NAME_LIMIT = 160


def proof_place(proof: Proof) -> str:
    """``stderr:299``; a whole path by its last two parts."""
    parts = [part for part in one_line(proof.file, _NAME_LIMIT * 4).split("/") if part]
    name = "/".join(parts[-2:]) if parts else "somewhere"
    return f"{name}:{proof.line}" if proof.line > 0 else name


def proof_line(proof: Proof) -> Line:
    """The line that says so, with its number."""
    where = f"line {proof.line}  " if proof.line > 0 and proof.file else ""
    words = one_line(proof.text, TEXT_LIMIT)
    return labelled("", Span(where, "faint"), Span(words, "quiet"), most=2)


def card(causes: Sequence[Cause], *, most: int = 1) -> tuple[Line, ...]:
    """The first ``most`` causes whole, and how many more there are."""
    lines: list[Line] = []
    for cause in causes[:most]:
        label, tone = ("mind", "blocked") if cause.is_warning else ("cause", "failed")
        lines.append(labelled(label, Span(one_line(cause.sentence, TEXT_LIMIT), tone), most=2))
        if cause.proof is not None:
            lines.append(proof_line(cause.proof))
        if cause.fix:
            lines.append(labelled("fix", Span(one_line(cause.fix, TEXT_LIMIT), "strong"), most=2))
    return tuple(lines)
