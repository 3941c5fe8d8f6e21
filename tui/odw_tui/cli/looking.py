"""The commands that look, at the room or at one thing in it: logs, changes, words, a cause. They change nothing."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from odw_core.errors import UsageError
from odw_core.paths import user_paths
from odw_tui.cli.invocation import FINE, INTERRUPTED, Invocation, refuse_if_read_only
from odw_tui.cli.printing import look_of, narrate, notes_about, print_answer, print_document
from odw_tui.headless.arguments import Given

if TYPE_CHECKING:
    from odw_core.model.change import Snapshot
    from odw_core.model.search import Hit
    from odw_core.service.documents.plain_values import Document
    from odw_core.service.oneshot import Room
    from odw_tui.headless.answer import Answer

_OF_THE_WHOLE_ROOM = ("list", "show")
"""Commands that say of an item what belongs to it."""


def answer(invocation: Invocation, command: str | None = None) -> int:
    """What the room tells at this moment: the command that was given, or another."""
    command = command or invocation.given.command
    make = _maker(command)
    with invocation.room(is_whole=command in _OF_THE_WHOLE_ROOM) as room:
        if _is_about_questions(invocation.given) and not invocation.given.read_only:
            room.hear()
        told = make(room, invocation.given)
        if not told.is_silent:
            print_answer(told, invocation)
            for note in (*told.notes, *notes_about(room)):
                narrate(note)
    return told.exit_code


def _is_about_questions(given: Given) -> bool:
    return given.command == "inbox" or (given.command == "show" and given.address.startswith("question:"))


def _maker(command: str) -> Callable[[Room, Given], Answer]:
    match command:
        case "status":
            from odw_tui.headless.status import answer
        case "list":
            from odw_tui.headless.listing import answer
        case "show":
            from odw_tui.headless.show import answer
        case "inbox":
            from odw_tui.headless.inbox import answer
        case "inspect":
            from odw_tui.headless.inspect import answer
        case "doctor":
            from odw_tui.headless.doctor import answer
        case _:
            raise AssertionError(f"{command} is in the table of commands and nowhere else")
    return answer


def explain(invocation: Invocation) -> int:
    """Say why something failed, from a text or a file."""
    from odw_tui.headless.explain import answer

    told = answer(invocation.given, sys.stdin.buffer if sys.stdin else None)
    print_answer(told, invocation)
    return told.exit_code


def env(invocation: Invocation) -> int:
    """The variables that let a person answer runs that were typed by hand."""
    from odw_tui.headless.env import answer

    told = answer(invocation.given, user_paths().state, os.environ)
    print_answer(told, invocation)
    for note in told.notes:
        narrate(note)
    return told.exit_code


def search(invocation: Invocation) -> int:
    """Find words in everything, and tell each hit as it is found."""
    from odw_tui.headless.drawing import draw
    from odw_tui.headless.search import Teller, closing_note, findings, search, search_document

    given, kept, is_interrupted = invocation.given, findings(invocation.given), False
    if not kept.query or kept.limit < 1:
        raise UsageError("odw-tui search takes a word to look for, and a --limit of 1 or more.")
    with invocation.room(is_whole=True) as room:
        look = look_of(invocation)
        teller = Teller(room.snapshot.items, kept.query, look)

        def tell(hit: Hit) -> None:
            if not given.as_json:
                sys.stdout.writelines(f"{text}\n" for text in draw(teller.lines(hit), look))
                sys.stdout.flush()

        try:
            search(room, given, kept, tell)
        except KeyboardInterrupt:
            is_interrupted = True
        if given.as_json:
            is_complete = kept.is_complete and not is_interrupted
            print_document(search_document(kept, room.snapshot.items, is_complete=is_complete))
        narrate(closing_note(kept, is_interrupted=is_interrupted))
    return INTERRUPTED if is_interrupted else kept.exit_code


def logs(invocation: Invocation) -> int:
    """Print one stream, and what is added to it."""
    from odw_tui.headless.logs import plain_log, raw_log
    from odw_tui.headless.stdio import waiting_for_more

    wait = waiting_for_more() if invocation.given.follow else None
    with invocation.room() as room:
        source = room.log(room.resolve(invocation.given.address), invocation.given.stream)
        try:
            if invocation.given.raw:
                sys.stdout.buffer.writelines(raw_log(source, wait))
            else:
                sys.stdout.writelines(plain_log(source, wait))
        finally:
            source.close()
    return FINE


def watch(invocation: Invocation) -> int:
    """Print each change as a line of JSON until somebody ends it."""
    import asyncio

    from odw_core.service.live import LiveService
    from odw_tui.headless.stdio import pipe_to_reader
    from odw_tui.headless.watch import notifier, tell_changes

    if invocation.given.notify:
        refuse_if_read_only(invocation)

    def tell(document: Document) -> None:
        print_document(document)
        sys.stdout.flush()

    def begins(snapshot: Snapshot) -> None:
        narrate(
            f"Watching {len(snapshot.items):,} runs and sessions under {', '.join(invocation.places)}; ctrl+c ends it."
        )

    service = LiveService(invocation.places, invocation.config, cache=invocation.cache)
    call_out = notifier(user_paths().state, invocation.config, narrate) if invocation.given.notify else None
    asyncio.run(
        tell_changes(
            service, tell, begins=begins, initial=invocation.given.initial, pipe=pipe_to_reader(), call_out=call_out
        )
    )
    return FINE


def doctor(invocation: Invocation) -> int:
    """Examine this machine, or take away what was left."""
    if invocation.given.is_cleaning:
        from odw_tui.cli.driving import clean

        return clean(invocation)
    return answer(invocation)


COMMANDS: Mapping[str, Callable[[Invocation], int]] = {
    "logs": logs,
    "watch": watch,
    "env": env,
    "explain": explain,
    "search": search,
    "doctor": doctor,
}
"""Those that are more than one answer."""
