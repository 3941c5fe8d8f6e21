"""What a session waits for can be decided from the card alone: whole texts, all options, who can answer."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from odw_core.engines.codex.acc import SessionAcc
from odw_core.engines.codex.engine import CodexEngine
from odw_core.model.address import Address
from odw_core.model.evidence import Appended, Facts, Unit
from odw_core.model.question import Choice, Question

FIXTURES = Path(__file__).parents[3] / "fixtures" / "codex"
EXPECTED: dict[str, Any] = json.loads((FIXTURES / "expected_mini_home.json").read_text(encoding="utf-8"))
ENGINE = CodexEngine()


def fold(data: bytes, thread: str = "t") -> SessionAcc:
    unit = Unit(Address("codex", thread), "/home", "/home/sessions/x.jsonl")
    return ENGINE.fold(ENGINE.start(unit), Appended("", 0, data, False))


def asked(label: str, alive: bool | None = True, age_s: float = 60.0) -> tuple[Question, ...]:
    expected = EXPECTED[label]
    acc = fold((FIXTURES / "mini_home" / expected["path"]).read_bytes(), expected["id"])
    return ENGINE.questions(acc, Facts((acc.last_ms or 0) / 1000 + age_s, alive))


def pending(name: str, policy: str = "on-request", sandbox: str = "workspace-write", **arguments: Any) -> SessionAcc:
    def line(kind: str, **payload: Any) -> bytes:
        return json.dumps({"timestamp": "2026-11-14T08:21:24.000Z", "type": kind, "payload": payload}).encode() + b"\n"

    return fold(
        line("event_msg", type="task_started")
        + line("turn_context", approval_policy=policy, sandbox_policy={"type": sandbox}, model="m")
        + line("response_item", type="function_call", name=name, call_id="c1", arguments=json.dumps(arguments))
    )


def open_questions(acc: SessionAcc) -> tuple[Question, ...]:
    return ENGINE.questions(acc, Facts((acc.last_ms or 0) / 1000, True))


def test_what_is_asked_together_is_one_form_with_all_options() -> None:
    (form,) = asked("waiting_user_input")
    assert (form.kind, form.title) == ("question", "Database, Name")
    assert form.body.startswith("Database: Which database should the service use?\n")
    assert [(field.id, field.label) for field in form.fields] == [("db", "Database"), ("name", "Name")]
    assert form.details[0] == ("db", "Which database should the service use?")
    assert form.fields[0].choices == (
        Choice("PostgreSQL (Recommended)", "Best fit for the existing schema."),
        Choice("SQLite", "No server, single writer."),
    )
    assert (form.inferred, form.decisions) == (False, ("answer",))
    assert form.why_not is not None
    assert "codex resume" in form.answer_via


def test_an_approval_shows_the_command_and_its_reason_and_is_inferred() -> None:
    (approval,) = asked("waiting_approval_exec")
    assert (approval.kind, approval.inferred) == ("approval", True)
    assert approval.body == (
        "May I write outside.txt without the sandbox?\n\necho approved > outside.txt && cat outside.txt"
    )
    assert approval.decisions == ("accept", "acceptForSession", "decline", "cancel")
    assert approval.risk == "it runs outside the sandbox"


def test_an_approval_of_a_patch_shows_the_patch() -> None:
    (approval,) = asked("waiting_approval_patch")
    assert approval.body == "*** Begin Patch\n*** Add File: approved.md\n+approved content\n*** End Patch\n"


def test_nobody_is_asked_once_nobody_listens() -> None:
    assert asked("waiting_user_input", alive=False) == ()
    assert asked("waiting_approval_exec", alive=False) == ()
    assert asked("waiting_approval_exec", alive=None, age_s=86_400.0) == ()
    assert len(asked("waiting_user_input", alive=None, age_s=86_400.0)) == 1


def test_a_policy_that_never_asks_is_believed() -> None:
    escalated = {"cmd": "rm -r x", "sandbox_permissions": "require_escalated"}
    assert open_questions(pending("exec_command", policy="never", **escalated)) == ()
    assert len(open_questions(pending("exec_command", **escalated))) == 1
    assert open_questions(pending("exec_command", cmd="ls")) == ()
    assert len(open_questions(pending("exec_command", policy="untrusted", cmd="ls"))) == 1
    assert open_questions(pending("apply_patch", input="*** Begin Patch")) == ()
    assert len(open_questions(pending("apply_patch", sandbox="read-only", input="*** Begin Patch"))) == 1


def test_questions_of_any_shape_make_cards_that_can_be_shown() -> None:
    questions = [
        {"id": 7, "question": "a\x1b]0;x\x07\u202e?", "options": None, "isOther": "x", "isSecret": True},
        {},
        3,
    ]
    (card,) = open_questions(pending("request_user_input", questions=questions))
    assert card.body == "a␛]0;x␇<202e>?\n"
    assert card.fields[0].is_secret
    assert card.fields[0].allows_other
    item = ENGINE.item(pending("request_user_input", questions="none"), Facts(1_794_644_490.0, True))
    assert (item.stage, item.why) == ("1 question", "it waits for an answer")


def test_the_same_question_has_the_same_digest_and_another_text_another() -> None:
    one = open_questions(pending("exec_command", cmd="a", sandbox_permissions="require_escalated"))[0]
    same = open_questions(pending("exec_command", cmd="a", sandbox_permissions="require_escalated"))[0]
    other = open_questions(pending("exec_command", cmd="b", sandbox_permissions="require_escalated"))[0]
    assert one == same
    assert one.digest != other.digest
