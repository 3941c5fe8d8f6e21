"""Patience: how long a call may say nothing, and how long it may work. Pure; it is told the time."""

from __future__ import annotations

from odw_core.agents.base import AgentCall


class Patience:
    """For one call. Times are seconds of one clock that never goes back."""

    def __init__(self, call: AgentCall) -> None:
        self._silence_s, self._deadline_s = call.silence_s, call.deadline_s
        self._silent_since = self._ticked_at = 0.0
        self._worked_s = 0.0

    def begin(self, now: float) -> None:
        """It works from now on; time in between does not count."""
        self._silent_since = self._ticked_at = now

    def touch(self, now: float) -> None:
        """It went on."""
        self._silent_since = now

    def lost(self, now: float, *, is_asked: bool) -> str:
        """Why it must be ended, as words that go on with ``it``; empty while it need not.

        Time in which a person is asked counts as neither silence nor work.
        """
        if is_asked:
            self._silent_since = now
        else:
            self._worked_s += max(0.0, now - self._ticked_at)
        self._ticked_at = now
        if self._deadline_s is not None and self._worked_s >= self._deadline_s:
            return f"it worked for {self._deadline_s:g} s without an end and was ended"
        if now - self._silent_since >= self._silence_s:
            return f"it made no progress for {self._silence_s:g} s and was ended"
        return ""
