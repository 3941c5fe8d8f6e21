"""Questions of the real Codex: every sub-question in one form, the answers as given, secrets nowhere."""

from __future__ import annotations

import os
import signal

from drivers.real_codex import RealCodex
from drivers.session_run import SessionRun
from odw_core.model.command import Decide
from odw_core.model.decision import Decision
from odw_core.runs import control

SECRET = "swordfish-4471-lantern"


def test_a_form_with_three_questions_is_answered_at_once_and_the_secret_is_on_no_disk(codex: RealCodex) -> None:
    codex.model.teach("told", [{"ask": _three()}, {"say": "I got: {{last_tool_output}}", "phase": "final_answer"}])
    run = SessionRun.start(codex, "told")
    question = run.until_asked()
    assert [(field.id, field.is_secret) for field in question.fields] == [
        ("db", False),
        ("name", False),
        ("token", True),
    ]
    run.decide("answer", db=("SQLite",), name=("call it vault",), token=(SECRET,))
    assert run.until_over()["status"] == "completed"
    said = run.of("agent_done")[0]["result"]["text"]
    assert '"db":{"answers":["SQLite"]}' in said
    assert "user_note: call it vault" in said
    # The model got it, and said it again; what Codex writes into its own transcript is not ours to change.
    holding = [path for path in codex.files_holding(SECRET) if not path.is_relative_to(codex.home)]
    assert holding == []
    assert "*" * len(SECRET) in said


def test_a_secret_waits_on_no_disk_for_a_supervisor_that_stands_still(codex: RealCodex) -> None:
    codex.model.teach("told", [{"ask": _three()}, {"say": "I got: {{last_tool_output}}", "phase": "final_answer"}])
    run = SessionRun.start(codex, "told")
    question = run.until_asked()
    os.kill(run.supervisor, signal.SIGSTOP)
    values = (("db", ("SQLite",)), ("name", ("vault",)), ("token", (SECRET,)))
    command = Decide(Decision(question.id, question.digest, "answer", values))
    control.send(codex.state, run.folder.run_id, command, secret=("token",))
    assert [path for path in codex.files_holding(command.id) if path.is_relative_to(codex.state)]
    assert codex.files_holding(SECRET) == []
    os.kill(run.supervisor, signal.SIGCONT)
    assert run.until_over()["status"] == "completed"
    assert f"user_note: {'*' * len(SECRET)}" in run.of("agent_done")[0]["result"]["text"]


def test_a_secret_that_was_lost_with_its_supervisor_is_asked_for_again(codex: RealCodex) -> None:
    codex.model.teach("told", [{"ask": _three()}, {"say": "I got: {{last_tool_output}}", "phase": "final_answer"}])
    run = SessionRun.start(codex, "told")
    question = run.until_asked()
    os.kill(run.supervisor, signal.SIGSTOP)
    values = (("db", ("SQLite",)), ("name", ("vault",)), ("token", (SECRET,)))
    command = Decide(Decision(question.id, question.digest, "answer", values))
    control.send(codex.state, run.folder.run_id, command, secret=("token",))
    run.kill_supervisor()
    run.resume()
    refused = run.until(lambda: control.receipt(codex.state, run.folder.run_id, command.id))
    assert refused.outcome == "refused"
    assert run.until_asked() == question
    run.decide("answer", question, **dict(values))
    assert run.until_over()["status"] == "completed"


def test_a_question_in_plan_mode_is_answered(codex: RealCodex) -> None:
    run = SessionRun.start(codex, "ask", mode="plan")
    run.decide("answer", db=("PostgreSQL (Recommended)",), name=("storage",))
    assert run.until_over()["status"] == "completed"
    assert "PostgreSQL (Recommended)" in run.of("agent_done")[0]["result"]["text"]


def test_asking_brings_no_warning(codex: RealCodex) -> None:
    run = SessionRun.start(codex, "ask")
    run.decide("answer", db=("SQLite",), name=("storage",))
    run.until_over()
    assert run.of("warning") == []


def _three() -> list[dict[str, object]]:
    one = {"label": "SQLite", "description": "No server."}
    other = {"label": "PostgreSQL", "description": "A server."}
    return [
        {"id": "db", "header": "Database", "question": "Which database?", "options": [one, other]},
        {
            "id": "name",
            "header": "Name",
            "question": "Which name?",
            "options": [{"label": "x", "description": "X."}] * 2,
        },
        {"id": "token", "header": "Token", "question": "Which token?", "isSecret": True, "options": [one, other]},
    ]
