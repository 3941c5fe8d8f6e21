"""Lending: which places a watched room reads: those of a person, and the repositories of campaigns as long as something
there is not over or looked at. Reads no journal itself."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence

from odw_core.model.address import Address
from odw_core.model.change import Change
from odw_core.service.campaigns.places import CampaignPlaces
from odw_core.service.watching.lookout import Lookout, Sweep
from odw_core.service.watching.mirrors import Mirrors
from odw_core.service.watching.reading import Reading
from odw_core.service.watching.roster import Roster
from odw_core.state.store import Store


class Lending:
    """Lends the repositories of campaigns to a room, and takes them back."""

    def __init__(
        self, own: Sequence[str], mirrors: Mirrors, roster: Roster, store: Store, reading: Reading, lookout: Lookout
    ) -> None:
        self.own = tuple(own)
        """The places of a person."""
        self._campaigns = CampaignPlaces(mirrors)
        self._roster, self._store, self._reading, self._lookout = roster, store, reading, lookout

    def set_own(self, places: Sequence[str]) -> None:
        """From now on these are a person's places; everything in them is looked at."""
        self.own = tuple(places)
        self._watch(self._lendable(), Sweep.FULL)

    def lend(self) -> bool:
        """Watch the repositories that are needed, and no others; whether that changed anything."""
        lent = self._lendable()
        if lent == self._store.lent:
            return False
        self._watch(lent, Sweep.USUAL)
        return True

    def take_back(self) -> None:
        """Nobody looks at a run any more; a place that was kept for that is not watched on."""
        if self._store.lent:
            self.lend()

    async def follow(self, changes: Callable[[int], AsyncIterator[tuple[Change, ...]]]) -> None:
        """As campaigns begin, say over which repositories they go, and end."""
        async for batch in changes(self._store.seq):
            if not batch or any(self._may_matter(change) for change in batch):
                self.lend()
            if self._roster.has_unshown:
                await self._reading.show_sleepers()

    def _lendable(self) -> dict[str, Address]:
        """Repositories that are watched because a campaign needs it, and those in which somebody still looks at a
        run."""
        lent = self._campaigns.of(self._roster.unfinished("odw"), self.own)
        looked_at = {unit.place for address in self._reading.feeds if (unit := self._roster.unit(address)) is not None}
        held = {place: one for place, one in self._store.lent.items() if place in looked_at and place not in self.own}
        return {**held, **lent}

    def _watch(self, lent: dict[str, Address], sweep: Sweep) -> None:
        """Watch a person's own places and these."""
        places, before = (*self.own, *lent), self._roster.places
        dropped = self._roster.set_places(places)
        for address, item in self._store.snapshot().items.items():
            if item.place in dropped:
                self._reading.leave_out(address)
        self._reading.show_stirred(self._roster.stir(frozenset(places).difference(before)))
        self._store.watch(places, lent)
        self._lookout.sweep(sweep)

    def _may_matter(self, change: Change) -> bool:
        """Whether it may mean that other places are needed."""
        if change.address.engine != "odw" or (change.before is None and change.after is None):
            return False
        before, after = change.before, change.after
        if before is None or after is None or (before.ended_at is None) != (after.ended_at is None):
            return True
        return after.ended_at is None and self._campaigns.is_open(change.address)
