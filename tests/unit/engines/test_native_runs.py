"""What a run that odw-tui drives is shown as: its driver, its questions and their road, its sessions, its warnings."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from drivers.odw_recording import BEGAN_MS, RUN_ID
from odw_core.engines import codec
from odw_core.engines.odw.acc import RunAcc
from odw_core.engines.odw.engine import OdwEngine
from odw_core.engines.odw.fold import fold
from odw_core.engines.odw.item import run_item
from odw_core.engines.odw.names import SUPERVISOR
from odw_core.engines.odw.question import run_questions
from odw_core.engines.odw.records import JournalLine, RunRecord, encode_line, encode_run, exit_line, script_stream
from odw_core.engines.odw.timeline import run_detail
from odw_core.model.address import Address
from odw_core.model.evidence import Appended, Facts, ProcessOwner, Replaced, Unit
from odw_core.model.item import Claim, State
from odw_core.model.question import Choice, Field, Question, Road
from odw_core.model.question_json import encode_question

NOW = BEGAN_MS / 1000 + 60
RUN = Address("odw", RUN_ID)
ASKED = Question(
    id="abc",
    address=RUN.child("session"),
    kind="approval",
    asked_at=NOW,
    title="run it?",
    body="touch x",
    subject="session",
    fields=(Field("f", "which", (Choice("a"),)),),
    decisions=("accept", "decline"),
    risk=None,
    digest="d" * 64,
    witnesses=("journal",),
    inferred=False,
    answer_via="you, here",
    why_not=None,
    road=Road.SUPERVISOR,
    details=(("command", "touch x"),),
)
LAUNCH = JournalLine({"type": "launch", "backend": "native", "script": "odw-tui:session", "ts_ms": BEGAN_MS})
SUPERVISED = {"type": "supervisor", "epoch": "e", "pid": 77, "started_at": BEGAN_MS / 1000}
STARTED = {"type": "agent_start", "key": "session", "label": "session", "phase": "session", "runtime": "codex"}
QUESTION = {"type": "question", "key": "session", "question": encode_question(ASKED)}


def journal(*events: dict[str, object], ends: tuple[str, int | None] | None = None) -> bytes:
    lines = [LAUNCH, *(script_stream(event, "", BEGAN_MS + 1 + i) for i, event in enumerate(events))]
    if ends is not None:
        lines.append(exit_line(*ends, BEGAN_MS + 100))
    return b"".join(map(encode_line, lines))


def folded(data: bytes) -> RunAcc:
    acc = fold(RunAcc(RUN_ID, "/shop"), Replaced("run.json", encode_run(RunRecord({"status": "running"}))))
    return fold(acc, Appended("events.jsonl", 0, data, False))


def facts(alive: bool | None) -> Facts:
    return Facts(NOW, alive)


def test_its_owner_is_the_last_supervisor() -> None:
    later = {**SUPERVISED, "pid": 88, "started_at": BEGAN_MS / 1000 + 5}
    acc = folded(journal(SUPERVISED, later))
    owner = OdwEngine().owner(Unit(RUN, "/shop", "/shop/x"), acc)
    assert owner == ProcessOwner(88, (SUPERVISOR,), BEGAN_MS / 1000 + 5)


def test_whether_it_takes_words_is_what_its_last_supervisor_says() -> None:
    deaf, hearing = {**SUPERVISED, "hears": False}, {**SUPERVISED, "hears": True}
    said = [run_item(folded(journal(*told)), facts(True)).is_deaf for told in ([SUPERVISED], [deaf], [deaf, hearing])]
    assert said == [False, True, False]


def test_a_question_waits_on_the_road_to_the_supervisor() -> None:
    acc = folded(journal(SUPERVISED, STARTED, QUESTION))
    assert run_questions(acc, RUN, True) == (ASKED,)
    item = run_item(acc, facts(True))
    assert (item.state, item.why, item.questions) == (State.WAITING, "session asks: run it?", 1)


def test_without_a_supervisor_answering_resumes_it() -> None:
    acc = folded(journal(SUPERVISED, STARTED, QUESTION))
    (question,) = run_questions(acc, RUN, False)
    assert question.road is Road.RESUME
    assert question.answer_via == "you, here: its driver is gone; answering resumes it"
    assert run_item(acc, facts(False)).why == "session asks: run it?; its driver is gone; answering resumes it"


def test_a_closed_question_is_gone_and_the_run_goes_on() -> None:
    acc = folded(journal(SUPERVISED, STARTED, QUESTION, {"type": "question_closed", "id": "abc", "how": "answered"}))
    assert run_questions(acc, RUN, True) == ()
    assert run_item(acc, facts(True)).state is State.RUNNING
    gone = run_item(acc, facts(False))
    assert gone.state is State.STALE and gone.why.endswith("resume it to go on")


def test_a_cancelled_run_is_idle() -> None:
    acc = folded(journal(SUPERVISED, STARTED, {"type": "cancelled", "by": "ada"}, ends=("failed", None)))
    item = run_item(acc, facts(False))
    assert (item.state, item.why) == (State.IDLE, "you cancelled it")


def test_its_sessions_are_claimed_and_its_models_compared() -> None:
    events = (
        SUPERVISED,
        STARTED,
        {"type": "agent_session", "key": "session", "attempt": 1, "runtime": "codex", "thread": "t-1"},
        {"type": "agent_session", "key": "session", "attempt": 1, "runtime": "codex", "thread": "t-1"},
        {"type": "agent_session", "key": "session", "attempt": 1, "runtime": "odw", "thread": "other-run"},
        {"type": "model", "key": "session", "requested": "big", "accepted": "big"},
        {"type": "model", "key": "session", "served": "small", "reason": "rerouted"},
        {"type": "warning", "key": "session", "message": "the window is nearly full"},
        {"type": "journal_restored", "bytes": 1200},
    )
    acc = folded(journal(*events))
    item, detail = run_item(acc, facts(True)), run_detail(acc, facts(True))
    assert item.claims == (Claim("codex", session="t-1"),)
    assert (item.model, item.driver) == ("small", "odw-tui")
    assert detail.sessions == (Address("codex", "t-1"),)
    assert [notice.text for notice in detail.notices] == [
        "the window is nearly full",
        "asked for big, served by small: rerouted",
        "somebody else wrote into its journal (1,200 bytes, once); it was put right",
    ]


def test_text_of_a_question_is_foreign_text_and_its_place_is_the_run_it_lies_in() -> None:
    evil = replace(ASKED, address=Address("odw", "another"), title="a\x1b[31mb\u202e", body="x\x1b]0;y\x07")
    acc = folded(journal(SUPERVISED, {**QUESTION, "question": encode_question(evil)}))
    (question,) = run_questions(acc, RUN, True)
    assert question.address == RUN.child("session")
    assert "\x1b" not in question.title + question.body and "\u202e" not in question.title


def test_a_run_of_upstream_is_not_taken_for_ours() -> None:
    data = journal(SUPERVISED, QUESTION).replace(b'"native"', b'"pandacode"')
    acc = folded(data)
    assert run_questions(acc, RUN, True) == ()
    assert run_item(acc, facts(True)).driver == "odw"


def test_the_goal_is_what_was_asked_for() -> None:
    acc = folded(journal(SUPERVISED, {"type": "goal", "text": "make it\nfaster"}))
    assert run_item(acc, facts(True)).goal == "make it"


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=6),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=6,
)
KINDS = ("supervisor", "goal", "agent_session", "question", "question_closed", "model", "warning", "journal_restored")
EVENTS = [SUPERVISED, QUESTION, {"type": "output", "last": "x"}, {"type": "cancelled", "by": "a"}, STARTED]


@given(data=st.data())
def test_fields_of_any_type_make_nothing_raise(data: st.DataObject) -> None:
    events = []
    for event in EVENTS:
        keys = data.draw(st.lists(st.sampled_from([*event]), max_size=3))
        events.append({**event, **{key: data.draw(anything) for key in keys if key != "type"}})
    kind = data.draw(st.sampled_from(KINDS))
    names = ("id", "key", "pid", "started_at", "text", "thread", "question", "bytes", "message", "requested", "served")
    events.append({"type": kind, **{name: data.draw(anything) for name in data.draw(st.lists(st.sampled_from(names)))}})
    question = {**encode_question(ASKED), data.draw(st.sampled_from([*encode_question(ASKED)])): data.draw(anything)}
    events.append({"type": "question", "key": data.draw(anything), "question": question})
    acc = folded(journal(*events))
    for alive in (True, False, None):
        run_item(acc, facts(alive))
        run_questions(acc, RUN, alive)
        run_detail(acc, facts(alive))
    assert codec.load(RunAcc, codec.dump(acc)) == acc


@given(cut=st.integers(0, 400))
def test_a_checkpoint_anywhere_and_the_rest_equal_the_whole(cut: int) -> None:
    data = journal(SUPERVISED, STARTED, QUESTION, {"type": "warning", "key": "", "message": "m"})
    at = data.rfind(b"\n", 0, cut) + 1
    first = folded(data[:at])
    rest = fold(codec.load(RunAcc, codec.dump(first)), Appended("events.jsonl", at, data[at:], False))
    assert rest == folded(data)
