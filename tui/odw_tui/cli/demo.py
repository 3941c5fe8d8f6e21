"""The demo as a command: the live run or what was recorded, in a room of its own."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from odw_core.errors import OdwError, UsageError
from odw_core.model.address import Address
from odw_tui.cli.invocation import Invocation, refuse_if_read_only, submitter_of
from odw_tui.cli.looking import answer
from odw_tui.cli.printing import narrate
from odw_tui.cli.screen import open_screen
from odw_tui.headless.arguments import Given

if TYPE_CHECKING:
    from odw_core.demo.live import Live


def demo(invocation: Invocation) -> int:
    """Play the live story, or what was recorded, in a room of its own."""
    from functools import partial

    from odw_tui import demo
    from odw_tui.headless.stdio import has_terminal

    given = invocation.given
    if given.replay and (given.sets or given.agent is not None):
        raise UsageError("--replay plays what was recorded; leave --set and --agent out.")
    show = demo.replay
    if not given.replay:
        refuse_if_read_only(invocation)
        show = partial(demo.run, start=partial(_start_demo, invocation), follow=partial(_follow_demo, invocation))
    keep = Path(given.keep).expanduser().absolute() if given.keep else None
    code = show(
        open_screen=lambda workspace: open_screen(_within_demo(invocation, workspace), is_demo=True),
        print_status=lambda workspace: answer(_within_demo(invocation, workspace), "status"),
        headless=given.headless or not has_terminal(),
        keep=keep,
        pace=given.pace,
    )
    if keep is not None and not given.replay:
        narrate(
            f"{keep} stays, with its run: odw-tui --root {keep} opens it, odw-tui --root {keep} cancel latest ends it."
        )
    return code


def _within_demo(invocation: Invocation, workspace: Path) -> Invocation:
    """The room of the demo alone. Only a real Codex works in the person's own home, and its sessions are shown."""
    if invocation.given.agent == "codex":
        return Invocation(Given(**{**vars(invocation.given), "root": [str(workspace)]}), invocation.config)
    from odw_core.demo.launch import codex_home

    home = codex_home(workspace)
    homes = {"codex_homes": [str(home)] if home.is_dir() else None, "codex_homes_after": None}
    has_none = {"no_codex": not home.is_dir()}
    return Invocation(
        Given(**{**vars(invocation.given), "root": [str(workspace)], **homes, **has_none}), invocation.config
    )


def _start_demo(invocation: Invocation, live: Live) -> Address:
    import asyncio

    from odw_core.service.first_page import first_snapshot
    from odw_tui.headless.driving import demo_start, drive

    command = demo_start(invocation.given, live, invocation.config)
    submitter = submitter_of(invocation, lambda: first_snapshot((), None), "demo")
    driven = asyncio.run(drive(submitter, command))
    if driven.address is None:
        raise OdwError(f"The demo did not start: {driven.note}")
    return driven.address


def _follow_demo(invocation: Invocation, workspace: Path, address: Address) -> int:
    import asyncio

    from odw_core.service.live import LiveService
    from odw_tui.headless.driving import follow

    return asyncio.run(follow(LiveService((str(workspace),), invocation.config, cache=None), address, narrate))
