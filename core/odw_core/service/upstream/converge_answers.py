"""ConvergeAnswers: takes an answer to what Converge asked: keeps it for the native run that goes on with it, or hands
it to Converge's server, which ignores it. Says so either way, and starts nothing."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from odw_core.converge_server.client import ConvergeServer
from odw_core.converge_server.task import HITL_REQUIRED
from odw_core.converge_server.where import where_of
from odw_core.engines.converge.names import task_id_of
from odw_core.engines.converge.question import HOW, SEND
from odw_core.errors import Refused, Stale
from odw_core.model.address import Address
from odw_core.model.change import Snapshot
from odw_core.model.command import Cancel, Command, Decide, Outcome, Receipt, Start
from odw_core.model.item import Item
from odw_core.model.question import Question, Road
from odw_core.service.upstream.converge import adoption
from odw_core.service.upstream.kept_answers import keep_answer, kept_answers
from odw_core.text.ansi import one_line

_IGNORED = "it runs the task anew from the beginning and never reads the answer"
_FLAG = "it is only a flag there: a worker that has the task finishes it all the same, and overwrites that"


class ConvergeAnswers:
    """Implements ``Driver`` for the road ``CONVERGE``, and ``Carrier`` for tasks of its queue."""

    def __init__(
        self,
        state: Path,
        snapshot: Callable[[], Snapshot],
        *,
        server: str,
    ) -> None:
        """``server`` is where the server of Converge listens."""
        self._state, self._snapshot, self._server = state, snapshot, server

    async def decide(self, command: Decide, question: Question) -> Receipt:
        """Send or keep an answer. Raises ``OdwError`` with a sentence when it cannot be done."""
        values = dict(command.decision.values)
        how = values.pop(HOW, ())
        text = "\n".join(one for given in values.values() for one in given if one.strip())
        if not text:
            raise Refused("The answer is empty; say something.")
        root = self._root(question)
        if SEND in how:
            return await self._to_server(command, root, question, text)
        return self._keep(command, root, question, text)

    async def outcome(self, command_id: str) -> Receipt | None:
        """Everything here is known at once."""
        return None

    async def carry(self, command: Command) -> Receipt:
        """Cancel a task. Raises ``Refused`` for everything else."""
        if not isinstance(command, Cancel) or (task := task_id_of(command.address.root)) is None:
            raise Refused("Only Converge itself can do that to a run of its own.")
        server = ConvergeServer(where_of(self._server))
        await self._same(server, task, self._item(command.address.root))
        said = await server.cancel(task)
        return Receipt(command.id, Outcome.ACCEPTED, f"{said or 'The server was told'}; {_FLAG}.", command.address.root)

    async def _to_server(self, command: Decide, root: Address, question: Question, text: str) -> Receipt:
        identity = task_id_of(root)
        if identity is None:
            raise Refused("This run belongs to no task of the server; a native run takes the answer.")
        server = ConvergeServer(where_of(self._server))
        task = await self._same(server, identity, self._item(root))
        if task != HITL_REQUIRED:
            raise Stale(f"The task is {one_line(task, 40)} by now; it takes no answer.")
        said = await server.resolve(identity, {"answer": text, "question": question.body})
        return Receipt(command.id, Outcome.ACCEPTED, f"{said or 'The server took it'}; {_IGNORED}.", root)

    async def _same(self, server: ConvergeServer, identity: str, item: Item | None) -> str:
        """The task's status, if the server means the task that is shown."""
        task = await server.task(identity)
        if item is not None and item.goal is not None and one_line(task.goal, 400) != item.goal:
            raise Refused(f"The server at {server.address} has another task of that name; it serves another queue.")
        return task.status

    def _keep(self, command: Decide, root: Address, question: Question, text: str) -> Receipt:
        """Agents begin where a person says so, not with the last of several answers."""
        family = [one for one in self._snapshot().questions if one.road is Road.CONVERGE and self._root(one) == root]
        left = len({one.id for one in family} - keep_answer(self._state, root, question, text))
        count = f"{left} {'question' if left == 1 else 'questions'} more of {root}"
        rest = f"{count} {'waits' if left == 1 else 'wait'} for one" if left else "all of its questions have one now"
        said = f"Kept; {rest}. odw-tui adopt {root} starts a native run with what is kept."
        return Receipt(command.id, Outcome.ACCEPTED, said, root)

    def _root(self, question: Question) -> Address:
        """The task that asks, where there is one; else the run."""
        item = self._item(question.address.root)
        parent = item.parent if item is not None else None
        is_task = parent is not None and parent.engine == "converge" and task_id_of(parent) is not None
        return parent if is_task and parent is not None else question.address.root

    def _item(self, root: Address) -> Item | None:
        return self._snapshot().items.get(root)


def adopted(askers: Sequence[Address], place: str, state: Path, changed: Mapping[str, object]) -> tuple[Start, str]:
    """``adoption`` of the first of them with the answers that are kept for any, and with what came with the wish."""
    kept = [answer for one in askers for answer in kept_answers(state, one)]
    rest = {key: value for key, value in changed.items() if key != "answers"}
    start, note = adoption(askers[0], place, kept, changed.get("answers"))
    return replace(start, given={**start.given, **rest}), note
