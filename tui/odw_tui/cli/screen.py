"""The room on the screen, the only command that loads Textual."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from odw_core.model.address import Address
from odw_core.paths import user_paths
from odw_tui.cli.invocation import FINE, Invocation, desk, submitter_of
from odw_tui.cli.looking import answer
from odw_tui.cli.printing import narrate

if TYPE_CHECKING:
    from odw_core.model.change import Snapshot
    from odw_core.service.service import CachedService
    from odw_core.service.submit import Submitter
    from odw_tui.screens.opening import Opening


def screen(invocation: Invocation) -> int:
    """Open the room; without a terminal say its status."""
    from odw_tui.headless.stdio import has_terminal

    if has_terminal():
        return open_screen(invocation)
    code = answer(invocation, "status")
    narrate("There is no terminal, so this was odw-tui status; in a terminal the same opens the room.")
    return code


def open_screen(invocation: Invocation, *, is_demo: bool = False) -> int:
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
    opening = _opening(invocation)
    config = replace(invocation.config, ascii=invocation.is_ascii)
    first = first_snapshot(invocation.places, invocation.cache)
    if not first.items:
        from odw_core.service.first_look import first_look

        first = first_look(invocation.places, config.silent_after_s)

    def make() -> CachedService:
        from odw_core.service.live import LiveService

        def submitter(snapshot: Callable[[], Snapshot]) -> Submitter:
            return submitter_of(invocation, snapshot, "screen")

        return LiveService(
            invocation.places,
            config,
            cache=invocation.cache,
            first=first,
            submitter=submitter,
            reads_only=invocation.given.read_only,
        )

    early = None
    if opening is not None:
        from odw_core.service.early import early_reading

        early = early_reading(opening.address, invocation.places, invocation.cache, SystemClock().now())
    # A demo is no visit: what happens in the real room meanwhile stays news.
    visit = Visit(None if is_demo else user_paths().state)
    app = OdwApp(
        LateService(make, first, early),
        config,
        opening=opening,
        visit=visit,
        themes=Gallery(user_paths().themes),
        desk=desk(invocation.given),
        # What is replayed asks nobody; a live run must know which rooms are looked at.
        state=None if is_demo and invocation.given.replay else user_paths().state,
        is_read_only=invocation.given.read_only,
    )
    app.run()
    return app.return_code or FINE


def _opening(invocation: Invocation) -> Opening | None:
    """What ``--open`` means; a wrong address is told before there is a screen."""
    if invocation.given.open_address is None:
        return None
    from odw_core.service.first_page import cached_item
    from odw_core.service.parts import cells_at, no_such_part
    from odw_tui.screens.opening import Opening

    # A whole address that the cache knows needs no look at everything else; the screen says so if it is gone.
    known = cached_item(invocation.given.open_address, invocation.places, invocation.cache)
    if known is not None:
        return Opening(known, known.address, invocation.given.stream)

    with invocation.room() as room:
        address = room.resolve(invocation.given.open_address)
        asked = next((one for one in room.snapshot.questions if address == Address("question", one.id)), None)
        address = asked.address.root if asked else address
        detail = room.detail(address)
        if address.parts and not cells_at(detail, address):
            raise no_such_part(address)
        return Opening(detail.item, address, invocation.given.stream)
