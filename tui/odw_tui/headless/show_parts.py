"""Small pieces that every part of ``show`` is made of: sections, wrapped sentences, times, proofs. Prints nothing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import chain

from odw_core.model.cause import Proof
from odw_core.model.item import Tokens
from odw_core.text.ansi import one_line
from odw_tui.headless.drawing import BLANK, QUIET, STRONG, Look, flow, words
from odw_tui.present.numbers import duration, token_story
from odw_tui.present.places import at_home
from odw_tui.present.spans import Span, Spans

NAME = 400
"""Characters of a name that are shown."""
SENTENCE = 10_000
"""Characters of a sentence that are shown."""


def section(title: str, lines: Iterable[Spans], note: str = "") -> Iterator[Spans]:
    """``lines`` under ``title``; nothing when there are none."""
    rest = iter(lines)
    first = next(rest, None)
    if first is not None:
        yield BLANK
        yield (Span(title, STRONG), Span(f"  {note}" if note else "", QUIET))
        yield from chain((first,), rest)


def labelled(label: str, text: str, look: Look, *, indent: int, width: int = 7) -> Iterator[Spans]:
    """``where  stderr:299``, wrapped on a terminal; nothing for an empty text."""
    if text:
        before = " " * indent + f"{label:<{width}}"
        yield from flow((Span(before, QUIET), Span(text)), look, hang=len(before))


def evidence(proof: Proof | None, look: Look, *, indent: int) -> Iterator[Spans]:
    """Where it stands, and the line that says so."""
    if proof is not None:
        where = one_line(at_home(proof.file, look.home), NAME)
        yield from labelled("where", f"{where}:{proof.line}" if proof.line > 0 else where, look, indent=indent)
        yield from labelled("line", one_line(proof.text, SENTENCE), look, indent=indent)


def marked(sign: str, tone: str, text: str, look: Look, *, text_tone: str = "") -> Iterable[Spans]:
    """``  ✗ a sentence``, its further rows under its words."""
    line = (Span(f"  {sign} ", tone), Span(one_line(text, SENTENCE), text_tone))
    return flow(line, look, hang=4)


def under(text: str, look: Look, *, indent: int = 4, tone: str = "") -> Iterable[Spans]:
    """One sentence below something else."""
    return flow((Span(" " * indent), Span(one_line(text, SENTENCE), tone)), look, hang=indent)


def hint(text: str) -> Spans:
    """A command that can be typed."""
    return words(f"  {text}", QUIET)


def told_tokens(used: Tokens | None) -> str:
    """``96k: 91k in (71k cached), 5k out (2k reasoning)``; empty when nobody counted."""
    return "" if used is None else token_story(used).replace(" tokens", "", 1)


def moment(at: float | None) -> str:
    """A time with its zone; empty when nobody knows it."""
    if at is None:
        return ""
    try:
        return datetime.fromtimestamp(at).astimezone().isoformat(" ", "seconds")
    except (OverflowError, ValueError, OSError):
        return ""


def took(started_at: float | None, ended_at: float | None) -> str:
    """``4m 10s``; empty while it goes on, or when nobody knows."""
    return "" if started_at is None or ended_at is None else duration(ended_at - started_at)
