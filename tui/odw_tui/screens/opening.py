"""Which screen shows an item in full, and how the command line asks for one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from odw_core.model.address import Address
from odw_core.model.item import Item, Kind
from odw_tui.kit import Kit

if TYPE_CHECKING:
    from odw_tui.screens.opened import OpenedScreen


@dataclass(frozen=True, slots=True)
class Opening:
    """What ``--open`` asks for: an item, or the output of one of its parts or streams."""

    item: Item
    address: Address
    """The item's own, or that of a task or attempt in it."""
    stream: str | None = None


def screen_at(kit: Kit, opening: Opening, *, is_visit: bool = False) -> OpenedScreen:
    """A new screen on what was asked for; of a visit, back leads from there to where one came from at once."""
    screen = screen_for(kit, opening.item)
    if opening.address.parts or opening.stream is not None:
        screen.begin_with_output(opening.address, opening.stream, is_visit=is_visit)
    return screen


def screen_for(kit: Kit, item: Item) -> OpenedScreen:
    """A new screen on ``item``."""
    # Each has panes of its own, and whoever opens the one should not wait for those of the other.
    if item.kind is Kind.SESSION:
        from odw_tui.screens.session import SessionScreen

        return SessionScreen(kit, item.address)
    from odw_tui.screens.run import RunScreen

    return RunScreen(kit, item.address)


def screen_at_entry(kit: Kit, item: Item, offset: int, word: str) -> OpenedScreen:
    """A new screen on the session, where this byte of its transcript is told."""
    from odw_tui.screens.session import SessionScreen

    screen = SessionScreen(kit, item.address)
    screen.begin_at_entry(offset, word)
    return screen
