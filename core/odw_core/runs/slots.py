"""Slots: how many agents work at once with one Codex home, over all runs of this machine. A slot is a file lock, so the
kernel frees it however its holder ends."""

from __future__ import annotations

import asyncio
import fcntl
import hashlib
import os
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from pathlib import Path

from odw_core.config import Config, load_config
from odw_core.errors import ConfigError
from odw_core.paths import user_paths
from odw_core.runs.folders import private_chain

LIMIT_VARIABLE = "ODW_TUI_AGENT_SLOTS"
_MOST = 256
_FIRST_LOOK_S, _LONGEST_LOOK_S = 0.05, 0.5


def slot_limit(environ: Mapping[str, str], config: Config | None = None) -> int:
    """How many agents may work at once: ``ODW_TUI_AGENT_SLOTS``, else ``agent_slots`` of the configuration; at least 1.

    Without ``config`` it is read from where ``environ`` says; one that cannot be used counts as none.
    """
    said = environ.get(LIMIT_VARIABLE, "").strip()
    if said.isdecimal() and said.isascii() and len(said) < 6:
        number = int(said)
    else:
        number = (config or _configured(environ)).agent_slots
    return max(1, min(number, _MOST))


def _configured(environ: Mapping[str, str]) -> Config:
    try:
        return load_config(user_paths(environ).config_file, must_exist=False)
    except ConfigError:
        return Config()


class Slots:
    """The slots of one Codex home, as one process uses them. Belongs to one event loop."""

    def __init__(self, home: str, limit: int, state: Path) -> None:
        """``state`` is the state folder of odw-tui. Runs may count with different limits; each keeps its own."""
        self._home, self._limit, self._state = home, limit, state
        self._turn = asyncio.Lock()
        self._freed = asyncio.Event()

    @asynccontextmanager
    async def hold(self, waiting: Callable[[], None] | None = None) -> AsyncIterator[int]:
        """A slot for as long as the block lasts; its number. ``waiting`` is told once, when there is none at first.

        Those of this process come first who waited first. Raises ``OSError`` when the folder cannot be written.
        """
        descriptor, number = await self._take(waiting)
        try:
            yield number
        finally:
            os.close(descriptor)
            self._freed.set()

    async def _take(self, waiting: Callable[[], None] | None) -> tuple[int, int]:
        if not self._turn.locked() and (taken := self._try()) is not None:
            return taken
        if waiting is not None:
            waiting()
        # One of us looks, the others wait for their turn without looking.
        async with self._turn:
            pause = _FIRST_LOOK_S
            while (taken := self._try()) is None:
                self._freed.clear()
                with suppress(TimeoutError):
                    # A slot of ours is told at once; nobody tells of those that other processes free.
                    async with asyncio.timeout(pause):
                        await self._freed.wait()
                pause = min(pause * 1.5, _LONGEST_LOOK_S)
            return taken

    def _try(self) -> tuple[int, int] | None:
        folder = private_chain(self._state, "slots", slot_folder(self._home))
        for number in range(self._limit):
            flags = os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC
            descriptor = os.open(folder / str(number), flags, 0o600)
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                os.close(descriptor)
            except BaseException:
                os.close(descriptor)
                raise
            else:
                return descriptor, number
        return None


def slot_folder(home: str) -> str:
    """Name of the folder of a home's slots: links and spellings of the same home share it."""
    return hashlib.sha256(os.path.realpath(home).encode("utf-8", "surrogateescape")).hexdigest()[:16]


@asynccontextmanager
async def slot(home: str, limit: int, state: Path, waiting: Callable[[], None] | None = None) -> AsyncIterator[int]:
    """One slot, for who needs only one at a time; else ``Slots``, whose waiters take turns."""
    async with Slots(home, limit, state).hold(waiting) as number:
        yield number
