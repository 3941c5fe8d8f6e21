"""A made-up ODW run that reads like a story: each call is one event, ``acc`` is what the engine makes of it."""

from __future__ import annotations

from odw_core.engines.odw.acc import RunAcc
from odw_core.engines.odw.fold import fold
from odw_core.engines.odw.records import (
    JournalLine,
    RunRecord,
    StateRecord,
    encode_line,
    encode_run,
    encode_state,
    script_stream,
)
from odw_core.engines.odw.records import exit_line as exit_record
from odw_core.model.evidence import Appended, Replaced

BEGAN_MS = 1_795_000_000_000
RUN_ID = f"odw-exec-{BEGAN_MS}-4242"


class Story:
    """Events in the order in which they are told; ``now_ms`` goes on by a second with each."""

    def __init__(self, run_id: str = RUN_ID) -> None:
        self.run_id, self.now_ms = run_id, BEGAN_MS
        self.journal = b""
        self.record: dict[str, object] | None = None
        self.state: dict[str, object] | None = None

    def line(self, line: JournalLine) -> Story:
        self.now_ms += 1000
        self.journal += encode_line(line)
        return self

    def event(self, kind: str, **fields: object) -> Story:
        return self.line(script_stream({"type": kind, **fields}, f"[{kind}]", self.now_ms))

    def launched(self, **fields: object) -> Story:
        known = {"type": "launch", "run_id": self.run_id, "backend": "pandacode", "resume_from": None, **fields}
        self.recorded("running")
        return self.line(JournalLine({**known, "ts_ms": self.now_ms})).event("workflow_start", name="story")

    def recorded(self, status: str) -> Story:
        finished = None if status == "running" else self.now_ms
        self.record = {"run_id": self.run_id, "status": status, "started_ms": BEGAN_MS, "finished_ms": finished}
        return self

    def phase(self, title: str, detail: str = "") -> Story:
        return self.event("phase", title=title, detail=detail)

    def starts(self, key: str, label: str = "", *, worktree: bool = False, attempt: int = 1) -> Story:
        config = {"isolation": "worktree"} if worktree else {}
        return self.event("agent_start", key=key, label=label or key, runtime="codex", attempt=attempt, config=config)

    def ends(self, key: str, result: object = "done", *, ok: bool = True, tokens: int | None = 10) -> Story:
        return self.event("agent_done", key=key, label=key, ok=ok, result=result, tokens=tokens)

    def gate(self, decision: str, label: str = "batch-review", **fields: object) -> Story:
        return self.event("worktree_review_gate", label=label, decision=decision, **fields)

    def returns(self, **result: object) -> Story:
        return self.event("workflow_done", name="story", result=result)

    def exits(self, status: str, code: int | None = 0) -> Story:
        return self.line(exit_record(status, code, self.now_ms)).recorded(status)

    def remembers(self, **state: object) -> Story:
        self.state = state
        return self

    @property
    def acc(self) -> RunAcc:
        acc = RunAcc(self.run_id, "/place")
        if self.record is not None:
            fold(acc, Replaced("run.json", encode_run(RunRecord(self.record))))
        fold(acc, Appended("events.jsonl", 0, self.journal, False))
        if self.state is not None:
            fold(acc, Replaced("state.json", encode_state(StateRecord(self.state))))
        return acc
