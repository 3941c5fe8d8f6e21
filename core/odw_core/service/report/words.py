"""Times, places, outcomes and counts as a report says them. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from odw_core.model.cause import Proof
from odw_core.model.detail import Mark
from odw_core.model.item import Tokens
from odw_core.service.documents.plain_values import time_text
from odw_core.service.report.blocks import Piece, code


def moment(at: float | None) -> str:
    """``2026-11-20 21:28:16 UTC``; empty for what is unknown."""
    text = time_text(at)
    return "" if text is None else f"{text[:19].replace('T', ' ')} UTC"


def took(started_at: float | None, ended_at: float | None) -> str:
    """``1h 12m``, ``3m 05s``, ``41s``; empty for what is unknown."""
    if started_at is None or ended_at is None:
        return ""
    whole = max(0, round(ended_at - started_at))
    if whole >= 3600:
        return f"{whole // 3600}h {whole % 3600 // 60:02}m"
    return f"{whole // 60}m {whole % 60:02}s" if whole >= 60 else f"{whole}s"


def proof_place(proof: Proof) -> str:
    """``stderr.log:12``."""
    return f"{proof.file}:{proof.line}"


def listed(names: Iterable[str]) -> Iterator[str | Piece]:
    """Names with commas between them."""
    for number, name in enumerate(names):
        if number:
            yield ", "
        yield code(name)


def mark_word(mark: Mark) -> str:
    """A mark as a word."""
    return mark.value.replace("_", " ")


def outcome(mark: Mark | None, note: str) -> str:
    """What came of a step: its mark, and what there is to say of it."""
    word = "" if mark is None else mark_word(mark)
    return ", ".join(filter(None, (word, "" if note == word else note)))


def tokens(used: Tokens | None) -> str:
    """Tokens with their parts, as far as they are known; empty for what is unknown."""
    if used is None:
        return ""
    parts = (("input", used.input), ("cached", used.cached), ("output", used.output), ("reasoning", used.reasoning))
    known = ", ".join(f"{name} {number:,}" for name, number in parts if number is not None)
    return f"{'at least ' if used.at_least else ''}{used.total:,}" + (f" ({known})" if known else "")
