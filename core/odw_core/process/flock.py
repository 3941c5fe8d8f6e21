"""The lock that says a process lives: held by flock, let go by the kernel however its holder ends."""

from __future__ import annotations

import fcntl
import os
import time
from pathlib import Path

_TRIES = 40
_PAUSE_S = 0.025


def hold(path: Path) -> int | None:
    """A descriptor that holds the lock until it is closed or the process ends; None when another process holds it.

    The file is made when it is not there. Whoever only asks (``is_held``) takes it for a moment, hence the tries.
    """
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    for _ in range(_TRIES):
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            time.sleep(_PAUSE_S)
        else:
            return descriptor
    os.close(descriptor)
    return None


def is_held(path: Path) -> bool:
    """Whether some process holds the lock. Only for locks of our own: asking takes it for a moment."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
    except OSError:
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:
        return False
    finally:
        os.close(descriptor)
    return False
