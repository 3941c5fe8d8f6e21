"""Codex as an agent: one thread of its app server driven through turns, told to the host. Never answers by itself what
the server asks; never sends a prompt twice without being told to."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from pathlib import Path

from odw_core.agents.base import AgentCall, AgentHost, AgentResult, Ending
from odw_core.agents.codex_ending import Came, ending_of
from odw_core.agents.codex_memory import Memory
from odw_core.agents.codex_requests import Requests
from odw_core.agents.codex_server import RunServer
from odw_core.agents.codex_telling import Telling
from odw_core.agents.codex_thread import Stands, open_thread, take_up
from odw_core.agents.codex_turn import end_commands, interrupt, start_params, steer
from odw_core.agents.codex_words import WENT_ON, lost_turn, prompt_of
from odw_core.agents.patience import Patience
from odw_core.agents.tail import Tail
from odw_core.agents.turn import TurnStory
from odw_core.appserver.buffer import Back, Ended, Event, Gone, Lost
from odw_core.appserver.client import Client
from odw_core.appserver.messages import Notification, Request
from odw_core.appserver.transport import Disconnected
from odw_core.engines.loose import mapping, text
from odw_core.errors import OdwError, no_room
from odw_core.model.address import Address
from odw_core.model.command import Cancel, Command, Interrupt, Say
from odw_core.model.decision import Decision
from odw_core.model.question import Question
from odw_core.text.secrets import masked

_TICK_S = 0.25
_MOST_BREAKS = 3
"""So often in a row a server may go away before anything was done with it."""


@dataclass(frozen=True, slots=True)
class CodexAgent:
    """How Codex is run: the native program and its home. All calls of a run go through one value and one server."""

    program: Path
    home: str
    version: str
    """Of odw-tui; the server is told."""
    _servers: dict[Path, RunServer] = field(default_factory=dict, init=False, repr=False, compare=False)

    async def run(self, call: AgentCall, host: AgentHost) -> AgentResult:
        """Do the work, or take up what an earlier supervisor left. When cancelled, the server and its turn go on."""
        return await _Work(self, call, host).run()

    def server(self, host: AgentHost) -> RunServer:
        """The server of the host's run."""
        if host.folder not in self._servers:
            self._servers[host.folder] = RunServer(self.program, self.home, host, self.version)
        return self._servers[host.folder]


class _Stop(Exception):
    """The work is over."""

    def __init__(self, result: AgentResult) -> None:
        super().__init__()
        self.result = result


class _Work:
    """One call, from the first look at what is there to its result."""

    def __init__(self, agent: CodexAgent, call: AgentCall, host: AgentHost) -> None:
        self._agent, self._call, self._host = agent, call, host
        self._server = agent.server(host)
        self._stderr = Tail(self._server.stderr)
        secrets = self._server.secrets
        self._tell = Telling(call, host, self._stderr, secrets)
        self._requests = Requests(host, secrets, self._address, call)
        self._secrets = secrets
        self._memory = Memory.decode(host.kept(self._key))
        self._story = TurnStory(self._memory.thread, self._memory.turn)
        self._said: deque[str] = deque(self._memory.queue)
        self._client: Client | None = None
        self._is_connected = False
        self._commands: asyncio.Task[Command] | None = None
        self._hearing = host.commands
        self._wish: Interrupt | Cancel | None = None
        self._patience, self._looked_at = Patience(call), 0.0
        self._served = ""

    @property
    def _key(self) -> str:
        call = self._call
        return f"codex/{call.key}" if call.attempt == 1 else f"codex/{call.key}#{call.attempt}"

    @property
    def _address(self) -> Address:
        return Address("odw", self._host.run_id, (self._call.key,))

    async def run(self) -> AgentResult:
        try:
            result = await self._whole()
        except _Stop as stop:
            result = stop.result
        except (OdwError, OSError) as error:
            if no_room(error):
                raise
            result = self._failed(str(error))
        finally:
            await self._leave()
        argv = self._server.argv
        await self._server.leave(self._key)
        self._tell.stderr()
        self._tell.done(result)
        return replace(result, argv=argv)

    async def _whole(self) -> AgentResult:
        if not self._memory.turns:
            self._tell.began()
        breaks = 0
        while True:
            turns = self._memory.turns
            try:
                await self._connect()
                await self._open()
                return await self._all_turns()
            except Disconnected:
                # The server is gone; where that left the turn is found out through the next one.
                breaks = breaks + 1 if self._memory.turns == turns else 0
                if breaks >= _MOST_BREAKS:
                    raise
                await self._leave()

    async def _all_turns(self) -> AgentResult:
        while True:
            if not self._story.is_over:
                await self._follow()
            if self._wish is not None or not self._said:
                return self._result()
            prompt = self._said.popleft()
            self._tell.said(prompt)
            await self._start_turn(prompt)

    async def _connect(self) -> None:
        client = await self._server.client(self._key, self._tell.trace)
        await client.__aenter__()
        self._client, self._is_connected = client, True

    async def _leave(self) -> None:
        await self._requests.leave()
        if self._commands is not None:
            self._commands.cancel()
            self._commands, self._hearing = None, self._host.commands
        if self._client is not None:
            await self._client.close()
            self._client = None

    async def _open(self) -> None:
        """A thread with a turn that runs, or that was over while nobody looked."""
        memory = self._memory
        if not memory.thread:
            await open_thread(self._connected, self._call, memory)
            self._server.works_in(self._key, memory.thread)
            self._keep()
            self._tell.thread(memory.thread, self._agent.home, memory.path)
            self._tell.model(memory.accepted, "", "")
            await self._start_turn(memory.prompt or self._call.prompt)
            return
        self._server.works_in(self._key, memory.thread)
        found = await take_up(self._connected, memory)
        if not memory.is_open and memory.turns:
            self._story = TurnStory(memory.thread, memory.turn)
            self._story.restore(memory.ended)
            return
        if found.stands is not Stands.RUNNING:
            # The server does not wait for any of it, so no answer would reach anybody.
            lost = self._lost_turn(text(found.turn, "id")).id if found.stands is Stands.LOST else ""
            self._host.withdraw_left(self._call.key, "gone", but=lost)
        match found.stands:
            case Stands.NOWHERE:
                memory.thread = ""
                await self._open()
            case Stands.UNSENT:
                await self._start_turn(memory.prompt or self._call.prompt)
            case Stands.LOST:
                memory.turn = text(found.turn, "id")
                await self._ask_about_lost_turn()
            case _:
                memory.turn = text(found.turn, "id")
                self._story = TurnStory(memory.thread, memory.turn)
                if found.stands is Stands.OVER:
                    self._story.end(found.turn)
                    self._turn_is_over()
                self._touch()
                self._keep()

    async def _ask_about_lost_turn(self) -> None:
        """The server died in the middle; a prompt is sent again only when a person says so."""
        memory = self._memory
        await self._leave()
        await self._server.leave(self._key)
        self._tell.turn(memory.turn, "lost")
        decision = await self._ask_person(self._lost_turn(memory.turn))
        if decision.verdict != WENT_ON:
            raise _Stop(self._came.ended(Ending.INTERRUPTED))
        await self._connect()
        self._server.works_in(self._key, memory.thread)
        await self._connected.subscribe((memory.thread,))
        await self._start_turn(prompt_of(decision, memory.prompt))

    def _lost_turn(self, turn: str) -> Question:
        return lost_turn(self._address, self._call.subject, self._memory.thread, turn, self._host.now())

    async def _ask_person(self, question: Question) -> Decision:
        """Ask, and listen to what else a person wants meanwhile."""
        asked = asyncio.create_task(self._host.ask(question))
        try:
            while not asked.done():
                self._commands = self._commands or asyncio.create_task(_next(self._hearing))
                await asyncio.wait((asked, self._commands), return_when=asyncio.FIRST_COMPLETED)
                if not self._commands.done():
                    continue
                command, self._commands = self._commands.result(), None
                if isinstance(command, Say):
                    self._said.append(command.text)
                    self._keep()
                elif isinstance(command, Interrupt | Cancel):
                    raise _Stop(self._came.ended(ending_of(command)))
            return asked.result()
        finally:
            asked.cancel()

    async def _start_turn(self, prompt: str) -> None:
        memory = self._memory
        memory.before, memory.turn = memory.turn or memory.before, ""
        memory.prompt, memory.is_open, memory.turns = prompt, True, memory.turns + 1
        self._keep()
        self._connected.watch(memory.thread)
        self._story = TurnStory(memory.thread)
        self._touch()
        started = await self._connected.call("turn/start", start_params(self._call, memory))
        memory.turn = self._story.turn = text(mapping(started, "turn"), "id")
        self._keep()
        self._tell.turn(memory.turn, "started")

    async def _follow(self) -> None:
        """Until the turn is over."""
        self._patience.begin(asyncio.get_running_loop().time())
        taking: asyncio.Task[Event] | None = None
        try:
            while not self._story.is_over:
                taking = taking or asyncio.create_task(self._connected.take())
                self._commands = self._commands or asyncio.create_task(_next(self._hearing))
                waiting = (taking, self._commands, *self._requests.tasks)
                await asyncio.wait(waiting, timeout=_TICK_S, return_when=asyncio.FIRST_COMPLETED)
                if taking.done():
                    event: Event | None = taking.result()
                    taking = None
                    while event is not None:
                        await self._take(event)
                        event = None if self._story.is_over else self._connected.take_now()
                if self._commands.done():
                    command, self._commands = self._commands.result(), None
                    await self._obey(command)
                await self._requests.send(self._connected)
                await self._look_at_the_clock()
        finally:
            if taking is not None:
                taking.cancel()
        self._turn_is_over()
        if self._story.status == "interrupted":
            await end_commands(self._connected, self._memory.thread)

    def _turn_is_over(self) -> None:
        self._requests.close_turn()
        self._memory.is_open = False
        ended = {name: self._secrets.hide_in(value) for name, value in self._story.ended.items()}
        self._memory.ended = {name: masked(said) if isinstance(said, str) else said for name, said in ended.items()}
        self._keep()
        self._tell.turn(self._memory.turn, self._story.status)

    async def _take(self, event: Event) -> None:
        match event:
            case Notification():
                self._hear(event)
            case Request() | Gone() if self._server.is_of_another(self._key, _thread_of(event)):
                pass
            case Request():
                self._touch()
                await self._requests.ask(event, self._connected, self._story)
            case Gone():
                self._requests.gone(event.request, "answered" if self._is_connected else "gone")
                self._touch()
            case Lost() | Back():
                self._is_connected = isinstance(event, Back)
            case Ended():
                raise Disconnected("The app server is gone.")

    def _hear(self, event: Notification) -> None:
        story = self._story
        before = (story.diff, len(story.warnings), story.served, story.plan)
        if said := story.take(event):
            self._tell.shown(said)
        if story.is_progress:
            self._touch()
        if story.diff != before[0]:
            self._tell.diff(story)
        for message in story.warnings[before[1] :]:
            self._tell.warn(message)
        if story.served != before[2]:
            self._served = story.served
            self._tell.model(self._memory.accepted, story.served, story.reason)
        if story.accepted and story.accepted != self._memory.accepted:
            self._memory.accepted = story.accepted
            self._tell.model(story.accepted, "", "")
        if story.plan != before[3]:
            self._tell.plan(story.plan)

    async def _obey(self, command: Command) -> None:
        match command:
            case Say(text=said, waits=waits):
                if not waits and await steer(self._connected, self._memory, said):
                    self._tell.said(said)
                else:
                    # No turn takes it now: it is said afterwards.
                    self._said.append(said)
                    self._keep()
            case Interrupt() | Cancel():
                self._wish = command
                await interrupt(self._connected, self._memory)
            case _:
                pass

    async def _look_at_the_clock(self) -> None:
        """Codex waits for a dead network without end; we do not."""
        now = asyncio.get_running_loop().time()
        if now - self._looked_at >= _TICK_S:
            self._looked_at = now
            self._tell.stderr()
        if self._story.running:
            self._touch()
        lost = self._patience.lost(now, is_asked=self._requests.is_waiting)
        if self._story.is_over or not lost:
            return
        await interrupt(self._connected, self._memory)
        self._tell.stderr()
        raise _Stop(self._came.lost(lost))

    def _touch(self) -> None:
        self._patience.touch(asyncio.get_running_loop().time())

    @property
    def _came(self) -> Came:
        story, memory, stderr = self._story, self._memory, self._stderr.recent
        return Came(self._call, story, memory, self._served, self._wish, self._secrets, stderr)

    def _result(self) -> AgentResult:
        if self._story.status not in ("completed", "interrupted"):
            self._tell.stderr()
        return self._came.result()

    def _failed(self, error: str) -> AgentResult:
        self._tell.stderr()
        return self._came.failed(error)

    def _keep(self) -> None:
        self._memory.queue = [*self._said]
        self._host.keep(self._key, self._memory.encode())

    @property
    def _connected(self) -> Client:
        if self._client is None:
            raise Disconnected("There is no connection to the app server.")
        return self._client


def _thread_of(event: Event) -> str:
    match event:
        case Request(thread=thread) | Gone(request=Request(thread=thread)):
            return thread
        case _:
            return ""


async def _next(commands: AsyncIterator[Command]) -> Command:
    return await anext(commands)
