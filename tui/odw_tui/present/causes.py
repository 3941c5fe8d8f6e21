"""A cause in words: what happened, the line that says so, and what to do about it. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from odw_core.diagnose.causes import cause_of
from odw_core.model.cause import Cause, Proof
from odw_core.model.item import Item, State
from odw_core.text.ansi import one_line
from odw_tui.present.parts import TEXT_LIMIT, labelled
from odw_tui.present.spans import Line, Span, spans

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


def times_today(cause: Cause, items: Iterable[Item], now: float) -> int:
    """How many runs, and sessions that belong to none, failed for this cause since midnight, local time.

    Only rows are asked, which have one cause each."""
    midnight = datetime.fromtimestamp(now).astimezone().replace(hour=0, minute=0, second=0, microsecond=0).timestamp()
    return sum(
        item.state is State.FAILED
        and item.parent is None
        and item.cause is not None
        and (item.changed_at or 0.0) >= midnight
        and _is_same(item.cause, cause)
        for item in items
    )


def _is_same(told: str, cause: Cause) -> bool:
    """A row tells a cause in its sentence, or in the words in which it was written."""
    if told == cause.sentence:
        return True
    found = cause_of(told)
    return found is not None and found.kind == cause.kind


def card(causes: Sequence[Cause], *, most: int = 1, times: int = 0) -> tuple[Line, ...]:
    """The first ``most`` causes whole; how many ``times`` the first one came today, when that was more than once."""
    lines: list[Line] = []
    for place, cause in enumerate(causes[:most]):
        label, tone = ("mind", "blocked") if cause.is_warning else ("cause", "failed")
        lines.append(labelled(label, Span(one_line(cause.sentence, TEXT_LIMIT), tone), most=2))
        if cause.proof is not None:
            lines.append(proof_line(cause.proof))
        if cause.fix:
            lines.append(labelled("fix", Span(one_line(cause.fix, TEXT_LIMIT), "strong"), most=2))
        if times > 1 and not place:
            right = spans(Span(f"same cause {times:,} times today", "quiet"))
            # What stands beside it takes no words of it, only room.
            lines[-1] = lines[-1]._replace(right=right, most=4)
    return tuple(lines)
