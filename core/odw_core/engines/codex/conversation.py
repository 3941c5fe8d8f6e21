"""The conversation of one rollout: entries as they are found, bodies when they are wanted. Holds places, not texts.

Calls and what became of them are one entry. A line of many megabytes is never parsed before its body is asked for.
"""

from __future__ import annotations

import errno
import re
import time
from dataclasses import replace

from odw_core.engines.codex import records
from odw_core.engines.codex.bodies import body_of
from odw_core.engines.codex.records import Line
from odw_core.engines.codex.telling import Told, answers, tell
from odw_core.engines.codex.transcript_file import ToldTranscriptFile
from odw_core.engines.loose import integer, mapping, text
from odw_core.files.growing_file import Growth
from odw_core.model.conversation import Entry, EntryKind
from odw_core.text.ansi import one_line

_SLICE_S = 0.015
_BLOCK = 256 * 1024
_WHOLE = 512 * 1024
"""Longer lines are known by their ends alone."""
_HEAD, _TAIL = 8 * 1024, 1024
_TYPES = re.compile(rb'"type":"([A-Za-z_]+)"')
_CALL_ID = re.compile(rb'"(?:call_id|id)":"(call_[^"]*|[^"]*)"')
_EXIT_CODE = re.compile(rb'"exit_code":(-?\d{1,9}),"duration":\{"secs":(\d{1,9}),"nanos":(\d{1,9})\}')


def open_conversation(path: str) -> RolloutConversation | None:
    """The conversation in the rollout at ``path``; None when it cannot be opened."""
    try:
        return RolloutConversation(path)
    except (OSError, ValueError):
        return None


class RolloutConversation:
    """Implements ``Conversation``."""

    def __init__(self, path: str) -> None:
        self._file = ToldTranscriptFile(path)
        self._forget()

    def _forget(self) -> None:
        self._entries: list[Entry] = []
        self._calls: dict[str, int] = {}
        """Entry of every call of the turn that goes on."""
        self._secrets: dict[int, tuple[str, ...]] = {}
        self._line_start = self._looked_at = 0
        self._turn: int | None = None
        self._model = ""
        self._turn_tokens: int | None = None
        self._has_changed = False

    @property
    def count(self) -> int:
        return len(self._entries)

    @property
    def is_complete(self) -> bool:
        return self._looked_at >= self._file.size

    def refresh(self) -> bool:
        before, self._has_changed = len(self._entries), False
        if self._file.refresh() is Growth.REPLACED:
            self._forget()
            self._has_changed = True
        until = time.perf_counter() + _SLICE_S
        while not self.is_complete:
            self._look_further()
            if time.perf_counter() >= until:
                break
        return self._has_changed or len(self._entries) != before

    def _look_further(self) -> None:
        start = self._looked_at
        data = self._file.read(start, _BLOCK)
        if not data:
            # The disk failed or the file was just cut: the next look at it says so.
            self._looked_at = self._file.size
            return
        begin = 0
        while (end := data.find(b"\n", begin)) >= 0:
            offset, length = self._line_start, start + end - self._line_start
            if offset >= start:
                self._take(offset, length, data[offset - start : end])
            else:
                self._take(offset, length, self._file.read(offset, length) if length <= _WHOLE else None)
            begin = end + 1
            self._line_start = start + begin
        self._looked_at = start + len(data)

    def _take(self, offset: int, length: int, data: bytes | None) -> None:
        if data is None:
            self._take_long(offset, length)
            return
        line = records.read_line(data) if data else None
        if line is not None:
            self._add(offset, length, line)

    def _take_long(self, offset: int, length: int) -> None:
        """A line that is too long to parse: what matters stands in its first and last bytes."""
        head, tail = self._file.read(offset, _HEAD), self._file.read(offset + length - _TAIL, _TAIL)
        types = [name.decode() for name in _TYPES.findall(head)]
        found = _CALL_ID.search(head, max(0, head.find(b'"payload"')))
        call_id = found[1].decode("utf-8", "replace") if found else ""
        told: Told | None = None
        if "CommandExecution" in types:
            end = _EXIT_CODE.search(tail)
            item = _CALL_ID.search(head, head.find(b'"CommandExecution"'))
            told = Told(
                EntryKind.COMMAND,
                "a command with very long output",
                call_id=item[1].decode("utf-8", "replace") if item else "",
                closes=True,
                exit_code=int(end[1]) if end else None,
                duration_s=int(end[2]) + int(end[3]) / 1e9 if end else None,
                is_error=end is not None and end[1] != b"0",
            )
        elif types[:2] in (["response_item", "function_call_output"], ["response_item", "custom_tool_call_output"]):
            told = Told(EntryKind.TOOL, "a very long answer", call_id=call_id, closes=True)
        elif types[:2] in (["response_item", "function_call"], ["response_item", "custom_tool_call"]):
            told = Told(EntryKind.TOOL, "a very long call", call_id=call_id, is_pending=True)
        elif "AgentMessage" in types or types[:2] == ["event_msg", "agent_message"]:
            told = Told(EntryKind.AGENT, "a very long message")
        elif "UserMessage" in types or types[:2] == ["event_msg", "user_message"]:
            told = Told(EntryKind.USER, "a very long prompt")
        elif types[:1] == ["compacted"]:
            told = Told(EntryKind.COMPACTION, "the context was compacted")
        if told is not None:
            self._note(offset, length, told, None, None)

    def _add(self, offset: int, length: int, line: Line) -> None:
        payload = line.payload
        if line.kind == "turn_context":
            self._take_model(offset, length, line)
        elif line.kind == "token_usage_record":
            self._turn_tokens = integer(mapping(payload, "turn_token_usage"), "total_tokens")
        else:
            told = tell(line)
            if told is not None:
                self._note(offset, length, told, line.at_ms, line)

    def _take_model(self, offset: int, length: int, line: Line) -> None:
        model = one_line(text(line.payload, "model"), 80)
        if not model:
            return
        if self._turn is not None:
            self._change(self._turn, replace(self._entries[self._turn], note=model))
        elif self._model and model != self._model:
            self._append(Entry(EntryKind.NOTICE, _seconds(line.at_ms), f"the model is now {model}", offset, length))
        self._model = model

    def _note(self, offset: int, length: int, told: Told, at_ms: int | None, line: Line | None) -> None:
        index = self._calls.get(told.call_id) if told.call_id else None
        if told.closes and index is not None:
            self._close(index, offset, length, told, line)
            return
        if told.closes and told.kind is EntryKind.TOOL:
            # The answer to a call that nobody made, or whose turn is over: nothing to add it to.
            return
        if told.kind is EntryKind.TURN:
            self._turn, self._turn_tokens = len(self._entries), None
        note = told.note
        if told.kind is EntryKind.END:
            self._leave_calls()
            self._turn = None
            if self._turn_tokens is not None:
                note = f"{self._turn_tokens:,} tokens"
        if told.is_pending and told.call_id:
            self._calls[told.call_id] = len(self._entries)
            if told.secrets:
                self._secrets[len(self._entries)] = told.secrets
        self._append(
            Entry(
                told.kind,
                _seconds(at_ms),
                told.head,
                offset,
                length,
                exit_code=told.exit_code,
                duration_s=told.duration_s,
                line_count=told.line_count,
                is_error=told.is_error,
                is_pending=told.is_pending,
                note=note,
            )
        )

    def _close(self, index: int, offset: int, length: int, told: Told, line: Line | None) -> None:
        """The end of a call: of a command or another tool the body is now what came out of it."""
        entry = self._entries[index]
        was_told = entry.kind is EntryKind.COMMAND and told.kind is EntryKind.TOOL and not entry.is_pending
        if was_told:
            return
        note = entry.note if entry.kind is EntryKind.PATCH and not told.note else told.note
        changed = replace(entry, is_pending=False, is_error=entry.is_error or told.is_error, note=note)
        if entry.kind in (EntryKind.COMMAND, EntryKind.TOOL):
            changed = replace(
                changed,
                offset=offset,
                length=length,
                exit_code=told.exit_code,
                duration_s=told.duration_s,
                line_count=told.line_count,
            )
        self._change(index, changed)
        if entry.kind is EntryKind.QUESTION and line is not None:
            given = answers(line.payload, self._secrets.get(index, ()))
            unread = "answered" if index in self._secrets else told.head
            head = "; ".join(f"{name}: {answer}" for name, answer in given) or unread
            if index in self._secrets:
                self._secrets[len(self._entries)] = self._secrets[index]
            self._append(Entry(EntryKind.ANSWER, _seconds(line.at_ms), one_line(head, 300), offset, length))

    def _leave_calls(self) -> None:
        """The turn is over: what did not end until now never will."""
        for index in self._calls.values():
            entry = self._entries[index]
            if entry.is_pending:
                self._change(index, replace(entry, is_pending=False, note=entry.note or "never ended"))
        self._calls.clear()

    def _append(self, entry: Entry) -> None:
        self._entries.append(entry)

    def _change(self, index: int, entry: Entry) -> None:
        self._entries[index] = entry
        self._has_changed = True

    def entries(self, first: int, last: int) -> tuple[Entry, ...]:
        return tuple(self._entries[max(0, first) : max(0, last)])

    def body(self, entry: Entry) -> str:
        data = self._file.read(entry.offset, entry.length)
        if len(data) < entry.length:
            raise OSError(errno.ENODATA, "what stood there is gone", self._file.path)
        line = records.read_line(data)
        if line is None:
            return ""
        return body_of(entry.kind, line, self._secrets_at(entry) if entry.kind is EntryKind.ANSWER else ())

    def _secrets_at(self, entry: Entry) -> tuple[str, ...]:
        return next((ids for index, ids in self._secrets.items() if self._entries[index].offset == entry.offset), ())

    def close(self) -> None:
        self._file.close()


def _seconds(ms: int | None) -> float | None:
    return None if ms is None else ms / 1000
