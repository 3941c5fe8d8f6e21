"""What one line of a rollout tells a reader: which kind of entry, its first words, how it went. Pure; foreign text."""

from __future__ import annotations

import json
from typing import NamedTuple

from odw_core.engines.codex import records
from odw_core.engines.codex.error import readable
from odw_core.engines.codex.names import COMMAND_TOOLS, PATCH_TOOL, QUESTION_TOOL
from odw_core.engines.codex.records import Line, said
from odw_core.engines.loose import Json, flag, integer, mapping, objects, parse_object, text, texts
from odw_core.model.conversation import EntryKind
from odw_core.text.ansi import one_line

_HEAD = 300
_PATCHED = ("*** Add File: ", "*** Update File: ", "*** Delete File: ")
_REFUSED = ("patch rejected", "apply_patch verification failed", "rejected by user")
_INNER_ITEMS = ("ContextCompaction", "McpToolCall", "DynamicToolCall", "")


class Told(NamedTuple):
    """One line's part of an entry. ``closes`` says that it is the answer to the call ``call_id``, not a new entry."""

    kind: EntryKind
    head: str
    note: str = ""
    call_id: str = ""
    closes: bool = False
    exit_code: int | None = None
    duration_s: float | None = None
    line_count: int | None = None
    is_error: bool = False
    is_pending: bool = False
    secrets: tuple[str, ...] = ()
    """Ids of questions whose answers must not be shown."""


def tell(line: Line) -> Told | None:
    """What the line tells; None for lines that are of no interest or say the same again."""
    payload = line.payload
    match line.kind:
        case "event_msg/task_started":
            trigger = text(mapping(payload, "turn_attribution"), "turn_trigger")
            return Told(EntryKind.TURN, f"turn begins ({one_line(trigger, 80)})" if trigger else "turn begins")
        case "event_msg/task_complete":
            return _complete(payload)
        case "event_msg/turn_aborted":
            reason = one_line(text(payload, "reason"), 120) or "interrupted"
            return Told(EntryKind.END, reason, duration_s=_seconds(payload), is_error=True)
        case "event_msg/user_message":
            return Told(EntryKind.USER, one_line(said(line), _HEAD))
        case "event_msg/agent_message":
            return Told(EntryKind.AGENT, one_line(said(line), _HEAD), note=_phase(payload))
        case "event_msg/agent_reasoning":
            return Told(EntryKind.REASONING, one_line(text(payload, "text"), _HEAD))
        case "event_msg/item_completed":
            return _item(line, mapping(payload, "item"))
        case "event_msg/thread_goal_updated":
            goal = one_line(text(mapping(payload, "goal"), "objective"), _HEAD)
            return Told(EntryKind.NOTICE, f"goal: {goal}" if goal else "the goal was cleared")
        case "event_msg/error" | "event_msg/warning" | "event_msg/stream_error":
            is_error = line.kind != "event_msg/warning"
            return Told(EntryKind.NOTICE, one_line(text(payload, "message"), _HEAD), is_error=is_error)
        case "compacted":
            return Told(EntryKind.COMPACTION, "the context was compacted")
        case "response_item/function_call" | "response_item/custom_tool_call" | "response_item/local_shell_call":
            return _call(payload)
        case "response_item/function_call_output" | "response_item/custom_tool_call_output":
            return _output(payload)
        case "response_item/message" | "response_item/reasoning" if not line.has_envelope:
            return _bare(line)
    return None


def _complete(payload: Json) -> Told:
    error = payload.get("error")
    if isinstance(error, dict):
        error = text(error, "message") or "it failed and left no reason"
    if isinstance(error, str):
        head = f"failed: {one_line(readable(error), _HEAD)}"
        return Told(EntryKind.END, head, duration_s=_seconds(payload), is_error=True)
    return Told(EntryKind.END, "turn finished", duration_s=_seconds(payload))


def _seconds(payload: Json) -> float | None:
    ms = integer(payload, "duration_ms")
    return None if ms is None else ms / 1000


def _phase(of: Json) -> str:
    phase = one_line(text(of, "phase"), 40)
    return "" if phase == "final_answer" else phase


def _item(line: Line, item: Json) -> Told | None:
    kind = text(item, "type")
    match kind:
        case "UserMessage":
            return Told(EntryKind.USER, one_line(said(line), _HEAD))
        case "AgentMessage":
            return Told(EntryKind.AGENT, one_line(said(line), _HEAD), note=_phase(item))
        case "Reasoning":
            return Told(EntryKind.REASONING, one_line(reasoning_text(item), _HEAD))
        case "CommandExecution":
            return _command(item)
        case "FileChange":
            status = text(item, "status")
            files = ", ".join([*mapping(item, "changes")] or [text(c, "path") for c in objects(item, "changes")])
            return Told(
                EntryKind.PATCH,
                one_line(files, _HEAD) or "a patch",
                note="" if status == "completed" else one_line(status, 40),
                call_id=text(item, "id"),
                closes=True,
                is_error=status not in ("completed", "inProgress", "in_progress"),
            )
        case _ if kind in _INNER_ITEMS:
            return None
    return Told(EntryKind.TOOL, one_line(text(item, "title") or text(item, "query") or kind, _HEAD))


def _command(item: Json) -> Told:
    code, status = integer(item, "exit_code"), text(item, "status")
    duration = mapping(item, "duration")
    seconds, nanos = integer(duration, "secs"), integer(duration, "nanos")
    return Told(
        EntryKind.COMMAND,
        one_line(records.command_text(item.get("command")), _HEAD),
        note="" if status in ("completed", "failed", "") else one_line(status, 40),
        call_id=text(item, "id"),
        closes=True,
        exit_code=code,
        duration_s=None if seconds is None else seconds + (nanos or 0) / 1e9,
        line_count=line_count(text(item, "aggregated_output")),
        is_error=(code is not None and code != 0) or status in ("failed", "declined"),
    )


def _call(payload: Json) -> Told:
    name, call_id, arguments = text(payload, "name"), text(payload, "call_id"), records.arguments_of(payload)
    if name in COMMAND_TOOLS or text(payload, "type") == "local_shell_call":
        command = one_line(records.call_command(payload, arguments), _HEAD)
        asks = "asks to leave the sandbox" if text(arguments, "sandbox_permissions") == "require_escalated" else ""
        return Told(EntryKind.COMMAND, command or name, asks, call_id, is_pending=True)
    if name == PATCH_TOOL:
        patch = patch_text(payload, arguments)
        files = [row[len(mark) :] for row in patch.split("\n") for mark in _PATCHED if row.startswith(mark)]
        return Told(
            EntryKind.PATCH, one_line(", ".join(files), _HEAD) or "a patch", _changes(patch), call_id, is_pending=True
        )
    if name == QUESTION_TOOL:
        asked = objects(arguments, "questions")
        head = one_line(text(asked[0], "question"), _HEAD) if asked else "a question"
        secrets = tuple(text(question, "id") for question in asked if flag(question, "isSecret"))
        note = f"{len(asked)} questions" if len(asked) > 1 else ""
        return Told(EntryKind.QUESTION, head, note, call_id, is_pending=True, secrets=secrets)
    words = text(payload, "input") or (json.dumps(arguments, ensure_ascii=False) if arguments else "")
    return Told(EntryKind.TOOL, one_line(f"{name} {words}", _HEAD), "", call_id, is_pending=True)


def _output(payload: Json) -> Told:
    body = records.output_text(payload)
    code = records.output_exit_code(payload)
    is_refused = body.startswith(_REFUSED)
    return Told(
        EntryKind.TOOL,
        one_line(records.output_body(body), _HEAD),
        call_id=text(payload, "call_id"),
        closes=True,
        exit_code=code,
        line_count=line_count(records.output_body(body)),
        is_error=is_refused or (code is not None and code != 0),
    )


def _bare(line: Line) -> Told | None:
    payload = line.payload
    if text(payload, "type") == "reasoning":
        return Told(EntryKind.REASONING, one_line(reasoning_text(payload), _HEAD))
    words = records.content_text(payload)
    match text(payload, "role"):
        case "user" if not records.is_context_block(words):
            return Told(EntryKind.USER, one_line(words, _HEAD))
        case "assistant":
            return Told(EntryKind.AGENT, one_line(words, _HEAD))
    return None


def reasoning_text(of: Json) -> str:
    """What the model says of its thoughts."""
    parts = [*texts(of, "summary_text"), *(text(piece, "text") for piece in objects(of, "summary"))]
    return "\n\n".join([*parts, *texts(of, "raw_content")])


def patch_text(payload: Json, arguments: Json) -> str:
    """The patch that a call wants to apply."""
    return text(payload, "input") or text(arguments, "input") or text(arguments, "patch")


def _changes(patch: str) -> str:
    rows = [row for row in patch.split("\n") if row[:3] not in ("***", "+++", "---")]
    added, removed = sum(row.startswith("+") for row in rows), sum(row.startswith("-") for row in rows)
    return f"+{added} -{removed}" if added or removed else ""


def line_count(body: str) -> int:
    """Lines as a person counts them."""
    return body.count("\n") + (bool(body) and not body.endswith("\n"))


def answers(payload: Json, secrets: tuple[str, ...]) -> list[tuple[str, str]]:
    """(question id, answer) of an answered question; answers that are secret are not told."""
    fields = parse_object(records.output_text(payload).encode("utf-8", "surrogatepass")) or {}
    told: list[tuple[str, str]] = []
    for name, value in mapping(fields, "answers").items():
        given = texts(value, "answers") if isinstance(value, dict) else [value] if isinstance(value, str) else []
        told.append((name, "(secret)" if name in secrets else "; ".join(given)))
    return told
