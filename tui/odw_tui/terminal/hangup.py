"""Hears that the terminal went away, which not every terminal says by a signal. Ends nothing by itself."""

from __future__ import annotations

import asyncio
import contextlib
import os
import select
import signal
from collections.abc import Callable

_STANDARD = (0, 1, 2)


def when_gone(terminal: int, tell: Callable[[int], None]) -> None:
    """Call ``tell`` with that descriptor, once and on the running loop, when nobody is at its other end any more.

    Costs nothing while it lasts. Where the system cannot say so (no epoll), nobody is told.
    """
    if not hasattr(select, "epoll"):
        return
    loop, ends = asyncio.get_running_loop(), select.epoll()

    def heard() -> None:
        loop.remove_reader(ends.fileno())
        ends.close()
        tell(terminal)

    try:
        # Asked for nothing, it tells of the end alone; what is typed is somebody else's to read.
        ends.register(terminal, 0)
        loop.add_reader(ends.fileno(), heard)
    except OSError:
        # What is no terminal, such as a file, never goes away.
        ends.close()


def forsake(terminal: int, within_s: int) -> None:
    """Let what is still written to that terminal go nowhere; whoever has not ended ``within_s`` seconds is ended."""
    gone = os.fstat(terminal).st_rdev
    nowhere = os.open(os.devnull, os.O_RDWR)
    for descriptor in _STANDARD:
        # A terminal that is gone does not even say that it is one, but it is still the same device.
        with contextlib.suppress(OSError):
            if os.fstat(descriptor).st_rdev == gone:
                os.dup2(nowhere, descriptor)
    os.close(nowhere)
    # A write that met the dead terminal before this leaves its thread broken, and leaving could wait for it for ever.
    signal.alarm(within_s)
