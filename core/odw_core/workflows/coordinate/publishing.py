"""Publishing: the run as a folder of Converge, once, at its end, with a link to it in the journal. What cannot be
written fails no run: the journal says everything."""

from __future__ import annotations

from odw_core.engines.loose import integer, text
from odw_core.errors import OdwError, no_room
from odw_core.runs.steps import Value, fingerprint
from odw_core.text.secrets import masked
from odw_core.workflows.coordinate.approving import HANDOFF, Approval, handoff_files
from odw_core.workflows.coordinate.ground import Ground
from odw_core.workflows.coordinate.projected import Coordination, files_of
from odw_core.workflows.coordinate.writing import ROOT, RUNS, stamp_of, write_folder

_KEY = "converge"


async def publish(ground: Ground, approval: Approval | None) -> str:
    """Write it; its stamp, empty when it could not be written."""
    context = ground.context
    stamp = stamp_of(context.run_id)
    files = _files(ground, approval, await _now(ground))

    async def work() -> Value:
        try:
            write_folder(context.spec.workspace, stamp, files)
        except (OdwError, OSError, ValueError) as error:
            if no_room(error):
                # It is written when there is room again.
                raise
            return {"stamp": "", "files": 0, "why": str(error)}
        return {"stamp": stamp, "files": len(files), "why": ""}

    value = await context.steps.step(_KEY, "checkpoint", fingerprint(context.run_id), work)
    written = text(value, "stamp")
    if not written:
        message = f"the run's .converge folder was not written: {text(value, 'why')}"
        ground.tell("warning", message, key="", message=message)
        return ""
    count = integer(value, "files") or 0
    ground.tell("coordination_written", f"{count} files written to {written}", stamp=written, files=count)
    if approval is not None:
        pack = {
            "folder": f"{context.spec.workspace}/{ROOT}/{RUNS}/{written}/{HANDOFF}",
            "files": len(approval.plans) + 2,
        }
        ground.tell("handoff_written", f"what was approved lies in {pack['folder']}", **pack)
    link = {"key": _KEY, "attempt": 1, "runtime": "converge", "thread": written}
    ground.tell("agent_session", f"it is {written} in Converge's layout", **link)
    return written


async def _now(ground: Ground) -> float:
    """When it is written, Unix seconds: what readers take for the end of the run. The same after a restart."""

    async def work() -> Value:
        return {"at": ground.context.now()}

    run_id = ground.context.run_id
    at = (await ground.context.steps.step(f"{_KEY}-at", "checkpoint", fingerprint(run_id), work)).get("at")
    return float(at) if isinstance(at, int | float) else 0.0


def _files(ground: Ground, approval: Approval | None, at: float) -> dict[str, bytes]:
    context, given = ground.context, ground.given
    run = Coordination(
        goal=given.goal,
        max_rounds=ground.max_rounds,
        generated_at=at,
        rounds=tuple(ground.rounds),
        mode=given.mode,
        repos=ground.repos,
        odw_run=str(context.address),
        calls=ground.crew.calls,
        pauses=tuple(ground.paused),
        ways={number: tuple(ways) for number, ways in ground.ways.items()},
        extra={"agent": given.agent},
    )
    files = {name: _masked(data) for name, data in files_of(run).items()}
    if approval is not None:
        files |= handoff_files(given.goal, str(context.address), approval, ground.bases)
    return files


def _masked(data: bytes) -> bytes:
    """Without secrets of known shapes: this folder is not the person's own, agents and others read it."""
    return masked(data.decode("utf-8", "replace")).encode("utf-8", "replace")
