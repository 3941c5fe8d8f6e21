"""Hiding: keeps ``.odw`` out of the person's git status, where this program made that folder and nobody hid it."""

from __future__ import annotations

import os

from odw_core.git.command import Git
from odw_core.runs.workspace import RunPlace, write_whole

_IGNORE = ".gitignore"


async def hide(git: Git, place: RunPlace) -> None:
    """Let git pass over ``.odw`` by a file inside of it; nothing outside of it changes."""
    folder = place.path.parent.parent
    if not _is_ours(place) or not folder.resolve().is_relative_to(git.root.resolve()):
        return
    # It takes no literal paths; this one has nothing in it that could be a pattern to it.
    asked = await git.call(
        "check-ignore", "--quiet", "--stdin", "-z", stdin=bytes(folder), env={"GIT_LITERAL_PATHSPECS": "0"}
    )
    if asked.code != 1:
        return
    runs = place.open_runs()
    try:
        above = os.open("..", os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC, dir_fd=runs)
        try:
            write_whole(above, _IGNORE, b"*\n")
        finally:
            os.close(above)
    finally:
        os.close(runs)


def _is_ours(place: RunPlace) -> bool:
    """Whether nothing but this run lies there, so that its supervisor made the folder."""
    runs = place.path.parent
    try:
        above, below = [one.name for one in runs.parent.iterdir()], {one.name for one in runs.iterdir()}
    except OSError:
        return False
    return above == [runs.name] and below <= {place.path.name, "latest.json"}
