"""Children: the runs of a campaign as processes: started once each, found again after a kill, read, ended."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Sequence
from pathlib import Path

from odw_core.engines.odw.names import start_ms_of
from odw_core.engines.odw.records import JournalLine, decode_line
from odw_core.errors import OdwError
from odw_core.files.safe_open import open_regular
from odw_core.model.address import Address
from odw_core.model.command import Cancel
from odw_core.model.workflow import REVIEW_APPLY
from odw_core.process.flock import is_held
from odw_core.runs.control import send
from odw_core.runs.folders import RunFolder
from odw_core.runs.journal import is_over
from odw_core.runs.launch import launch, resume
from odw_core.runs.past import run_ids
from odw_core.runs.reuse import FINISHED
from odw_core.runs.spec import RunSpec, read_spec
from odw_core.runs.workflow import checked_input, load_workflow
from odw_core.text.lines import whole_lines
from odw_core.workflows.campaign.standing import Story

_LOOK_S = 0.1
_PIECE = 4 << 20


def children_of(state: Path, campaign: str) -> dict[str, str]:
    """Repository to the newest run of the campaign in it: what their private folders say."""
    since = start_ms_of(campaign) or 0
    found: dict[str, str] = {}
    for run_id in sorted(run_ids(state), key=lambda one: start_ms_of(one) or 0):
        if (start_ms_of(run_id) or 0) < since:
            continue
        try:
            spec = read_spec(RunFolder(state, run_id))
        except OdwError:
            # Killed before it was laid down: it never began.
            continue
        if spec.campaign == campaign:
            found[spec.workspace] = run_id
    return found


def joined(state: Path, run_id: str) -> RunSpec | None:
    """What a run was asked to be whose next try belongs to the same campaign: it is over, and the campaign is not."""
    if not RunFolder(state, run_id).spec.is_file():
        # A run of odw that goes on as one of ours.
        return None
    spec = read_spec(RunFolder(state, run_id))
    if spec.campaign is None or not is_over(RunFolder(state, run_id)):
        return None
    campaign = RunFolder(state, spec.campaign)
    return spec if campaign.spec.is_file() and not is_over(campaign) else None


def started(
    state: Path, campaign: RunSpec, repo: str, given: dict[str, object], *, is_held: bool, tried: str = ""
) -> str:
    """The run of a repository: the one that an earlier supervisor of the campaign started, else a new one. ``tried``
    is a run that did not land, of which the new one keeps what still fits.

    Raises ``OdwError`` with a sentence when it cannot be started.
    """
    known = children_of(state, campaign.run_id).get(repo)
    if known is not None:
        take_up(state, known)
        return known
    is_kept = bool(tried) and not Reader(state, tried).look().is_rejected
    spec = RunSpec(
        run_id="",
        workflow=REVIEW_APPLY,
        given=checked_input(load_workflow(REVIEW_APPLY), given),
        workspace=repo,
        codex=campaign.codex,
        codex_home=campaign.codex_home,
        parent=tried or None,
        started_by=campaign.started_by,
        # What was rejected would be rejected again.
        reuse=FINISHED if is_kept else "",
        campaign=campaign.run_id,
        is_held=is_held,
    )
    try:
        return launch(spec, state).item
    except OdwError:
        known = children_of(state, campaign.run_id).get(repo)
        if known is None or not is_driven(state, known):
            raise
        # It was slow to say that it began.
        return known


def take_up(state: Path, run_id: str) -> None:
    """Give a run that nobody drives a supervisor. One that is over or driven stays as it is."""
    folder = RunFolder(state, run_id)
    if not is_over(folder) and not is_held(folder.lock):
        try:
            resume(run_id, state)
        except OdwError:
            # It came to its end, or somebody was faster.
            return


def left_of(state: Path, campaign: str) -> dict[str, str]:
    """Repository to the run that nobody drives although it is not over."""
    runs = children_of(state, campaign)
    return {repo: run for repo, run in runs.items() if not is_over(RunFolder(state, run)) and not is_driven(state, run)}


def is_driven(state: Path, run_id: str) -> bool:
    """Whether a supervisor has it."""
    return is_held(RunFolder(state, run_id).lock)


def has_begun(state: Path, run_id: str) -> bool:
    """Whether a supervisor has it, or had it to its end."""
    return is_driven(state, run_id) or is_over(RunFolder(state, run_id))


async def end_all(state: Path, runs: Sequence[str], by: str) -> None:
    """Cancel every run that is not over, and wait until all of them are."""
    told: set[str] = set()
    left = [*runs]
    while left := [one for one in left if not is_over(RunFolder(state, one))]:
        for run_id in [*left]:
            if run_id in told and is_driven(state, run_id):
                continue
            # Nobody tidies up after a run whose driver is gone, so it gets one for that.
            await asyncio.to_thread(take_up, state, run_id)
            if not is_driven(state, run_id):
                # Over by now; or it cannot be driven any more, and nothing of it goes on.
                left.remove(run_id)
                continue
            try:
                send(state, run_id, Cancel(Address("odw", run_id)), by)
                told.add(run_id)
            except OdwError:
                # Between two supervisors: the next look says.
                continue
        await asyncio.sleep(_LOOK_S)


class Reader:
    """Follows the private journal of one run from its beginning. A file that is not there yet says nothing."""

    def __init__(self, state: Path, run_id: str) -> None:
        self.run_id = run_id
        self.story = Story()
        self._path = RunFolder(state, run_id).mirror
        self._offset = 0

    def look(self) -> Story:
        """The story with everything that was written by now."""
        while lines := self._more():
            self.story.take(lines)
        return self.story

    def _more(self) -> list[JournalLine]:
        try:
            descriptor = open_regular(self._path)
        except OSError:
            return []
        try:
            size = os.fstat(descriptor).st_size
            data = os.pread(descriptor, min(size - self._offset, _PIECE), self._offset) if size > self._offset else b""
            if data and b"\n" not in data and len(data) == _PIECE:
                data = os.pread(descriptor, size - self._offset, self._offset)
        finally:
            os.close(descriptor)
        end = data.rfind(b"\n") + 1
        self._offset += end
        return [line for _, raw in whole_lines(data[:end])[0] if (line := decode_line(raw)) is not None]
