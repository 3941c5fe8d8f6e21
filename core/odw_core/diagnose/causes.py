"""The cause behind one error message or the tail of a stderr, as engines know them. Cheap, pure, never raises."""

from __future__ import annotations

from collections.abc import Sequence

from odw_core.diagnose.matching import find, is_harmless, make_cause, shown
from odw_core.diagnose.signatures import TABLE, Signature
from odw_core.model.cause import Cause, Proof
from odw_core.text.ansi import plain

_LONGEST = 64 * 1024

PLANNING = "planning failed"

_SUBJECTS = (
    ("Codex planning failed (model=", PLANNING),
    ("Codex planning model unavailable (model=", PLANNING),
    ("Codex CLI not found at", PLANNING),
    ("Codex planning produced no output file", PLANNING),
    ("Codex planning output parse failed", PLANNING),
)
"""Messages whose first words say what it was that failed."""


def cause_of(text: str, *, file: str = "", first_line: int = 1, what: str = "") -> Cause | None:
    """The first row of the table that ``text`` holds; None when no row knows it.

    ``file`` and ``first_line`` say where ``text`` stands, for the proof. ``what`` failed is put before the cause; it is
    known by itself for a planning of Converge. Of a very long text the end is looked at. A warning is taken only where
    nothing worse is said.
    """
    cut = max(0, len(text) - _LONGEST)
    first_line += text.count("\n", 0, cut)
    lines = plain(text[cut:]).split("\n")
    kept = ["" if is_harmless(line) else line for line in lines]
    found = _first(kept, is_warning=False) or _first(kept, is_warning=True)
    if found is None:
        return None
    row, place = found
    proof = Proof(file, first_line + place, shown(lines[place], row))
    return make_cause(row, kept, place, proof, what or _subject(text))


def _first(lines: Sequence[str], *, is_warning: bool) -> tuple[Signature, int] | None:
    for row in TABLE:
        if row.is_warning is is_warning and not row.is_of_command and (place := find(row, lines)) is not None:
            return row, place
    return None


def _subject(text: str) -> str:
    start = text[:400]
    return next((subject for words, subject in _SUBJECTS if words in start), "")
