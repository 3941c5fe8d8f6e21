"""Calls of the real Codex as a workflow makes them: answers of a shape, deadlines, several at once on one server."""

from __future__ import annotations

import asyncio
import json
import os
import signal
from collections.abc import AsyncIterator

import pytest

from drivers.agent_run import AgentRun
from drivers.real_codex import RealCodex
from odw_core.agents.base import Ending
from odw_core.agents.codex import CodexAgent
from odw_core.model.command import Cancel

SCHEMA = {
    "type": "object",
    "properties": {"tasks": {"type": "array", "items": {"type": "string"}}, "risk": {"enum": ["low", "high"]}},
    "required": ["tasks", "risk"],
    "additionalProperties": False,
}
PATIENCE_S = 60.0


@pytest.fixture
async def run(codex: RealCodex) -> AsyncIterator[AgentRun]:
    made = AgentRun(codex.base, codex.state)
    yield made
    made.close()


@pytest.fixture
def agent(codex: RealCodex) -> CodexAgent:
    return CodexAgent(codex.program, str(codex.home), "0.0")


def _teach_answer(codex: RealCodex, name: str, *said: str) -> None:
    codex.model.teach(name, [{"say": one, "phase": "final_answer"} for one in said])


def _teach_asking(codex: RealCodex, name: str) -> None:
    """It asks whether a file may be written, then says what became of that."""
    command = {"exec": f"echo {name} > {name}.txt", "escalate": True, "justification": f"May I write {name}?"}
    codex.model.teach(name, [command, {"say": f"{name} is over", "phase": "final_answer"}])


async def test_an_answer_of_a_shape_is_asked_for_and_handed_on(
    codex: RealCodex, run: AgentRun, agent: CodexAgent
) -> None:
    _teach_answer(codex, "plan", '{"tasks": ["api", "web"], "risk": "low"}')
    came = await run.call(agent, "planner", codex.prompt("plan"), schema=SCHEMA)
    assert (came.ending, came.value) == (Ending.COMPLETED, {"tasks": ["api", "web"], "risk": "low"})
    assert codex.model.requests[-1]["format"]["schema"] == SCHEMA  # type: ignore[index]
    assert run.of("agent_done")[0]["result"]["value"] == came.value
    assert codex.processes_of("app-server") == {}


@pytest.mark.parametrize(
    ("said", "issue"),
    [
        ("I am done.", "the answer is no JSON: Expecting value: line 1 column 1 (char 0)"),
        ('{"tasks": "api", "risk": "low"}', 'tasks: is "api", not array'),
    ],
)
async def test_an_answer_of_another_shape_may_be_tried_again_in_a_new_session(
    codex: RealCodex, run: AgentRun, agent: CodexAgent, said: str, issue: str
) -> None:
    _teach_answer(codex, "wrong", said)
    _teach_answer(codex, "right", '{"tasks": [], "risk": "high"}')
    came = await run.call(agent, "planner", codex.prompt("wrong"), schema=SCHEMA, max_attempts=2)
    assert (came.ending, came.cause_kind, came.retryable) == (Ending.FAILED, "output_schema_mismatch", True)
    assert came.issues == (issue,)
    assert came.text == said
    again = await run.call(agent, "planner", codex.prompt("right"), schema=SCHEMA, attempt=2, max_attempts=2)
    assert again.value == {"tasks": [], "risk": "high"}
    assert again.thread != came.thread
    assert [one["attempt"] for one in run.of("agent_start")] == [1, 2]
    assert run.kept("prompt.md", "planner", 2).decode() == codex.prompt("right")


async def test_two_calls_at_once_share_one_server_and_nothing_else(
    codex: RealCodex, run: AgentRun, agent: CodexAgent
) -> None:
    _teach_asking(codex, "api")
    _teach_asking(codex, "web")
    calls = {name: asyncio.create_task(run.call(agent, name, codex.prompt(name))) for name in ("api", "web")}
    asked = {name: await run.question(f"{name}.txt") for name in calls}
    servers = codex.processes_of("app-server --listen")
    assert len(servers) == 1
    assert len(run.open_questions) == 2, "each is asked once"
    for name, question in asked.items():
        assert question.address.parts == (name,)
    run.answer(asked["api"], verdict="accept")
    assert (await calls["api"]).text == "api is over"
    assert codex.processes_of("app-server --listen") == servers, "the other one still needs it"
    assert not calls["web"].done()
    run.answer(asked["web"], verdict="accept")
    assert (await calls["web"]).text == "web is over"
    assert codex.processes_of("app-server") == {}
    assert {path.name for path in codex.project.glob("*.txt")} == {"api.txt", "web.txt"}
    for name in calls:
        other = "web" if name == "api" else "api"
        assert f"{other} is over" not in run.kept("protocol.jsonl", name).decode()
    threads = {one["key"]: one["thread"] for one in run.of("agent_session")}
    assert len(set(threads.values())) == 2


async def test_one_call_is_cancelled_and_the_other_goes_on(codex: RealCodex, run: AgentRun, agent: CodexAgent) -> None:
    _teach_asking(codex, "api")
    _teach_asking(codex, "web")
    calls = {name: asyncio.create_task(run.call(agent, name, codex.prompt(name))) for name in ("api", "web")}
    asked = {name: await run.question(f"{name}.txt") for name in calls}
    run.tell("api", Cancel(run.context.address))
    assert (await calls["api"]).ending is Ending.CANCELLED
    assert [one.id for one in run.open_questions] == [asked["web"].id]
    run.answer(asked["web"], verdict="accept")
    assert (await calls["web"]).ending is Ending.COMPLETED
    assert codex.processes_of("app-server") == {}


async def test_one_that_takes_too_long_is_ended_by_its_deadline(
    codex: RealCodex, run: AgentRun, agent: CodexAgent
) -> None:
    codex.model.teach("slow", [{"exec": "while :; do echo on; sleep 0.2; done", "yield_time_ms": 600_000}])
    came = await run.call(agent, "slow", codex.prompt("slow"), deadline_s=1.5)
    assert came.ending is Ending.FAILED
    assert came.cause == "it worked for 1.5 s without an end and was ended"
    assert not came.retryable
    assert codex.processes_of("sleep 0.2") == {}


async def test_time_in_which_a_person_is_asked_is_no_work(codex: RealCodex, run: AgentRun, agent: CodexAgent) -> None:
    _teach_asking(codex, "api")
    call = asyncio.create_task(run.call(agent, "api", codex.prompt("api"), deadline_s=6.0))
    question = await run.question("api.txt")
    await asyncio.wait((call,), timeout=6.5)
    assert not call.done()
    run.answer(question, verdict="accept")
    assert (await call).ending is Ending.COMPLETED


async def test_a_later_supervisor_takes_both_up_whichever_comes_first(codex: RealCodex, run: AgentRun) -> None:
    _teach_asking(codex, "api")
    _teach_asking(codex, "web")
    first = CodexAgent(codex.program, str(codex.home), "0.0")
    calls = [asyncio.create_task(run.call(first, name, codex.prompt(name))) for name in ("api", "web")]
    asked = {name: await run.question(f"{name}.txt") for name in ("api", "web")}
    servers = codex.processes_of("app-server --listen")
    run.stop()
    for call in calls:
        call.cancel()
    await asyncio.gather(*calls, return_exceptions=True)
    run.again()
    second = CodexAgent(codex.program, str(codex.home), "0.0")
    api = asyncio.create_task(run.call(second, "api", codex.prompt("api")))
    await run.asking()
    run.answer(asked["api"], verdict="accept")
    assert (await api).text == "api is over"
    assert codex.processes_of("app-server --listen") == servers, "a call that was not taken up yet works in it"
    run.asked.clear()
    web = asyncio.create_task(run.call(second, "web", codex.prompt("web")))
    await run.until(lambda: run.asked)
    run.answer(asked["web"], verdict="accept")
    assert (await web).text == "web is over"
    assert codex.processes_of("app-server") == {}
    assert len(run.of("question")) == 2, "no card twice"


async def test_a_server_that_dies_is_started_once_for_both(codex: RealCodex, run: AgentRun, agent: CodexAgent) -> None:
    _teach_asking(codex, "api")
    _teach_asking(codex, "web")
    calls = {name: asyncio.create_task(run.call(agent, name, codex.prompt(name))) for name in ("api", "web")}
    for name in calls:
        await run.question(f"{name}.txt")
    record = json.loads((run.folder.root / "server.json").read_text())
    os.kill(record["pid"], signal.SIGKILL)
    lost = await run.until(lambda: [one for one in run.open_questions if "server ended" in one.title][1:])
    assert lost
    for question in [one for one in run.open_questions if "server ended" in one.title]:
        run.answer(question, "the same again")
    for name, call in calls.items():
        run.answer(await run.question(f"{name}.txt"), verdict="accept")
        assert (await call).text == f"{name} is over"
    assert codex.processes_of("app-server") == {}
