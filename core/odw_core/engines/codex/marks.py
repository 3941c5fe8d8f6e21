"""Marks: what one piece of a rollout holds and where, and what that makes of the accumulator. Knows nothing of speed.

Of most kinds only the last line counts, so a mark is a place; what stands there is parsed once, at the end. Which
lines are marked never depends on how the file was cut into pieces.
"""

from __future__ import annotations

from collections.abc import Callable

from odw_core.engines.codex import records
from odw_core.engines.codex.acc import UNKNOWN, ProblemAcc, SessionAcc
from odw_core.engines.codex.parts import call_of, usage_of, windows_of
from odw_core.engines.codex.records import Line, said
from odw_core.engines.loose import Json, instant_ms, integer, mapping, objects, text, text_or_none

REASON = "it is no JSON object; the lines around it were read"
_MAX_PROBLEMS = 50
_MAX_CHANGED, _PATH_CHARS = 64, 400
_SHORT = 600
_PROMPT_CHARS, MESSAGE_CHARS, _ERROR_CHARS = 2_000, 2_000, 8_000
_CALL_ID = b'"call_id":"'


class Marks:
    """Places in ``data``, which begins at ``base`` in the file."""

    __slots__ = (
        "_read",
        "acc",
        "agents",
        "base",
        "contexts",
        "counts",
        "data",
        "ended",
        "prompts",
        "records",
        "settings",
        "started",
        "tools",
    )

    def __init__(self, acc: SessionAcc, data: bytes, base: int) -> None:
        self.acc, self.data, self.base = acc, data, base
        self.records: list[int] = []
        self.counts: list[int] = []
        self.agents: list[int] = []
        self.prompts: list[int] = []
        self.contexts: list[int] = []
        self.settings: list[int] = []
        self.tools: list[int] = []
        """Calls of the open turn, and outputs as their complement."""
        self.started = self.ended = UNKNOWN
        self._read: dict[int, Line | None] = {}

    def line(self, start: int) -> Line | None:
        """The line that begins there."""
        if start not in self._read:
            self._read[start] = records.read_line(self.data[start : self.data.find(b"\n", start)])
        return self._read[start]

    def problem(self, start: int) -> None:
        """A line that could not be read."""
        found = self.acc.problems
        offset = self.base + start
        if len(found) < _MAX_PROBLEMS and all(known.offset != offset for known in found):
            found.append(ProblemAcc(offset, REASON))

    # What is counted or must be known at once.

    def meta(self, start: int, line: Line) -> None:
        """The first line names the session; a copy that a fork brought along names another."""
        acc, meta = self.acc, line.payload
        if acc.has_meta:
            return
        acc.has_meta = True
        acc.meta_offset = self.base + start
        acc.started_ms = instant_ms(meta.get("timestamp")) or line.at_ms
        acc.cwd = text_or_none(meta, "cwd")
        acc.branch = text_or_none(mapping(meta, "git"), "branch")
        source = meta.get("source")
        acc.source = source if isinstance(source, (str, dict)) else None
        acc.originator = text_or_none(meta, "originator")
        acc.version = text_or_none(meta, "cli_version")
        acc.history_mode = text_or_none(meta, "history_mode")
        acc.forked_from = text_or_none(meta, "forked_from_id")
        if not line.has_envelope:
            acc.format = "bare"
        elif acc.history_mode == "paginated":
            acc.format = "paginated"

    def turn_started(self, start: int) -> None:
        """A turn begins; what was pending before it never ends."""
        self.acc.turns += 1
        self.started = start
        self.forget_calls()
        self.acc.is_open = True

    def turn_ended(self, start: int, how: str) -> None:
        """A turn ends."""
        self.ended = start
        self.forget_calls()
        self.acc.is_open = False
        self.acc.end = how

    def forget_calls(self) -> None:
        """A turn's border: no call is waited for across it."""
        self.tools.clear()
        if self.acc.calls:
            self.acc.calls.clear()

    def prompt(self, start: int) -> None:
        """Something a person said."""
        acc = self.acc
        acc.prompts += 1
        self.prompts.append(start)
        if not acc.first_prompt:
            acc.first_prompt = said(self.line(start)).strip()[:_PROMPT_CHARS]
            acc.prompt_offset = self.base + start

    def command(self, item: Json) -> None:
        """A command item that was completed."""
        code = integer(item, "exit_code")
        if code == 0 or text(item, "status") not in ("declined", "in_progress", "inProgress"):
            self.acc.commands += 1
            self.acc.failed_commands += code is not None and code != 0

    def patch(self, item: Json) -> None:
        """A patch item; what it changed counts once it was applied."""
        if text(item, "status") != "completed":
            return
        self.acc.patches += 1
        changed = self.acc.changed
        for path in [*mapping(item, "changes")] or [text(one, "path") for one in objects(item, "changes")]:
            if path in changed:
                changed.remove(path)
            if path:
                changed.append(path[:_PATH_CHARS])
        del changed[:-_MAX_CHANGED]

    def shell_output(self, call_id: str, code: int) -> None:
        """The output of a call that states an exit code, where no command items are written."""
        if records.is_shell_output(self._name_of_call(call_id)):
            self.acc.outputs += 1
            self.acc.failed_outputs += code != 0

    def _name_of_call(self, call_id: str) -> str | None:
        for mark in reversed(self.tools):
            if mark >= 0 and self.call_id(mark) == call_id:
                line = self.line(mark)
                return text(line.payload, "name") if line is not None else None
        pending = self.acc.calls.get(call_id)
        return pending.name if pending is not None else None

    def call_id(self, start: int) -> str:
        """The id of the call or output whose line begins there; empty without one."""
        at = self.data.find(_CALL_ID, start, start + _SHORT)
        end = self.data.find(b"\n", start)
        if at < 0 or at > end:
            line = self.line(start)
            return text(line.payload, "call_id") if line is not None else ""
        at += len(_CALL_ID)
        return self.data[at : self.data.find(b'"', at)].decode("utf-8", "replace")

    # What only the last of its kind says.

    def settle(self) -> None:
        """Parse what turned out to be the last of its kind."""
        acc = self.acc
        self._last(self.contexts, self._context)
        self._last(self.settings, self._settings)
        self._last(self.records, self._record)
        if self.counts:
            self._count_tokens()
        self._last(self.agents, self._message)
        self._last(self.prompts, self._prompt)
        if self.started >= 0:
            line = self.line(self.started)
            acc.turn_offset = self.base + self.started
            acc.turn_ms = line.at_ms if line is not None else None
            if line is not None and (window := integer(line.payload, "model_context_window")) is not None:
                acc.context_window = window
        if self.ended >= 0:
            self._end()
        self._settle_last_word()
        self._settle_calls()

    def _settle_last_word(self) -> None:
        """Where no turns are marked, one is over once the agent has had the last word."""
        if self.acc.turns or self.acc.end:
            self.acc.ends_with_agent = False
            return
        spoken = self.agents[-1] if self.agents else UNKNOWN
        done = self.prompts[-1] if self.prompts else UNKNOWN
        if self.tools:
            last = self.tools[-1]
            done = max(done, last if last >= 0 else ~last)
        if spoken != done:
            self.acc.ends_with_agent = spoken > done

    def _last(self, marks: list[int], take: Callable[[int, Line], bool]) -> None:
        """The last line of a kind that says something; a broken one is passed over."""
        for start in reversed(marks):
            line = self.line(start)
            if line is not None and take(start, line):
                return

    def _context(self, start: int, line: Line) -> bool:
        if line.kind != "turn_context":
            return False
        acc, context = self.acc, line.payload
        acc.context_offset = self.base + start
        acc.model = text_or_none(context, "model")
        acc.effort = text_or_none(context, "effort")
        acc.approval_policy = text_or_none(context, "approval_policy")
        acc.sandbox = text_or_none(mapping(context, "sandbox_policy"), "type") or text_or_none(
            mapping(context, "sandbox_policy"), "mode"
        )
        acc.mode = text_or_none(mapping(context, "collaboration_mode"), "mode")
        return True

    def _settings(self, start: int, line: Line) -> bool:
        if line.kind != "event_msg/thread_settings_applied":
            return False
        self.acc.asked_model = text_or_none(mapping(line.payload, "thread_settings"), "model")
        return True

    def _record(self, start: int, line: Line) -> bool:
        usage = usage_of(mapping(line.payload, "thread_token_usage"), self.base + start)
        if line.kind != "token_usage_record" or usage is None:
            return False
        self.acc.recorded = usage
        return True

    def _count_tokens(self) -> None:
        """Limits are those of the last line, tokens those of the last line that has any."""
        acc = self.acc
        is_last = True
        for start in reversed(self.counts):
            line = self.line(start)
            if line is None or line.kind != "event_msg/token_count":
                continue
            if is_last:
                acc.windows, acc.windows_ms, is_last = windows_of(line), line.at_ms, False
            info = mapping(line.payload, "info")
            usage = usage_of(mapping(info, "total_token_usage"), self.base + start)
            if usage is not None:
                acc.counted = usage
                acc.context_used = integer(mapping(info, "last_token_usage"), "total_tokens")
                acc.context_window = integer(info, "model_context_window") or acc.context_window
                return

    def _message(self, start: int, line: Line) -> bool:
        words = said(line)
        self.acc.last_message = words[:MESSAGE_CHARS]
        self.acc.message_offset = self.base + start
        return True

    def _prompt(self, start: int, line: Line) -> bool:
        words = said(line).strip()
        if words:
            self.acc.last_prompt = words[:_PROMPT_CHARS]
        return bool(words)

    def _end(self) -> None:
        acc, line = self.acc, self.line(self.ended)
        acc.end_offset = self.base + self.ended
        payload: Json = line.payload if line is not None else {}
        acc.end_ms = line.at_ms if line is not None else None
        number = line.number if line is not None else None
        acc.end_number = number if isinstance(number, int) and 0 <= number < 1 << 53 else None
        acc.duration_ms = integer(payload, "duration_ms")
        acc.reason = text(payload, "reason")[:_SHORT]
        error = payload.get("error")
        if isinstance(error, dict):
            error = text(error, "message")
        acc.error = error[:_ERROR_CHARS] if isinstance(error, str) else None

    def _settle_calls(self) -> None:
        pending: dict[str, int] = {}
        calls = self.acc.calls
        for mark in self.tools:
            if mark >= 0:
                pending[self.call_id(mark)] = mark
                continue
            call_id = self.call_id(~mark)
            if pending.pop(call_id, None) is None:
                calls.pop(call_id, None)
        for call_id, start in pending.items():
            line = self.line(start)
            if line is not None:
                calls[call_id] = call_of(line, self.base + start)
