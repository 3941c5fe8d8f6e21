"""``doctor``: what is wrong or left over on this machine, each with its fix. Prints nothing; cleans only when told."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from odw_core.diagnose.doctor.check import Check, Level, level_counts, worst_first
from odw_core.diagnose.doctor.wording import size
from odw_core.diagnose.doctor.world import is_codex_home, this_world
from odw_core.errors import UsageError
from odw_core.model.command import Clean
from odw_core.paths import user_paths
from odw_core.service.documents.plain_values import Document
from odw_core.service.examination import examine
from odw_core.service.leftovers import Leftover
from odw_core.service.oneshot import Room
from odw_tui.headless.answer import Answer
from odw_tui.headless.arguments import Given
from odw_tui.headless.drawing import Look
from odw_tui.headless.driving import Driven, drive
from odw_tui.headless.stdio import screen_size
from odw_tui.present.doctor import printed_lines
from odw_tui.present.spans import Spans, wrap

if TYPE_CHECKING:
    from odw_core.service.submit import Submitter

SOMETHING_FAILS = 1


def answer(room: Room, given: Given) -> Answer:
    """Everything that was looked at; exit 1 when something fails."""
    snapshot = room.snapshot
    places = snapshot.places if given.no_codex else with_own_home(snapshot.places, os.environ)
    world = this_world(
        places, user_paths(), problems=snapshot.problems, screen=screen_size(), asks_tmux=not given.read_only
    )
    checks = examine(world)
    return Answer(
        document=lambda: doctor_document(checks),
        lines=lambda look: doctor_lines(checks, look),
        exit_code=SOMETHING_FAILS if level_counts(checks)[Level.FAIL] else 0,
    )


def left_lines(found: Sequence[Leftover]) -> Iterator[str]:
    """What runs of ours left, one line each."""
    for one in found:
        taken = f"{'' if one.is_whole else 'at least '}{size(one.bytes)}" if one.bytes else ""
        more = "   its run could still go on" if one.is_resumable else ""
        yield f"{one.name}   {one.count}{f'   {taken}' if taken else ''}{more}"


async def clean(submitter: Submitter, found: Sequence[Leftover], *, is_sure: bool) -> Driven:
    """Take it away where ``is_sure`` says so."""
    if not found:
        return Driven(None, "No run that was started here left anything behind.", 0)
    if not is_sure:
        return Driven(None, "Nothing was taken away: --yes does it.", UsageError.exit_code)
    return await drive(submitter, Clean(tuple(one.name for one in found)))


def with_own_home(places: Sequence[str], environ: Mapping[str, str]) -> tuple[str, ...]:
    """``places``, and your Codex home even where it is missing, unless another one is looked at."""
    if any(is_codex_home(place, environ) for place in places):
        return tuple(places)
    home = environ.get("CODEX_HOME") or f"{environ.get('HOME', '')}/.codex"
    return (*places, home) if home.startswith("/") else tuple(places)


def doctor_document(checks: Sequence[Check]) -> Document:
    """``doctor --json``: the checks in the order in which they were made."""
    return {
        "schema": 1,
        "checks": [
            {
                "id": check.id,
                "name": check.name,
                "level": check.level.value,
                "detail": check.detail,
                "fix": check.fix or None,
                "command": check.command,
                "subject": check.subject or None,
            }
            for check in checks
        ],
        "counts": {level.value: number for level, number in level_counts(checks).items()},
    }


def doctor_lines(checks: Sequence[Check], look: Look) -> Iterator[Spans]:
    """The checks, the worst first; wrapped to a terminal, whole in a pipe."""
    for line in printed_lines(worst_first(checks), look.glyphs):
        if look.width is None:
            yield line.left
        else:
            yield from wrap(line.left, look.width, line.most, line.hang, look.glyphs.ellipsis)
