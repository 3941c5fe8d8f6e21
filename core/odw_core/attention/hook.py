"""Starts the person's own command for a notice: never through a shell, never waited for, ended when it takes too long.

What it prints goes to a log in the state folder. A small process of its own (``hook_runner``) holds the deadline, so
that it holds even when whoever told is gone.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

from odw_core.attention.notice import Notice
from odw_core.process.spawn import python_module, spawn_detached
from odw_core.runs.folders import make_private

LOG = "hook.log"
DEADLINE_S = 30.0


def run_hook(argv: Sequence[str], notice: Notice, state: Path, deadline_s: float = DEADLINE_S) -> None:
    """Start ``argv`` with the notice in its environment and as JSON on its stdin.

    Raises ``OSError`` or ``OdwError`` when nothing can be started here; what becomes of it later is in the log.
    """
    make_private(state)
    order = {
        "argv": _expanded(argv),
        "variables": notice.variables,
        "document": notice.document,
        "deadline_s": deadline_s,
        "log": str(state / LOG),
    }
    # With -m, Python would import what lies in its working folder, so that is one of our own.
    process = spawn_detached(
        python_module("odw_core.attention.hook_runner"),
        cwd=state,
        env=os.environ,
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    assert process.stdin is not None
    with process.stdin:
        process.stdin.write(json.dumps(order).encode())


def why_not(argv: Sequence[str]) -> str | None:
    """Why this command cannot be started, as a sentence; None when it can."""
    if not argv:
        return "No attention_hook is set, so no command is run; see odw-tui config show."
    program = _expanded(argv)[0]
    if shutil.which(program) is None:
        return f"The attention_hook {program!r} is not a program that can be started."
    return None


def _expanded(argv: Sequence[str]) -> list[str]:
    return [str(Path(argv[0]).expanduser()) if argv[0].startswith("~") else argv[0], *argv[1:]]
