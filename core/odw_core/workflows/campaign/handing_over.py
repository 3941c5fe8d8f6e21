"""Handing over: what a person approved in a campaign as files to send on, in the campaign's own run folder. What cannot
be written stops no campaign: the journal holds the hashes."""

from __future__ import annotations

import os
from collections.abc import Mapping

from odw_core.engines.loose import integer, text
from odw_core.errors import no_room
from odw_core.runs.context import Context
from odw_core.runs.steps import Value, fingerprint
from odw_core.runs.workspace import write_whole
from odw_core.workflows.coordinate.approving import HANDOFF, Approval, handoff_files

_KEY = "handoff"


async def hand_over(context: Context, goal: str, approval: Approval, bases: Mapping[str, str]) -> None:
    """Write the pack once, and say where it lies. ``bases`` are short names of the repositories."""
    files = handoff_files(goal, str(context.address), approval, bases, is_carried_out=True)
    folder = str(context.place.path / HANDOFF)

    async def work() -> Value:
        try:
            for name, data in files.items():
                _write(context, name.split("/"), data)
        except OSError as error:
            if no_room(error):
                # It is written when there is room again.
                raise
            return {"files": 0, "why": error.strerror or str(error)}
        return {"files": len(files), "why": ""}

    sums = [[one.repo, one.digest()] for one in approval.plans]
    value = await context.steps.step(_KEY, "checkpoint", fingerprint(context.run_id, sums), work)
    count = integer(value, "files") or 0
    if count:
        event: dict[str, object] = {"type": "handoff_written", "folder": folder, "files": count}
        context.emit_once(event, f"what was approved lies in {folder}")
        return
    message = f"the pack of what was approved was not written: {text(value, 'why')}"
    context.emit_once({"type": "warning", "key": "", "message": message}, message)


def _write(context: Context, parts: list[str], data: bytes) -> None:
    folder = context.place.open(*parts[:-1])
    try:
        write_whole(folder, parts[-1], data)
    finally:
        os.close(folder)
