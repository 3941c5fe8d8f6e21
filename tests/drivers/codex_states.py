"""The smallest Codex rollouts for every row of docs/states.md."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from drivers.state_table import MUCH_LATER, NOW, Case

SESSIONS = "Codex sessions"

_THREAD = "01a1d925-a135-7121-9e9f-98c84875f09b"
_BEGAN = NOW - 60

Line = tuple[str, dict[str, object]]

STARTED: Line = ("event_msg", {"type": "task_started", "turn_id": "turn-1", "model_context_window": 1000})
COMPLETE: Line = ("event_msg", {"type": "task_complete", "turn_id": "turn-1", "last_agent_message": "done"})
FAILED: Line = ("event_msg", {"type": "task_complete", "turn_id": "turn-1", "error": {"message": "boom"}})
ABORTED: Line = ("event_msg", {"type": "turn_aborted", "turn_id": "turn-1", "reason": "interrupted"})


def context(policy: str = "on-request", sandbox: str = "workspace-write") -> Line:
    return (
        "turn_context",
        {
            "turn_id": "turn-1",
            "cwd": "/srv/shop",
            "model": "gpt-5",
            "approval_policy": policy,
            "sandbox_policy": {"type": sandbox},
        },
    )


def call(name: str, **arguments: object) -> Line:
    words = json.dumps(arguments)
    return "response_item", {"type": "function_call", "name": name, "arguments": words, "call_id": "call-1"}


PATCH: Line = (
    "response_item",
    {"type": "custom_tool_call", "name": "apply_patch", "input": "*** Begin Patch", "call_id": "call-1"},
)
ASKED: Line = ("event_msg", {"type": "user_message", "message": "Do it."})
SPOKEN: Line = ("event_msg", {"type": "agent_message", "message": "It is done."})
QUESTION = call("request_user_input", questions=[{"id": "q", "header": "Q", "question": "Which?", "options": []}])
ESCALATED = call("exec_command", cmd="npm publish", sandbox_permissions="require_escalated")


def rollout(*lines: Line) -> Callable[[Path], None]:
    """Lays one rollout of today's format down, a second between its lines."""

    def lay(place: Path) -> None:
        began = datetime.fromtimestamp(_BEGAN, UTC)
        folder = place / "sessions" / f"{began:%Y/%m/%d}"
        folder.mkdir(parents=True)
        meta: Line = (
            "session_meta",
            {
                "id": _THREAD,
                "session_id": _THREAD,
                "cwd": "/srv/shop",
                "originator": "codex_exec",
                "cli_version": "0.169.0",
            },
        )
        text = ""
        for number, (kind, payload) in enumerate((meta, *lines)):
            at = datetime.fromtimestamp(_BEGAN + number, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
            text += json.dumps({"timestamp": at, "ordinal": number, "type": kind, "payload": payload}) + "\n"
        (folder / f"rollout-{began:%Y-%m-%dT%H-%M-%S}-{_THREAD}.jsonl").write_text(text)

    return lay


def session(raw: str, when: str, state: str, *lines: Line, alive: bool | None = True, now: float = NOW) -> Case:
    return Case(SESSIONS, raw, when, state, rollout(*lines), alive, now)


CASES = [
    session("waiting_input", "it asked with `request_user_input`", "waiting", STARTED, context(), QUESTION),
    session(
        "waiting_approval", "a command asks to leave the sandbox (inferred)", "waiting", STARTED, context(), ESCALATED
    ),
    session(
        "waiting_approval",
        "a patch under a read-only sandbox (inferred)",
        "waiting",
        STARTED,
        context(sandbox="read-only"),
        PATCH,
    ),
    session(
        "waiting_approval",
        "any command under the policy `untrusted` (inferred)",
        "waiting",
        STARTED,
        context("untrusted"),
        call("exec_command", cmd="ls"),
    ),
    session(
        "waiting_approval",
        "inferred, nobody can tell whether its writer lives, and nothing came of it for hours",
        "stale",
        STARTED,
        context(),
        ESCALATED,
        alive=None,
        now=MUCH_LATER,
    ),
    session("running", "a command runs", "running", STARTED, context("never"), call("exec_command", cmd="npm test")),
    session("running", "it thinks", "running", STARTED, context()),
    session("running", "its writer lives and says nothing for too long", "stale", STARTED, context(), now=MUCH_LATER),
    session("stale", "its writer is gone", "stale", STARTED, context(), alive=False),
    session(
        "running", "nobody can tell, and nothing for too long", "stale", STARTED, context(), alive=None, now=MUCH_LATER
    ),
    session("stale", "it asked, and its writer is gone", "stale", STARTED, context(), QUESTION, alive=False),
    session("interrupted", "a person interrupted the last turn", "idle", STARTED, context(), ABORTED, alive=False),
    session("failed", "the last turn ended with an error", "failed", STARTED, context(), FAILED, alive=False),
    session("done", "versions that mark no turns: the agent spoke last", "done", ASKED, SPOKEN, alive=None),
    session("done", "the last turn ended", "done", STARTED, context(), COMPLETE, alive=False),
]
