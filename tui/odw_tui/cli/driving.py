"""The commands that want something of a run, or of what one left. Each sends one wish and says what became of it."""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from odw_core.errors import UsageError
from odw_core.model.address import Address
from odw_core.model.workflow import SCENARIO_BATCH, traits
from odw_core.paths import user_paths
from odw_tui.cli.invocation import FINE, INTERRUPTED, Invocation, refuse_if_read_only, submitter_of
from odw_tui.cli.printing import look_of, narrate, print_answer

if TYPE_CHECKING:
    from odw_core.model.command import Command, Start
    from odw_core.model.conversation import Conversation
    from odw_core.service.checks.preparing import Preparing
    from odw_core.service.oneshot import Room


def start(invocation: Invocation) -> int:
    """Start a run; in the foreground follow it to its end."""
    import asyncio

    from odw_core.service.first_page import first_snapshot
    from odw_tui.headless.driving import WAITS, drive, follow, start_of

    if invocation.given.as_json and not invocation.given.is_check:
        raise UsageError("--json goes with --check; start prints the address of the run.")
    if not invocation.given.is_check:
        refuse_if_read_only(invocation)
    roots = invocation.given.roots
    workspace = str(Path(roots[0]).expanduser().absolute() if roots else Path.cwd())
    after = None
    if invocation.given.after is not None:
        with invocation.room() as room:
            after = room.resolve(invocation.given.after).root
    command = start_of(invocation.given, workspace, invocation.config, after)
    code = _check(invocation, command)
    if invocation.given.is_check:
        return code
    submitter = submitter_of(invocation, lambda: first_snapshot((), None), "command line")
    driven = asyncio.run(drive(submitter, command))
    if driven.address is None:
        narrate(driven.note)
        return driven.exit_code
    sys.stdout.write(f"{driven.address}\n")
    sys.stdout.flush()
    if not invocation.given.foreground:
        return code
    from odw_core.service.live import LiveService

    watched = LiveService((workspace,), invocation.config, cache=None)
    try:
        ended = asyncio.run(follow(watched, driven.address, narrate, _lines_of(command, driven.address)))
        if ended == WAITS:
            narrate(f"It waits for you: odw-tui show {driven.address} says what it asks and how to decide.")
        return code or ended
    except KeyboardInterrupt:
        narrate(f"The run goes on; odw-tui cancel {driven.address} ends it.")
        return INTERRUPTED


def _check(invocation: Invocation, command: Start) -> int:
    """Say what stands against a start; the exit code that it has because of that."""
    import asyncio

    from odw_core.service.starts.table import starter
    from odw_tui.headless import checking

    if not invocation.given.is_check:
        asyncio.run(starter(command.workflow).refuse(command, user_paths().state))
    if not invocation.given.is_check and not traits(command.workflow).is_checked_at_start:
        return FINE
    homes = invocation.given.codex_home
    looked_at = replace(command, home=command.home or (homes[0] if homes else None))
    checks = asyncio.run(checking.checks_of(looked_at, invocation.config, user_paths().state))
    if invocation.given.is_check:
        told = checking.answer(checks)
        print_answer(told, invocation)
        return told.exit_code
    for note in checking.notes(checks):
        narrate(note)
    return checking.exit_code(checks)


def _lines_of(command: Start, address: Address) -> Callable[[], None] | None:
    """Prints what a batch has said since it was asked last."""
    if command.workflow != SCENARIO_BATCH:
        return None
    from odw_core.service.batches.lines import BatchLines

    lines = BatchLines(user_paths().state, address.item)

    def say() -> None:
        for line in lines.new():
            sys.stdout.write(f"{line}\n")
            sys.stdout.flush()

    return say


def drive(invocation: Invocation) -> int:
    """Send one wish about a run or session."""
    import asyncio

    from odw_core.model.command import Rerun
    from odw_tui.headless.driving import check_again, command_of, drive, session_again

    refuse_if_read_only(invocation)
    # What is over may sleep, and can be repeated and adopted all the same.
    with invocation.room(is_whole=True) as room:
        address = room.resolve(invocation.given.address)
        if invocation.given.is_after_current:
            _refuse_unless_batch(address)
        command: Command = command_of(invocation.given.command, invocation.given, address)
        if isinstance(command, Rerun) and address.engine == "codex":
            command = asyncio.run(session_again(_preparing(invocation, room), command))
        elif isinstance(command, Rerun):
            asyncio.run(check_again(_preparing(invocation, room), command))
        driven = asyncio.run(drive(submitter_of(invocation, lambda: room.snapshot, "command line"), command))
    if driven.address is not None:
        sys.stdout.write(f"{driven.address}\n")
    if driven.note:
        narrate(driven.note)
    return driven.exit_code


def commit(invocation: Invocation) -> int:
    """Show what a run landed as a commit, or make it."""
    import asyncio

    from odw_tui.headless.commit import commit

    if invocation.given.is_sure:
        refuse_if_read_only(invocation)
    with invocation.room() as room:
        address = room.resolve(invocation.given.address).root
        preparing = _preparing(invocation, room)
        submitter = submitter_of(invocation, lambda: room.snapshot, "command line")
        found = asyncio.run(commit(preparing, submitter, invocation.given, str(address)))
    if found.lines is not None:
        sys.stdout.writelines(f"{line}\n" for line in found.lines())
    if found.driven.note:
        narrate(found.driven.note)
    return found.driven.exit_code


def clean(invocation: Invocation) -> int:
    """List what dead runs left, or take it away."""
    import asyncio

    from odw_core.service.leftovers import leftovers
    from odw_tui.headless.doctor import clean, left_lines

    if invocation.given.is_sure:
        refuse_if_read_only(invocation)
    found = [*leftovers(user_paths().state, invocation.places)]
    sys.stdout.writelines(f"{line}\n" for line in left_lines(found))
    with invocation.room() as room:
        submitter = submitter_of(invocation, lambda: room.snapshot, "command line")
        driven = asyncio.run(clean(submitter, found, is_sure=invocation.given.is_sure))
    narrate(driven.note)
    return driven.exit_code


def decide(invocation: Invocation) -> int:
    """Answer, approve or reject a question."""
    import asyncio
    from functools import partial

    from odw_tui.headless.decisions import decide
    from odw_tui.headless.drawing import draw

    refuse_if_read_only(invocation)
    with invocation.room() as room:
        make = partial(submitter_of, invocation, where="command line")
        decided = asyncio.run(decide(room, invocation.places, invocation.given, user_paths().state, make))
    if decided.lines is not None:
        look = look_of(invocation)
        sys.stdout.writelines(f"{text}\n" for text in draw(decided.lines(look), look))
    if decided.note:
        narrate(decided.note)
    return decided.exit_code


def _preparing(invocation: Invocation, room: Room) -> Preparing:
    from odw_core.service.checks.preparing import Preparing

    @asynccontextmanager
    async def conversation(address: Address) -> AsyncIterator[Conversation]:
        said = room.conversation(address)
        try:
            yield said
        finally:
            said.close()

    return Preparing(lambda: room.snapshot, conversation, state=user_paths().state, program=invocation.config.codex)


def _refuse_unless_batch(address: Address) -> None:
    from odw_core.service.batches.again import is_batch

    if not is_batch(address, user_paths().state):
        raise UsageError(f"{address} is no batch of ours; leave --after-current out to end it now.")


COMMANDS: Mapping[str, Callable[[Invocation], int]] = {
    "start": start,
    **dict.fromkeys(("resume", "rerun", "cancel", "adopt", "repeat", "pin"), drive),
    "commit": commit,
    **dict.fromkeys(("answer", "approve", "reject"), decide),
}
