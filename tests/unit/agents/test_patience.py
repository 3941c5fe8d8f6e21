"""Silence and deadline of a call, told by a clock that the test moves."""

from __future__ import annotations

from odw_core.agents.base import AgentCall
from odw_core.agents.patience import Patience

SILENT = "it made no progress for 60 s and was ended"
LATE = "it worked for 100 s without an end and was ended"


def _patience(**more: float) -> Patience:
    patience = Patience(AgentCall("go", "/work", silence_s=60.0, **more))
    patience.begin(1000.0)
    return patience


def test_silence_is_counted_from_the_last_progress() -> None:
    patience = _patience()
    assert patience.lost(1059.0, is_asked=False) == ""
    patience.touch(1059.0)
    assert patience.lost(1118.0, is_asked=False) == ""
    assert patience.lost(1119.0, is_asked=False) == SILENT


def test_who_makes_progress_still_has_a_deadline() -> None:
    patience = _patience(deadline_s=100.0)
    for now in range(1000, 1100, 10):
        patience.touch(float(now))
        assert patience.lost(float(now), is_asked=False) == ""
    assert patience.lost(1100.0, is_asked=False) == LATE


def test_without_a_deadline_it_may_work_for_ever() -> None:
    patience = _patience()
    for now in range(1000, 100_000, 50):
        patience.touch(float(now))
        assert patience.lost(float(now), is_asked=False) == ""


def test_time_in_which_a_person_is_asked_is_neither() -> None:
    patience = _patience(deadline_s=100.0)
    assert patience.lost(1040.0, is_asked=False) == ""
    assert patience.lost(90_000.0, is_asked=True) == ""
    assert patience.lost(90_059.0, is_asked=False) == ""
    patience.touch(90_059.0)
    assert patience.lost(90_060.0, is_asked=False) == LATE


def test_time_between_two_turns_does_not_count() -> None:
    patience = _patience(deadline_s=100.0)
    assert patience.lost(1050.0, is_asked=False) == ""
    patience.begin(9000.0)
    assert patience.lost(9049.0, is_asked=False) == ""
    assert patience.lost(9050.0, is_asked=False) == LATE
