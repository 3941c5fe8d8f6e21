"""Kit: what every screen is handed to work with. Nothing here is global, so that a test can hand over its own."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

from odw_core.config import Config
from odw_tui.keymap import Keymap
from odw_tui.motion import Motion
from odw_tui.present.glyphs import Glyphs

if TYPE_CHECKING:
    from odw_core.service.service import Service
    from odw_tui.deciding import Deciding


class Kit(NamedTuple):
    """The same for all screens of one app."""

    service: Service
    keymap: Keymap
    signs: Glyphs
    now: Callable[[], float]
    """Unix seconds."""
    home: str
    """The home directory, to be shown as ``~``; empty when there is none."""
    motion: Motion
    deciding: Deciding
    own_names: Mapping[str, str] = MappingProxyType({})
    """Place to what its owner calls it."""
    config: Config = Config()
    """What is configured and is no question of looks."""
