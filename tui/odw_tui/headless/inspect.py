"""``inspect``: the raw reading in the engines' own words. Prints nothing."""

from __future__ import annotations

from odw_core.service.documents.rows import inspect_document
from odw_core.service.oneshot import Room
from odw_tui.headless.answer import Answer
from odw_tui.headless.arguments import Given
from odw_tui.headless.roots import is_place

NOTHING_FOUND = 4
"""Exit code where no folder holds anything to read."""


def answer(room: Room, given: Given) -> Answer:
    """The reading; exit code 4 with an empty one where there is no workspace at all."""
    has_workspace = any(map(is_place, room.snapshot.places))
    return Answer(
        document=lambda: inspect_document(room.inspect()),
        exit_code=0 if has_workspace else NOTHING_FOUND,
    )
