"""Where scenario batches leave their logs below a workspace, and which logs are there. Names alone."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator

from odw_core.engines.scenario.names import error_address, run_address
from odw_core.model.address import Address
from odw_core.model.evidence import Unit

LOGS = "logs"
ERROR_LOGS = "logs/error_output"


def is_place(place: str) -> bool:
    """Whether any log of this dialect lies below the folder."""
    return next(discover(place), None) is not None


def watched_folders(place: str) -> tuple[str, ...]:
    """Folders whose entries say that logs came or went; whether they exist or not."""
    return (f"{place}/{LOGS}", f"{place}/{ERROR_LOGS}")


def discover(place: str) -> Iterator[Unit]:
    """Every run log and old error log of a workspace. What cannot be listed is left out; the sweep looks again."""
    # Every step must be a real folder: a link could lead anywhere.
    if _is_folder(f"{place}/{LOGS}"):
        yield from _units(place, LOGS, run_address)
        if _is_folder(f"{place}/{ERROR_LOGS}"):
            yield from _units(place, ERROR_LOGS, error_address)


def _units(place: str, folder: str, address_of: Callable[[str], Address | None]) -> Iterator[Unit]:
    try:
        with os.scandir(f"{place}/{folder}") as entries:
            names = sorted(entry.name for entry in entries)
    except OSError:
        return
    for name in names:
        address = address_of(name)
        if address is not None:
            yield Unit(address, place, f"{place}/{folder}/{name}")


def _is_folder(path: str) -> bool:
    try:
        return os.path.isdir(path) and not os.path.islink(path)  # noqa: PTH112, PTH114
    except (OSError, ValueError):
        return False
