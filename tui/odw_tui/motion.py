"""Everything that moves or repaints by the clock goes through here. Decides when, never what."""

from __future__ import annotations

from collections.abc import Callable
from time import monotonic
from typing import Final

FRAMES_PER_SECOND: Final = 30


class FrameLimiter:
    """Runs ``frame`` at once when something changes, and at most 30 times a second while things keep changing.

    A ``frame`` that gives False found nothing to paint, and does not hold the next one back.
    ``later`` is the ``set_timer`` of the widget that is painted, so that nothing runs once the widget is gone.
    """

    def __init__(
        self,
        frame: Callable[[], bool | None],
        later: Callable[[float, Callable[[], None]], object],
        clock: Callable[[], float] = monotonic,
    ) -> None:
        self._frame = frame
        self._later = later
        self._clock = clock
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
            self._not_before = began + 1 / FRAMES_PER_SECOND
