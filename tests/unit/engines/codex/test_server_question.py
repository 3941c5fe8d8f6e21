"""Everything an app server asks of a person: what the card says, and what the server hears when the person decided."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from odw_core.engines.codex.asker import Asker
from odw_core.engines.codex.methods import COMMAND, ELICITATION, FORM, PATCH, PERMISSIONS
from odw_core.engines.codex.server_answer import answer, secret_answers
from odw_core.engines.codex.server_question import server_question
from odw_core.errors import UsageError
from odw_core.model.address import Address
from odw_core.model.decision import Decision
from odw_core.model.question import Choice, Question, Road

ASKER = Asker(Address("codex", "t"), "the session", "server", "you, here", Road.SERVER, workspace="/p")
IDS = {"threadId": "t", "turnId": "u", "itemId": "i", "startedAtMs": 5000}


def card(method: str, changes: list[dict[str, Any]] | None = None, /, **params: Any) -> Question:
    question = server_question(method, {**IDS, **params}, ASKER, changes)
    assert question is not None
    return question


def said(method: str, verdict: str, params: dict[str, Any], /, **values: tuple[str, ...]) -> dict[str, Any]:
    return answer(method, {**IDS, **params}, Decision("q", "d", verdict, tuple(values.items())))


NETWORK = {
    "command": "/bin/bash -lc 'curl https://example.org'",
    "cwd": "/p",
    "networkApprovalContext": {"host": "example.org", "protocol": "https"},
    "availableDecisions": ["accept", "somethingNew", "cancel"],
    "proposedNetworkPolicyAmendments": [
        {"action": "allow", "host": "example.org"},
        {"action": "deny", "host": "example.org"},
    ],
}


def test_a_command_that_wants_the_network_offers_every_way_to_decide_it() -> None:
    question = card(COMMAND, **NETWORK)
    assert question.decisions == (
        "accept",
        "acceptForSession",
        "somethingNew",
        "applyNetworkPolicyAmendment allow example.org",
        "applyNetworkPolicyAmendment deny example.org",
        "decline",
        "cancel",
    )
    assert question.risk
    assert dict(question.details)["network"] == "https example.org"
    amendment = {"network_policy_amendment": {"action": "deny", "host": "example.org"}}
    heard = said(COMMAND, "applyNetworkPolicyAmendment deny example.org", NETWORK)
    assert heard == {"decision": {"applyNetworkPolicyAmendment": amendment}}
    assert said(COMMAND, "somethingNew", NETWORK) == {"decision": "somethingNew"}


def test_what_is_not_offered_is_refused() -> None:
    with pytest.raises(UsageError, match="'yes' is no answer to this"):
        said(COMMAND, "yes", NETWORK)
    with pytest.raises(UsageError):
        said(PATCH, "acceptWithExecpolicyAmendment", {})


def test_a_dangerous_command_needs_a_word() -> None:
    question = card(COMMAND, command="sudo rm -rf /", cwd="/p", commandActions=[])
    assert question.risk
    assert question.confirm


def test_two_approvals_of_one_call_are_two_questions() -> None:
    one, other = card(COMMAND, command="ls"), card(COMMAND, command="ls", approvalId="second")
    assert one.id != other.id


def test_anything_that_decides_changes_the_digest_and_the_time_does_not() -> None:
    question = card(COMMAND, **NETWORK)
    assert card(COMMAND, **{**NETWORK, "startedAtMs": 9}).digest == question.digest
    for key, value in (("command", "x"), ("cwd", "/q"), ("availableDecisions", []), ("networkApprovalContext", None)):
        assert card(COMMAND, **{**NETWORK, key: value}).digest != question.digest, key


CHANGES = [
    {"path": "/p/new", "kind": {"type": "add"}, "diff": "a\nb\n"},
    {"path": "/p/old", "kind": {"type": "delete"}, "diff": "gone\n"},
    {"path": "/p/x", "kind": {"type": "update", "move_path": "/p/y"}, "diff": "@@ -1 +1 @@\n-a\n+b"},
]


def test_a_patch_is_shown_as_one() -> None:
    question = card(PATCH, CHANGES, reason="outside", grantRoot="/other")
    assert dict(question.details)["patch"] == (
        "--- /dev/null\n+++ /p/new\n@@ -0,0 +1,2 @@\n+a\n+b\n"
        "--- /p/old\n+++ /dev/null\n@@ -1,1 +0,0 @@\n-gone\n"
        "--- /p/x\n+++ /p/y\n@@ -1 +1 @@\n-a\n+b\n"
    )
    assert ("always allow", "writing below /other") in question.details
    assert question.title == "apply a patch: 3 files?"


def test_a_patch_that_nobody_can_see_can_only_be_declined() -> None:
    question = card(PATCH)
    assert (question.decisions, question.road) == (("decline", "cancel"), Road.NONE)
    assert question.why_not


def test_permissions_are_granted_as_they_were_asked_for_or_not_at_all() -> None:
    wanted = {
        "fileSystem": {"write": ["/data"], "entries": [{"access": "read", "path": {"type": "path", "path": "/etc"}}]},
        "network": {"enabled": True},
    }
    question = card(PERMISSIONS, permissions=wanted, cwd="/p", reason="more")
    assert question.body == "more\n\nthe network\nwrite /data\nread /etc"
    assert question.risk
    params = {"permissions": wanted}
    assert said(PERMISSIONS, "accept", params) == {"permissions": wanted, "scope": "turn"}
    assert said(PERMISSIONS, "acceptForSession", params) == {"permissions": wanted, "scope": "session"}
    assert said(PERMISSIONS, "decline", params) == {"permissions": {}, "scope": "turn"}


ASKED = {
    "questions": [
        {"id": "db", "header": "DB", "question": "Which?", "options": [{"label": "A"}, {"label": "B"}]},
        {"id": "free", "header": "", "question": "Why?", "options": None},
        {"id": "pin", "header": "PIN", "question": "Which pin?", "isSecret": True, "options": None},
    ]
}


def test_a_form_says_options_by_their_label_and_all_else_as_a_note() -> None:
    heard = said(FORM, "answer", ASKED, db=("B", "but small"), free=("because",))
    assert heard["answers"] == {
        "db": {"answers": ["B", "user_note: but small"]},
        "free": {"answers": ["user_note: because"]},
        "pin": {"answers": []},
    }
    assert said(FORM, "answer", ASKED, db=("C",))["answers"]["db"] == {"answers": ["None of the above", "user_note: C"]}
    with pytest.raises(UsageError, match="asks nothing called 'other'"):
        said(FORM, "answer", ASKED, other=("x",))


def test_what_was_typed_into_secret_fields_is_known_for_what_it_is() -> None:
    decision = Decision("q", "d", "answer", (("pin", ("4471",)), ("free", ("x",))))
    assert secret_answers(ASKED, decision) == ["4471"]
    assert "4471" not in repr(decision)


SCHEMA = {
    "type": "object",
    "properties": {
        "name": {"type": "string", "title": "Your name"},
        "age": {"type": "integer"},
        "ratio": {"type": "number"},
        "sure": {"type": "boolean"},
        "size": {"type": "string", "enum": ["s", "l"], "enumNames": ["small", "large"]},
        "tags": {"type": "array", "items": {"anyOf": [{"const": "x", "title": "Ex"}, {"const": "y", "title": "Why"}]}},
        "password": {"type": "string"},
    },
    "required": ["name"],
}
ELICITED = {"serverName": "m", "mode": "form", "message": "Who are you?", "requestedSchema": SCHEMA}


def test_a_flat_form_of_another_server_becomes_fields() -> None:
    fields = {field.id: field for field in card(ELICITATION, **ELICITED).fields}
    assert fields["name"].label == "Your name"
    assert fields["age"].label == "age (optional)"
    assert fields["size"].choices == (Choice("small"), Choice("large"))
    assert fields["sure"].choices == (Choice("yes"), Choice("no"))
    assert [name for name, field in fields.items() if field.is_secret] == ["password"]


def test_what_was_put_in_goes_back_as_the_schema_wants_it() -> None:
    heard = said(
        ELICITATION,
        "accept",
        ELICITED,
        name=("Ann",),
        age=("7",),
        ratio=("0.5",),
        sure=("yes",),
        size=("large",),
        tags=("Ex", "Why"),
    )
    content = {"name": "Ann", "age": 7, "ratio": 0.5, "sure": True, "size": "l", "tags": ["x", "y"]}
    assert heard == {"action": "accept", "content": content}
    assert said(ELICITATION, "cancel", ELICITED) == {"action": "cancel", "content": None}


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("age", "old", "age must be a whole number"),
        ("ratio", "nan", "ratio must be a number"),
        ("sure", "maybe", "sure is either yes or no"),
        ("size", "medium", "pick one of small, large"),
        ("strange", "x", "The form has no field 'strange'"),
    ],
)
def test_what_does_not_fit_is_named(field: str, value: str, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        said(ELICITATION, "accept", ELICITED, name=("Ann",), **{field: (value,)})


def test_what_must_be_filled_in_is_named() -> None:
    with pytest.raises(UsageError, match="name must be filled in"):
        said(ELICITATION, "accept", ELICITED)


def test_a_nested_form_says_why_it_cannot_be_filled_in_here() -> None:
    schema = {"type": "object", "properties": {"inner": {"type": "object", "properties": {}}}}
    question = card(ELICITATION, **{**ELICITED, "requestedSchema": schema})
    assert question.why_not == "its field inner is no plain value; answer it in Codex's own screen"
    assert question.decisions == ("decline", "cancel")
    assert card(ELICITATION, **{**ELICITED, "mode": "openai/userVerification"}).road is Road.NONE


def test_a_page_to_open_is_shown_with_its_address() -> None:
    question = card(ELICITATION, mode="url", url="https://x.example/\u202elogin", message="Log in", elicitationId="e")
    assert dict(question.details)["address"] == "https://x.example/<202e>login"
    assert said(ELICITATION, "accept", {"mode": "url"}) == {"action": "accept", "content": None}


def test_what_is_meant_for_a_program_makes_no_card() -> None:
    assert server_question("item/tool/call", IDS, ASKER) is None
    assert server_question("currentTime/read", IDS, ASKER) is None


def test_who_cannot_answer_is_told_why() -> None:
    question = server_question(COMMAND, {**IDS, "command": "ls"}, replace(ASKER, road=Road.NONE, why_not="read only"))
    assert question is not None
    assert (question.why_not, question.road) == ("read only", Road.NONE)
