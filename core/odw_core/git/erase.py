"""Takes a folder away with all that lies in it, also what somebody made read-only. Follows no link."""

from __future__ import annotations

import os
import shutil
import stat
from contextlib import suppress
from pathlib import Path


def erase(place: Path) -> OSError | None:
    """Remove whatever is at ``place``; the failure when something stays. Links are removed, not followed."""
    try:
        if not stat.S_ISDIR(place.lstat().st_mode):
            place.unlink()
            return None
        try:
            shutil.rmtree(place)
        except PermissionError:
            _open_up(place)
            shutil.rmtree(place)
    except FileNotFoundError:
        return None if not place.exists() else FileNotFoundError(2, "it changes while it is removed")
    except OSError as error:
        return error
    return None


def _open_up(place: Path) -> None:
    """Let the owner remove what lies in folders that somebody made read-only."""
    place.chmod(0o700)
    for parent, folders, _ in os.walk(place):
        for name in folders:
            below = Path(parent, name)
            if not below.is_symlink():
                with suppress(OSError):
                    below.chmod(0o700)
