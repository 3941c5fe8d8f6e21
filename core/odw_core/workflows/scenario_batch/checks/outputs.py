"""Row 3: the outputs are there, can be written in the sandbox that is used, and hold nothing that must stay."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from odw_core.diagnose.doctor.check import Check, Level
from odw_core.diagnose.doctor.wording import counted, some_of
from odw_core.engines.scenario.names import run_address
from odw_core.engines.scenario.records import SCENARIO_START
from odw_core.files.safe_open import read_regular
from odw_core.runs.below import NoFolder, opened
from odw_core.workflows.scenario_batch.checks.place import NAMED, NEWER, OUTPUTS, SANDBOX, Asked, Place
from odw_core.workflows.scenario_batch.folders import content, newer_files, probe
from odw_core.workflows.scenario_batch.given import ScenarioBatchInput
from odw_core.workflows.scenario_batch.log import FOLDER as LOGS

_LOGS_LOOKED_AT, _LOG_BYTES = 50, 1 << 22


def output_checks(given: ScenarioBatchInput, place: Place, asked: Asked | None) -> Iterator[Check]:
    """The folder, and whether it can be written and cleared."""
    shown = f"{given.outputs}/"
    inside = [one for one in (given.scenarios, given.template, given.env_file) if _is_below(one, given.outputs)]
    if inside:
        detail = f"{inside[0]} lies in {shown}, which is cleared at the start."
        yield Check(NEWER, "outputs", Level.FAIL, detail, "Keep inputs and outputs apart.")
    try:
        folder = opened(place.root, given.outputs)
    except NoFolder as error:
        yield Check(OUTPUTS, "outputs", Level.FAIL, str(error), f"Make it: mkdir -p {given.outputs}")
        return
    try:
        try:
            probe(folder)
        except OSError as error:
            detail = f"{shown} cannot be written: {(error.strerror or 'unknown reason').lower()}."
            yield Check(OUTPUTS, "outputs", Level.FAIL, detail, "Mend its owner and mode.")
        else:
            yield _written_by_executor(given, asked)
        if not given.only:
            yield _newer(given, folder, place.root)
    finally:
        os.close(folder)


def _written_by_executor(given: ScenarioBatchInput, asked: Asked | None) -> Check:
    """A command in the sandbox that the agent will have writes there, too."""
    shown, trouble = f"{given.outputs}/", asked.write_trouble if asked is not None else None
    if trouble:
        detail = f"{shown} cannot be written in the sandbox {SANDBOX}: {trouble}."
        return Check(OUTPUTS, "outputs", Level.FAIL, detail, "Look at the owner of the folder, and at codex sandbox.")
    tried = f", also in the sandbox {SANDBOX}" if trouble == "" else ""
    return Check(OUTPUTS, "outputs", Level.PASS, f"{shown} can be written{tried}.")


def _newer(given: ScenarioBatchInput, folder: int, root: str) -> Check:
    since = _last_batch_ns(root)
    newer = [*newer_files(folder, since or 0)]
    shown = f"{given.outputs}/"
    if not newer:
        count = len(content(folder))
        said = f"{shown} is cleared: {counted(count, 'entry', 'entries')} of the last batch." if count else ""
        return Check(NEWER, "what is cleared", Level.PASS, said or f"{shown} is empty.")
    than = "the last batch" if since is not None else "any batch that left a log"
    what = f"{shown} holds what is newer than {than}: {some_of(newer, NAMED)}"
    if given.clears:
        return Check(NEWER, "what is cleared", Level.WARN, f"{what}; it is cleared, as you said.")
    fix = "Put it away, or say that it may go: --set clears=true."
    return Check(NEWER, "what is cleared", Level.FAIL, f"{what}; the start would clear it.", fix)


def _last_batch_ns(root: str) -> int | None:
    """When the log of the last batch that reached a scenario was written, in nanoseconds since 1970."""
    try:
        folder = opened(root, LOGS)
    except NoFolder:
        return None
    try:
        names = [name for name in reversed(content(folder)) if run_address(name)]
    finally:
        os.close(folder)
    for name in names[:_LOGS_LOOKED_AT]:
        path = Path(root, LOGS, name)
        try:
            # One that was refused cleared nothing, and says nothing about what is newer.
            if SCENARIO_START.encode() in read_regular(path, _LOG_BYTES):
                return path.lstat().st_mtime_ns
        except (OSError, ValueError):
            continue
    return None


def _is_below(path: str, folder: str) -> bool:
    return PurePosixPath(folder) in PurePosixPath(os.path.normpath(path)).parents
