"""The one derivation of states: what is settled, what turns stale by the clock, and when."""

from __future__ import annotations

import pytest

from odw_core.model.evidence import Facts
from odw_core.model.item import State
from odw_core.state.derive import Reading, Standing, derive

SILENT = 600.0


def state(
    reading: Reading, now: float, *, alive: bool | None = None, silent: float = SILENT
) -> tuple[State, str, object]:
    return derive(reading, Facts(now=now, alive=alive, silent_after_s=silent))


@pytest.mark.parametrize(
    ("standing", "settled"),
    [
        (Standing.ASKING, State.WAITING),
        (Standing.HELD, State.BLOCKED),
        (Standing.BROKEN, State.FAILED),
        (Standing.STOPPED, State.IDLE),
        (Standing.ABANDONED, State.STALE),
        (Standing.FINISHED, State.DONE),
    ],
)
def test_what_is_settled_stays_whatever_the_clock_and_the_owner_say(standing: Standing, settled: State) -> None:
    assert state(Reading(standing, "so it is", 0.0), 1e9, alive=False) == (settled, "so it is", None)


def test_what_works_turns_stale_the_second_its_silence_is_too_long() -> None:
    reading = Reading(Standing.WORKING, "it works", 1000.0)
    assert state(reading, 1599.9) == (State.RUNNING, "it works", 1600.0)
    stale = (State.STALE, "silent for more than 10 min; it was last seen at this: it works", None)
    assert state(reading, 1600.0) == stale
    assert state(reading, 1020.0, silent=20.0)[1].startswith("silent for more than 1 min")


def test_what_never_gave_a_sign_runs_until_its_owner_is_gone() -> None:
    reading = Reading(Standing.STARTING, "it starts")
    assert state(reading, 1e9) == state(reading, 1e9, alive=True) == (State.RUNNING, "it starts", None)
    assert state(reading, 0.0, alive=False)[:2] == (
        State.STALE,
        "its owner is gone; it was last seen at this: it starts",
    )


def test_a_wait_that_was_only_inferred_ends_by_itself() -> None:
    reading = Reading(Standing.ASKING, "it asks", 0.0, holds_until=100.0)
    assert state(reading, 99.9) == (State.WAITING, "it asks", 100.0)
    assert state(reading, 100.0)[0] is State.STALE
    over = Reading(Standing.FINISHED, "done", 0.0, holds_until=100.0)
    assert state(over, 1e9) == (State.DONE, "done", None)
