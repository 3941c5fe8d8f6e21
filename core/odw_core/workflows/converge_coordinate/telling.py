"""What became of a run of Converge: its exit code with the files it left, as reference §2 has them. Starts nothing."""

from __future__ import annotations

import signal
import time
from pathlib import Path

from odw_core.engines.converge import layout
from odw_core.engines.converge.acc import LogAcc, RunAcc
from odw_core.engines.converge.fold import fold
from odw_core.engines.converge.item import run_item
from odw_core.engines.converge.names import CONSTRAINTS, HITL, MATRIX, RECORD, SUMMARY
from odw_core.engines.converge.saved_log import is_crashed
from odw_core.engines.odw.names import HITL_REQUIRED
from odw_core.files.safe_open import read_regular
from odw_core.model.evidence import Facts, Replaced
from odw_core.runs.workflow import Result
from odw_core.text.ansi import one_line
from odw_core.workflows.converge_coordinate.attempt import Ended

_MOST = 256 << 20
_CONFIGURATION = "Configuration error:"


def record_of(place: str, folder: str) -> RunAcc | None:
    """The run as its files tell it; None while it has no readable ``run.json``."""
    acc = RunAcc(folder, place)
    for name in (RECORD, CONSTRAINTS, MATRIX, SUMMARY):
        try:
            fold(acc, Replaced(name, read_regular(Path(place, layout.RUNS, folder, name), _MOST)))
        except (OSError, ValueError):
            continue
    return acc if acc.has_record else None


def result_of(place: str, ended: Ended) -> Result:
    """What the run of ours ends with."""
    acc = record_of(place, ended.folder) if ended.folder else None
    if acc is not None:
        return of_record(acc, ended.code)
    value: dict[str, object] = {"upstream": ended.folder, "exit_code": ended.code}
    category, message = _without_record(ended)
    return Result(False, {**value, "error": {"category": category, "message": message}})


def of_record(acc: RunAcc, code: int | None) -> Result:
    """What a run ends with whose files are whole."""
    item = run_item(acc, Facts(time.time(), False))
    value: dict[str, object] = {"upstream": acc.item, "exit_code": code, "status": acc.status, "rounds": acc.round}
    if acc.status == "CONVERGED" and code in (0, None):
        return Result(True, value)
    category = HITL_REQUIRED if acc.status == HITL else "upstream_failed"
    how = f"; odw-tui adopt converge:{acc.item} goes on natively with your answers" if acc.status == HITL else ""
    message = f"{item.why}{how}"
    return Result(False, {**value, "error": {"category": category, "message": message}})


def _without_record(ended: Ended) -> tuple[str, str]:
    """Category and sentence. Exit code 2 is a usage error as well as a person who is needed; the log tells which."""
    log, last = ended.log, one_line(ended.last, 400)
    if ended.code == 2 and ended.is_named:
        # Interrupt mode from the command line: no thread, no checkpoint, nothing to come back to.
        return HITL_REQUIRED, "it paused for a person and its pause is lost; start it again with the answer in its goal"
    if ended.code == 2 and not ended.folder:
        return "usage", f"converge did not understand how it was called: {last or 'it said nothing'}"
    if (log is not None and log.is_aborted) or "Aborted!" in last or ended.code == -signal.SIGINT:
        return "interrupted", "it was interrupted before it wrote anything"
    if ended.code < 0:
        return "killed", f"converge was ended by {_signal_name(-ended.code)} before it wrote anything"
    said = _crash(log) or last or "it said nothing"
    if not ended.folder:
        return "configuration", f"converge began no run: {said} (exit {ended.code})"
    return "crashed", f"it crashed and left an empty run folder: {said} (exit {ended.code})"


def _crash(log: LogAcc | None) -> str:
    if log is None or log.error is None or not is_crashed(log):
        return ""
    said = log.error.text.rstrip().rpartition("\n")[2] if "\nTraceback" in log.error.text else log.error.text
    # Converge calls every bad value a configuration error, the bytes of a README too.
    return one_line(said.removeprefix(_CONFIGURATION), 300)


def _signal_name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"
