"""Adopted already: whether a run of ours goes on with one of Converge, as private folders say. Starts and writes
nothing."""

from __future__ import annotations

import os
from collections.abc import Collection
from pathlib import Path

from odw_core.engines.odw.names import start_ms_of
from odw_core.errors import OdwError, Refused
from odw_core.model.address import Address
from odw_core.model.workflow import COORDINATE
from odw_core.runs.folders import RunFolder
from odw_core.runs.journal import is_over
from odw_core.runs.past import run_ids
from odw_core.runs.spec import read_spec


def refuse_adopted(addresses: Collection[Address], place: str, state: Path) -> None:
    """Raises ``Refused`` with the run that goes on with one of them already, and what can be done instead."""
    wanted = {str(one) for one in addresses}
    for run_id in sorted(run_ids(state), key=lambda one: start_ms_of(one) or 0, reverse=True):
        folder = RunFolder(state, run_id)
        try:
            spec = read_spec(folder)
        except OdwError:
            continue
        is_one = spec.workflow == COORDINATE and spec.origin in wanted
        if not is_one or os.path.realpath(spec.workspace) != os.path.realpath(place):
            continue
        anew = f"odw-tui adopt {spec.origin} --set force=true starts another all the same"
        if is_over(folder):
            raise Refused(
                f"odw:{run_id} went on with it already and is over; odw-tui rerun odw:{run_id} runs that again, {anew}."
            )
        raise Refused(f"odw:{run_id} goes on with it already; odw-tui show odw:{run_id} says how far it is. {anew}.")


def is_true(value: object) -> bool:
    """Whether that is a yes, as it was typed or as JSON."""
    return value is True or (isinstance(value, str) and value.strip().lower() in ("true", "yes", "1"))
