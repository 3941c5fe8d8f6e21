"""Talk: a made-up conversation of one session, and its screen over a service in memory."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from zlib import crc32

from drivers import samples
from drivers.memory_service import MemoryConversation, MemoryService
from drivers.run_driver import RunDriver, StillClock
from odw_core.config import Config
from odw_core.model.conversation import Entry, EntryKind
from odw_core.model.detail import SessionDetail
from odw_core.model.item import State
from odw_tui.app import OdwApp
from odw_tui.screens.opening import screen_for

SESSION = samples.session_detail(
    samples.session_item("talk", parent=None, state=State.DONE), has_conversation=True, turns=2, commands=3
)


def said(kind: EntryKind, head: str, body: str = "", **fields: object) -> tuple[Entry, str]:
    entry = Entry(kind, samples.NOW, head, crc32(f"{kind}{head}".encode()), 1)
    return replace(entry, **fields), body  # type: ignore[arg-type]


TALK = (
    said(EntryKind.TURN, "turn begins", note="gpt-5.5"),
    said(EntryKind.USER, "make it work", "make it work\nplease"),
    said(EntryKind.COMMAND, "npm test", "first\nboom: an error\nlast", exit_code=1, line_count=3),
    said(EntryKind.PATCH, "src/a.py", "*** Begin Patch\n+new line\n-old line", note="+1 -1"),
    said(EntryKind.QUESTION, "Which queue?", "Which queue?\n  - one"),
    said(EntryKind.ANSWER, "one", "queue: one"),
    said(EntryKind.COMMAND, "npm run build", "built", exit_code=0, line_count=1),
    said(EntryKind.AGENT, "It works now.", "It works now.\nEvery test passes."),
    said(EntryKind.END, "turn finished"),
)


@asynccontextmanager
async def talking(
    told: tuple[tuple[Entry, str], ...] = TALK,
    detail: SessionDetail = SESSION,
    size: tuple[int, int] = (120, 40),
    step: int = 1_000,
) -> AsyncIterator[RunDriver]:
    """The screen of a session in which this was said."""
    service = MemoryService(samples.snapshot([detail.item]), (detail,))
    service.conversations[detail.item.address] = MemoryConversation(told, step)
    app = OdwApp(service, Config(), clock=StillClock())
    async with app.run_test(size=size) as pilot:
        await pilot.pause()
        screen = screen_for(app.kit, detail.item)
        await app.push_screen(screen)
        driver = RunDriver(pilot, service, screen, StillClock())
        await driver.idle()
        yield driver
