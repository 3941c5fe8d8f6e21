"""A row from both ends of a rollout: cheap, never different from the fold. What it cannot be sure of, it refuses."""

from __future__ import annotations

from dataclasses import replace

from odw_core.engines.codex.acc import UNKNOWN, SessionAcc
from odw_core.engines.codex.fold import fold
from odw_core.engines.codex.item import session_item
from odw_core.engines.codex.names import ROLLOUT
from odw_core.engines.codex.status import is_open
from odw_core.model.evidence import Appended, Facts
from odw_core.model.item import Depth, Item


def skim_session(acc: SessionAcc, head: bytes, tail: bytes, facts: Facts) -> Item | None:
    """The row of a session whose first prompt stands in ``head`` and whose last turn ended in ``tail``.

    ``acc`` is fresh; ``head`` and ``tail`` are the ends of the file and do not overlap. Only what needs the last turn's
    beginning may be unknown.
    """
    fold(acc, Appended(ROLLOUT, 0, head[: head.rfind(b"\n") + 1], False))
    if not acc.has_meta or not acc.first_prompt or acc.format == "bare" or not tail.endswith(b"\n"):
        return None
    # What the middle could have said otherwise must be said by the tail itself.
    acc.context_offset = acc.message_offset = acc.end_offset = UNKNOWN
    acc.recorded = None
    acc.next_digit = acc.suspect = UNKNOWN
    first = tail.find(b"\n") + 1
    fold(acc, Appended(ROLLOUT, len(head), tail[first:], False))
    if is_open(acc) or acc.end_offset == UNKNOWN or acc.recorded is None or acc.problems:
        return None
    item = session_item(acc, facts, Depth.SKIMMED)
    return replace(
        item,
        model=item.model if acc.context_offset != UNKNOWN else None,
        last_words=item.last_words if acc.message_offset != UNKNOWN else "",
        limits=item.limits if acc.counted is not None and acc.counted.offset >= len(head) else (),
    )
