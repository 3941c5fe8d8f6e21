"""The room on the screen, the only command that loads Textual."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from odw_core.model.address import Address
from odw_core.paths import user_paths
from odw_tui.cli.looking import answer
from odw_tui.cli.printing import narrate
from odw_tui.cli.task import FINE, Task, desk, submitter_of

if TYPE_CHECKING:
    from odw_core.model.change import Snapshot
    from odw_core.service.service import CachedService
    from odw_core.service.submit import Submitter
    from odw_tui.screens.opening import Opening


def screen(task: Task) -> int:
    """Open the room; without a terminal say its status."""
    from odw_tui.headless.stdio import has_terminal

    if has_terminal():
        return open_screen(task)
    code = answer(task, "status")
    narrate("There is no terminal, so this was odw-tui status; in a terminal the same opens the room.")
    return code


def open_screen(task: Task, *, is_demo: bool = False) -> int:
    """Open the room on the terminal; the value is the exit code."""
    from odw_tui import prelude

    prelude.prepare()

    from odw_core.clock import SystemClock
    from odw_core.service.first_page import first_snapshot
    from odw_core.service.late import LateService
    from odw_themes.loader import Gallery
    from odw_tui.app import OdwApp
    from odw_tui.visit import Visit

    # Before the first page, so that it shows what this look at the disk has saved.
    opening = _opening(task)
    config = replace(task.config, ascii=task.is_ascii)
    first = first_snapshot(task.places, task.cache)
    if not first.items:
        from odw_core.service.first_look import first_look

        first = first_look(task.places, config.silent_after_s)

    def make() -> CachedService:
        from odw_core.service.live import LiveService

        def submitter(snapshot: Callable[[], Snapshot]) -> Submitter:
            return submitter_of(task, snapshot, "screen")

        return LiveService(
            task.places,
            config,
            cache=task.cache,
            first=first,
            submitter=submitter,
            reads_only=task.given.read_only,
        )

    early = None
    if opening is not None:
        from odw_core.service.early import early_reading

        early = early_reading(opening.address, task.places, task.cache, SystemClock().now())
    # A demo is no visit: what happens in the real room meanwhile stays news.
    visit = Visit(None if is_demo else user_paths().state)
    app = OdwApp(
        LateService(make, first, early),
        config,
        opening=opening,
        visit=visit,
        themes=Gallery(user_paths().themes),
        desk=desk(task.given),
        # What is replayed asks nobody; a live run must know which rooms are looked at.
        state=None if is_demo and task.given.replay else user_paths().state,
        is_read_only=task.given.read_only,
    )
    app.run()
    return app.return_code or FINE


def _opening(task: Task) -> Opening | None:
    """What ``--open`` means; a wrong address is told before there is a screen."""
    if task.given.open_address is None:
        return None
    from odw_core.service.first_page import cached_item
    from odw_core.service.parts import cells_at, no_such_part
    from odw_tui.screens.opening import Opening

    # A whole address that the cache knows needs no look at everything else; the screen says so if it is gone.
    known = cached_item(task.given.open_address, task.places, task.cache)
    if known is not None:
        return Opening(known, known.address, task.given.stream)

    with task.room() as room:
        address = room.resolve(task.given.open_address)
        asked = next((one for one in room.snapshot.questions if address == Address("question", one.id)), None)
        address = asked.address.root if asked else address
        detail = room.detail(address)
        if address.parts and not cells_at(detail, address):
            raise no_such_part(address)
        return Opening(detail.item, address, task.given.stream)
