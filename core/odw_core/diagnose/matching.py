"""Finds a signature in the lines of one message and makes a Cause of it. Pure; knows no file, no exit, no order."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache

from odw_core.diagnose.signatures import HARMLESS, TABLE, Signature
from odw_core.model.cause import Cause, Proof
from odw_core.text.ansi import plain
from odw_core.text.secrets import masked

_NEAR = 4
_LONGEST = 2000
_BEFORE = 200


_FIRST_PARTS = tuple({parts[0] for row in TABLE for parts in row.marks})
_FIRST_BYTES = tuple(part.encode() for part in _FIRST_PARTS)


def may_hold_any(line: str) -> bool:
    """Whether any signature could stand in ``line``; for nearly every line of a log it cannot."""
    for part in _FIRST_PARTS:  # noqa: SIM110 — a generator takes three times as long, and logs have a million lines
        if part in line:
            return True
    return False


def parts_in(text: bytes) -> tuple[bytes, ...]:
    """The words of signatures that stand anywhere in ``text``; asked once for many lines, it costs next to nothing."""
    return tuple(part for part in _FIRST_BYTES if part in text)


def find(signature: Signature, lines: Sequence[str]) -> int | None:
    """The place of the line that holds the signature, or its first part when the others stand in lines near it."""
    for parts in signature.marks:
        first, *others = parts
        holding = [place for place, line in enumerate(lines) if first in line]
        for place in holding:
            if all(part in lines[place] for part in others):
                return place
        for place in holding:
            near = lines[max(0, place - _NEAR) : place + _NEAR + 1]
            if all(any(part in one for one in near) for part in others):
                return place
    return None


def is_harmless(line: str) -> bool:
    """Whether healthy runs have such a line too."""
    return any(words in line for words in HARMLESS)


def make_cause(signature: Signature, lines: Sequence[str], place: int, proof: Proof | None, what: str = "") -> Cause:
    """The row as a Cause, filled with what ``lines`` name. ``what`` has failed, such as ``planning failed``."""
    known = _details(signature, "\n".join(lines[max(0, place - _NEAR) : place + _NEAR + 1]))
    because = signature.because_known.format_map(known) if known and signature.because_known else signature.because
    fix = signature.fix_known.format_map(known) if known and signature.fix_known else signature.fix
    sentence = f"{what} because {because}" if what else because
    return Cause(signature.kind, sentence, fix, proof, is_warning=signature.is_warning)


def shown(line: str, signature: Signature | None = None) -> str:
    """``line`` as a proof shows it: plain, without secrets, and of a very long one the part around the signature."""
    start, end = 0, len(line)
    if end > _LONGEST:
        marks = signature.marks if signature else ()
        at = next((line.find(part) for parts in marks for part in parts if part in line), 0)
        start = max(0, at - _BEFORE)
        end = min(end, start + _LONGEST)
    # A secret that is cut in two would no longer be known as one, so look at what stands around the part too.
    reach = line[max(0, start - _LONGEST) : end + _LONGEST]
    part = masked(reach)[start - max(0, start - _LONGEST) :][: end - start]
    text = plain(part).strip()
    return f"{'…' if start else ''}{text}{'…' if end < len(line) else ''}"


def _details(signature: Signature, text: str) -> dict[str, str]:
    match = _pattern(signature.details).search(text) if signature.details else None
    return {name: value.rstrip(".,:") for name, value in match.groupdict().items()} if match else {}


@cache
def _pattern(source: str) -> re.Pattern[str]:
    return re.compile(source)
