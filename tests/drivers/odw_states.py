"""The smallest ODW runs and PandaCode sessions for every row of docs/states.md."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

from drivers.odw_recording import BEGAN_MS, RUN_ID, Story
from drivers.state_table import MUCH_LATER, Case
from odw_core.engines.odw.records import RunRecord, encode_run

RUNS, SESSIONS = "ODW runs", "PandaCode sessions"

_ASKED = {"state": "waiting_for_user", "pending_user_input": {"questions": [{"id": "q", "question": "Which?"}]}}


def run(story: Story) -> Callable[[Path], None]:
    """Lays a story down as a run folder."""

    def lay(place: Path) -> None:
        folder = place / ".odw" / "runs" / RUN_ID
        folder.mkdir(parents=True)
        if story.journal:
            (folder / "events.jsonl").write_bytes(story.journal)
        if story.record is not None:
            (folder / "run.json").write_bytes(encode_run(RunRecord(story.record)))

    return lay


def session(status: str | None, **artifacts: object) -> Callable[[Path], None]:
    """Lays one session record down; without a status one that cannot be read."""

    def lay(place: Path) -> None:
        folder = place / ".pandacode" / "sessions" / "codex"
        folder.mkdir(parents=True)
        record = {
            "runtime": "codex",
            "session": "task",
            "artifacts": {"status": status, **artifacts},
            "created_ms": BEGAN_MS,
            "updated_ms": BEGAN_MS + 1000,
        }
        (folder / "task.json").write_text("torn" if status is None else json.dumps(record))

    return lay


def told() -> Story:
    return Story().launched().phase("Work").starts("core")


def native() -> Story:
    supervisor = {"epoch": "e", "pid": 4242, "started_at": BEGAN_MS / 1000}
    return Story().launched(backend="native").event("supervisor", **supervisor).phase("Work").starts("session")


def asking() -> Story:
    question = {"id": "q", "address": f"odw:{RUN_ID}/session", "kind": "approval", "digest": "d", "title": "run it?"}
    known = {**question, "subject": "session", "decisions": ["accept", "decline"]}
    return native().event("question", key="session", question=known)


def failed(**result: object) -> Story:
    return told().returns(ok=False, **result).exits("failed")


_PRE_REVIEW = {"category": "implementation_pre_review_blocked", "message": "core: no patch to review"}
_STOPPED = {"category": "stopped_by_owner", "message": "you stopped it at the gate; nothing landed"}
_UNVERIFIED = {"category": "verification_failed", "message": "npm test failed"}
_GATE = {"blockers": 1, "blocker_samples": ["src/a.py:1 wrong"]}

CASES = [
    Case(
        RUNS, "starting", "the folder is there, `run.json` is not yet, its process lives", "running", run(Story()), True
    ),
    Case(RUNS, "abandoned folder", "no readable `run.json` and no process", "stale", run(Story()), False),
    Case(RUNS, "running", "its process lives", "running", run(told()), True),
    Case(RUNS, "running", "its process lives and says nothing for too long", "stale", run(told()), True, MUCH_LATER),
    Case(RUNS, "running", "nobody can tell whether its process lives", "running", run(told()), None),
    Case(RUNS, "orphaned", "no `exit` event and its process is gone", "stale", run(told()), False),
    Case(
        RUNS,
        "needs input",
        "an agent asked a person and the run did not go on past it",
        "waiting",
        run(told().ends("core", _ASKED, ok=False).returns(ok=False).exits("failed")),
        False,
    ),
    Case(
        RUNS,
        "needs owner decision",
        "the gate says `needs_owner`",
        "waiting",
        run(failed(gate={"decision": "needs_owner"})),
        False,
    ),
    Case(
        RUNS,
        "rejected, nothing landed",
        "rejected in the last round there was",
        "blocked",
        run(told().gate("reject", **_GATE).returns(ok=False, gate={"decision": "reject"}).exits("failed")),
        False,
    ),
    Case(
        RUNS,
        "failed",
        "a task had nothing to review (`implementation_pre_review_blocked`)",
        "blocked",
        run(failed(error=_PRE_REVIEW)),
        False,
    ),
    Case(
        RUNS,
        "failed",
        "a person stopped a run of odw-tui at its gate or its plan",
        "blocked",
        run(native().returns(ok=False, error=_STOPPED).exits("failed")),
        False,
    ),
    Case(
        RUNS,
        "landed but verification failed",
        "patches are in, the check of the tree failed",
        "failed",
        run(
            told()
            .event("worktree_patch_apply", label="core-1", ok=True, applied=True, files=1)
            .returns(ok=False, landed={"ok": True}, error=_UNVERIFIED)
            .exits("failed")
        ),
        False,
    ),
    Case(
        RUNS,
        "failed",
        "an uncaught error, an error in the result, or a task that failed for good",
        "failed",
        run(told().event("workflow_error", message="Error: boom").exits("failed", 1)),
        False,
    ),
    Case(RUNS, "interrupted", "a signal stopped the runner", "idle", run(told().exits("failed", None)), False),
    Case(RUNS, "needs input", "a run of odw-tui asks", "waiting", run(asking()), True),
    Case(RUNS, "needs input", "a run of odw-tui asks and its supervisor is gone", "waiting", run(asking()), False),
    Case(RUNS, "orphaned", "the supervisor of a run of odw-tui is gone", "stale", run(native()), False),
    Case(
        RUNS,
        "orphaned",
        "the supervisor of a run of odw-tui could not go on",
        "stale",
        run(native().event("supervisor_stopped", reason="No space left on device")),
        False,
    ),
    Case(
        RUNS,
        "interrupted",
        "a person cancelled a run of odw-tui",
        "idle",
        run(native().event("cancelled", by="ada@host (screen)").exits("failed", None)),
        False,
    ),
    Case(RUNS, "completed", "", "done", run(told().ends("core").returns(ok=True).exits("completed")), False),
    Case(SESSIONS, "starting", "its runner lives", "running", session("starting", runner_pid=7), True),
    Case(SESSIONS, "running", "its runner lives", "running", session("running", runner_pid=7), True),
    Case(
        SESSIONS,
        "running",
        "its runner lives and says nothing for too long",
        "stale",
        session("running", runner_pid=7),
        True,
        MUCH_LATER,
    ),
    Case(SESSIONS, "starting", "its runner is gone", "stale", session("starting", runner_pid=7), False),
    Case(SESSIONS, "running", "its runner is gone", "stale", session("running", runner_pid=7), False),
    Case(
        SESSIONS,
        "waiting_for_user",
        "",
        "waiting",
        session("waiting_for_user", pending_questions=[{"id": "q", "question": "Which?"}]),
    ),
    Case(SESSIONS, "completed", "", "done", session("completed")),
    Case(SESSIONS, "failed", "", "failed", session("failed", error="boom")),
    Case(SESSIONS, "timeout", "", "failed", session("timeout")),
    Case(SESSIONS, "no_report", "", "failed", session("no_report")),
    Case(SESSIONS, "interrupted", "", "idle", session("interrupted")),
    Case(SESSIONS, "stopped", "", "idle", session("stopped")),
    Case(SESSIONS, "unreadable", "its record does not parse", "stale", session(None)),
]
