"""NameBook: what people called the sessions of a place, from the one append-only file that says so for all of them."""

from __future__ import annotations

import os

from odw_core.engines.registry import AnyEngine
from odw_core.files.follow import JournalFollower
from odw_core.model.address import Address
from odw_core.model.evidence import Appended, Gone, Unit

_LIMIT = 4 << 20


class NameBook:
    """Names by place. Files are read when a name is asked for, and again when ``look`` finds that they grew."""

    def __init__(self) -> None:
        self._followers: dict[str, tuple[AnyEngine, JournalFollower]] = {}
        self._names: dict[str, dict[str, str]] = {}

    def name_of(self, engine: AnyEngine, unit: Unit) -> str | None:
        """What a person called this unit."""
        if unit.place not in self._names and engine.names_file(unit.place) is not None:
            self.look(engine, unit.place)
        return self._names.get(unit.place, {}).get(unit.address.item)

    def look(self, engine: AnyEngine, place: str) -> set[Address]:
        """Read what was added to the file of one place; the units whose name is another one now."""
        path = engine.names_file(place)
        if path is None:
            return set()
        if place not in self._followers:
            self._followers[place] = (engine, JournalFollower(path, os.path.basename(path)))  # noqa: PTH119
        before = self._names.get(place, {})
        names = dict(before)
        follower = self._followers[place][1]
        while True:
            look = follower.look(_LIMIT)
            if look.is_reset or isinstance(look.evidence, Gone):
                names = {}
            if isinstance(look.evidence, Appended):
                names |= engine.names(look.evidence.data)
            if not look.has_more:
                break
        self._names[place] = names
        changed = {item for item in names.keys() | before.keys() if names.get(item) != before.get(item)}
        return {Address(engine.name, item) for item in changed}
