"""The difference of two items, in one place: what ``changes``, notifications and ``watch --jsonl`` are made of."""

from __future__ import annotations

from dataclasses import replace

from odw_core.model.item import Item


def is_news(before: Item | None, after: Item | None) -> bool:
    """Whether anything that somebody may look at differs. A deadline is the room's own business."""
    if before is None or after is None:
        return before is not after
    if before.next_deadline != after.next_deadline:
        before = replace(before, next_deadline=after.next_deadline)
    return before != after
