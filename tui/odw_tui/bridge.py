"""Bridge: carries what the service says to the screen, never more often than a frame can show. Knows no widget."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from odw_core.model.change import Change, Snapshot
from odw_tui.motion import FrameLimiter, Motion

if TYPE_CHECKING:
    from odw_core.service.service import Service

Later = Callable[[float, Callable[[], None]], object]
Show = Callable[[Snapshot, Sequence[Change]], None]


class Bridge:
    """Gives ``show`` each batch of changes at once, and at most a few times a second while they keep coming."""

    def __init__(self, service: Service, since: int, show: Show, later: Later, motion: Motion | None = None) -> None:
        self._service = service
        self._since = since
        self._show = show
        self._collected: list[Change] = []
        self._limiter = FrameLimiter(self._hand_over, later, motion=motion)

    @property
    def has_pending_frame(self) -> bool:
        """Whether something was said that is not on the screen yet."""
        return self._limiter.is_pending

    async def run(self) -> None:
        """Carry changes until cancelled."""
        async for batch in self._service.changes(self._since):
            self._collected.extend(batch)
            self._limiter.request()

    def _hand_over(self) -> None:
        changes, self._collected = self._collected, []
        self._show(self._service.snapshot(), changes)
