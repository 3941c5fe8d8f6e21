"""Overhearing: what an agent says, prints and calls while it works on a scenario goes into the log as it happens.

The agent works as for any run; its host is ours with ears. What it is and does stays its own business.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

from odw_core.agents.base import Agent, AgentCall, AgentHost, AgentResult, AttemptFiles
from odw_core.engines.loose import mapping, parse_object, text
from odw_core.engines.scenario import records
from odw_core.engines.scenario.signs import Sign, hits
from odw_core.text.ansi import one_line
from odw_core.workflows.scenario_batch.log import BatchLog
from odw_core.workflows.scenario_batch.tool_calls import Talk, ToolCall

STDERR, TOOL, OUTPUT, SESSION, ERROR, END = "stderr", "tool_call", "final_output", "session", "error", "end"
_EVIDENCE = 1000
_LONGEST_LINE = 1 << 16


@dataclass(slots=True)
class Ear:
    """What was heard of one scenario so far."""

    log: BatchLog
    index: int
    talk: Talk = field(default_factory=Talk)
    last_command: str = ""
    _known: set[str] = field(default_factory=set)
    _rest: bytes = b""
    _counted: dict[tuple[str, str], int] = field(default_factory=dict)
    """Hits of a kind from one source that were seen; the first of them is in the log."""
    _lines: dict[tuple[str, str], str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._known = self.log.tool_calls(self.index)

    def protocol(self, line: str) -> None:
        """One line of its talk with its server or player."""
        self.log.raw(self.index, line)
        for call in self.talk.feed(line):
            self._called(call)

    def stderr(self, data: bytes) -> None:
        """What its program printed."""
        *lines, self._rest = (self._rest + data).split(b"\n")
        if len(self._rest) > _LONGEST_LINE:
            lines, self._rest = [*lines, self._rest], b""
        if lines:
            self.notice(b"\n".join(lines).decode("utf-8", "replace"), STDERR)

    def _called(self, call: ToolCall) -> None:
        if call.id in self._known:
            return
        self._known.add(call.id)
        told = {"id": call.id, "name": call.name, "args": call.args, "ok": call.ok, "error": call.error or None}
        # A disk that is full loses a record, not the scenario.
        with suppress(OSError):
            self.log.put(records.TOOL_CALL, index=self.index, **told)
        if command := call.args.get("command"):
            self.last_command = one_line(str(command), _EVIDENCE)
        if call.error:
            self.notice(call.error, TOOL)

    def notice(self, text: str, source: str) -> None:
        """The signs of trouble in a text: the first of each kind goes into the log at once, the others are counted."""
        for hit in hits(text):
            self.found(hit.sign, hit.text, source)

    def failed(self, said: str) -> None:
        """The signs in what a call said about its failure, but those that it had printed before."""
        known = {kind for kind, _ in self._counted}
        for hit in hits(_unwrapped(said)):
            if hit.sign.value not in known:
                self.found(hit.sign, hit.text, ERROR)

    def found(self, sign: Sign, line: str, source: str, **more: object) -> None:
        """One sign."""
        key = (sign.value, source)
        self._counted[key] = self._counted.get(key, 0) + 1
        if self._counted[key] > 1:
            return
        self._lines[key] = line
        self._put(sign.value, line, source, 1, more)

    def _put(self, kind: str, line: str, source: str, count: int, more: Mapping[str, object]) -> None:
        command = {"command": self.last_command} if kind == Sign.EXEC_ENOENT and self.last_command else {}
        evidence = line.strip()[:_EVIDENCE]
        told = {"kind": kind, "evidence": evidence, "source": source, "count": count, **command, **more}
        with suppress(OSError):
            self.log.put_once(records.DIAGNOSTIC, index=self.index, **told)

    def end(self) -> None:
        """It is over: what was not whole is looked at, and what came again is told with its number."""
        if self._rest:
            self.notice(self._rest.decode("utf-8", "replace"), STDERR)
            self._rest = b""
        for (kind, source), count in self._counted.items():
            if count > 1:
                self._put(kind, self._lines[kind, source], source, count - 1, {"again": True})
        self._counted.clear()
        self.log.end_raw(self.index)


def _unwrapped(said: str) -> str:
    """The words of an event that tells of a failure; what is none stays as it is."""
    event = parse_object(said.encode("utf-8", "replace"))
    if event is None:
        return said
    return text(mapping(event, "error"), "message") or text(mapping(event, "item"), "message") or text(event, "message")


class Overhearing:
    """Implements ``Agent``. ``ears`` has one for the key of every call that is at work."""

    def __init__(self, agent: Agent, ears: Mapping[str, Ear]) -> None:
        self._agent, self._ears = agent, ears

    async def run(self, call: AgentCall, host: AgentHost) -> AgentResult:
        """Let the agent do the work."""
        ear = self._ears.get(call.key)
        if ear is None:
            return await self._agent.run(call, host)
        return await self._agent.run(call, cast(AgentHost, _Host(host, ear)))


class _Host:
    """The host as it is, but for the files of an attempt."""

    def __init__(self, host: AgentHost, ear: Ear) -> None:
        self._host, self._ear = host, ear

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401
        return getattr(self._host, name)

    def attempt(self, key: str, number: int) -> AttemptFiles:
        """The files of an attempt; what goes into them is heard."""
        return _Files(self._host.attempt(key, number), self._ear)


class _Files:
    """Implements ``AttemptFiles``."""

    def __init__(self, files: AttemptFiles, ear: Ear) -> None:
        self._files, self._ear = files, ear

    @property
    def path(self) -> Path:
        """Its folder."""
        return self._files.path

    def stderr(self, data: bytes) -> None:
        """What its program printed on stderr, as it comes."""
        self._files.stderr(data)
        self._ear.stderr(data)

    def protocol(self, line: str) -> None:
        """One line of the talk with its server, as it comes."""
        self._files.protocol(line)
        self._ear.protocol(line)

    def prompt(self, text: str) -> None:
        """What the agent was asked, whole."""
        self._files.prompt(text)

    def stdout(self, data: bytes) -> None:
        """What the agent said and its commands printed, as it comes."""
        self._files.stdout(data)

    def diff(self, text: str) -> None:
        """The change so far; replaces the one before."""
        self._files.diff(text)

    def result(self, fields: Mapping[str, object]) -> None:
        """What came of it."""
        self._files.result(fields)

    def close(self) -> None:
        """Everything to disk."""
        self._files.close()
