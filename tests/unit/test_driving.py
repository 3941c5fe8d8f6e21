"""What can be wished for a run or session, and the sentence that says why not."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from drivers import samples
from odw_core.model.address import Address
from odw_core.model.item import Item, Kind, State
from odw_core.state.driving import NATIVE, Wish, driven, why_not

AT_WORK = (State.RUNNING, State.WAITING)
OVER = (State.BLOCKED, State.FAILED, State.IDLE, State.DONE)
LEFT = (*OVER, State.STALE)
KINDS: dict[str, dict[str, Any]] = {
    "a run of ours": {"driver": NATIVE},
    "a session of a server": {
        "address": Address("codex", "s"),
        "kind": Kind.SESSION,
        "driver": "codex",
        "is_attached": True,
    },
    "a session elsewhere": {"address": Address("codex", "s"), "kind": Kind.SESSION, "driver": "codex"},
    "a run of odw": {"driver": "odw"},
    "a run of odw that landed": {"driver": "odw", "raw_state": "landed but verification failed"},
    "a run of Converge": {"address": Address("converge", "20260212T030222995117Z"), "driver": "converge"},
    "a task of Converge": {"address": Address("converge", "task-1"), "driver": "converge"},
    "a session of PandaCode": {
        "address": Address("pandacode", "codex:it"),
        "kind": Kind.SESSION,
        "driver": "pandacode",
        "is_attached": True,
    },
    "a run of Codex": {"address": Address("codex", "s"), "driver": "codex", "is_attached": True},
    "a batch": {"address": Address("scenario", "run-1"), "driver": "scenario_batch"},
}
POSSIBLE: list[tuple[str, dict[Wish, tuple[State, ...]]]] = [
    (
        "a run of ours",
        {
            **dict.fromkeys((Wish.SAY, Wish.QUEUE, Wish.INTERRUPT), AT_WORK),
            Wish.CANCEL: (*AT_WORK, State.STALE),
            Wish.RESUME: (State.STALE,),
            Wish.RERUN: tuple(State),
            Wish.COMMIT: OVER,
            Wish.PIN: tuple(State),
            Wish.CARRY_OUT: OVER,
        },
    ),
    (
        "a session of a server",
        {
            **dict.fromkeys((Wish.SAY, Wish.QUEUE, Wish.INTERRUPT), AT_WORK),
            **dict.fromkeys((Wish.RESUME, Wish.ARCHIVE), LEFT),
            **dict.fromkeys((Wish.FORK, Wish.RERUN, Wish.RENAME), tuple(State)),
        },
    ),
    (
        "a session elsewhere",
        {
            **dict.fromkeys((Wish.RESUME, Wish.ARCHIVE), LEFT),
            **dict.fromkeys((Wish.FORK, Wish.RERUN, Wish.RENAME), tuple(State)),
        },
    ),
    (
        "a run of odw",
        {
            Wish.CANCEL: (State.RUNNING,),
            **dict.fromkeys((Wish.RESUME, Wish.ADOPT), tuple({*State} - {State.RUNNING, State.DONE})),
            Wish.RERUN: tuple(State),
        },
    ),
    ("a run of odw that landed", {Wish.CANCEL: (State.RUNNING,), Wish.RERUN: tuple(State)}),
    (
        "a run of Converge",
        {
            Wish.ADOPT: tuple({*State} - {State.RUNNING, State.DONE}),
            Wish.REPEAT: tuple({*State} - {State.RUNNING}),
            **dict.fromkeys((Wish.RERUN, Wish.CARRY_OUT), tuple(State)),
        },
    ),
    (
        "a task of Converge",
        {
            Wish.ADOPT: tuple({*State} - {State.RUNNING, State.DONE}),
            Wish.CANCEL: tuple({*State} - {State.FAILED, State.DONE}),
            Wish.RERUN: tuple(State),
        },
    ),
    ("a session of PandaCode", {}),
    ("a run of Codex", {}),
    ("a batch", {Wish.RERUN: tuple(State)}),
]


def run(state: State, *, is_deaf: bool) -> Item:
    return samples.item("run-1", state, driver=NATIVE, is_deaf=is_deaf)


@pytest.mark.parametrize("state", AT_WORK)
@pytest.mark.parametrize("wish", [Wish.SAY, Wish.QUEUE])
def test_words_are_only_for_a_run_that_takes_them(state: State, wish: Wish) -> None:
    assert why_not(wish, run(state, is_deaf=False)) is None
    said = why_not(wish, run(state, is_deaf=True))
    assert said == "This run takes no words while it works; it can be interrupted, cancelled, or run again."


@pytest.mark.parametrize("wish", [Wish.INTERRUPT, Wish.CANCEL, Wish.RERUN])
def test_a_run_that_takes_no_words_can_still_be_stopped_and_repeated(wish: Wish) -> None:
    assert why_not(wish, run(State.RUNNING, is_deaf=True)) is None


@pytest.mark.parametrize(
    ("engine", "driver"),
    [
        ("odw", NATIVE),
        ("odw", "odw"),
        ("converge", "converge"),
        ("scenario", "scenario_batch"),
        ("codex", "codex_exec"),
    ],
)
@pytest.mark.parametrize("state", [State.DONE, State.FAILED, State.BLOCKED, State.STALE, State.IDLE])
def test_every_kind_of_run_batch_and_session_can_be_run_again(engine: str, driver: str, state: State) -> None:
    kind = Kind.SESSION if engine == "codex" else Kind.RUN
    item = samples.item("it", state, address=Address(engine, "it"), driver=driver, kind=kind)
    assert why_not(Wish.RERUN, item) is None


def test_what_nobody_can_start_says_so() -> None:
    old = samples.item("old", State.FAILED, address=Address("scenario", "error-1"), driver="scenario_batch")
    assert why_not(Wish.RERUN, replace(old, raw_state="error log")) == "An old error log says of no batch what it was."
    session = samples.item("it", State.DONE, address=Address("pandacode", "codex:it"), driver="pandacode")
    assert why_not(Wish.RERUN, session) == "Only pandacode itself can do that to a run of its own."


def test_a_session_of_a_run_that_takes_no_words_takes_none_either() -> None:
    parent = run(State.RUNNING, is_deaf=True)
    session = samples.item("core", parent=parent.address)
    assert why_not(Wish.SAY, driven(session, {parent.address: parent})) is not None


@pytest.mark.parametrize(("kind", "possible"), POSSIBLE, ids=[kind for kind, _ in POSSIBLE])
def test_what_can_be_wished_follows_from_who_drives_it_and_whether_it_is_at_work(
    kind: str, possible: dict[Wish, tuple[State, ...]]
) -> None:
    for wish in Wish:
        can = {state for state in State if why_not(wish, samples.item("it", state, **KINDS[kind])) is None}
        assert can == {*possible.get(wish, ())}, wish


@pytest.mark.parametrize(
    ("kind", "state", "wish", "said"),
    [
        ("a run of ours", State.RUNNING, Wish.ADOPT, "It is one of ours already; it can be resumed or run again."),
        ("a batch", State.DONE, Wish.ADOPT, "Only a run of odw or Converge can be adopted."),
        ("a run of ours", State.DONE, Wish.REPEAT, "Only calls that Converge made can be repeated."),
        ("a run of odw", State.DONE, Wish.REPEAT, "Only odw itself can do that to a run of its own."),
        ("a batch", State.DONE, Wish.CANCEL, "Only scenario_batch itself can do that to a run of its own."),
        ("a run of ours", State.RUNNING, Wish.RESUME, "It is at work; say something to it instead."),
        (
            "a run of ours",
            State.DONE,
            Wish.RESUME,
            "It is over; its session can be gone on with, or the run started again.",
        ),
        (
            "a session elsewhere",
            State.RUNNING,
            Wish.CANCEL,
            "This session is not one of ours; its own program ends it.",
        ),
        (
            "a session elsewhere",
            State.DONE,
            Wish.SAY,
            "It is not at work; going on with it, or a fork, says something to it.",
        ),
        ("a run of odw that landed", State.FAILED, Wish.RESUME, "It is done; there is nothing to go on with."),
        ("a task of Converge", State.DONE, Wish.CANCEL, "It is over already."),
        (
            "a run of Converge",
            State.RUNNING,
            Wish.CANCEL,
            "Only Converge itself can end a run of its own; ctrl+c in its terminal does.",
        ),
    ],
)
def test_the_sentence_says_whose_it_is_and_what_to_do_instead(kind: str, state: State, wish: Wish, said: str) -> None:
    assert why_not(wish, samples.item("it", state, **KINDS[kind])) == said


def test_a_program_without_a_name_is_called_by_its_engine() -> None:
    item = samples.item("it", State.DONE, address=Address("pandacode", "codex:it"), driver=None)
    assert why_not(Wish.RERUN, item) == "Only pandacode itself can do that to a run of its own."


@pytest.mark.parametrize("state", State)
def test_a_session_of_a_run_of_ours_is_driven_through_the_run_until_that_is_over(state: State) -> None:
    parent = run(state, is_deaf=False)
    session = samples.item("core", parent=parent.address)
    assert driven(session, {parent.address: parent}) is (session if state in OVER else parent)


def test_what_has_no_run_of_ours_above_it_takes_its_wishes_itself() -> None:
    theirs = samples.item("theirs", State.RUNNING, driver="odw")
    session = samples.item("core", parent=theirs.address)
    assert driven(session, {theirs.address: theirs}) is session
    assert driven(session, {}) is session
    assert driven(samples.item("alone"), {}).title == "alone"


def test_a_run_of_ours_takes_its_wishes_itself_whatever_it_belongs_to() -> None:
    campaign = run(State.RUNNING, is_deaf=False)
    child = samples.item("run-2", State.RUNNING, driver=NATIVE, parent=campaign.address)
    assert driven(child, {campaign.address: campaign}) is child
