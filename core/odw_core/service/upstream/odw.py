"""What can be done about a run that somebody else drives with odw: interrupt it, or let odw go on with it."""

from __future__ import annotations

import os
import shutil
import signal

from odw_core.engines.odw.names import pid_of, start_ms_of
from odw_core.errors import Refused
from odw_core.model.address import Address
from odw_core.model.command import Start
from odw_core.model.item import Item, State
from odw_core.model.workflow import ODW_EXEC
from odw_core.process.liveness import is_alive

_ODW = ("odw",)


def resumption(root: Address, item: Item) -> Start:
    """The run of ours that lets odw go on with it. Raises ``Refused`` when nothing is left to go on with."""
    if _owner(root) is not None:
        raise Refused(f"{root} is still at work; wait for its end, or odw-tui cancel {root} ends it.")
    if item.state is State.DONE:
        raise Refused(f"{root} is done; there is nothing to go on with.")
    if shutil.which(_ODW[0]) is None:
        raise Refused(
            f"odw is not on your PATH, and it alone resumes its runs; odw-tui adopt {root} goes on without it."
        )
    return Start(ODW_EXEC, {"resume": root.item}, item.place)


def interrupt(root: Address) -> None:
    """Send INT to the process group of its odw, which then writes down how it ended. Raises ``Refused``."""
    pid = _owner(root)
    if pid is None:
        raise Refused(f"{root} was not started by odw-tui here, and no odw is at work that could be told.")
    try:
        if os.getpgid(pid) != pid or os.getsid(pid) != pid:
            # A shell's job or a script: its group may hold what is not odw's, and odw would not outlive the signal.
            raise Refused(f"{root} runs in somebody's terminal; ctrl+c there ends it.")
        os.killpg(pid, signal.SIGINT)
    except ProcessLookupError:
        raise Refused(f"{root} is over already.") from None
    except PermissionError:
        raise Refused(f"{root} is driven by another user; only they can end it.") from None


def _owner(root: Address) -> int | None:
    """Process id of its odw, as far as that is proved."""
    pid, began = pid_of(root.item), start_ms_of(root.item)
    if pid is None or began is None or is_alive(pid, _ODW, began / 1000) is not True:
        return None
    return pid
