"""Driven: what every world has in which real supervisors drive one workflow: begin, decide, wait for its end."""

from __future__ import annotations

from typing import Any, ClassVar

from drivers.runs_world import PATIENCE_S, Room, RunsWorld
from odw_core.model.address import Address
from odw_core.model.command import Command, Decide, Outcome, Receipt, Start
from odw_core.model.decision import Decision
from odw_core.model.item import Item
from odw_core.model.question import Question
from odw_core.runs.spec import RunSpec

Json = dict[str, Any]


class Driven:
    """``given`` is the input that its tests begin with; None takes a key out of it."""

    WORKFLOW: ClassVar[str]

    def __init__(self, world: RunsWorld) -> None:
        self.world = world

    def given(self, **more: object) -> Json:
        """The input of a run."""
        raise NotImplementedError

    def spec(self, **more: object) -> RunSpec:
        """What a supervisor of such a run is started with."""
        return RunSpec("", self.WORKFLOW, self._whole(more), str(self.world.workspace), started_by="tester")

    async def start(self, room: Room, **more: object) -> Address:
        """Start a run; its address."""
        receipt = await room.service.submit(Start(self.WORKFLOW, self._whole(more), str(self.world.workspace)))
        assert (receipt.outcome, receipt.reason) == (Outcome.ACCEPTED, "")
        assert receipt.address is not None
        return receipt.address

    def _whole(self, more: Json) -> Json:
        return {key: value for key, value in self.given(**more).items() if value is not None}

    async def over(self, room: Room, run: Address) -> Item:
        """The row of a run as soon as the run is over, however it ended."""
        found = await room.until(lambda snapshot: run in snapshot.items and snapshot.items[run].ended_at is not None)
        return found.items[run]

    async def decide(self, room: Room, question: Question, verdict: str, **values: str | list[str]) -> Receipt:
        """Decide a question, and wait until the run says that it heard. ``__`` in a name stands for a colon."""
        picked = tuple(
            (name.replace("__", ":"), tuple([one] if isinstance(one, str) else one)) for name, one in values.items()
        )
        return await self.told(room, Decide(Decision(question.id, question.digest, verdict, picked)))

    async def told(self, room: Room, command: Command) -> Receipt:
        """Send a command; what became of it."""
        sent = await room.service.submit(command)
        return await room.service.outcome(command.id, PATIENCE_S) if sent.outcome is Outcome.SENT else sent

    def result(self, run: Address) -> Json:
        """The result of a run that is over."""
        found = self.world.events(run, "workflow_done")
        assert len(found) == 1, self.world.events(run, "workflow_error")
        result = found[0]["result"]
        assert isinstance(result, dict)
        return result

    def keys(self, run: Address, kind: str = "agent_start") -> list[str]:
        """The nodes that the journal tells of, in its order."""
        return [str(event["key"]) for event in self.world.events(run, kind)]

    def prompt(self, run: Address, key: str, attempt: int = 1) -> str:
        """What an agent was told."""
        return (self.world.run(run) / "attempts" / f"{key}-{attempt}" / "prompt.md").read_text()
