"""The command line: opens the room, prints, and turns every error into its exit code. The only module that does either.

Loads neither Textual nor asyncio, pydantic, aiosqlite or watchfiles before a command needs them.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from odw_core.config import Config, load_config
from odw_core.errors import OdwError, Refused, UsageError
from odw_core.model.address import Address
from odw_core.paths import CONFIG_VARIABLE, user_paths
from odw_tui.headless.arguments import SCREEN, Given, build_parser, parse
from odw_tui.headless.commands import command_table

if TYPE_CHECKING:
    from odw_core.demo.live import Live
    from odw_core.model.change import Snapshot
    from odw_core.model.command import Start
    from odw_core.model.search import Hit
    from odw_core.service.oneshot import Room
    from odw_core.service.plain_values import Document
    from odw_core.service.service import CachedService
    from odw_core.service.submit import Submitter
    from odw_tui.desk import Desk
    from odw_tui.headless.answer import Answer
    from odw_tui.headless.drawing import Look
    from odw_tui.screens.opening import Opening

__all__ = ["build_parser", "command_table", "main"]

FINE = 0
FAILURE = 1
INTERRUPTED = 130

_OF_THE_WHOLE_ROOM = ("list", "show")
"""Commands that say of an item what belongs to it."""


def main(words: Sequence[str] | None = None) -> int:
    """Run one command; the value is the exit code."""
    _prepare_streams()
    try:
        try:
            return _run(sys.argv[1:] if words is None else words)
        finally:
            # What goes wrong with stdout must come up here, not when the interpreter ends.
            sys.stdout.flush()
    except OdwError as error:
        _narrate(str(error))
        return error.exit_code
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        _drop_stdout()
        return FINE
    except OSError as error:
        _drop_stdout()
        _narrate(f"{error.strerror or error}{f': {error.filename}' if error.filename else ''}.")
        return FAILURE


@dataclass(frozen=True, slots=True)
class _Task:
    """One command with everything it was given."""

    given: Given
    config: Config

    @property
    def places(self) -> tuple[str, ...]:
        from odw_tui.headless.roots import chosen_homes, chosen_places

        homes = () if self.given.no_codex else chosen_homes(self.given.codex_home, os.environ)
        return (*chosen_places(self.given.roots, self.config.places), *homes)

    @property
    def cache(self) -> Path | None:
        from odw_core.index.schema import FILE_NAME

        is_kept = self.config.cache and not self.given.no_cache
        return user_paths().cache / FILE_NAME if is_kept else None

    @property
    def is_ascii(self) -> bool:
        from odw_tui.headless.stdio import has_letters

        return self.config.ascii or not has_letters()

    @contextmanager
    def room(self, *, is_whole: bool = False) -> Iterator[Room]:
        """The room as it is now; unless ``is_whole`` only counts, what waits, and what is asked for by its address."""
        from odw_core.service.oneshot import open_room

        room = open_room(self.places, self.config, cache=self.cache, is_whole=is_whole)
        try:
            yield room
        finally:
            room.close()


def _run(words: Sequence[str]) -> int:
    given = parse(words)
    match given.command:
        case "config":
            return _config(given)
        case "completion":
            return _completion(given)
    task = _Task(given, _configuration(given))
    match given.command:
        case "logs":
            return _logs(task)
        case "watch":
            return _watch(task)
        case "demo":
            return _demo(task)
        case "env":
            return _env(task)
        case "explain":
            return _explain(task)
        case "search":
            return _search(task)
        case "start":
            return _start(task)
        case "resume" | "rerun" | "cancel" | "adopt" | "repeat" | "pin":
            return _drive(task)
        case "commit":
            return _commit(task)
        case "doctor" if given.is_cleaning:
            return _clean(task)
        case "answer" | "approve" | "reject":
            return _decide(task)
        case name if name == SCREEN:
            return _screen(task)
        case name:
            return _answer(task, name)


def _configuration(given: Given) -> Config:
    """What the person set down, with what was typed laid over it."""
    file = _config_file(given)
    config = load_config(file, must_exist=given.config is not None)
    if given.config is not None:
        # The supervisors that are started from here read it as well.
        os.environ[CONFIG_VARIABLE] = str(file.absolute())
    if config.theme is not None or config.keys or given.theme is not None:
        from odw_tui.headless.names import check_names

        check_names(config, file, given.theme, user_paths().themes)
    from odw_tui.motion import wants_no_motion

    return replace(
        config,
        theme=given.theme or config.theme,
        ascii=given.is_ascii or config.ascii,
        reduced_motion=config.reduced_motion or wants_no_motion(os.environ),
    )


def _config_file(given: Given) -> Path:
    return Path(given.config).expanduser() if given.config else user_paths().config_file


def _desk(given: Given) -> Desk:
    """Where settings are looked up and written down, with what was typed laid over them."""
    from odw_tui.desk import Desk
    from odw_tui.headless.stdio import has_letters

    typed = {
        "theme": ("--theme", given.theme, given.theme is not None),
        "ascii": ("--ascii", True, given.is_ascii),
        "cache": ("--no-cache", False, given.no_cache),
        "places": ("--root", tuple(given.roots), bool(given.roots)),
    }
    return Desk(
        _config_file(given),
        must_exist=given.config is not None,
        typed={key: (option, value) for key, (option, value, is_typed) in typed.items() if is_typed},
        environ=os.environ,
        has_letters=has_letters(),
    )


def _config(given: Given) -> int:
    from odw_tui.headless import config

    file, themes = _config_file(given), user_paths().themes
    match given.about:
        case "show":
            answer = config.show(_desk(given), has_origin=given.has_origin)
        case "validate":
            answer = config.validate(file, themes, must_exist=given.config is not None)
        case _:
            answer = config.schema(themes)
    _print_answer(answer, _Task(given, Config(ascii=given.is_ascii)))
    for note in answer.notes:
        _narrate(note)
    return answer.exit_code


def _completion(given: Given) -> int:
    from odw_tui.headless import completion
    from odw_tui.headless.commands import ASKED_BY_SHELLS

    answer = completion.script(given.about) if given.about not in ASKED_BY_SHELLS else _candidates(given)
    _print_answer(answer, _Task(given, Config()))
    return FINE


def _candidates(given: Given) -> Answer:
    """What a shell asks for while somebody types; nothing when something is wrong, for nobody could read that."""
    from odw_tui.headless.completion import candidates
    from odw_tui.headless.names import known_themes

    if given.about == "themes":
        return candidates(known_themes(user_paths().themes))
    try:
        return candidates(("latest", *_known_addresses(_Task(given, _configuration(given)))))
    except (OdwError, OSError):
        return candidates(())


def _known_addresses(task: _Task) -> list[str]:
    """The newest addresses that the cache has; while it is empty, one look at the disk fills it."""
    from odw_core.service.first_page import first_snapshot

    items = first_snapshot(task.places, task.cache).items
    if not items and task.cache is not None:
        with task.room() as room:
            items = room.snapshot.items
    newest = sorted(items.values(), key=lambda item: item.changed_at or 0, reverse=True)
    return [str(item.address) for item in newest]


def _answer(task: _Task, command: str) -> int:
    make = _maker(command)
    with task.room(is_whole=command in _OF_THE_WHOLE_ROOM) as room:
        if _is_about_questions(task.given) and not task.given.read_only:
            room.hear()
        answer = make(room, task.given)
        if not answer.is_silent:
            _print_answer(answer, task)
            for note in (*answer.notes, *_notes_about(room)):
                _narrate(note)
    return answer.exit_code


def _is_about_questions(given: Given) -> bool:
    return given.command == "inbox" or (given.command == "show" and given.address.startswith("question:"))


def _explain(task: _Task) -> int:
    from odw_tui.headless.explain import answer

    told = answer(task.given, sys.stdin.buffer if sys.stdin else None)
    _print_answer(told, task)
    return told.exit_code


def _env(task: _Task) -> int:
    from odw_tui.headless.env import answer

    told = answer(task.given, user_paths().state, os.environ)
    _print_answer(told, task)
    for note in told.notes:
        _narrate(note)
    return told.exit_code


def _search(task: _Task) -> int:
    from odw_tui.headless.drawing import draw
    from odw_tui.headless.search import Teller, closing_note, findings, search, search_document

    given, kept, is_interrupted = task.given, findings(task.given), False
    if not kept.query or kept.limit < 1:
        raise UsageError("odw-tui search takes a word to look for, and a --limit of 1 or more.")
    with task.room(is_whole=True) as room:
        look = _look(task)
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
            _print_document(search_document(kept, room.snapshot.items, is_complete=is_complete))
        _narrate(closing_note(kept, is_interrupted=is_interrupted))
    return INTERRUPTED if is_interrupted else kept.exit_code


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


def _logs(task: _Task) -> int:
    from odw_tui.headless.logs import plain_log, raw_log
    from odw_tui.headless.stdio import waiting_for_more

    wait = waiting_for_more() if task.given.follow else None
    with task.room() as room:
        source = room.log(room.resolve(task.given.address), task.given.stream)
        try:
            if task.given.raw:
                sys.stdout.buffer.writelines(raw_log(source, wait))
            else:
                sys.stdout.writelines(plain_log(source, wait))
        finally:
            source.close()
    return FINE


def _watch(task: _Task) -> int:
    import asyncio

    from odw_core.service.live import LiveService
    from odw_tui.headless.stdio import pipe_to_reader
    from odw_tui.headless.watch import notifier, tell_changes

    if task.given.notify:
        _refuse_if_read_only(task)

    def tell(document: Document) -> None:
        _print_document(document)
        sys.stdout.flush()

    def begins(snapshot: Snapshot) -> None:
        _narrate(f"Watching {len(snapshot.items):,} runs and sessions under {', '.join(task.places)}; ctrl+c ends it.")

    service = LiveService(task.places, task.config, cache=task.cache)
    call_out = notifier(user_paths().state, task.config, _narrate) if task.given.notify else None
    asyncio.run(
        tell_changes(service, tell, begins=begins, initial=task.given.initial, pipe=pipe_to_reader(), call_out=call_out)
    )
    return FINE


def _submitter(task: _Task, snapshot: Callable[[], Snapshot], where: str) -> Submitter:
    """The road of this person's wishes."""
    from odw_core.service.submit import Submitter

    homes = task.given.codex_home
    return Submitter(
        user_paths().state,
        task.config,
        read_only=task.given.read_only,
        snapshot=snapshot,
        where=where,
        codex_home=homes[0] if homes else None,
    )


def _start(task: _Task) -> int:
    import asyncio

    from odw_core.service.first_page import first_snapshot
    from odw_tui.headless.driving import drive, follow, start_of

    if task.given.as_json and not task.given.is_check:
        raise UsageError("--json goes with --check; start prints the address of the run.")
    if not task.given.is_check:
        _refuse_if_read_only(task)
    roots = task.given.roots
    workspace = str(Path(roots[0]).expanduser().absolute() if roots else Path.cwd())
    after = None
    if task.given.after is not None:
        with task.room() as room:
            after = room.resolve(task.given.after).root
    command = start_of(task.given, workspace, task.config, after)
    code = _check(task, command)
    if task.given.is_check:
        return code
    submitter = _submitter(task, lambda: first_snapshot((), None), "command line")
    driven = asyncio.run(drive(submitter, command))
    if driven.address is None:
        _narrate(driven.note)
        return driven.exit_code
    sys.stdout.write(f"{driven.address}\n")
    sys.stdout.flush()
    if not task.given.foreground:
        return code
    from odw_core.service.live import LiveService

    watched = LiveService((workspace,), task.config, cache=None)
    try:
        ended = asyncio.run(follow(watched, driven.address, _narrate, _lines_of(command, driven.address)))
        return code or ended
    except KeyboardInterrupt:
        _narrate(f"The run goes on; odw-tui cancel {driven.address} ends it.")
        return INTERRUPTED


def _check(task: _Task, command: Start) -> int:
    """Say what stands against a start; the exit code that it has because of that."""
    import asyncio

    from odw_tui.headless import checking

    if not task.given.is_check and command.workflow not in checking.CHECKED_FIRST:
        return FINE
    homes = task.given.codex_home
    looked_at = replace(command, home=command.home or (homes[0] if homes else None))
    checks = asyncio.run(checking.checks_of(looked_at, task.config, user_paths().state))
    if task.given.is_check:
        told = checking.answer(checks)
        _print_answer(told, task)
        return told.exit_code
    for note in checking.notes(checks):
        _narrate(note)
    return checking.exit_code(checks)


def _lines_of(command: Start, address: Address) -> Callable[[], None] | None:
    """Prints what a batch has said since it was asked last."""
    if command.workflow != "scenario-batch":
        return None
    from odw_core.service.batch_lines import BatchLines

    lines = BatchLines(user_paths().state, address.item)

    def say() -> None:
        for line in lines.new():
            sys.stdout.write(f"{line}\n")
            sys.stdout.flush()

    return say


def _drive(task: _Task) -> int:
    import asyncio

    from odw_tui.headless.driving import command_of, drive

    _refuse_if_read_only(task)
    with task.room() as room:
        address = room.resolve(task.given.address)
        if task.given.is_after_current:
            _refuse_unless_batch(address)
        command = command_of(task.given.command, task.given, address)
        driven = asyncio.run(drive(_submitter(task, lambda: room.snapshot, "command line"), command))
    if driven.address is not None:
        sys.stdout.write(f"{driven.address}\n")
    if driven.note:
        _narrate(driven.note)
    return driven.exit_code


def _commit(task: _Task) -> int:
    import asyncio

    from odw_core.service.preparing import Preparing
    from odw_tui.headless.commit import commit

    if task.given.is_sure:
        _refuse_if_read_only(task)
    with task.room() as room:
        address = room.resolve(task.given.address).root
        preparing = Preparing(lambda: room.snapshot, None, state=user_paths().state, program=task.config.codex)
        submitter = _submitter(task, lambda: room.snapshot, "command line")
        found = asyncio.run(commit(preparing, submitter, task.given, str(address)))
    if found.lines is not None:
        sys.stdout.writelines(f"{line}\n" for line in found.lines())
    if found.driven.note:
        _narrate(found.driven.note)
    return found.driven.exit_code


def _clean(task: _Task) -> int:
    import asyncio

    from odw_core.service.leftovers import leftovers
    from odw_tui.headless.doctor import clean, left_lines

    if task.given.is_sure:
        _refuse_if_read_only(task)
    found = [*leftovers(user_paths().state, task.places)]
    sys.stdout.writelines(f"{line}\n" for line in left_lines(found))
    with task.room() as room:
        submitter = _submitter(task, lambda: room.snapshot, "command line")
        driven = asyncio.run(clean(submitter, found, is_sure=task.given.is_sure))
    _narrate(driven.note)
    return driven.exit_code


def _decide(task: _Task) -> int:
    import asyncio
    from functools import partial

    from odw_tui.headless.decisions import decide
    from odw_tui.headless.drawing import draw

    _refuse_if_read_only(task)
    with task.room() as room:
        make = partial(_submitter, task, where="command line")
        decided = asyncio.run(decide(room, task.places, task.given, user_paths().state, make))
    if decided.lines is not None:
        look = _look(task)
        sys.stdout.writelines(f"{text}\n" for text in draw(decided.lines(look), look))
    if decided.note:
        _narrate(decided.note)
    return decided.exit_code


def _refuse_unless_batch(address: Address) -> None:
    from odw_core.service.batch_again import is_batch

    if not is_batch(address, user_paths().state):
        raise UsageError(f"{address} is no batch of ours; leave --after-current out to end it now.")


def _refuse_if_read_only(task: _Task) -> None:
    if task.given.read_only:
        from odw_core.service.submit import READ_ONLY

        raise Refused(READ_ONLY)


def _demo(task: _Task) -> int:
    from functools import partial

    from odw_tui import demo
    from odw_tui.headless.stdio import has_terminal

    given = task.given
    if given.replay and (given.sets or given.agent is not None):
        raise UsageError("--replay plays what was recorded; leave --set and --agent out.")
    show = demo.replay
    if not given.replay:
        _refuse_if_read_only(task)
        show = partial(demo.run, start=partial(_start_demo, task), follow=partial(_follow_demo, task))
    keep = Path(given.keep).expanduser().absolute() if given.keep else None
    code = show(
        open_screen=lambda workspace: _open_screen(_within_demo(task, workspace), is_demo=True),
        print_status=lambda workspace: _answer(_within_demo(task, workspace), "status"),
        headless=given.headless or not has_terminal(),
        keep=keep,
        pace=given.pace,
    )
    if keep is not None and not given.replay:
        _narrate(
            f"{keep} stays, with its run: odw-tui --root {keep} opens it, odw-tui --root {keep} cancel latest ends it."
        )
    return code


def _within_demo(task: _Task, workspace: Path) -> _Task:
    """The room of the demo alone. Only a real Codex works in the person's own home, and its sessions are shown."""
    if task.given.agent == "codex":
        return _Task(Given(**{**vars(task.given), "root": [str(workspace)]}), task.config)
    from odw_core.demo.launch import codex_home

    home = codex_home(workspace)
    homes = {"codex_homes": [str(home)] if home.is_dir() else None, "codex_homes_after": None}
    has_none = {"no_codex": not home.is_dir()}
    return _Task(Given(**{**vars(task.given), "root": [str(workspace)], **homes, **has_none}), task.config)


def _start_demo(task: _Task, live: Live) -> Address:
    import asyncio

    from odw_core.service.first_page import first_snapshot
    from odw_tui.headless.driving import demo_start, drive

    command = demo_start(task.given, live, task.config)
    submitter = _submitter(task, lambda: first_snapshot((), None), "demo")
    driven = asyncio.run(drive(submitter, command))
    if driven.address is None:
        raise OdwError(f"The demo did not start: {driven.note}")
    return driven.address


def _follow_demo(task: _Task, workspace: Path, address: Address) -> int:
    import asyncio

    from odw_core.service.live import LiveService
    from odw_tui.headless.driving import follow

    return asyncio.run(follow(LiveService((str(workspace),), task.config, cache=None), address, _narrate))


def _screen(task: _Task) -> int:
    from odw_tui.headless.stdio import has_terminal

    if has_terminal():
        return _open_screen(task)
    code = _answer(task, "status")
    _narrate("There is no terminal, so this was odw-tui status; in a terminal the same opens the room.")
    return code


def _open_screen(task: _Task, *, is_demo: bool = False) -> int:
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
            return _submitter(task, snapshot, "screen")

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
        first,
        config,
        opening=opening,
        visit=visit,
        themes=Gallery(user_paths().themes),
        desk=_desk(task.given),
        # What is replayed asks nobody; a live run must know which rooms are looked at.
        state=None if is_demo and task.given.replay else user_paths().state,
        is_read_only=task.given.read_only,
    )
    app.run()
    return app.return_code or FINE


def _opening(task: _Task) -> Opening | None:
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


def _print_answer(answer: Answer, task: _Task) -> None:
    from odw_tui.headless.drawing import draw

    if answer.lines is None or task.given.as_json:
        _print_document(answer.document())
    else:
        look = _look(task)
        sys.stdout.writelines(f"{text}\n" for text in draw(answer.lines(look), look))


def _print_document(document: Document) -> None:
    import json

    from odw_tui.headless.stdio import shows_to_person

    # ASCII, so that no text of an agent can act on the terminal that shows it.
    print(json.dumps(document, indent=2 if shows_to_person() else None))


def _look(task: _Task) -> Look:
    from odw_core.clock import SystemClock
    from odw_tui.headless.drawing import Look
    from odw_tui.headless.stdio import has_colour, width
    from odw_tui.present.glyphs import glyphs
    from odw_tui.terminal.ink import coloured, colourless

    return Look(
        glyphs=glyphs(ascii_only=task.is_ascii),
        now=SystemClock().now(),
        home=os.environ.get("HOME", ""),
        width=width(),
        paint=coloured if has_colour() else colourless,
        own_names=task.config.place_names,
    )


def _notes_about(room: Room) -> Iterator[str]:
    """What the reader should know about an answer that holds less than was hoped for."""
    from odw_core.state.select import row_counts
    from odw_tui.headless.roots import nothing_under

    snapshot = room.snapshot
    if not any(row_counts(snapshot).values()):
        yield nothing_under(snapshot.places, os.environ.get("HOME", ""))
    if snapshot.problems:
        first, *more = snapshot.problems
        rest = f", and {len(more)} more; odw-tui status --json lists them" if more else ""
        yield f"Could not read {first.path}: {first.reason}{rest}."


def _narrate(sentence: str) -> None:
    from odw_core.text.ansi import plain

    print(f"odw-tui: {plain(sentence)}", file=sys.stderr)


def _prepare_streams() -> None:
    """A stream that was closed takes everything and keeps nothing; one with few letters spells out the others."""
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is None:
            setattr(sys, name, open(os.devnull, "w"))  # noqa: PTH123, SIM115
        elif hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")


def _drop_stdout() -> None:
    """Let what is still buffered go nowhere, quietly."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


if __name__ == "__main__":
    sys.exit(main())
