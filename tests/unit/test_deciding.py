"""What the room says about a decision that was sent twice, since nobody confirmed the first in time."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from typing import Any, cast

import pytest

from drivers import samples
from odw_core.model.command import Command, Outcome, Receipt
from odw_tui.deciding import Deciding


class SlowService:
    """Takes every command; says what became of the first and the second when a test wants it to."""

    def __init__(self) -> None:
        self.commands: list[str] = []
        self.told: dict[str, asyncio.Future[Receipt]] = {}

    async def submit(self, command: Command) -> Receipt:
        self.commands.append(command.id)
        self.told[command.id] = asyncio.get_running_loop().create_future()
        return Receipt(command.id, Outcome.SENT)

    async def outcome(self, command_id: str, patience_s: float) -> Receipt:
        return await self.told[command_id]

    def say(self, number: int, outcome: Outcome) -> None:
        command_id = self.commands[number]
        self.told[command_id].set_result(Receipt(command_id, outcome))
        self.told[command_id] = asyncio.get_running_loop().create_future()


async def idle() -> None:
    for _ in range(10):
        await asyncio.sleep(0)


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
async def test_the_first_counts_and_the_second_does_not_take_that_back(order: Iterable[int]) -> None:
    service, tasks = SlowService(), list[asyncio.Task[object]]()

    def start(work: Any) -> None:
        tasks.append(asyncio.create_task(work))

    deciding = Deciding(cast(Any, service), start, lambda: 0.0, lambda: 0.0, None, is_read_only=False)
    question = samples.question(samples.item().address)
    decision = deciding.decision(question, "accept")
    deciding.send(question, decision)
    await idle()
    service.say(0, Outcome.UNCONFIRMED)
    await idle()
    doubtful = deciding.sent(question.id)
    assert doubtful is not None and doubtful.is_doubtful
    deciding.send(question, decision)
    await idle()
    for number in order:
        service.say(number, (Outcome.ACCEPTED, Outcome.STALE)[number])
        await idle()
    sent = deciding.sent(question.id)
    assert sent is not None and sent.word == "decided"
    await asyncio.gather(*tasks)
