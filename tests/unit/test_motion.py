"""The first change is painted at once, a flood of them thirty times a second."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from odw_tui.motion import FrameLimiter, Motion, wants_no_motion


class Stage:
    """A clock and a timer in the hand of the test."""

    def __init__(self) -> None:
        self.now = 100.0
        self.timers: list[tuple[float, Callable[[], None]]] = []
        self.frames: list[float] = []
        self.motion = Motion()
        self.limiter = FrameLimiter(
            lambda: self.frames.append(self.now), self._later, lambda: self.now, motion=self.motion
        )

    def _later(self, delay: float, callback: Callable[[], None]) -> None:
        self.timers.append((self.now + delay, callback))

    def run_until(self, end: float) -> None:
        while self.timers and self.timers[0][0] <= end:
            self.now, callback = self.timers.pop(0)
            callback()
        self.now = end


def test_the_first_change_is_painted_at_once() -> None:
    stage = Stage()
    stage.limiter.request()
    assert stage.frames == [100.0]
    assert not stage.limiter.is_pending


def test_changes_right_after_a_frame_share_the_next_one() -> None:
    stage = Stage()
    for _ in range(5):
        stage.limiter.request()
    assert stage.limiter.is_pending
    assert len(stage.timers) == 1
    stage.run_until(101)
    assert len(stage.frames) == 2
    assert not stage.limiter.is_pending


def test_a_flood_is_painted_thirty_times_a_second() -> None:
    stage = Stage()
    for millisecond in range(1000):
        stage.run_until(100 + millisecond / 1000)
        stage.limiter.request()
    stage.run_until(102)
    assert 25 <= len(stage.frames) <= 32
    gaps = [later - earlier for earlier, later in zip(stage.frames, stage.frames[1:], strict=False)]
    assert min(gaps) >= 1 / 30 - 1e-9


def test_a_change_after_a_quiet_time_is_painted_at_once() -> None:
    stage = Stage()
    stage.limiter.request()
    stage.run_until(100.1)
    stage.limiter.request()
    assert stage.frames == [100.0, 100.1]


def test_with_reduced_motion_a_flood_is_painted_twice_a_second() -> None:
    stage = Stage()
    stage.motion.is_reduced = True
    for _ in range(10):
        stage.limiter.request()
        stage.run_until(stage.now + 0.2)
    assert stage.frames == pytest.approx([100.0, 100.5, 101.0, 101.5, 102.0])


def test_with_reduced_motion_ages_go_in_steps() -> None:
    assert [Motion(is_reduced=True).tick_s(wanted) for wanted in (1.0, 60.0)] == [10.0, 60.0]
    assert Motion().tick_s(1.0) == 1.0


@pytest.mark.parametrize(("value", "wanted"), [("none", True), ("NONE ", True), ("basic", False), ("", False)])
def test_the_environment_may_ask_for_it(value: str, wanted: bool) -> None:
    assert wants_no_motion({"TEXTUAL_ANIMATIONS": value}) is wanted
    assert not wants_no_motion({})
