"""What the real Codex asks on behalf of others: permissions that an agent wants, forms and tools of an MCP server."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from drivers import form_server
from drivers.real_codex import RealCodex
from drivers.session_run import SessionRun
from odw_core.model.question import Question

SECRET = "canary-elicited-2b6e1f70"
SCHEMA = {
    "type": "object",
    "properties": {
        "name": {"type": "string", "title": "Your name"},
        "count": {"type": "integer"},
        "colours": {"type": "array", "items": {"type": "string", "enum": ["red", "green", "blue"]}},
        "password": {"type": "string"},
    },
    "required": ["name"],
}


def with_servers(codex: RealCodex) -> None:
    """Give Codex an MCP server, and the tool by which an agent asks for permissions."""
    server = f"command = {json.dumps(sys.executable)}\nargs = {json.dumps([str(Path(form_server.__file__))])}\n"
    codex.configure(
        f"\n[mcp_servers.forms]\n{server}\n[features]\nrequest_permissions_tool = true\n"
        "exec_permission_approvals = true\n"
    )


def begin(codex: RealCodex, tool: str, *given: dict[str, object]) -> SessionRun:
    """A session that calls a tool of that server, once for each of these."""
    with_servers(codex)
    calls: list[object] = [{"call": {"name": tool, "namespace": "mcp__forms", "arguments": one}} for one in given]
    codex.model.teach("calls", [*calls, {"say": "I got {{last_tool_output}}", "phase": "final_answer"}])
    return SessionRun.start(codex, "calls")


def told(run: SessionRun) -> str:
    """What the agent said last."""
    assert run.until_over()["status"] == "completed", run.story
    return str(run.of("agent_done")[0]["result"]["text"])


def asked_next(run: SessionRun, before: Question) -> Question:
    """The question that came after another one."""
    return run.until(lambda: [one for one in run.open_questions if one.id != before.id])[0]


def test_a_form_of_another_server_is_filled_in_and_its_secret_is_on_no_disk(codex: RealCodex) -> None:
    run = begin(codex, "fill", {"message": "Who are you?", "schema": SCHEMA})
    question = run.until_asked()
    assert (question.kind, question.title, question.why_not) == ("question", "Who are you?", None)
    assert {field.id for field in question.fields if field.is_secret} == {"password"}
    assert {field.id for field in question.fields if field.takes_several} == {"colours"}
    filled = {"name": ("Ann",), "count": ("3",), "colours": ("red", "blue"), "password": (SECRET,)}
    assert run.decide("accept", question, **filled).outcome == "accepted"
    said = told(run)
    assert '"name": "Ann"' in said.replace("\\", "")
    assert '"colours": ["red", "blue"]' in said.replace("\\", "")
    assert "*" * len(SECRET) in said
    holding = [path for path in codex.files_holding(SECRET) if not path.is_relative_to(codex.home)]
    assert [path for path in holding if path != codex.model.log] == []


def test_what_does_not_fit_a_form_is_asked_again_and_not_sent(codex: RealCodex) -> None:
    run = begin(codex, "fill", {"message": "Who are you?", "schema": SCHEMA})
    question = run.until_asked()
    run.decide("accept", question, name=("Ann",), count=("many",))
    run.until_event("warning", message="count must be a whole number.")
    run.until(lambda: run.open_questions)
    run.decide("decline", question)
    assert '"action": "decline"' in told(run).replace("\\", "")


def test_a_tool_that_may_destroy_is_shown_with_all_it_is_given_and_runs_once_allowed(codex: RealCodex) -> None:
    given = {"path": "target.txt", "words": {"of": ["all", "kinds"]}}
    run = begin(codex, "write", given, given)
    question = run.until_asked()
    assert (question.kind, question.confirm) == ("approval", "destroy")
    assert question.decisions == ("accept", "acceptForSession", "acceptAlways", "decline", "cancel")
    shown = [text for label, text in question.details if label == "given"]
    assert shown[0] == "path: target.txt"
    assert '"kinds"' in shown[1]
    target = codex.project / "target.txt"
    assert not target.exists()
    assert run.decide("accept", question).outcome == "accepted"
    # The very same call again is another question.
    run.until(lambda: len(run.of("question")) == 2)
    assert target.exists()
    target.unlink()
    run.decide("decline")
    told(run)
    assert not target.exists()


def test_a_tool_allowed_for_the_session_is_asked_about_once(codex: RealCodex) -> None:
    run = begin(codex, "write", {"path": "first.txt"}, {"path": "second.txt"})
    run.decide("acceptForSession")
    told(run)
    assert (codex.project / "first.txt").exists()
    assert (codex.project / "second.txt").exists()
    assert len(run.of("question")) == 1


def test_a_tool_that_was_not_allowed_does_nothing(codex: RealCodex) -> None:
    run = begin(codex, "write", {"path": "target.txt"})
    run.decide("cancel")
    run.until_over()
    assert not (codex.project / "target.txt").exists()


def test_permissions_that_an_agent_asks_for_let_its_next_command_through(codex: RealCodex) -> None:
    with_servers(codex)
    elsewhere = codex.base / "elsewhere"
    elsewhere.mkdir()
    wanted = {"reason": "May I write elsewhere?", "permissions": {"file_system": {"write": [str(elsewhere)]}}}
    codex.model.teach(
        "wants_more",
        [
            {"exec": f"touch {elsewhere}/before"},
            {"call": {"name": "request_permissions", "arguments": wanted}},
            {"exec": f"touch {elsewhere}/after"},
            {"say": "I got {{last_tool_output}}", "phase": "final_answer"},
        ],
    )
    run = SessionRun.start(codex, "wants_more")
    question = run.until_asked()
    assert (question.kind, question.confirm) == ("approval", "outside")
    assert f"write {elsewhere}" in dict(question.details)["permissions"]
    assert run.decide("accept", question).outcome == "accepted"
    told(run)
    assert [path.name for path in elsewhere.iterdir()] == ["after"]


def test_permissions_that_were_declined_let_nothing_through(codex: RealCodex) -> None:
    with_servers(codex)
    elsewhere = codex.base / "elsewhere"
    elsewhere.mkdir()
    wanted = {"reason": "May I write elsewhere?", "permissions": {"file_system": {"write": [str(elsewhere)]}}}
    codex.model.teach(
        "wants_more",
        [
            {"call": {"name": "request_permissions", "arguments": wanted}},
            {"exec": f"touch {elsewhere}/after"},
            {"say": "I got {{last_tool_output}}", "phase": "final_answer"},
        ],
    )
    run = SessionRun.start(codex, "wants_more")
    run.decide("decline")
    told(run)
    assert [*elsewhere.iterdir()] == []
