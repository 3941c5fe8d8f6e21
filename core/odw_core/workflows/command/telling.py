"""Why the command failed: the line that tells most, found by the one classifier, and how it ended in words."""

from __future__ import annotations

import signal
from pathlib import Path

from odw_core.diagnose.explain import Source, explain
from odw_core.engines.odw.names import STDERR_FILE, STDOUT_FILE
from odw_core.files.safe_open import read_regular

_MOST = 8 << 20


def telling_line(folder: Path, code: int) -> str:
    """The line of stderr, else of stdout, that says why; empty when nothing does."""
    for name in (STDERR_FILE, STDOUT_FILE):
        try:
            text = read_regular(folder / name, _MOST)
        except OSError:
            continue
        proof = explain([Source(name, text)], exit_code=code).root_cause.proof
        if proof is not None and proof.text.strip():
            return proof.text.strip()
    return ""


def failure_of(code: int, line: str) -> dict[str, object]:
    """``error`` of a result: the exit code, negative after a signal, and the line that tells most."""
    how = f"exited with {code}" if code > 0 else f"was ended by {_signal_name(-code)}"
    return {"message": f"{line or 'it said nothing'} ({how})"}


def _signal_name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"
