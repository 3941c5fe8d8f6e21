"""start, resume, rerun, cancel: a wish made of what was typed, sent, and waited for. Prints nothing itself."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from odw_core.config import Config
from odw_core.errors import NotFound, OdwError, UsageError
from odw_core.model.address import Address
from odw_core.model.command import (
    WAIT_S,
    Adopt,
    Cancel,
    Command,
    Commit,
    Interrupt,
    Outcome,
    Pin,
    Receipt,
    Repeat,
    Rerun,
    Resume,
    Start,
)
from odw_core.model.item import Item, State
from odw_core.model.workflow import COMMAND
from odw_tui.headless.arguments import Given

if TYPE_CHECKING:
    from odw_core.demo.live import Live
    from odw_core.service.checks.preparing import Preparing
    from odw_core.service.service import RunningService
    from odw_core.service.submit import Submitter

_SAYS_EVERY_S = 0.1
EXITS = {
    Outcome.SENT: 0,
    Outcome.ACCEPTED: 0,
    Outcome.UNCONFIRMED: 1,
    Outcome.STALE: 6,
    Outcome.REFUSED: 7,
}
"""What a command ends with."""
WAITS = 5
"""What following ends with when the run waits for a person."""
_ENDS = {State.DONE: 0, State.WAITING: WAITS, State.FAILED: 1, State.BLOCKED: 1, State.IDLE: 1, State.STALE: 1}


@dataclass(frozen=True, slots=True)
class Driven:
    """What became of a wish. ``address`` goes to stdout, ``note`` to stderr."""

    address: Address | None
    note: str
    exit_code: int


def start_of(given: Given, workspace: str, config: Config, after: Address | None = None) -> Start:
    """The run that was asked for, its input checked. Raises ``UsageError``."""
    from odw_core.service.starting import checked, input_schema, preferred

    typed = _input(given)
    if given.agent is not None or given.script is not None:
        typed |= _agent(given, input_schema(given.workflow))
    if given.argv:
        if given.workflow != COMMAND:
            raise UsageError(f"{given.workflow} takes no command behind --; give its keys with --set or --input.")
        typed["argv"] = [*given.argv]
    elif given.workflow == COMMAND and "argv" not in typed:
        raise UsageError("Nothing to run; write the command behind --: odw-tui start command -- pytest -x")
    whole = checked(given.workflow, {**preferred(given.workflow, config), **typed})
    return Start(given.workflow, whole, workspace, after=after)


def demo_start(given: Given, live: Live, config: Config) -> Start:
    """The run of the live demo, with the keys that were typed laid over its own. Raises ``UsageError``."""
    from odw_core.demo.live import SCRIPTED, WORKFLOW
    from odw_core.service.starting import checked, preferred

    own = live.given(_sets(given), given.agent or SCRIPTED)
    return Start(WORKFLOW, checked(WORKFLOW, {**preferred(WORKFLOW, config), **own}), str(live.workspace))


def _agent(given: Given, schema: Mapping[str, object]) -> dict[str, object]:
    """Who works, as the keys of a workflow that lets one choose."""
    properties = schema.get("properties")
    if not isinstance(properties, Mapping) or "agent" not in properties:
        if given.agent == "codex" and given.script is None:
            return {}
        raise UsageError(f"{given.workflow} is not done by that agent; leave --agent and --script out.")
    script = None if given.script is None else str(Path(given.script).expanduser().absolute())
    if script is not None and given.agent not in (None, "scripted"):
        raise UsageError(f"--script is what the scripted agent plays; {given.agent} takes none.")
    agent = given.agent or "scripted"
    return {"agent": agent} if script is None else {"agent": agent, "script": script}


def command_of(name: str, given: Given, address: Address) -> Command:
    """What ``name`` means for the run at ``address``."""
    match name:
        case "resume":
            return Resume(address, given.text or "")
        case "rerun":
            from odw_core.service.starting import reuse_of

            return Rerun(address, _sets(given), reuse_of(is_failed_only=given.failed_only, step=given.from_step))
        case "pin":
            return Pin(address, is_off=given.is_off)
        case "commit":
            return Commit(address, given.message or "", given.branch)
        case "adopt":
            return Adopt(address, _sets(given))
        case "repeat":
            return Repeat(address, _sets(given))
        case _:
            return Interrupt(address) if given.is_after_current else Cancel(address)


async def session_again(preparing: Preparing, command: Rerun) -> Start:
    """A session that begins with the words of another one, and with what is changed. Raises ``NotFound``."""
    known = await preparing.repeated(command.address)
    if known is None:
        raise NotFound(f"{command.address.root} is not here any more.")
    return replace(known, given={**known.given, **command.changed}, id=command.id)


async def check_again(preparing: Preparing, command: Rerun) -> None:
    """Raises ``UsageError`` when what is changed does not fit the input of the run that is repeated."""
    from odw_core.service.starting import checked

    try:
        known = await preparing.repeated(command.address) if command.changed else None
    except OdwError:
        # Whoever repeats it says so, and knows more of it.
        return
    if known is not None:
        checked(known.workflow, {**known.given, **command.changed})


async def drive(submitter: Submitter, command: Command) -> Driven:
    """Send it and wait for what becomes of it."""
    receipt = await submitter.submit(command)
    if receipt.outcome is Outcome.SENT:
        known = receipt.address
        receipt = await submitter.outcome(command.id, WAIT_S)
        return _told(receipt, known)
    return _told(receipt, receipt.address)


def _told(receipt: Receipt, address: Address | None) -> Driven:
    is_done = receipt.outcome in (Outcome.SENT, Outcome.ACCEPTED)
    return Driven(address if is_done else None, receipt.reason, EXITS[receipt.outcome])


async def follow(
    service: RunningService, address: Address, tell: Callable[[str], None], say: Callable[[], None] | None = None
) -> int:
    """Watch a run until it is over or waits for a person; ``tell`` gets a sentence at each turn. ``say`` prints what
    the run itself has said since it was asked last."""
    watching = asyncio.create_task(service.run())
    following = asyncio.create_task(_follow(service, address, tell))
    saying = asyncio.create_task(_say(say)) if say is not None else None
    try:
        await asyncio.wait((watching, following), return_when=asyncio.FIRST_COMPLETED)
        if not following.done():
            watching.result()
            raise NotFound(f"{address} cannot be watched any more.")
        if say is not None:
            say()
        return following.result()
    finally:
        tasks = (watching, following, *((saying,) if saying is not None else ()))
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _say(say: Callable[[], None]) -> None:
    while True:
        say()
        await asyncio.sleep(_SAYS_EVERY_S)


async def _follow(service: RunningService, address: Address, tell: Callable[[str], None]) -> int:
    told = ""
    async for _ in service.changes():
        item = service.snapshot().items.get(address)
        if item is None:
            continue
        said = _sentence(item)
        if said != told:
            told = said
            tell(said)
        if item.state in _ENDS:
            waits = item.state is State.BLOCKED and await _is_asked_beside(service, address)
            return _ENDS[State.WAITING if waits else item.state]
    raise AssertionError("changes never end")


async def _is_asked_beside(service: RunningService, address: Address) -> bool:
    """Whether what the run drove waits for a person, such as a run of Converge: its own row only says so."""
    await service.settle()
    snapshot = service.snapshot()
    driven = {one.address for one in snapshot.items.values() if one.parent == address}
    return any(one.address.root in driven for one in snapshot.questions)


def _sentence(item: Item) -> str:
    return f"{item.state.value}: {item.why}"


def _input(given: Given) -> dict[str, object]:
    typed: dict[str, object] = {}
    if given.input is not None:
        typed = _from_file(given.input)
    return {**typed, **_sets(given)}


def _from_file(name: str) -> dict[str, object]:
    try:
        text = sys.stdin.read() if name == "-" else Path(name).expanduser().read_text("utf-8")
    except UnicodeDecodeError:
        raise UsageError(f"{name} is not UTF-8 text; --input takes JSON or TOML.") from None
    except OSError as error:
        raise UsageError(f"{name} cannot be read: {error.strerror}; --input takes a JSON or TOML file.") from None
    try:
        if name.endswith(".toml"):
            import tomllib

            value: object = tomllib.loads(text)
        else:
            value = json.loads(text)
    except ValueError as error:
        raise UsageError(f"{name} is no {'TOML' if name.endswith('.toml') else 'JSON'}: {error}.") from None
    if not isinstance(value, dict):
        raise UsageError(f"{name} holds no keys; --input takes an object of the workflow's keys.")
    return value


def _sets(given: Given) -> dict[str, object]:
    """``K=V`` pairs; a key that comes again makes a list."""
    found: dict[str, list[str]] = {}
    for pair in given.sets:
        key, equals, value = pair.partition("=")
        if not (key and equals):
            raise UsageError(f"--set {pair!r} is no K=V; write --set key=value.")
        found.setdefault(key, []).append(value)
    return {key: values[0] if len(values) == 1 else values for key, values in found.items()}
