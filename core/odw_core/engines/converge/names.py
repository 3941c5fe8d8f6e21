"""Names of the Converge dialect: addresses, stamps, files, the pseudo names of evidence that is no file. Pure."""

from __future__ import annotations

import re
from datetime import UTC, datetime

from odw_core.model.address import Address
from odw_core.text.ansi import one_line

ENGINE = "converge"
FOLD_VERSION = 4

RECORD = "run.json"
CONSTRAINTS = "constraints.json"
CONTRACTS = "contract-map.json"
MATRIX = "responsibility-matrix.md"
SUMMARY = "summary.md"
PLANS = "repo-plans"

FILES = ":files"
"""The listing of the run folder."""
LOG = ":log"
"""What a saved log tells of the run."""
QUEUE = ":queue"
"""The tasks of the queue that may explain the run."""
REPEATS = ":repeats"
"""What runs of ours filed for it: calls that were made once more, and who goes on with it."""
ROW = ""
"""A task's own row."""
CHECKPOINT = ":checkpoint"
"""The newest checkpoint of a task's thread."""
RUNS = ":runs"
"""The run folders that may belong to a task."""

HITL, CONVERGED, FAILED = "HITL_REQUIRED", "CONVERGED", "FAILED"

LOG_KEY, REPEAT_KEY, ADOPT_KEY = "converge", "repeat", "adopts"
"""Keys of the attempts in which runs of ours keep a log of Converge, a call that was made once more, and a note of what
they go on with."""

_TASK = "task-"
_STAMP = re.compile(r"^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)(\d{6})Z$")


def is_secret(name: str) -> bool:
    """Whether a file may hold credentials: it is named, and never opened."""
    return name.rpartition("/")[2] in ("auth.json", ".credentials.json", ".env", ".netrc")


def run_address(stamp: str) -> Address:
    """The address of a run folder."""
    return Address(ENGINE, stamp)


def task_address(task_id: str) -> Address:
    """The address of a row of the queue."""
    return Address(ENGINE, f"{_TASK}{task_id}")


def task_id_of(address: Address) -> str | None:
    """The id of the row an address stands for; None when it stands for a run."""
    return address.item.removeprefix(_TASK) if address.item.startswith(_TASK) else None


def short(task_id: str) -> str:
    """A task's id as a person reads it: its first group, which the address resolves."""
    head = one_line(task_id, 60)
    return head.partition("-")[0] if len(head) == 36 and head.count("-") == 4 else head


def stamp_time(stamp: str) -> float | None:
    """Unix seconds of the start that a folder's name tells; None when it tells none."""
    match = _STAMP.match(stamp)
    if match is None:
        return None
    try:
        return datetime(*(int(part) for part in match.groups()), tzinfo=UTC).timestamp()  # type: ignore[misc,arg-type]
    except (ValueError, OverflowError):
        return None


def row_time(value: str) -> float | None:
    """Unix seconds of a time in the database: UTC, with or without a zone; None when it is none."""
    try:
        at = datetime.fromisoformat(value.strip())
        return (at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp()
    except (ValueError, OverflowError):
        return None


def base_name(repo_path: str) -> str:
    """The last part of a repo argument: names its folder of attachments; empty for ``.`` and the like."""
    parts = [part for part in repo_path.split("/") if part not in ("", ".")]
    return parts[-1] if parts else ""


def attachment_folder(repo_path: str, index: int) -> str:
    """The folder of a plan's attachments relative to the run folder (as upstream makes it), ``/`` at its end.

    Empty when they lie in the run folder itself (a repo called ``..``).
    """
    base = base_name(repo_path) or f"repo_{index}"
    return "" if base == ".." else f"{PLANS}/{base}/"
