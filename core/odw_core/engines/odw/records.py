"""The records of ODW and PandaCode: bytes to values and back, byte for byte as upstream writes them.

Sources: journal, run.json and state.json as in the ODW reference §1 and §2, session records §1.4. Decoding never
raises; unknown fields are carried along. A supervisor that writes this dialect writes it through here.
"""

from __future__ import annotations

import json
from dataclasses import dataclass

from odw_core.engines.loose import Json, integer, mapping, objects, parse_object, text, text_or_none


@dataclass(frozen=True, slots=True)
class JournalLine:
    """One line of ``events.jsonl``: ``launch``, ``script_stream``, ``exit``, or a type of a later version."""

    fields: Json

    @property
    def type(self) -> str:
        return text(self.fields, "type")

    @property
    def ts_ms(self) -> int | None:
        """Milliseconds since 1970 on the clock of odw."""
        return integer(self.fields, "ts_ms")

    @property
    def event(self) -> Json | None:
        """The runner's own event, when the line carries one."""
        raw = self.fields.get("raw")
        return raw if isinstance(raw, dict) else None


def decode_line(data: bytes) -> JournalLine | None:
    """One whole line, with or without its end; None when it is no JSON object."""
    fields = parse_object(data)
    return None if fields is None else JournalLine(fields)


def encode_line(line: JournalLine) -> bytes:
    """The line with its end, keys sorted as the upstream serialiser does, for one single write."""
    return _compact(line.fields) + b"\n"


def script_stream(event: Json | str, summary: str, ts_ms: int, stream: str = "stdout") -> JournalLine:
    """The line of one runner event (or of one line of its stderr)."""
    return JournalLine(
        {"type": "script_stream", "stream": stream, "summary": summary, "raw": event, "ts_ms": ts_ms},
    )


def exit_line(status: str, code: int | None, ts_ms: int) -> JournalLine:
    """The last line of a journal; ``status`` is ``completed`` or ``failed``, ``code`` None after a signal."""
    return JournalLine({"type": "exit", "status": status, "code": code, "ts_ms": ts_ms})


@dataclass(frozen=True, slots=True)
class RunRecord:
    """``run.json``. Its absolute paths are never followed: they are stale once a project moved."""

    fields: Json

    @property
    def run_id(self) -> str:
        return text(self.fields, "run_id")

    @property
    def status(self) -> str:
        """``running``, ``completed`` or ``failed``; nothing else is ever written upstream."""
        return text(self.fields, "status")

    @property
    def workflow(self) -> str:
        """Path of the script as recorded, not its declared name."""
        return text(self.fields, "workflow")

    @property
    def started_ms(self) -> int | None:
        return integer(self.fields, "started_ms")

    @property
    def finished_ms(self) -> int | None:
        return integer(self.fields, "finished_ms")


def decode_run(data: bytes) -> RunRecord | None:
    """``run.json`` or ``latest.json``; None while it is torn or when it is no object."""
    fields = parse_object(data)
    return None if fields is None else RunRecord(fields)


def encode_run(record: RunRecord) -> bytes:
    """Two spaces, sorted keys, no final newline."""
    return json.dumps(record.fields, ensure_ascii=False, indent=2, sort_keys=True).encode("utf-8", "backslashreplace")


@dataclass(frozen=True, slots=True)
class StateRecord:
    """``state.json``: the runner's own memory. May hold another run's ``error`` and ``result`` after a resume."""

    fields: Json

    @property
    def agents(self) -> Json:
        return mapping(self.fields, "agents")

    @property
    def active_agents(self) -> Json:
        return mapping(self.fields, "activeAgents")

    @property
    def failed_agents(self) -> Json:
        return mapping(self.fields, "failedAgents")

    @property
    def checkpoints(self) -> Json:
        return mapping(self.fields, "checkpoints")


def decode_state(data: bytes) -> StateRecord | None:
    """``state.json``; None when it is no object."""
    fields = parse_object(data)
    return None if fields is None else StateRecord(fields)


def encode_state(record: StateRecord) -> bytes:
    """Two spaces, keys in the order in which they were put in, no final newline."""
    return _pretty(record.fields)


@dataclass(frozen=True, slots=True)
class SessionRecord:
    """``.pandacode/sessions/<runtime>/<session>.json`` of PandaCode 0.3.1 (codexctl) and 0.4.0 (app server)."""

    fields: Json

    @property
    def runtime(self) -> str:
        return text(self.fields, "runtime")

    @property
    def session(self) -> str:
        return text(self.fields, "session")

    @property
    def driver(self) -> str:
        return text(self.fields, "driver")

    @property
    def thread_id(self) -> str | None:
        return text_or_none(self.fields, "thread_id")

    @property
    def artifacts(self) -> Json:
        return mapping(self.fields, "artifacts")

    @property
    def state(self) -> str:
        """``artifacts.status`` (0.4.0), else ``artifacts.last_state`` (codexctl), as recorded."""
        return text(self.artifacts, "status") or text(self.artifacts, "last_state")

    @property
    def pending_questions(self) -> list[Json]:
        """The open questions as objects with ``id`` and ``question``; codexctl records hold a single one."""
        asked = objects(self.artifacts, "pending_questions")
        if asked:
            return asked
        single = text(self.artifacts, "pending_question_id")
        if not single:
            return []
        told = mapping(self.artifacts, "pending_question")
        words = text(told, "question") or text(self.artifacts, "pending_question")
        return [{**told, "id": single, "question": words or f"(its daemon only gave the name {single})"}]

    @property
    def created_ms(self) -> int | None:
        return integer(self.fields, "created_ms")

    @property
    def updated_ms(self) -> int | None:
        return integer(self.fields, "updated_ms")


def decode_session(data: bytes) -> SessionRecord | None:
    """A session record; None while it is torn or when it is no object."""
    fields = parse_object(data)
    return None if fields is None else SessionRecord(fields)


def encode_session(record: SessionRecord) -> bytes:
    """Two spaces, keys in their order, one final newline."""
    return _pretty(record.fields) + b"\n"


def decode_report(data: bytes) -> Json | None:
    """``pandacode-*.report.json``: the executor's whole report; None when it is no object."""
    return parse_object(data)


def encode_report(report: Json) -> bytes:
    """Two spaces, keys in their order, no final newline."""
    return _pretty(report)


def _compact(value: Json) -> bytes:
    # A lone surrogate has no UTF-8 form; backslashreplace writes it as the JSON escape it came from.
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode(
        "utf-8", "backslashreplace"
    )


def _pretty(value: Json) -> bytes:
    return json.dumps(value, ensure_ascii=False, indent=2).encode("utf-8", "backslashreplace")
