"""Names of the ODW dialect that are needed before anything is read: files, run ids, session addresses."""

from __future__ import annotations

import re

from odw_core.model.address import Address

JOURNAL, RECORD, STATE, INPUT = "events.jsonl", "run.json", "state.json", "input.raw"

FOLD_VERSION = 12
"""Raised whenever the meaning of an accumulator's field changes: checkpoints of another version are folded again."""

STDOUT_FILE, STDERR_FILE, PROTOCOL_FILE = "stdout.log", "stderr.log", "protocol.jsonl"
PROMPT_FILE, DIFF_FILE = "prompt.md", "diff.patch"
"""What a native run keeps of one attempt, each whole, in its folder below ``attempts/``."""
NATIVE = "native"
"""``backend`` of a run that odw-tui drives itself."""
COMMAND = "command"
"""Key of the one node of a run of a command."""
STOPPED_BY_OWNER = "stopped_by_owner"
"""Category of a result: a person decided at a gate that nothing more is done."""
HITL_REQUIRED = "hitl_required"
"""Category of a result: it came to its end, and a person has to decide how it goes on."""
CAMPAIGN_STOPPED = "campaign_stopped"
"""Category of a result: the campaign that the run belongs to let nothing land."""
CANCELLED = "cancelled"
"""Category of an uncaught error that is none: a person cancelled the run."""
CAMPAIGN_INCOMPLETE = "campaign_incomplete"
"""Category of a result: not every repository of a campaign landed."""
SUPERVISOR = "odw_core.runs.supervisor"
"""What the command line of its driver says."""

_NO_NAME = re.compile(r"[^A-Za-z0-9._-]+")
_OF_RUN = re.compile(r"^(odw-exec-(?:resume-)?\d+-\d+)-")


def session_address(runtime: str, session: str) -> Address:
    """``pandacode:<runtime>:<session>``: a session name may exist once for each runtime."""
    return Address("pandacode", f"{runtime}:{session}")


def run_of(session: str) -> str | None:
    """The run a session's name says it belongs to."""
    match = _OF_RUN.match(session)
    return match[1] if match else None


def start_ms_of(run_id: str) -> int | None:
    """The start time that a run id carries (``odw-exec-[resume-]<ms>-<pid>``), None when it carries none."""
    parts = run_id.rsplit("-", 2)
    is_time = len(parts) == 3 and parts[1].isdecimal() and parts[1].isascii() and len(parts[1]) < 16
    return int(parts[1]) if is_time else None


def pid_of(run_id: str) -> int | None:
    """The process id of odw that a run id carries, None when it carries none."""
    tail = run_id.rsplit("-", 1)[-1]
    return int(tail) if tail.isdecimal() and tail.isascii() and 0 < len(tail) < 10 else None


def attempt_folder(key: str, number: int) -> str:
    """Folder below ``attempts/`` in which a native run keeps what one attempt of a node left."""
    return f"{_NO_NAME.sub('-', key)[:80].lstrip('.') or 'node'}-{number}"
