"""What the server of a session asks, put before a person through the host, and what the person said, sent back. Never
answers anything by itself."""

from __future__ import annotations

import asyncio
from collections.abc import Collection
from dataclasses import dataclass, replace

from odw_core.agents.base import AgentCall, AgentHost
from odw_core.agents.turn import TurnStory
from odw_core.appserver.client import Client
from odw_core.appserver.messages import Request, RequestId
from odw_core.appserver.trace import Secrets
from odw_core.engines.codex.asker import Asker
from odw_core.engines.codex.server_answer import answer, secret_answers
from odw_core.engines.codex.server_question import server_question
from odw_core.engines.loose import Json, objects
from odw_core.errors import UsageError
from odw_core.model.address import Address
from odw_core.model.decision import Decision
from odw_core.model.question import Question, Road


@dataclass(slots=True)
class _Open:
    request: Request
    question: Question
    task: asyncio.Task[Decision]


class Requests:
    """The open requests of one run's session."""

    def __init__(self, host: AgentHost, secrets: Secrets, address: Address, call: AgentCall) -> None:
        self._host, self._secrets, self._call = host, secrets, call
        self._asker = Asker(
            address=address,
            subject=call.subject,
            witness="journal",
            answer_via="you, here",
            road=Road.SUPERVISOR,
            workspace=call.cwd,
        )
        self._open: dict[RequestId, _Open] = {}

    @property
    def tasks(self) -> Collection[asyncio.Task[Decision]]:
        """Each is done when a person decided."""
        return [one.task for one in self._open.values()]

    @property
    def is_waiting(self) -> bool:
        """Whether a person is asked anything."""
        return bool(self._open)

    async def ask(self, request: Request, client: Client, story: TurnStory) -> None:
        """Put a request before a person."""
        # Two like requests in one turn are two questions.
        asker = replace(self._asker, occurrence=str(request.id))
        question = server_question(request.method, request.params, asker, self._changes(request, story))
        if question is None:
            await client.refuse(request, "odw-tui does not know this request")
            message = f"the app server asked for {request.method}, which is not known here; it was told so"
            self._host.emit({"type": "warning", "key": self._call.key, "message": message})
            return
        task = asyncio.create_task(self._host.ask(question), name=f"question {question.id}")
        self._open[request.id] = _Open(request, question, task)

    async def send(self, client: Client) -> None:
        """Send what was decided. Raises ``Disconnected`` when it cannot be; the request is then asked again."""
        for one in [one for one in self._open.values() if one.task.done()]:
            del self._open[one.request.id]
            if one.task.cancelled():
                continue
            decision = one.task.result()
            try:
                said = answer(one.request.method, one.request.params, decision)
            except UsageError as error:
                self._host.emit({"type": "warning", "key": self._call.key, "message": str(error)})
                one.task = asyncio.create_task(self._host.ask(one.question), name=f"question {one.question.id}")
                self._open[one.request.id] = one
                continue
            for secret in secret_answers(one.request.params, decision):
                self._secrets.learn(secret)
            await client.answer(one.request, said)

    def gone(self, request: Request, how: str = "answered") -> None:
        """Nobody asks that any more."""
        self._forget_changes(request)
        one = self._open.pop(request.id, None)
        if one is not None:
            self._host.withdraw(one.question.id, how)
            one.task.cancel()

    def close_turn(self) -> None:
        """The turn is over: nothing of it waits."""
        for one in [*self._open.values()]:
            self.gone(one.request, "moot")

    async def leave(self) -> None:
        """Stop waiting, whatever becomes of the questions: the host knows."""
        tasks = [one.task for one in self._open.values()]
        self._open.clear()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _changes(self, request: Request, story: TurnStory) -> list[Json] | None:
        """What a patch would change. The server tells it once, before it asks; a later supervisor must still know."""
        key = f"patch/{request.item}"
        told = story.changes.get(request.item)
        if told:
            self._host.keep(key, [dict(change) for change in told])
            return told
        kept = objects({"kept": self._host.kept(key)}, "kept")
        return kept or None

    def _forget_changes(self, request: Request) -> None:
        if self._host.kept(f"patch/{request.item}") is not None:
            self._host.keep(f"patch/{request.item}", None)
