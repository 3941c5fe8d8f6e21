"""Why a turn of Codex failed: its own errors in the order they came, then its program's stderr. Pure."""

from __future__ import annotations

import json
import signal
from collections.abc import Sequence
from dataclasses import replace

from odw_core.diagnose.explain import Source, explain
from odw_core.diagnose.signatures import OK
from odw_core.model.cause import Cause

_UNKNOWN, _STOPPED = "unknown", "stopped"
MISMATCH = "output_schema_mismatch"
"""The answer is not of the shape that was asked for."""
NO_RESULT, KILLED = "no_result", "killed"
"""Its program ended without a word about the outcome; a signal ended its program."""
_RETRYABLE = frozenset(
    {
        MISMATCH,
        NO_RESULT,
        KILLED,
        "rate_limited",
        "provider_overloaded",
        "provider_5xx",
        "provider_http_error",
        "stream_disconnected",
        "stream_idle_timeout",
        "output_truncated",
    }
)
"""Causes that pass by themselves. A missing right, a wrong setting or a dead network waits for a person instead."""


def is_retryable(kind: str) -> bool:
    """Whether the same call may go well another time, given the class of what made it fail."""
    return kind in _RETRYABLE


def cause_of(errors: Sequence[str], final: str, stderr: bytes) -> Cause:
    """The cause behind a turn that did not complete; its sentence is the server's own where no table knows it."""
    lines = [json.dumps({"type": "error", "message": said}) for said in errors if said]
    if final:
        lines.append(json.dumps({"type": "turn.failed", "error": {"message": final}}))
    texts = [Source("the session", "\n".join(lines) + "\n"), Source("stderr.log", stderr)]
    found = explain(texts, exit_code=1).root_cause
    said = final or (errors[-1] if errors else "")
    if found.kind in (_UNKNOWN, OK) and said:
        return Cause(_UNKNOWN, said.strip(), found.fix, found.proof)
    return found


def flaw_of(warnings: Sequence[str], stderr: bytes) -> Cause | None:
    """What is wrong although the turn completed, such as a transcript that could not be written; None for nothing."""
    lines = [json.dumps({"type": "item.completed", "item": {"type": "error", "message": said}}) for said in warnings]
    texts = [Source("the session", "\n".join(lines) + "\n"), Source("stderr.log", stderr)]
    found = explain(texts, exit_code=0).root_cause
    return None if found.kind in (_UNKNOWN, OK) or found.is_warning else found


def cause_of_loss(lost: str, errors: Sequence[str], stderr: bytes) -> Cause:
    """The cause behind work that was ended because it took too long; ``lost`` says how that showed."""
    cause = cause_of(errors, "", stderr)
    if not cause.sentence or cause.kind in (_UNKNOWN, _STOPPED):
        return Cause(_UNKNOWN, lost, "", cause.proof)
    return replace(cause, sentence=f"{cause.sentence} ({lost})")


def crash_of(code: int | None, stderr: bytes) -> Cause:
    """The cause behind a program that ended without a result. ``code`` is negative after a signal, None if unknown."""
    if code == 0 or code is None:
        how = "its program ended without a result"
        return Cause(NO_RESULT, how, "")
    found = explain([Source("stderr.log", stderr)], exit_code=code if code > 0 else 1).root_cause
    if found.kind not in (_UNKNOWN, OK, _STOPPED):
        return found
    if code < 0:
        return Cause(KILLED, f"its program was ended by {signal_name(-code)}", "", found.proof)
    said = found.proof.text.strip() if found.proof else ""
    return Cause(_UNKNOWN, f"{said or 'its program said nothing'} (exited with {code})", "", found.proof)


def signal_name(number: int) -> str:
    """``SIGKILL``; ``signal 77`` for one without a name."""
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"
