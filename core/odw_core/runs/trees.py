"""Trees: the worktrees of one run, below its folder in the workspace; none is left when the run is over."""

from __future__ import annotations

import asyncio
import hashlib
import os
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from odw_core.errors import OdwError, no_room
from odw_core.git import worktree
from odw_core.git.command import Git, GitBusy
from odw_core.runs.context import Context

FOLDER = "worktrees"
_PATIENCE_S, _PAUSE_S = 10.0, 0.2
_STRANGE = re.compile(r"[^A-Za-z0-9._-]")


class Trees:
    """Makes and removes them, one after the other: git locks what all of them share."""

    def __init__(self, context: Context, git: Git) -> None:
        self._context, self._git = context, git
        self._turn = asyncio.Lock()
        self._cut_off: list[str] = []

    def path(self, key: str) -> Path:
        """Where the tree of that key lies."""
        return self._context.place.path / FOLDER / folder_of(key)

    @asynccontextmanager
    async def opened(self, key: str, base: str, *, is_kept: bool = False, stays: bool = False) -> AsyncIterator[Git]:
        """A tree at ``base`` for as long as the block lasts. ``is_kept`` goes on with the one that is there; with
        ``stays`` it is for the caller to remove it when nothing went wrong in the block."""
        path = self.path(key)
        tree = await worktree.opened(self._git, path) if is_kept else None
        if tree is None:
            # The folders above it are real ones, or made so.
            os.close(self._context.place.open(FOLDER))
            tree = await self._add(path, base)
        is_whole = False
        try:
            yield tree
            is_whole = True
        except asyncio.CancelledError:
            self._cut_off.append(folder_of(key))
            raise
        except (OdwError, OSError) as error:
            if no_room(error):
                # Who was cut off by a full disk goes on in it.
                self._context.stop_short()
            raise
        finally:
            if not self._context.is_stopping and not (stays and is_whole):
                await self.remove(key)

    async def _add(self, path: Path, base: str) -> Git:
        until = self._context.now() + _PATIENCE_S
        while True:
            try:
                async with self._turn:
                    return await worktree.add(self._git, path, base)
            except GitBusy:
                # The person's own git works there for a moment.
                if self._context.now() >= until:
                    raise
            await asyncio.sleep(_PAUSE_S)

    async def remove(self, key: str) -> None:
        """Remove the tree of that key; nothing happens when there is none."""
        async with self._turn:
            await worktree.remove(self._git, self.path(key))

    async def clear(self) -> tuple[str, ...]:
        """Remove every tree of this run; the names of those that were there, and of those that work was cut off in."""
        folder = self._context.place.path / FOLDER
        try:
            with os.scandir(folder) as entries:
                names = sorted(entry.name for entry in entries if entry.is_dir(follow_symlinks=False))
        except OSError:
            names = []
        # A killed supervisor may have taken the files away, and not git's record of them.
        recorded = await worktree.names_below(self._git, folder)
        for name in sorted({*names, *recorded}):
            async with self._turn:
                await worktree.remove(self._git, folder / name)
        return tuple(sorted({*names, *self._cut_off}))


def folder_of(key: str) -> str:
    """Name of the folder of a key's tree: never a path, never the same for two keys."""
    plain = _STRANGE.sub("-", key)[:80].lstrip(".-")
    return (
        key
        if plain == key
        else f"{plain or 'tree'}~{hashlib.sha256(key.encode('utf-8', 'surrogatepass')).hexdigest()[:8]}"
    )
