"""Calls of agents in words: how one was made and how it ended, and what was run. Pure."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from datetime import datetime

from odw_core.model.coordination import AgentCall
from odw_core.text.ansi import one_line
from odw_tui.present.numbers import duration

_NAME, _COMMAND = 60, 2_000


def call_facts(call: AgentCall) -> Sequence[str]:
    """Model, sandbox, ``with a schema``, ``began 14:03:07``, ``took 12s``, ``exit 0``: as far as it is known."""
    facts = (
        one_line(call.model or "", _NAME),
        one_line(call.sandbox, _NAME),
        "with a schema" if call.has_schema else "",
        f"began {clock(call.started_at)}" if call.started_at is not None else "",
        f"took {duration(call.duration_s)}" if call.duration_s is not None else "",
        f"exit {call.exit_code}" if call.exit_code is not None else "",
    )
    return [fact for fact in facts if fact]


def clock(at: float | None) -> str:
    """``14:03:07`` here; empty for a time that is none."""
    try:
        return "" if at is None else f"{datetime.fromtimestamp(at).astimezone():%H:%M:%S}"
    except (OverflowError, OSError, ValueError):
        return ""


def command_line(call: AgentCall) -> str:
    """Its program with all its words, as a shell would take them."""
    return one_line(shlex.join(call.argv), _COMMAND)
