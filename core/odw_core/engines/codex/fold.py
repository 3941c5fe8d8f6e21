"""The one reducer of a session: whole lines in, the same accumulator further on out. Pure; never raises.

A rollout is large and mostly command output, so lines in the shape that Codex writes are told apart by their first
bytes, and only what matters is parsed; every other shape is parsed whole. Both roads set the same marks.
"""

from __future__ import annotations

from odw_core.engines.codex import records
from odw_core.engines.codex.acc import UNKNOWN, SessionAcc
from odw_core.engines.codex.marks import Marks
from odw_core.engines.codex.shapes import (
    AGENT,
    BORDER,
    CALL,
    CLOSED,
    COMPLETED,
    CONTEXT,
    CUSTOM,
    EVENT,
    EXIT_CODE,
    HEAD,
    INSTRUCTIONS,
    ITEM,
    ITEM_PLACE,
    ITEM_REACH,
    ITEM_TYPE,
    KINDS,
    MAY_STATE_EXIT,
    NINE,
    NOTHING,
    NUMBERED,
    OUTPUT,
    RARE,
    RECORD,
    SETTINGS,
    SHORT,
    SILENT,
    STATED_EXIT,
    STATUS,
    TAIL_REACH,
    TOKENS,
    TYPE,
    UNNUMBERED,
    ZERO,
    tail_at,
)
from odw_core.engines.loose import integer, mapping, parse_object, text
from odw_core.model.evidence import Appended, Evidence


def fold(acc: SessionAcc, evidence: Evidence) -> SessionAcc:
    """Take in one piece of evidence. ``acc`` is the same object before and after."""
    if isinstance(evidence, Appended):
        if b"\n" in evidence.data:
            _fold_lines(acc, evidence.data, evidence.offset)
        acc.size, acc.is_torn = evidence.offset + len(evidence.data), evidence.torn
    return acc


def _fold_lines(acc: SessionAcc, data: bytes, base: int) -> None:
    marks = Marks(acc, data, base)
    find, kind_at = data.find, KINDS.get
    tools, counts, usages = marks.tools.append, marks.counts.append, marks.records.append
    digit = acc.next_digit
    # Numbers of neighbours are of one length, so the next type most likely stands as far in as this one.
    start, previous, place = 0, UNKNOWN, 52
    while (end := find(b"\n", start)) >= 0:
        if data[start + 37 : start + 50] != NUMBERED or data[end - 1] != CLOSED:
            number = _take_unnumbered(marks, start, end)
            if number is not None:
                if digit >= 0 and number != digit:
                    _check(marks, previous)
                digit = number + 1 if number < NINE else ZERO
            previous, start = start, end + 1
            continue
        at = start + place
        kind = kind_at(data[at : at + 44])
        if kind is None:
            at = find(TYPE, start + 50, start + 72)
            if at < 0 or at > end:
                _take_any(marks, start, end)
                previous, start, digit = start, end + 1, UNKNOWN
                continue
            place = at - start
            kind = kind_at(data[at : at + 44], RARE)
        number = data[at - 2]
        if number != digit:
            # The numbering jumps: the line before may be two, the first of them cut.
            if digit >= 0:
                _check(marks, previous)
            digit = number
        digit = digit + 1 if digit < NINE else ZERO
        if kind == CALL:
            if data[at + 42 : at + 56] == b'function_call"':
                tools(start)
            elif acc.commands or acc.format == "paginated":
                tools(~start)
            else:
                _take_output(marks, start, end, at)
        elif kind == TOKENS:
            counts(start)
        elif kind == NOTHING:
            pass
        elif kind == RECORD:
            usages(start)
        else:
            _TAKE[kind](marks, start, end, at)
        previous, start = start, end + 1
    acc.next_digit = digit
    if previous >= 0:
        _finish(marks, previous)


def _take_unnumbered(marks: Marks, start: int, end: int) -> int | None:
    """A line in another shape: that of old versions, which give lines no number, or anything at all."""
    data = marks.data
    at = start + 40
    if data[start : start + 14] != HEAD or data[start + 37 : start + 48] != UNNUMBERED or data[end - 1] != CLOSED:
        return _take_any(marks, start, end)
    if end - start < SHORT and data.find(HEAD, at, end) >= 0 and not _is_whole(data, start):
        marks.problem(start)
        return None
    kind = KINDS.get(data[at : at + 44], RARE)
    if kind == TOKENS:
        marks.counts.append(start)
    elif kind == CALL:
        if data[at + 42 : at + 56] == b'function_call"':
            marks.tools.append(start)
        else:
            _take_output(marks, start, end, at)
    elif kind == RECORD:
        marks.records.append(start)
    elif kind != NOTHING:
        _TAKE[kind](marks, start, end, at)
    return None


def _take_custom(marks: Marks, start: int, end: int, at: int) -> None:
    is_call = marks.data[at + 42 : at + 59] == b'custom_tool_call"'
    marks.tools.append(start if is_call else ~start)


def _take_agent(marks: Marks, start: int, end: int, at: int) -> None:
    if marks.data[at + 38 : at + 52] == b'agent_message"':
        marks.agents.append(start)


def _take_context(marks: Marks, start: int, end: int, at: int) -> None:
    marks.contexts.append(start)


def _take_settings(marks: Marks, start: int, end: int, at: int) -> None:
    marks.settings.append(start)


def _take_border(marks: Marks, start: int, end: int, at: int) -> None:
    """A turn begins or ends, or a person speaks."""
    if marks.data.find(HEAD, at, end) >= 0 and not _is_whole(marks.data, start):
        marks.problem(start)
        return
    name = marks.data[at + 38 : at + 52]
    if name.startswith(b'task_started"'):
        marks.turn_started(start)
    elif name == b'task_complete"':
        marks.turn_ended(start, "complete")
    elif name.startswith(b'turn_aborted"'):
        marks.turn_ended(start, "aborted")
    elif name.startswith(b'user_message"'):
        marks.prompt(start)


def _take_item(marks: Marks, start: int, end: int, at: int) -> None:
    """An ``item_completed`` line: only its end is looked at when it is a command's."""
    data = marks.data
    item = at + ITEM_PLACE
    if data[item : item + 16] != ITEM_TYPE:
        item = data.find(ITEM_TYPE, at + 52, at + ITEM_REACH)
        if item < 0 or item > end or data[at + 38 : at + 53] != b'item_completed"':
            _take_any(marks, start, end)
            return
    kind = data[item + 16 : item + 28]
    if kind == b"CommandExecu":
        tail = data.rfind(EXIT_CODE, max(item, end - TAIL_REACH), end)
        match = tail_at(data, tail) if tail >= 0 else None
        if match is None or match.end() != end + 1:
            _take_any(marks, start, end)
            return
        if data[tail + 12 : tail + 14] != b"0,":
            status = STATUS.search(data, item, end)
            if status is not None and status[1] in (b"declined", b"in_progress", b"inProgress"):
                return
            marks.acc.failed_commands += 1
        marks.acc.commands += 1
    elif kind == b"AgentMessage":
        marks.agents.append(start)
    elif kind == b'UserMessage"':
        marks.prompt(start)
    elif kind.startswith(b'FileChange"'):
        _take_any(marks, start, end)


def _take_output(marks: Marks, start: int, end: int, at: int) -> None:
    """The output of a function call where no command items are written: its exit code counts."""
    data = marks.data
    output = data.find(OUTPUT, at + 60, at + ITEM_REACH)
    if output < 0 or output > end:
        _take_any(marks, start, end)
        return
    output += len(OUTPUT)
    if data[output] in MAY_STATE_EXIT:
        match = STATED_EXIT.match(data, output)
        if match is not None:
            marks.shell_output(marks.call_id(start), int(match[1]))
        elif data[output] == 123:
            _take_any(marks, start, end)
            return
    marks.tools.append(~start)


def _take_rare(marks: Marks, start: int, end: int, at: int) -> None:
    """A line of a kind that is not in the table: parsed unless it is known to say nothing."""
    data = marks.data
    if data.startswith(SILENT, at + 8):
        return
    if data.startswith(b'compacted","payload":{', at + 8) and data.find(HEAD, at, end) < 0:
        marks.acc.compactions += 1
        return
    if data.startswith(b'session_meta"', at + 8):
        if not marks.acc.has_meta:
            line = records.read_line(_without_instructions(data, start, end))
            if line is not None and line.kind == "session_meta":
                marks.meta(start, line)
            else:
                _take_any(marks, start, end)
        return
    if data.startswith((EVENT, ITEM), at + 8):
        # A kind that nobody reads, named where kinds are named.
        return
    _take_any(marks, start, end)


def _without_instructions(data: bytes, start: int, end: int) -> bytes:
    """The line that names a session without the model's instructions, which are nearly all of it."""
    begin = data.find(INSTRUCTIONS, start, end) + len(INSTRUCTIONS)
    quote = data.find(b'"', begin, end)
    # A quote that might be escaped leaves the line as it is.
    if begin < len(INSTRUCTIONS) or quote < 0 or data[quote - 1] == 92:
        return data[start:end]
    return data[start:begin] + data[quote:end]


def _take_any(marks: Marks, start: int, end: int) -> int | None:
    """Parse a line and mark what it says; the last digit of its number as a byte, None without one."""
    data = marks.data
    if end == start:
        return None
    fields = parse_object(data[start:end])
    if fields is None:
        marks.problem(start)
        return None
    _mark(marks, start, records.line_of(fields))
    number = integer(fields, "ordinal")
    return 48 + number % 10 if number is not None and number >= 0 else None


def _mark(marks: Marks, start: int, line: records.Line) -> None:
    acc, payload = marks.acc, line.payload
    match line.kind:
        case "session_meta" | "meta":
            marks.meta(start, line)
        case "turn_context":
            marks.contexts.append(start)
        case "token_usage_record":
            marks.records.append(start)
        case "compacted":
            acc.compactions += 1
        case "event_msg/token_count":
            marks.counts.append(start)
        case "event_msg/thread_settings_applied":
            marks.settings.append(start)
        case "event_msg/task_started":
            marks.turn_started(start)
        case "event_msg/task_complete":
            marks.turn_ended(start, "complete")
        case "event_msg/turn_aborted":
            marks.turn_ended(start, "aborted")
        case "event_msg/user_message":
            marks.prompt(start)
        case "event_msg/agent_message":
            marks.agents.append(start)
        case "event_msg/item_completed":
            _mark_item(marks, start, line)
        case "response_item/function_call" | "response_item/custom_tool_call":
            marks.tools.append(start)
        case "response_item/custom_tool_call_output":
            marks.tools.append(~start)
        case "response_item/function_call_output":
            if acc.commands == 0 and acc.format != "paginated":
                code = records.output_exit_code(payload)
                if code is not None:
                    marks.shell_output(text(payload, "call_id"), code)
            marks.tools.append(~start)
        case "response_item/message" if not line.has_envelope:
            if text(payload, "role") == "assistant":
                marks.agents.append(start)
            elif text(payload, "role") == "user" and not records.is_context_block(records.content_text(payload)):
                marks.prompt(start)


def _mark_item(marks: Marks, start: int, line: records.Line) -> None:
    item = mapping(line.payload, "item")
    match text(item, "type"):
        case "UserMessage":
            marks.prompt(start)
        case "AgentMessage":
            marks.agents.append(start)
        case "CommandExecution":
            marks.command(item)
        case "FileChange":
            marks.patch(item)


_TAKE = {
    COMPLETED: _take_item,
    BORDER: _take_border,
    AGENT: _take_agent,
    SETTINGS: _take_settings,
    CUSTOM: _take_custom,
    CONTEXT: _take_context,
    RARE: _take_rare,
}


def _check(marks: Marks, previous: int) -> None:
    """The line before does not lead to this one: is it whole?"""
    if previous >= 0:
        if not _is_whole(marks.data, previous):
            marks.problem(previous)
    elif marks.acc.suspect >= 0:
        marks.problem(marks.acc.suspect - marks.base)


def _is_whole(data: bytes, start: int) -> bool:
    return parse_object(data[start : data.find(b"\n", start)]) is not None


def _finish(marks: Marks, last: int) -> None:
    """``last`` is where the last line begins."""
    acc, start = marks.acc, last
    line = marks.line(start)
    acc.suspect = marks.base + last if line is None else UNKNOWN
    while (at_ms := line.at_ms if line is not None else None) is None and start > 0:
        start = marks.data.rfind(b"\n", 0, start - 1) + 1
        line = marks.line(start)
    if at_ms is not None:
        acc.last_ms = at_ms
    if not acc.format:
        acc.format = "legacy"
    marks.settle()
