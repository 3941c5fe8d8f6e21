"""FolderWatcher: hints that something happened in some folders, by watchfiles. A hint may be missing, never wrong."""

from __future__ import annotations

import asyncio
import os
import stat
from collections.abc import Callable, Iterable

_STEP_MS = 50
"""Between two looks of the watching thread at its queue: 0.1 % of a core; a smaller step costs thirty times that."""
_DEBOUNCE_MS = 50
_RESTART_S = 0.1
_AFTER_FAILURE_S = 1.0


class FolderWatcher:
    """Watches a changing set of folders, each for its direct entries only.

    Recursive watching was measured to miss half of the files made in fresh nested folders, so whoever hears of a new
    folder looks into it and adds it here.
    """

    def __init__(self, heard: Callable[[set[str]], None], began: Callable[[], None] = lambda: None) -> None:
        """``began`` is called whenever watches were put up anew: what happened until then, nobody heard."""
        self._heard, self._began = heard, began
        self._folders: frozenset[str] = frozenset()
        self._wanted: frozenset[str] = frozenset()
        self._inodes: dict[str, int] = {}
        self._changed = asyncio.Event()
        self.is_running = False

    def watch(self, folders: Iterable[str]) -> None:
        """Watch these folders from now on; those that are not there are left out until the next call."""
        wanted = frozenset(folders)
        inodes = {folder: inode for folder in wanted if (inode := _inode(folder)) is not None}
        # A folder that was deleted and made again has its old name and needs a new watch.
        if wanted != self._wanted or inodes != self._inodes:
            self._wanted, self._inodes = wanted, inodes
            self._folders = frozenset(inodes)
            self._changed.set()

    async def run(self) -> None:
        """Watch until cancelled. Raises ``OSError`` when the system has no watches left."""
        # Imported late: nothing that is needed for the first paint may wait for it.
        from watchfiles import awatch
        from watchfiles._rust_notify import WatchfilesRustInternalError

        while True:
            self._changed.clear()
            if not self._folders:
                await self._changed.wait()
                continue
            stop = asyncio.Event()
            ending = asyncio.create_task(_set_when(self._changed, stop))
            try:
                stream = awatch(
                    *self._folders,
                    watch_filter=None,
                    debounce=_DEBOUNCE_MS,
                    step=_STEP_MS,
                    stop_event=stop,
                    recursive=False,
                    ignore_permission_denied=True,
                )
                self.is_running = True
                # The stream puts up its watches before it waits for the first time, so this runs after that.
                asyncio.get_running_loop().call_soon(self._began)
                async for changes in stream:
                    self._heard({path for _, path in changes})
            except FileNotFoundError:
                # A folder went between the look and the watch; the next sweep says what is there.
                self._inodes = {}
                await asyncio.sleep(_RESTART_S)
            except ExceptionGroup as errors:
                if errors.split(WatchfilesRustInternalError)[1] is not None:
                    raise
                # A file whose name is no Unicode is enough. What else happened went with it, so look everywhere, but
                # not as often as somebody can make this happen.
                self._heard(set(self._folders))
                await asyncio.sleep(_AFTER_FAILURE_S)
            finally:
                self.is_running = False
                # Not waited for: whoever cancels this meanwhile must be heard.
                ending.cancel()


async def _set_when(happened: asyncio.Event, stop: asyncio.Event) -> None:
    await happened.wait()
    # Folders come in bursts; one restart serves all of them.
    await asyncio.sleep(_RESTART_S)
    stop.set()


def _inode(folder: str) -> int | None:
    try:
        # A name that is no Unicode cannot be watched.
        folder.encode()
        status = os.lstat(folder)
    except (OSError, ValueError):
        return None
    # Not a link: it may lead out of the workspace.
    return status.st_ino if stat.S_ISDIR(status.st_mode) and os.access(folder, os.R_OK) else None
