"""Names of the scenario dialect that are needed before anything is read: logs, addresses, the times they carry."""

from __future__ import annotations

import re
from datetime import datetime

from odw_core.model.address import Address

ENGINE = "scenario"

LOG = ""
"""The one growing file of a unit is the unit itself."""
RAW_FOLDER = ".d"
"""The folder with raw responses that may lie beside a run log."""

RECORDS = "records"
"""The stream with everything that the log says of one scenario."""
OURS, OTHER = "ours", "other"
"""What a log is by its first line."""

FOLD_VERSION = 2
"""Raised whenever the meaning of an accumulator's field changes: checkpoints of another version are folded again."""

_RUN_LOG = re.compile(r"^(run-(\d{8}-\d{6})(?:-\d{1,4})?)\.log$")
_ERROR_LOG = re.compile(r"^((\d{6}_\d{4}))\.errorlog$")
_ERROR = "error-"


def run_address(file: str) -> Address | None:
    """``run-20260220-101500.log`` (or ``…-2.log`` of the same second) as an address; None for any other name."""
    match = _RUN_LOG.match(file)
    return Address(ENGINE, match[1]) if match else None


def error_address(file: str) -> Address | None:
    """``022026_1015.errorlog`` as an address; None for any other name."""
    match = _ERROR_LOG.match(file)
    return Address(ENGINE, _ERROR + match[1]) if match else None


def is_error_log(address: Address) -> bool:
    """Whether the address is one of an old plain error log."""
    return address.item.startswith(_ERROR)


def file_of(item: str) -> str:
    """Path of a unit's log below its workspace."""
    if item.startswith(_ERROR):
        return f"logs/error_output/{item.removeprefix(_ERROR)}.errorlog"
    return f"logs/{item}.log"


def named_ms(item: str) -> int | None:
    """The local start time a name carries, in milliseconds since 1970; None when it is no time."""
    is_old = item.startswith(_ERROR)
    digits, form = (item.removeprefix(_ERROR), "%m%d%y_%H%M") if is_old else (item[4:19], "%Y%m%d-%H%M%S")
    try:
        return int(datetime.strptime(digits, form).timestamp() * 1000)
    except (ValueError, OverflowError, OSError):
        return None
