"""Every recorded talk with the real app server gives the cards a person needs and ends as it ended."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.app_server_talk import frames, from_server, names, play
from odw_core.engines.codex.server_answer import answer
from odw_core.model.decision import Decision

COMMAND = ("accept", "acceptForSession", "acceptWithExecpolicyAmendment", "decline", "cancel")
OUTSIDE = ("approval", "run echo approved > outside.txt && cat outside.txt?", COMMAND)
FORM = ("question", "Database, Name", ("answer",))
PATCH = (
    "approval",
    "apply a patch: add /home/dev/work/proj/approved.md?",
    ("accept", "acceptForSession", "decline", "cancel"),
)

EXPECTED: dict[str, tuple[list[object], list[str]]] = {
    "approve_accept": ([OUTSIDE], ["completed"]),
    "approve_cancel": ([OUTSIDE], ["interrupted"]),
    "approve_decline": ([OUTSIDE], ["completed"]),
    "approve_patch": ([PATCH], ["completed"]),
    "approve_patch_decline": ([PATCH], ["completed"]),
    "approve_session": ([("approval", "run touch first.flag?", COMMAND)], ["completed"]),
    "approve_untrusted": ([("approval", "run ls -1 && echo done?", COMMAND)], ["completed"]),
    "ask": ([FORM], ["completed"]),
    "ask_default": ([FORM], ["completed"]),
    "attach_tui_session": ([OUTSIDE], ["completed"]),
    "errors": ([], ["failed"] * 8 + ["completed"]),
    "hello": ([], ["completed"]),
    "interrupt": ([], ["interrupted"]),
    "interrupt_exec": ([], ["interrupted"]),
    "interrupt_pending": ([OUTSIDE], ["interrupted"]),
    "manage": ([], ["completed"] * 21),
    "resume": ([], ["completed"]),
    "steer": ([], ["completed"]),
}


@pytest.mark.parametrize("name", sorted(EXPECTED))
def test_a_recorded_talk_gives_its_cards_and_its_end(name: str) -> None:
    played = play(from_server(name))
    cards, endings = EXPECTED[name]
    assert [(card.kind, card.title, card.decisions) for card in played.asked] == cards
    assert sorted(played.endings) == sorted(endings)
    assert played.open == []


def test_two_clients_see_the_same_cards_once_and_all_are_resolved() -> None:
    played = play(from_server("two_clients_ws"))
    assert [card.kind for card in played.asked] == ["approval", "question", "approval"]
    assert len({card.id for card in played.asked}) == 3
    assert played.open == []


def test_every_recorded_answer_is_one_that_a_decision_gives() -> None:
    seen = 0
    for name in names():
        asked = {}
        for frame in frames(name):
            message = frame["msg"]
            if frame["dir"] == "server->client" and "method" in message and "id" in message:
                asked[message["id"]] = message
            elif frame["dir"] == "client->server" and "result" in message:
                request = asked[message["id"]]
                decision = as_decided(message["result"])
                assert answer(request["method"], request["params"], decision) == message["result"]
                seen += 1
    assert seen == 14


def as_decided(result: dict[str, object]) -> Decision:
    if "answers" in result:
        answers = result["answers"]
        assert isinstance(answers, dict)
        values = tuple((key, tuple(one["answers"])) for key, one in answers.items())
        return Decision(
            "q", "d", "answer", tuple((key, tuple(v for v in said if v != "None of the above")) for key, said in values)
        )
    return Decision("q", "d", str(result["decision"]))


def test_what_a_retry_mended_is_remembered_but_is_no_error() -> None:
    played = play(from_server("errors"))
    stories = list(played.stories.values())
    assert any(story.served == "gpt-4o" and story.status == "completed" for story in stories)
    assert any("The '' model is not supported" in story.error for story in stories)


def damaged(frame: str, cut: int, junk: bytes) -> bytes:
    data = frame.encode()
    return data[: cut % (len(data) + 1)] + junk


@given(st.sampled_from(names()), st.data())
def test_no_cut_and_no_junk_in_a_talk_is_ever_raised(name: str, data: st.DataObject) -> None:
    said: list[str | bytes] = list(from_server(name))
    for _ in range(data.draw(st.integers(1, 6))):
        at = data.draw(st.integers(0, len(said) - 1))
        frame = said[at]
        text = frame if isinstance(frame, str) else frame.decode("utf-8", "replace")
        said[at] = damaged(text, data.draw(st.integers(0, 10_000)), data.draw(st.binary(max_size=20)))
    play(said)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


@given(st.sampled_from(names()), st.data())
def test_a_request_with_anything_in_it_makes_a_card_or_none(name: str, data: st.DataObject) -> None:
    requests = [json.loads(frame) for frame in from_server(name) if '"itemId"' in frame]
    if not requests:
        return
    message = data.draw(st.sampled_from(requests))
    params = message["params"]
    for key in data.draw(st.lists(st.sampled_from(sorted(params)), max_size=4)):
        params[key] = data.draw(JSON)
    play([json.dumps({**message, "id": data.draw(st.integers(0, 3) | st.text(max_size=3))})])
