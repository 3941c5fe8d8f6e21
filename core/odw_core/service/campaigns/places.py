"""Campaign places: the repositories of campaigns of ours that are not over, watched along with the places of a room, so
that what their runs ask is seen. Believes private folders alone, never what a workspace says; writes nothing."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from pathlib import Path

from odw_core.errors import OdwError
from odw_core.model.address import Address
from odw_core.model.evidence import Unit
from odw_core.service.watching.mirrors import Mirrors


class CampaignPlaces:
    """Those of one state folder. What a run is, and over which repositories, is read once."""

    def __init__(self, mirrors: Mirrors) -> None:
        self._mirrors = mirrors
        self._repos: dict[Address, tuple[str, ...]] = {}
        """Of the runs that were asked; empty for what is no campaign."""
        self._unsettled: set[Address] = set()

    def is_open(self, address: Address) -> bool:
        """Whether it is a campaign that has yet to say over which repositories it goes."""
        return address in self._unsettled

    def of(self, unfinished: Iterable[Unit], own: Sequence[str]) -> dict[str, Address]:
        """Folder to the campaign because of which it is watched. ``unfinished`` are runs that are not over, wherever
        they are; a campaign counts if it lies in one of ``own``, and lends nothing that is there already."""
        known = frozenset(own)
        real = {os.path.realpath(place) for place in own}
        found: dict[str, Address] = {}
        for unit in unfinished:
            if unit.place not in known:
                continue
            for repo in self._repos_of(unit):
                path = os.path.realpath(repo)
                if path not in real and Path(repo).is_dir():
                    real.add(path)
                    found[repo] = unit.address
        return found

    def _repos_of(self, unit: Unit) -> tuple[str, ...]:
        address, mirror = unit.address, self._mirrors.of(unit)
        if mirror is None:
            # Somebody else's, or a copy of its folder in another place.
            return ()
        if address in self._repos:
            return self._repos[address]
        # Imported late: most rooms hold no run of ours.
        from odw_core.service.campaigns.journal import campaign_journal

        try:
            journal = campaign_journal(Path(mirror.root).parent.parent, address.item)
        except OdwError:
            return ()
        if journal is not None and journal.repos is None:
            self._unsettled.add(address)
            return ()
        self._unsettled.discard(address)
        said = () if journal is None else journal.repos or ()
        self._repos[address] = tuple(repo for repo in said if repo.startswith("/"))
        return self._repos[address]
