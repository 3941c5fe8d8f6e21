"""Ways: with which command a person sends each decision that a question offers, as it is typed. Pure."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Mapping

from odw_core.decide.verdicts import FEEDBACK, Meaning, is_judged, meaning, takes_reason
from odw_core.model.question import Field, Question, Road

PLAIN: Mapping[str, tuple[Meaning, ...]] = {
    "approve": (Meaning.ACCEPT,),
    "reject": (Meaning.DECLINE, Meaning.CANCEL),
}
"""What each command means by itself: the first of these that a question offers."""
FITTING: Mapping[str, tuple[Meaning, ...]] = {
    "approve": (Meaning.ACCEPT, Meaning.FOR_SESSION, Meaning.ALWAYS, Meaning.OTHER),
    "reject": (Meaning.DECLINE, Meaning.CANCEL, Meaning.NEVER, Meaning.ROUND),
}
"""What each can say with ``--as``."""


def plain_verdict(question: Question, meanings: tuple[Meaning, ...]) -> str | None:
    """The decision that a command without ``--as`` sends; None when the question offers nothing of that meaning."""
    found = ((one, verdict) for one in meanings for verdict in question.decisions if meaning(verdict) is one)
    return next((verdict for _, verdict in found), None)


def command_for(verdict: str) -> str:
    """``approve`` or ``reject``, whichever can say it; empty for what is answered."""
    return next((name for name, fitting in FITTING.items() if meaning(verdict) in fitting), "")


def ways(question: Question) -> Iterator[str]:
    """One command for each decision; none where it cannot be decided from here."""
    if question.road is Road.NONE:
        return
    for verdict in question.decisions:
        name = command_for(verdict)
        if not name:
            yield f"odw-tui answer {question.id} {_typed(question)}"
            continue
        parts = ["odw-tui", name, question.id]
        if verdict != plain_verdict(question, PLAIN[name]):
            parts += ["--as", shlex.quote(verdict)]
        if takes_reason(question.kind, verdict):
            parts += ["--reason", "TEXT"]
        yield " ".join(parts)
    if is_judged(question.kind) and (form := _form(question)):
        yield f"  with --json FILE for {form}"


def _typed(question: Question) -> str:
    needed = [one for one in question.fields if not one.is_optional] or question.fields
    if len(needed) != 1 or needed[0].is_secret:
        return "--json FILE"
    return "--choice N" if needed[0].choices and not needed[0].allows_other else "--text TEXT"


def _form(question: Question) -> str:
    """What a file may hold, besides what ``--reason`` says."""
    shown = [one for one in question.fields if one.id != FEEDBACK]
    return f"{{{', '.join(map(_entry, shown))}}}" if shown else ""


def _entry(field: Field) -> str:
    value = "[1]" if field.takes_several else "1" if field.choices else '"…"'
    return f'"{field.id}": {value}'
