"""Parts of rollout lines as the accumulator keeps them: usage, rate-limit windows, tool calls. Pure; never raises."""

from __future__ import annotations

from collections.abc import Iterable

from odw_core.engines.codex import records
from odw_core.engines.codex.acc import CallAcc, UsageAcc, WindowAcc
from odw_core.engines.codex.names import COMMAND_TOOLS, PATCH_TOOL, QUESTION_TOOL
from odw_core.engines.codex.records import Line
from odw_core.engines.loose import Json, flag, integer, mapping, objects, text

_NAME_CHARS, _REASON_CHARS, _CALL_CHARS, _MAX_QUESTIONS = 600, 2_000, 16_000, 20


def usage_of(of: Json, offset: int) -> UsageAcc | None:
    """Five numbers of one usage object, None when it has no total."""
    total = integer(of, "total_tokens")
    if total is None:
        return None
    return UsageAcc(
        total=total,
        input=integer(of, "input_tokens"),
        cached=integer(of, "cached_input_tokens"),
        output=integer(of, "output_tokens"),
        reasoning=integer(of, "reasoning_output_tokens"),
        offset=offset,
    )


def windows_of(line: Line) -> list[WindowAcc]:
    """The rate-limit windows of a ``token_count`` line."""
    limits = mapping(line.payload, "rate_limits")
    found: list[WindowAcc] = []
    for name in ("primary", "secondary"):
        window = mapping(limits, name)
        used = window.get("used_percent")
        if isinstance(used, bool) or not isinstance(used, (int, float)) or not 0 <= used < 1_000_000:
            continue
        resets, left = integer(window, "resets_at"), integer(window, "resets_in_seconds")
        if resets is None and left is not None and line.at_ms is not None:
            resets = line.at_ms // 1000 + left
        resets_ms = resets * 1000 if resets is not None and 0 <= resets < 1 << 40 else None
        found.append(WindowAcc(integer(window, "window_minutes"), float(used), resets_ms))
    return found


def call_of(line: Line, offset: int) -> CallAcc:
    """What is kept of a tool call that waits for its output."""
    payload = line.payload
    name, arguments = text(payload, "name"), records.arguments_of(payload)
    asked: Iterable[Json] = objects(arguments, "questions") if name == QUESTION_TOOL else ()
    words = ""
    if name in COMMAND_TOOLS:
        words = records.call_command(payload, arguments)
    elif name == PATCH_TOOL:
        words = text(payload, "input") or text(arguments, "input") or text(arguments, "patch")
    return CallAcc(
        name=name[:_NAME_CHARS],
        text=words[:_CALL_CHARS],
        reason=text(arguments, "justification")[:_REASON_CHARS],
        is_escalated=text(arguments, "sandbox_permissions") == "require_escalated"
        or flag(arguments, "with_escalated_permissions") is True,
        at_ms=line.at_ms,
        offset=offset,
        questions=[dict(question) for question in asked][:_MAX_QUESTIONS],
    )
