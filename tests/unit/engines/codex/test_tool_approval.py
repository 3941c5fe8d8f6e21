"""A tool of another server, as its card shows it: with everything that it is given, whole, and bound to that."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from odw_core.engines.codex.asker import Asker
from odw_core.engines.codex.methods import ELICITATION
from odw_core.engines.codex.server_answer import answer
from odw_core.engines.codex.server_question import server_question
from odw_core.errors import UsageError
from odw_core.model.address import Address
from odw_core.model.decision import Decision
from odw_core.model.question import Question, Road

ASKER = Asker(Address("codex", "t"), "the session", "server", "you, here", Road.SERVER)
CALL: dict[str, Any] = {
    "codex_approval_kind": "mcp_tool_call",
    "persist": ["session", "always"],
    "tool_name": "drop",
    "tool_title": "Drop a table",
    "tool_description": "Drops it.",
    "tool_annotations": {"destructiveHint": True, "openWorldHint": True},
    "tool_params": {"table": "users", "more": {"cascade": True}},
    "tool_params_display": [{"name": "table", "value": "something else", "display_name": "Table"}],
}


def params(**changed: Any) -> dict[str, Any]:
    schema = {"type": "object", "properties": {}}
    said = {"threadId": "t", "turnId": "u", "serverName": "db", "mode": "form", "message": "Allow it?"}
    return {**said, "requestedSchema": schema, "_meta": {**CALL, **changed}}


def card(asker: Asker = ASKER, **changed: Any) -> Question:
    question = server_question(ELICITATION, params(**changed), asker)
    assert question is not None
    return question


def test_everything_that_a_tool_is_given_is_shown_as_it_gets_it() -> None:
    question = card()
    given = [text for label, text in question.details if label == "given"]
    assert given == ["table: users", 'more: {\n  "cascade": true\n}']
    assert [text for label, text in question.details if label == "tool"] == ["Drop a table", "drop"]
    assert (question.kind, question.confirm) == ("approval", "destroy")
    assert question.risk == (
        "its server says that it may destroy something; its server says that it reaches beyond this machine"
    )


def test_another_value_is_another_question() -> None:
    assert card().digest != card(tool_params={"table": "users", "more": {"cascade": False}}).digest
    assert card().id != card(tool_params={"table": "orders"}).id


def test_the_same_call_again_is_another_question() -> None:
    first, second = (card(Asker(ASKER.address, "", "", "", Road.SERVER, occurrence=one)) for one in ("0", "1"))
    assert first.id != second.id


@pytest.mark.parametrize(
    ("verdict", "heard"),
    [
        ("accept", {"action": "accept", "content": {}}),
        ("acceptForSession", {"action": "accept", "content": {}, "_meta": {"persist": "session"}}),
        ("acceptAlways", {"action": "accept", "content": {}, "_meta": {"persist": "always"}}),
        ("decline", {"action": "decline", "content": None}),
        ("cancel", {"action": "cancel", "content": None}),
    ],
)
def test_what_the_server_hears(verdict: str, heard: dict[str, Any]) -> None:
    assert verdict in card().decisions
    assert answer(ELICITATION, params(), Decision("q", "d", verdict)) == heard


def test_what_codex_does_not_offer_to_remember_cannot_be_said() -> None:
    assert card(persist=None).decisions == ("accept", "decline", "cancel")
    assert card(persist="session").decisions == ("accept", "acceptForSession", "decline", "cancel")
    with pytest.raises(UsageError, match="is no answer to this"):
        answer(ELICITATION, params(persist=None), Decision("q", "d", "acceptAlways"))


def test_a_tool_that_only_reads_needs_no_word() -> None:
    question = card(tool_annotations={"readOnlyHint": True, "destructiveHint": True})
    assert (question.risk, question.confirm) == (None, None)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda of: st.lists(of, max_size=3) | st.dictionaries(st.text(max_size=5), of, max_size=3),
    max_leaves=6,
)


@given(st.fixed_dictionaries({}, optional={key: JSON for key in CALL if key != "codex_approval_kind"}))
def test_nothing_that_is_told_of_a_call_is_ever_raised(told: dict[str, Any]) -> None:
    question = card(**told)
    for verdict in question.decisions:
        answer(ELICITATION, params(**told), Decision("q", "d", verdict))
