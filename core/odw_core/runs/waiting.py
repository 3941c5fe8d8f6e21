"""Waiting for another run to land, as a run of its own: seen, cancelled and resumed like every other."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from enum import StrEnum
from pathlib import Path

from odw_core.engines.loose import text
from odw_core.engines.odw.records import JournalLine
from odw_core.errors import OdwError, UsageError
from odw_core.model.workflow import traits
from odw_core.process.flock import is_held
from odw_core.runs.folders import RunFolder
from odw_core.runs.journal import is_over
from odw_core.runs.past import journal_of
from odw_core.runs.spec import read_spec

Emit = Callable[[dict[str, object], str], None]

_LOOK_S = 0.2


class Became(StrEnum):
    """How far the run is that is waited for."""

    GOING = "going"
    LEFT = "left"
    """Not over, and nobody drives it."""
    LANDED = "landed"
    """It landed and ended well; where nothing is landed, it ended well."""
    FAILED = "failed"
    GONE = "gone"


def became(state: Path, run_id: str) -> Became:
    """What has become of a run by now."""
    try:
        folder = RunFolder(state, run_id)
        workflow = read_spec(folder).workflow
    except OdwError:
        return Became.GONE
    if not is_over(folder):
        return Became.GOING if is_held(folder.lock) else Became.LEFT
    told = journal_of(folder)
    ended = next((text(line.fields, "status") for line in reversed(told) if line.type == "exit"), "")
    kinds = {text(line.event or {}, "type") for line in told}
    has_landed = "landed" in kinds or not traits(workflow).is_landing
    return Became.LANDED if ended == "completed" and has_landed else Became.FAILED


def check_after(state: Path, run_id: str) -> None:
    """Raises ``UsageError`` when nothing can be waited for, or it failed already."""
    match became(state, run_id):
        case Became.GONE:
            raise UsageError(f"{run_id} was not started by odw-tui here, so nothing can wait for it.")
        case Became.FAILED:
            raise UsageError(f"odw:{run_id} is over and landed nothing, so nothing can start after it.")
        case _:
            pass


def has_waited(told: Iterable[JournalLine]) -> bool:
    """Whether a journal says that what was waited for had landed."""
    events = (line.event or {} for line in told)
    return any(text(one, "type") == "waits_for" and text(one, "status") == Became.LANDED for one in events)


async def wait_for(state: Path, run_id: str, emit: Emit) -> None:
    """Wait until it has landed, for ever if need be. Raises ``OdwError`` with a sentence when it never will."""
    last: Became | None = None
    while True:
        now = became(state, run_id)
        if now is not last:
            said = f"waits for odw:{run_id} to land"
            if now is Became.LEFT:
                said += "; its driver is gone, resume it"
            emit({"type": "waits_for", "run": run_id, "status": now.value}, said)
            last = now
        match now:
            case Became.LANDED:
                return
            case Became.FAILED:
                raise OdwError(f"odw:{run_id} ended without landing, so this run did not start; rerun it when it has.")
            case Became.GONE:
                raise OdwError(f"odw:{run_id} is not here any more, so this run did not start.")
            case _:
                await asyncio.sleep(_LOOK_S)
