"""CodexSessions: what a person wants of Codex sessions that no run of ours holds.

Those at work take it through the server that has them loaded; those that are over are gone on with, or copied, by a run
of ours.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress

from odw_core import __version__
from odw_core.agents.codex_program import native_program
from odw_core.appserver.client import Client, ServerRefused, Unanswered
from odw_core.appserver.transport import Disconnected, PipeTransport, Transport
from odw_core.engines.loose import Json, objects, text
from odw_core.errors import NotFound, Refused
from odw_core.model.address import Address
from odw_core.model.command import (
    Archive,
    Command,
    Fork,
    Interrupt,
    Outcome,
    Receipt,
    Rename,
    Rerun,
    Resume,
    Say,
    Start,
)
from odw_core.model.item import Item
from odw_core.model.workflow import SESSION
from odw_core.service.daemons import Daemons
from odw_core.state.driving import Wish, why_not

_WISHES: Mapping[type[Command], Wish] = {
    Interrupt: Wish.INTERRUPT,
    Resume: Wish.RESUME,
    Fork: Wish.FORK,
    Rename: Wish.RENAME,
    Archive: Wish.ARCHIVE,
    Rerun: Wish.RERUN,
}


class CodexSessions:
    """Implements ``Carrier`` for addresses of the engine ``codex``."""

    def __init__(
        self,
        daemons: Daemons | None,
        item: Callable[[Address], Item | None],
        start: Callable[[Start], Awaitable[Receipt]],
        *,
        program: str | None,
        environ: Mapping[str, str] = os.environ,
    ) -> None:
        """``start`` begins a run of ours; ``program`` is the Codex that is asked where no server runs."""
        self._daemons, self._item, self._start = daemons, item, start
        self._program, self._environ = program, environ

    async def carry(self, command: Command) -> Receipt:
        """Do it, and say that it was taken. Raises ``OdwError`` with a sentence when it cannot be done."""
        if not isinstance(command, Say | Interrupt | Resume | Fork | Rename | Archive | Rerun):
            raise Refused("A session of somebody else cannot be told that.")
        item = self._item(command.address.root)
        if item is None:
            raise NotFound(f"{command.address.root} is not here any more.")
        if reason := why_not(_wish_of(command), item):
            raise Refused(reason)
        thread = item.address.item
        match command:
            case Say():
                await self._say(self._client(item), thread, command)
            case Interrupt():
                await self._interrupt(self._client(item), thread)
            case Resume(text=words) | Fork(text=words):
                if not words.strip():
                    raise Refused("Say what it is to go on with; a session waits for words.")
                return await self._go_on(item, words, command.id, is_fork=isinstance(command, Fork))
            case Rerun(changed=changed):
                return await self._again(item, changed, command.id)
            case Rename(name=name):
                await self._once(item, "thread/name/set", {"threadId": thread, "name": name})
            case Archive(is_back=is_back):
                await self._once(item, "thread/unarchive" if is_back else "thread/archive", {"threadId": thread})
        return Receipt(command.id, Outcome.ACCEPTED, "", item.address)

    async def outcome(self, command_id: str) -> Receipt | None:
        """Everything here is known at once."""
        return None

    def _client(self, item: Item) -> Client:
        client = None if self._daemons is None else self._daemons.client_of(item.address)
        if client is None:
            raise Refused("The server that ran it is out of reach by now; look at it again.")
        return client

    async def _say(self, client: Client, thread: str, command: Say) -> None:
        said = [{"type": "text", "text": command.text, "text_elements": []}]
        if command.waits:
            queued = {"threadId": thread, "input": said, "clientUserMessageId": command.id}
            await _called(client, "thread/queue/add", queued)
            return
        steered = {"threadId": thread, "expectedTurnId": await self._turn(client, thread), "input": said}
        await _called(client, "turn/steer", steered)

    async def _interrupt(self, client: Client, thread: str) -> None:
        """Stop the turn, and what it left running: an interrupted command goes on in the background."""
        named = {"threadId": thread}
        await _called(client, "turn/interrupt", {**named, "turnId": await self._turn(client, thread)})
        with suppress(ServerRefused, Unanswered, Disconnected):
            listed = await client.call("thread/backgroundTerminals/list", named)
            for one in objects(listed, "data"):
                await client.call(
                    "thread/backgroundTerminals/terminate", {**named, "processId": text(one, "processId")}
                )
            await client.call("thread/backgroundTerminals/clean", named)

    async def _turn(self, client: Client, thread: str) -> str:
        listed = await _called(client, "thread/turns/list", {"threadId": thread, "limit": 1, "sortDirection": "desc"})
        turn = next((text(one, "id") for one in objects(listed, "data") if text(one, "status") == "inProgress"), "")
        if not turn:
            raise Refused("Its turn is over already.")
        return turn

    async def _go_on(self, item: Item, words: str, command_id: str, *, is_fork: bool) -> Receipt:
        given: dict[str, object] = {"prompt": words, "thread": item.address.item, "fork": is_fork}
        return await self._begin(item, given, command_id)

    async def _again(self, item: Item, changed: Mapping[str, object], command_id: str) -> Receipt:
        if not str(changed.get("prompt", "")).strip():
            raise Refused("Say what it is to do this time: --set prompt=…")
        return await self._begin(item, {"model": item.model, **changed}, command_id, parent=item.address)

    async def _begin(
        self, item: Item, given: Mapping[str, object], command_id: str, parent: Address | None = None
    ) -> Receipt:
        folder = item.folder
        if folder is None or not await asyncio.to_thread(os.path.isdir, folder):
            raise Refused(f"Its folder {folder or ''} is not there any more, so nothing can be started in it.")
        start = Start(SESSION, dict(given), folder, parent=parent, home=item.place, id=command_id)
        return await self._start(start)

    async def _once(self, item: Item, method: str, params: Json) -> None:
        """One call, through the server that has the session, else one that lives only for it."""
        client = None if self._daemons is None else self._daemons.client_of(item.address)
        if client is not None:
            await _called(client, method, params)
            return
        program = native_program(self._program, self._environ)
        environ = {**self._environ, "CODEX_HOME": item.place}

        async def connect() -> Transport:
            return await PipeTransport.start(program, environ)

        try:
            async with Client(connect, socket="", version=__version__, tries=0) as once:
                await _called(once, method, params)
        except (Disconnected, Unanswered) as error:
            raise Refused(str(error)) from None


def _wish_of(command: Say | Interrupt | Resume | Fork | Rename | Archive | Rerun) -> Wish:
    if isinstance(command, Say):
        return Wish.QUEUE if command.waits else Wish.SAY
    return _WISHES[type(command)]


async def _called(client: Client, method: str, params: Json) -> Json:
    try:
        return await client.call(method, params)
    except ServerRefused as error:
        raise Refused(f"Codex refused it: {error.message}") from None
    except (Disconnected, Unanswered) as error:
        raise Refused(str(error)) from None
