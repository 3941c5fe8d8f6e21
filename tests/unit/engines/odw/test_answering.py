"""How a PandaCode session can be answered is said beforehand, and what is sent fits the way it goes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.odw_recording import BEGAN_MS
from odw_core.engines.odw.answering import answer_words, answers_map
from odw_core.engines.odw.records import SessionRecord, encode_session
from odw_core.engines.odw.session import SessionAcc, fold_session, session_item, session_questions
from odw_core.model.evidence import Facts, Replaced
from odw_core.model.question import Question, Road
from odw_core.state.select import merge_questions

NOW = BEGAN_MS / 1000 + 60
FIXTURES = Path(__file__).parents[3] / "fixtures" / "odw"
MODULE: dict[str, object] = {
    "id": "module",
    "header": "Module",
    "question": "Which name?",
    "options": [{"label": "a b"}, {"label": "c"}],
}
STYLE: dict[str, object] = {
    "id": "style",
    "header": "Style",
    "question": "Which style?",
    "isOther": True,
    "options": [{"label": "ESM"}],
}


def session(name: str = "s", **artifacts: object) -> SessionAcc:
    record = {"thread_id": "t-1", "artifacts": {"status": "waiting_for_user", **artifacts}}
    return fold_session(SessionAcc("codex", name, "/place"), Replaced("", encode_session(SessionRecord(record))))


def parked(*asked: dict[str, object], name: str = "s") -> SessionAcc:
    return session(
        name, pending_questions=[*asked], answer_file=f"/old/.pandacode/codex/control/{name}.answer.json", turn_id="u"
    )


def question(acc: SessionAcc, alive: bool | None = True) -> Question:
    (found,) = session_questions(acc, Facts(NOW, alive))
    return found


def test_a_live_turn_is_answered_by_its_control_file() -> None:
    found = question(parked(MODULE))
    assert (found.road, found.why_not) == (Road.PANDACODE_FILE, None)
    assert "its turn is alive and takes the answer from its control file" in found.answer_via


def test_several_questions_of_a_live_turn_are_one_form() -> None:
    found = question(parked(MODULE, STYLE))
    assert [field.id for field in found.fields] == ["module", "style"]
    assert [[choice.label for choice in field.choices] for field in found.fields] == [["a b", "c"], ["ESM"]]
    assert "all 2 answers together" in found.answer_via
    assert found.body == "Module: Which name?\nStyle: Which style?"
    item = session_item(parked(MODULE, STYLE), Facts(NOW, True))
    assert (item.stage, item.questions) == ("2 questions", 1)


def test_the_recorded_parked_session_is_one_form_with_both_of_its_questions() -> None:
    folder = FIXTURES / "d" / "project-parked" / ".pandacode" / "sessions" / "codex"
    acc = fold_session(SessionAcc("codex", "ask-module", "/x"), Replaced("", (folder / "ask-module.json").read_bytes()))
    found = question(acc)
    assert [(field.id, [choice.label for choice in field.choices]) for field in found.fields] == [
        ("module_name", ["clamp", "bounded"]),
        ("style", ["ESM", "CJS"]),
    ]
    assert found.road is Road.PANDACODE_FILE
    assert question(acc, alive=False).road is Road.PANDACODE_ANSWER


@pytest.mark.parametrize(("alive", "road"), [(True, Road.PANDACODE_FILE), (False, Road.PANDACODE_ANSWER)])
def test_when_its_process_ended_a_new_turn_is_started_and_the_card_says_so(alive: bool, road: Road) -> None:
    found = question(parked(MODULE), alive)
    assert found.road is road
    assert ("starts a new turn on its thread" in found.answer_via) is not alive


def test_a_codexctl_session_is_answered_through_its_daemon() -> None:
    acc = session(status=None, last_state="waiting_for_user", pending_question_id="q-7", pending_question="Which?")
    found = question(acc, None)
    assert (found.road, found.body) == (Road.PANDACODE_ANSWER, "Which?")
    assert "codexctl daemon" in found.answer_via
    values = {"q-7": ('it\'s "so"',)}
    assert answers_map(acc.record, found, values) == {"answers": {"q-7": {"answers": ['it\'s "so"']}}}
    option, words = answer_words(acc.record, found, values)
    assert (option, json.loads(words)) == ("--text", answers_map(acc.record, found, values))


def test_a_codexctl_session_may_tell_its_options() -> None:
    told = {"question": "Which?", "options": [{"label": "x"}]}
    found = question(
        session(status=None, last_state="waiting_for_user", pending_question_id="q", pending_question=told)
    )
    assert (found.body, [choice.label for choice in found.fields[0].choices]) == ("Which?", ["x"])


def test_a_session_of_a_run_says_that_its_run_takes_nothing_in() -> None:
    name = "odw-exec-1795219808125-7095-draft-note-1"
    found = question(session(name, pending_questions=[MODULE]), False)
    assert "the run takes in nothing afterwards" in found.answer_via


def test_a_secret_is_given_to_a_live_turn_and_never_put_on_a_command_line() -> None:
    secret: dict[str, object] = {"id": "k", "question": "Key?", "isSecret": True}
    assert question(parked(secret)).road is Road.PANDACODE_FILE
    refused = question(parked(secret), alive=False)
    assert (refused.road, "every user" in (refused.why_not or "")) == (Road.NONE, True)


def test_nothing_is_written_outside_of_the_sessions_own_folder() -> None:
    found = question(session(pending_questions=[MODULE], answer_file="/etc/answer.json"))
    assert found.road is Road.NONE and found.why_not is not None


def test_questions_that_share_a_name_cannot_be_told_apart() -> None:
    found = question(parked(MODULE, MODULE))
    assert found.road is Road.NONE and "one name" in (found.why_not or "")


def test_what_is_asked_otherwise_has_another_digest_and_the_same_id() -> None:
    before = question(parked(MODULE))
    other = question(parked({**MODULE, "options": [{"label": "a b"}]}))
    later = question(session(pending_questions=[MODULE], turn_id="v"), False)
    assert before.id == other.id == later.id
    assert len({before.digest, other.digest, later.digest}) == 3


@pytest.mark.parametrize(
    ("given_values", "words"),
    [
        ({"module": ("c",)}, ["--choice", "2"]),
        ({"module": ("something else",)}, ["--text", "something else"]),
        ({"module": ("-rf",)}, ["--text=-rf"]),
    ],
)
def test_a_single_answer_goes_by_its_number_or_in_its_own_words(
    given_values: dict[str, tuple[str, ...]], words: list[str]
) -> None:
    acc = parked(MODULE)
    assert answer_words(acc.record, question(acc, False), given_values) == words


def test_several_answers_to_a_session_that_ended_name_their_questions() -> None:
    acc = parked(MODULE, STYLE)
    words = answer_words(acc.record, question(acc, False), {"module": ("c",), "style": ("ESM",)})
    assert words == ["--text", "Which name?\nc\n\nWhich style?\nESM"]


def test_a_pick_is_sent_in_the_spelling_of_the_record() -> None:
    odd: dict[str, object] = {"id": "q", "question": "?", "options": [{"label": "a\u202eb"}]}
    acc = parked(odd)
    found = question(acc)
    sent = answers_map(acc.record, found, {"q": (found.fields[0].choices[0].label,)})
    assert sent == {"answers": {"q": {"answers": ["a\u202eb"]}}}


def test_the_card_of_a_run_is_answered_as_its_session_can_be() -> None:
    from odw_core.engines.odw.question import Way, agent_form
    from odw_core.model.address import Address

    task = Address("odw", "r").child("core")
    way = Way(Road.NONE, "nobody", "its run is over")
    from_run = agent_form(
        [MODULE], thread="t-1", address=task, subject="task core", asked_at=1.0, witness="journal", way=way
    )
    assert from_run is not None
    (card,) = merge_questions((from_run, question(parked(MODULE), False)))
    assert (card.address, card.road, card.why_not) == (task, Road.PANDACODE_ANSWER, None)
    assert card.witnesses == ("journal", "session record")


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)


@given(
    st.lists(st.fixed_dictionaries({"id": JSON, "question": JSON, "options": JSON}), max_size=3),
    JSON,
    JSON,
    st.booleans(),
)
def test_no_record_breaks_its_card(asked: list[object], file: object, single: object, alive: bool) -> None:
    acc = session(pending_questions=asked, answer_file=file, pending_question_id=single, pending_question=single)
    for found in session_questions(acc, Facts(NOW, alive)):
        values = {field.id: ("x",) for field in found.fields}
        assert (found.road is Road.NONE) == (found.why_not is not None)
        assert answers_map(acc.record, found, values)["answers"] is not None
        assert answer_words(acc.record, found, values)
