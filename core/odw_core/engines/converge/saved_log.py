"""A saved log of Converge (reference §7) in parts that tell of one run each. Pure; costs new lines; never raises."""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass, field

from odw_core.engines.converge.acc import LogAcc, LogFail, LogNote, LogRepo, LogRound
from odw_core.text.lines import whole_lines

_RECORD = re.compile(
    r"^(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d)(?:,\d+)? - (\S+) - (DEBUG|INFO|WARNING|ERROR|CRITICAL) - (.*)$"
)
_CALL = re.compile(r"\(model=([^,)]*), exit=(-?\d{1,9})?")
_DONE = re.compile(r"^agent_plan completed: repo=(.*), provider=([^,]*), status=(\S+)")
_STARTED = re.compile(r"^(?:codex_plan_built: prompt_length|copilot_prompt_built: length)=\d+, repo=(.*)$")
_TRACE = re.compile(r"\btrace(?:[_ -]?id)?s?[\"']?\s*[=:/]\s*[\"']?([0-9a-fA-F][0-9a-fA-F-]{7,63})\b")
_REPOS = ", repos=["

_FAILS = (
    ("Codex planning failed (", "failed"),
    ("Codex planning model unavailable (", "unavailable"),
    ("Codex planning skipped after model access errors", "no_model"),
    ("Codex planning timed out", "timeout"),
    ("Codex planning produced no output file", "no_output"),
    ("Codex planning output parse failed", "unparsable"),
    ("Codex planning invocation failed:", "no_start"),
    ("Codex CLI not found at", "no_binary"),
    ("Repo path missing for Codex planning", "no_repo"),
)
_NOTES = (
    ("OpenAI proposal generation failed", "heuristic_split"),
    ("OPENAI_API_KEY not configured", "heuristic_split"),
    ("Failed to initialize LangGraph DB checkpointer", "no_checkpoints"),
    ("No DB checkpointer available for thread_id=", "no_checkpoints"),
    ("HITL resolution provided but no checkpoint resume available", "fresh_run"),
)
_TEXT = 16_384
_MOST = 2_000
"""Rounds, repos, calls or notes that are kept of one part."""


def is_record(line: str) -> bool:
    """Whether a line begins a record of this grammar."""
    return _RECORD.match(line) is not None


@dataclass(slots=True)
class LogBook:
    """All parts of one log, in order."""

    path: str
    parts: list[LogAcc] = field(default_factory=list)
    lines: int = 0
    _open: LogFail | LogNote | None = None
    """What continuation lines belong to."""
    _is_config: bool = False

    def feed(self, data: bytes, offset: int) -> None:
        """Take in whole lines that begin at ``offset`` of the file."""
        for start, line in whole_lines(data)[0]:
            self._line(line.decode("utf-8", "replace").removesuffix("\r"), offset + start)
            self.lines += 1

    def _line(self, line: str, offset: int) -> None:
        match = _RECORD.match(line)
        if match is None:
            self._continue(line, offset)
            return
        at, _, level, message = match.groups()
        self._open, self._is_config = None, False
        part = self._part_of(message, at, offset)
        if part is None:
            return
        part.last_at, part.last_level = at, level
        self._tell(part, line, offset)
        self._record(part, message, at, level, offset)

    def _part_of(self, message: str, at: str, offset: int) -> LogAcc | None:
        begins = message.startswith("Logging configured")
        configures = message.startswith("Config initialized:")
        current = self.parts[-1] if self.parts else None
        if begins or (configures and (current is None or current.config_at)):
            if current is not None:
                current.is_over = True
                if not current.config_at:
                    # It ended before it had a run: only what follows is worth keeping.
                    self.parts.pop()
            self.parts.append(LogAcc(self.path, self.lines + 1, offset, at))
        return self.parts[-1] if self.parts else None

    def _tell(self, part: LogAcc, line: str, offset: int) -> None:
        if line.strip() and not line.startswith("--- "):
            part.last_line, part.last_number, part.last_offset = line[:_TEXT], self.lines + 1, offset

    def _continue(self, line: str, offset: int) -> None:
        if not self.parts:
            return
        part = self.parts[-1]
        if line.strip() == "Aborted!":
            part.is_aborted = True
        self._tell(part, line, offset)
        if self._is_config and len(part.config) < _TEXT:
            part.config += "\n" + line
            _read_config(part)
        elif self._open is not None and len(self._open.text) < _TEXT:
            self._open.text += "\n" + line

    def _record(self, part: LogAcc, message: str, at: str, level: str, offset: int) -> None:
        note = LogNote("error", message[:_TEXT], self.lines + 1, offset)
        if part.trace is None and (match := _TRACE.search(message)) is not None:
            part.trace = LogNote("trace", match[1], note.line, offset)
        if message.startswith("Config initialized:"):
            part.config_at, part.config = at, message.removeprefix("Config initialized:").strip()[:_TEXT]
            self._is_config = True
            _read_config(part)
            return
        part.error = None
        if (kind := _starting(_NOTES, message)) is not None:
            note.kind = kind
            _keep(part.notes, note)
            self._open = note
        elif (kind := _starting(_FAILS, message)) is not None:
            self._fail(part, kind, message, at, offset)
        elif level in ("ERROR", "CRITICAL"):
            part.error = self._open = note
        else:
            self._progress(part, message, at, offset)

    def _fail(self, part: LogAcc, kind: str, message: str, at: str, offset: int) -> None:
        call = _CALL.search(message)
        model, code = (call[1], int(call[2]) if call[2] else None) if call else ("", None)
        fail = LogFail(kind, model, code, at, self.lines + 1, offset, message[:_TEXT])
        self._open = fail
        if part.rounds and part.rounds[-1].repos:
            _keep(part.rounds[-1].repos[-1].fails, fail)

    def _progress(self, part: LogAcc, message: str, at: str, offset: int) -> None:
        if message.startswith(("CodexAgent initialized", "Creating GitHubCopilotAgent")):
            _keep(part.rounds, LogRound(self.lines + 1, at))
        elif (match := _STARTED.match(message)) is not None:
            _keep(self._round(part, at).repos, LogRepo(match[1], self.lines + 1, at))
        elif (match := _DONE.match(message)) is not None:
            repos = self._round(part, at).repos
            if not repos or repos[-1].repo != match[1]:
                _keep(repos, LogRepo(match[1], self.lines + 1, at))
            repos[-1].ended, repos[-1].provider, repos[-1].status = at, match[2], match[3]
        elif message.startswith("Coordination complete with status:"):
            part.status = message.rpartition(":")[2].strip()[:80]
        elif message.startswith("Artifacts Location:"):
            part.artifacts = message.partition(":")[2].strip()[:_TEXT]

    def _round(self, part: LogAcc, at: str) -> LogRound:
        if not part.rounds:
            part.rounds.append(LogRound(self.lines + 1, at))
        return part.rounds[-1]


def _keep(where: list[object] | list[LogNote] | list[LogFail] | list[LogRepo] | list[LogRound], one: object) -> None:
    if len(where) < _MOST:
        where.append(one)  # type: ignore[arg-type]
    else:
        where[-1] = one  # type: ignore[call-overload]


def _starting(table: tuple[tuple[str, str], ...], message: str) -> str | None:
    return next((kind for words, kind in table if message.startswith(words)), None)


def _read_config(part: LogAcc) -> None:
    """Goal and repos; a goal may hold newlines, and anything that looks like the list that follows it."""
    goal, found, rest = part.config.rpartition(_REPOS)
    if not found or not goal.startswith("goal="):
        return
    end = rest.rfind("]")
    if end < 0:
        return
    try:
        repos = ast.literal_eval(f"[{rest[:end]}]")
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        return
    part.goal = goal.removeprefix("goal=")
    part.repos = [repo for repo in repos if isinstance(repo, str)]


def is_crashed(part: LogAcc) -> bool:
    """Whether the log ends with an error and no outcome."""
    return part.error is not None and not part.status


def all_fails(part: LogAcc) -> list[tuple[int, LogRepo, LogFail]]:
    """(round from 1, repo, call) of every call that brought no plan."""
    return [
        (number, repo, fail)
        for number, planning in enumerate(part.rounds, 1)
        for repo in planning.repos
        for fail in repo.fails
    ]
