"""Which Codex homes have the socket of a server. One look each; nothing is opened, and nobody is talked to."""

from __future__ import annotations

import os
from collections.abc import Iterable

from odw_core.engines.codex.names import CONTROL_SOCKET


def listening_homes(places: Iterable[str]) -> list[str]:
    """Those in which an app server may listen."""
    return [place for place in places if os.path.lexists(f"{place}/{CONTROL_SOCKET}")]
