"""Which screen shows an item in full."""

from __future__ import annotations

from odw_core.model.item import Item, Kind
from odw_tui.kit import Kit
from odw_tui.screens.opened import OpenedScreen
from odw_tui.screens.run import RunScreen
from odw_tui.screens.session import SessionScreen


def screen_for(kit: Kit, item: Item) -> OpenedScreen:
    """A new screen on ``item``."""
    return (SessionScreen if item.kind is Kind.SESSION else RunScreen)(kit, item.address)
