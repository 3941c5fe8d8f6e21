"""What can be wished for a run or session, and the sentence that says why not."""

from __future__ import annotations

from dataclasses import replace

import pytest

from drivers import samples
from odw_core.model.address import Address
from odw_core.model.item import Item, Kind, State
from odw_core.state.driving import NATIVE, Wish, driven, why_not

AT_WORK = (State.RUNNING, State.WAITING)


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
