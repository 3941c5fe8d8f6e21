"""Everything that moves or repaints by the clock goes through here. Decides when, never what."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from time import monotonic
from typing import Final, Protocol

FRAMES_PER_SECOND: Final = 30
FRAMES_PER_SECOND_REDUCED: Final = 2
_LEAST_TICK_REDUCED_S: Final = 10.0


def wants_no_motion(environ: Mapping[str, str]) -> bool:
    """Whether the environment says, in the toolkit's own word for it, that nothing should move."""
    return environ.get("TEXTUAL_ANIMATIONS", "").strip().lower() == "none"


class Motion:
    """How much may move: one for all of an app, handed to whatever paints without a key. May change at any time."""

    def __init__(self, *, is_reduced: bool = False) -> None:
        self.is_reduced = is_reduced

    @property
    def frames_per_second(self) -> int:
        """How often news may paint."""
        return FRAMES_PER_SECOND_REDUCED if self.is_reduced else FRAMES_PER_SECOND

    def tick_s(self, wanted_s: float) -> float:
        """Seconds until what counts time is painted again, if ``wanted_s`` would be right to the second."""
        return max(wanted_s, _LEAST_TICK_REDUCED_S) if self.is_reduced else wanted_s


class FrameLimiter:
    """Runs ``frame`` at once when something changes, and as often as ``motion`` allows while things keep changing.

    A ``frame`` that gives False found nothing to paint, and does not hold the next one back.
    ``later`` is the ``set_timer`` of the widget that is painted, so that nothing runs once the widget is gone.
    """

    def __init__(
        self,
        frame: Callable[[], bool | None],
        later: Callable[[float, Callable[[], None]], object],
        clock: Callable[[], float] = monotonic,
        motion: Motion | None = None,
    ) -> None:
        self._frame = frame
        self._later = later
        self._clock = clock
        self._motion = motion or Motion()
        self._not_before = float("-inf")
        self._is_pending = False

    @property
    def is_pending(self) -> bool:
        """Whether a frame was asked for that has not run yet."""
        return self._is_pending

    def request(self) -> None:
        """Something changed: run now if the last run is long enough ago, else once as soon as it is."""
        if self._is_pending:
            return
        missing = self._not_before - self._clock()
        if missing > 0:
            self._is_pending = True
            self._later(missing, self._run)
        else:
            self._run()

    def _run(self) -> None:
        self._is_pending = False
        began = self._clock()
        if self._frame() is not False:
            self._not_before = began + 1 / self._motion.frames_per_second


class Stoppable(Protocol):
    """A timer that can be stopped before its time."""

    def stop(self) -> None:
        """Do not run."""


class AgeClock:
    """Runs ``grow`` once, as soon as one of some ages is out of date. ``later`` is the ``set_timer`` of who shows
    them."""

    def __init__(
        self, grow: Callable[[], None], later: Callable[[float, Callable[[], None]], Stoppable], motion: Motion
    ) -> None:
        self._grow, self._later, self._motion = grow, later, motion
        self._timer: Stoppable | None = None

    def wind(self, lasts_s: Iterable[float]) -> None:
        """Each age goes on saying the same for so long; without any nothing runs."""
        if self._timer is not None:
            self._timer.stop()
        soonest = min(lasts_s, default=None)
        self._timer = None if soonest is None else self._later(self._motion.tick_s(soonest), self._grow)
