"""What broke while a run was planned or when it crashed: recognised causes with their lines in the saved log. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from odw_core.diagnose.causes import cause_of
from odw_core.engines.converge.acc import LogAcc, LogFail, RunAcc, TaskRow
from odw_core.engines.converge.names import CONVERGED
from odw_core.engines.converge.saved_log import all_fails, is_crashed
from odw_core.model.cause import Cause, Proof
from odw_core.text.ansi import one_line, plain
from odw_core.text.severity import ERROR

_CONFIGURATION = "Configuration error:"


def log_name(log: LogAcc) -> str:
    """The name of a log as a person knows it."""
    return log.path.rpartition("/")[2]


def fail_cause(log: LogAcc, fail: LogFail) -> Cause | None:
    """Why one call of an agent failed; None when the log does not say anything that is known."""
    found = cause_of(fail.text, file=log.path, first_line=fail.line, what="planning failed")
    if found is not None:
        return found
    proof = Proof(log.path, fail.line, one_line(fail.text, 400))
    if fail.kind == "timeout":
        return Cause("timeout", "planning failed because Codex did not answer within 300 s", _TIMEOUT_FIX, proof)
    return None


_TIMEOUT_FIX = "See whether Codex can reach the network and write its sessions folder, then run it again."


def causes_of(acc: RunAcc) -> tuple[Cause, ...]:
    """Every cause once, the one that stopped the run first."""
    log = acc.log
    if log is None:
        return ()
    found: dict[tuple[str, str], Cause] = {}
    for cause in _all(acc, log):
        found.setdefault((cause.kind, cause.sentence), cause)
    return tuple(sorted(found.values(), key=lambda cause: cause.is_warning))


def _all(acc: RunAcc, log: LogAcc) -> Iterator[Cause]:
    if is_crashed(log) and not acc.has_record:
        yield crash_cause(log)
    answered = {plan.repo for plan in acc.plans if plan.mode == "codex_cli"}
    for _, repo, fail in all_fails(log):
        cause = fail_cause(log, fail)
        if cause is None:
            continue
        is_survived = fail.kind == "unavailable" and (repo.repo in answered or repo.fails[-1] is not fail)
        if is_survived or acc.status == CONVERGED:
            # Another model answered, or a heuristic did and all is well: nothing failed because of it.
            cause = Cause(cause.kind, cause.sentence, cause.fix, cause.proof, is_warning=True)
        yield cause


def crash_words(log: LogAcc) -> str:
    """The last line of a crash. Upstream calls every bad value a configuration error, a README's bytes too."""
    error = log.error
    last = "" if error is None else error.text
    if error is not None and "\nTraceback" in error.text:
        last = error.text.rstrip().rpartition("\n")[2]
    return one_line(last.removeprefix(_CONFIGURATION), 300) or one_line(log.last_line, 300)


def crash_cause(log: LogAcc) -> Cause:
    """Why a run crashed, by the last line of its log."""
    error = log.error
    line = log.last_number if error is None else error.line
    text = log.last_line if error is None else error.text
    known = cause_of(text, file=log.path, first_line=line)
    if known is not None and not known.is_warning:
        return known
    said = crash_words(log)
    is_decoding = "codec can't decode" in said
    fix = (
        "Save the README.md of the repo it was planning as UTF-8, then run it again."
        if is_decoding
        else "Read the end of the log, then run it again."
    )
    return Cause("crashed", f"it crashed: {said}", fix, Proof(log.path, line, one_line(text, 400)))


def cause_lines(acc: RunAcc, causes: tuple[Cause, ...]) -> tuple[str, ...]:
    """What broke, line by line: the proof first, then the whole record it stands in."""
    log = acc.log
    real = [cause for cause in causes if not cause.is_warning]
    if log is None or not real:
        return ()
    proofs = [cause.proof.text for cause in real if cause.proof is not None]
    fails = [fail for _, _, fail in all_fails(log) if fail.kind != "unavailable"]
    told = fails[0].text if fails else (log.error.text if log.error is not None else "")
    lines = [line for line in plain(told).split("\n") if line.strip()]
    return tuple(dict.fromkeys((*proofs, *(line for line in lines if ERROR.is_in(line)), *lines)))


def task_cause(row: TaskRow) -> Cause | None:
    """Why a task failed, by its last error (cut to 500 characters upstream)."""
    if not row.last_error.strip():
        return None
    found = cause_of(row.last_error, file=row.database)
    proof = Proof(row.database, 1, one_line(row.last_error, 400))
    return found or Cause("task_failed", one_line(row.last_error, 300), "", proof)
