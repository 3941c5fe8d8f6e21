"""The doctor's whole round: everything that ``diagnose`` looks at, and what runs of ours left. Looks only."""

from __future__ import annotations

from odw_core.diagnose.doctor.check import Check
from odw_core.diagnose.doctor.examine import SECTIONS as OF_THE_MACHINE
from odw_core.diagnose.doctor.examine import Section, examined
from odw_core.diagnose.doctor.world import World
from odw_core.service.leftovers import leftover_checks

SECTIONS = (*OF_THE_MACHINE, Section("runs of ours", leftover_checks))


def examine(world: World) -> list[Check]:
    """All checks, section by section."""
    return [check for section in SECTIONS for check in examined(section, world)]
