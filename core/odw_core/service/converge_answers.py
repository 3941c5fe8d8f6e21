"""ConvergeAnswers: takes an answer to what Converge asked: to a native run, once all of its questions have one, or to
its server, which ignores it. Says so either way."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from odw_core.converge_server.client import ConvergeServer
from odw_core.converge_server.task import HITL_REQUIRED
from odw_core.converge_server.where import where_of
from odw_core.engines.converge.names import task_id_of
from odw_core.engines.converge.question import HOW, SEND
from odw_core.engines.loose import objects
from odw_core.errors import NotFound, Refused, Stale
from odw_core.model.address import Address
from odw_core.model.change import Snapshot
from odw_core.model.command import Cancel, Command, Decide, Outcome, Receipt, Start
from odw_core.model.item import Item
from odw_core.model.question import Question, Road
from odw_core.runs.folders import private_chain, read_object, write_private
from odw_core.service.converge_upstream import Answer, adoption
from odw_core.text.ansi import one_line

_FOLDER = "converge-answers"
_IGNORED = "it runs the task anew from the beginning and never reads the answer"
_FLAG = "it is only a flag there: a worker that has the task finishes it all the same, and overwrites that"


def kept_answers(state: Path, root: Address) -> list[Answer]:
    """What was answered on cards and no run has taken up yet."""
    fields = read_object(_file(state, root)) or {}
    return [{key: one.get(key) for key in ("question", "repo", "text")} for one in objects(fields, "answers")]


def forget_answers(state: Path, root: Address) -> None:
    """A run took them up."""
    _file(state, root).unlink(missing_ok=True)


def _file(state: Path, root: Address) -> Path:
    name = "".join(one if one.isalnum() or one in "-_" else "-" for one in root.item)[:120]
    return state / _FOLDER / f"{name}.json"


class ConvergeAnswers:
    """Implements ``Driver`` for the road ``CONVERGE``, and ``Carrier`` for tasks of its queue."""

    def __init__(
        self,
        state: Path,
        snapshot: Callable[[], Snapshot],
        start: Callable[[Start], Awaitable[Receipt]],
        *,
        server: str,
    ) -> None:
        """``start`` begins a run of ours; ``server`` is where the server of Converge listens."""
        self._state, self._snapshot, self._start, self._server = state, snapshot, start, server

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
        return await self._keep(command, root, question, text)

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

    # ---- the server

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

    # ---- a native run

    async def _keep(self, command: Decide, root: Address, question: Question, text: str) -> Receipt:
        family = [one for one in self._snapshot().questions if one.road is Road.CONVERGE and self._root(one) == root]
        answers = self._write(root, question, text)
        open_ones = {one.id for one in family} - set(answers)
        if open_ones:
            rest = "1 question" if len(open_ones) == 1 else f"{len(open_ones)} questions"
            said = f"Kept; a native run starts once {rest} more of {root} {'has' if len(open_ones) == 1 else 'have'} "
            said += f"an answer, or now with odw-tui adopt {root}."
            return Receipt(command.id, Outcome.ACCEPTED, said, root)
        item = self._item(root)
        if item is None:
            raise NotFound(f"{root} is not in this room any more; its answers are kept.")
        start, note = adoption(root, item.place, kept_answers(self._state, root))
        receipt = await self._start(replace(start, id=command.id))
        if receipt.outcome is Outcome.ACCEPTED:
            forget_answers(self._state, root)
        return replace(receipt, reason=f"The new run {note}.")

    def _write(self, root: Address, question: Question, text: str) -> Mapping[str, object]:
        """Every answer that is kept for the run now, by question."""
        private_chain(self._state, _FOLDER)
        path = _file(self._state, root)
        known = {str(one.get("id")): dict(one) for one in objects(read_object(path) or {}, "answers")}
        repo = question.address.parts[0] if question.address.parts else None
        told: dict[str, object] = {"id": question.id, "question": question.body, "repo": repo, "text": text}
        known[question.id] = {**told, "at": time.time()}
        write_private(path, {"run": str(root), "answers": [*known.values()]})
        return known

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
