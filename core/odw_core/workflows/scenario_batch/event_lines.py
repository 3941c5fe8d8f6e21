"""The lines that a batch prints: one when a scenario begins, one when it ends. Pure."""

from __future__ import annotations

import re
from datetime import datetime

OK, NO_FILE, FAILED, SKIPPED, CANCELLED = "OK", "NO_FILE", "FAILED", "SKIPPED", "CANCELLED"
STATUSES = (OK, NO_FILE, FAILED, SKIPPED, CANCELLED)
START = re.compile(r"^\[(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d)\] START (\d+)/(\d+) (.+)$")
END = re.compile(
    r"^\[(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d)\] END   (\d+)/(\d+) (OK|NO_FILE|FAILED|SKIPPED|CANCELLED) (\d+\.\d)s (.+)$"
)
_ACTS = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")


def start_line(at: float, index: int, total: int, title: str) -> str:
    """``at`` in Unix seconds; the line says it in local time."""
    return f"[{_local(at)}] START {index}/{total} {event_title(title)}"


def end_line(at: float, index: int, total: int, status: str, seconds: float, title: str) -> str:
    """The other one of the pair."""
    return f"[{_local(at)}] END   {index}/{total} {status} {max(0.0, seconds):.1f}s {event_title(title)}"


def event_title(title: str) -> str:
    """On one line: newlines and control characters become spaces."""
    return _ACTS.sub(" ", title).strip() or "(no title)"


def _local(at: float) -> str:
    return datetime.fromtimestamp(at).strftime("%Y-%m-%d %H:%M:%S")
