"""The engines there are. Adding a dialect is one folder and one line here."""

from __future__ import annotations

from typing import Any

from odw_core.engines.base import Engine
from odw_core.engines.codex.engine import CodexEngine
from odw_core.engines.converge.engine import ConvergeEngine
from odw_core.engines.odw.engine import OdwEngine
from odw_core.engines.scenario.engine import ScenarioEngine
from odw_core.model.address import Address

# An accumulator is opaque to everyone but its engine, so its type ends here.
Acc = Any
AnyEngine = Engine[Any]

ENGINES: tuple[AnyEngine, ...] = (OdwEngine(), ConvergeEngine(), CodexEngine(), ScenarioEngine())


def engine_of(address: Address) -> AnyEngine | None:
    """The engine an address belongs to, None for an engine nobody knows."""
    for engine in ENGINES:
        if engine.owns(address):
            return engine
    return None
