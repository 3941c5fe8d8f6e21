"""The agent that plays a script: real processes, real files of an attempt, real questions."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from drivers.agent_run import AgentRun
from drivers.processes import Witness, processes_naming
from odw_core.agents.base import AgentResult, Ending
from odw_core.agents.scripted import ScriptedAgent
from odw_core.model.command import Cancel, Interrupt, Say
from odw_core.process.groups import bearers

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="needs /proc")
VERDICT = {
    "type": "object",
    "properties": {"decision": {"enum": ["approve", "reject"]}, "blockers": {"type": "array"}},
    "required": ["decision", "blockers"],
    "additionalProperties": False,
}


@pytest.fixture
async def run(tmp_path: Path) -> AsyncIterator[AgentRun]:
    made = AgentRun(tmp_path)
    yield made
    made.close()
    assert bearers(made.children.marker) == [], "it left processes behind"


def _agent(run: AgentRun, *entries: object, name: str = "script.json") -> ScriptedAgent:
    path = run.workspace.parent / name
    path.write_text(json.dumps({"entry": entries}))
    return ScriptedAgent(path)


async def _do(run: AgentRun, *steps: object, result: object = "done", **call: object) -> AgentResult:
    return await run.call(_agent(run, {"do": steps, "result": result}), **call)  # type: ignore[arg-type]


async def test_it_says_edits_and_answers(run: AgentRun) -> None:
    (run.workspace / "old.txt").write_text("one two three\n")
    (run.workspace / "gone.txt").write_text("x")
    steps = [
        {"say": "I begin with {{key}}."},
        {"write": "src/new.py", "text": "print(1)\n"},
        {"write": "run.sh", "text": "#!/bin/sh\n", "mode": "755"},
        {"write": "pixel", "base64": "AAH/"},
        {"replace": "old.txt", "old": "two", "new": "2"},
        {"delete": "gone.txt"},
        {"tokens": 1200},
    ]
    came = await run.call(_agent(run, {"do": steps, "result": "It is {{key}}.", "model": "gpt-x"}))
    assert (came.ending, came.text, came.model, came.tokens) == (Ending.COMPLETED, "It is api.", "gpt-x", 1200)
    assert (run.workspace / "src" / "new.py").read_text() == "print(1)\n"
    assert os.access(run.workspace / "run.sh", os.X_OK)
    assert (run.workspace / "pixel").read_bytes() == b"\0\1\xff"
    assert (run.workspace / "old.txt").read_text() == "one 2 three\n"
    assert not (run.workspace / "gone.txt").exists()
    assert run.kept("stdout.log").startswith(b"I begin with api.\n[write src/new.py]\n")
    assert run.kept("prompt.md") == b"go"
    [start], [done] = run.of("agent_start"), run.of("agent_done")
    assert (start["key"], start["runtime"], start["promptPreview"]) == ("api", "scripted", "go")
    assert (done["ok"], done["result"]["text"], done["model"], done["tokens"]) == (True, "It is api.", "gpt-x", 1200)
    assert run.of("output")[0]["last"] == "I begin with api."


async def test_a_patch_is_applied_and_one_that_does_not_fit_fails(run: AgentRun) -> None:
    (run.workspace / "a.txt").write_text("one\n")
    patch = "--- a/a.txt\n+++ b/a.txt\n@@ -1 +1 @@\n-one\n+two\n"
    assert (await _do(run, {"diff": patch})).ending is Ending.COMPLETED
    assert (run.workspace / "a.txt").read_text() == "two\n"
    failed = await _do(run, {"diff": patch}, attempt=2)
    assert failed.ending is Ending.FAILED
    assert "The script's patch does not apply" in failed.cause


async def test_the_first_entry_that_fits_is_played(run: AgentRun) -> None:
    entries = [
        {"key": "api", "round": 2, "result": "second round"},
        {"key": "api", "attempt": [2, 3], "result": "again"},
        {"label": "rev*", "prompt": "magic", "result": "reviewed"},
        {"key": "api", "result": "first"},
    ]
    agent = _agent(run, *entries)
    assert (await run.call(agent)).text == "first"
    assert (await run.call(agent, round=2, attempt=4)).text == "second round"
    assert (await run.call(agent, attempt=3)).text == "again"
    assert (await run.call(agent, "review-r1", "do magic", label="reviewer")).text == "reviewed"


async def test_a_script_without_an_entry_for_the_call_says_which_there_are(run: AgentRun) -> None:
    came = await run.call(_agent(run, {"key": "web", "round": 1, "result": ""}), label="the api")
    assert came.ending is Ending.FAILED
    assert came.cause == (
        "script.json has no entry for key 'api', label 'the api', phase 'Implement', round 1, attempt 1. "
        "Its entries are for: key 'web', round 1."
    )
    assert not came.retryable


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ('{"entry": [', "script.json is no JSON: Expecting value"),
        ('{"entry": []}', "script.json: entry: List should have at least 1 item"),
        ('{"entry": [{"do": [{"say": "x"}, {"shout": "y"}]}]}', "entry 1, step 2: a step is a table that does exactly"),
        ('{"entry": [{"do": [{"sleep": -1}]}]}', "entry 1, step 1: sleep is a number of seconds"),
        ('{"entry": [{"do": [{"signal": "NO"}]}]}', "entry 1, step 1: there is no signal 'NO'"),
        ('{"entry": [{"kye": "api"}]}', "entry 1, kye: Extra inputs are not permitted"),
    ],
)
async def test_a_wrong_script_is_told_with_its_place(run: AgentRun, written: str, said: str) -> None:
    agent = _agent(run)
    agent.script.write_text(written)
    came = await run.call(agent)
    assert came.ending is Ending.FAILED
    assert said in came.cause


async def test_a_script_may_be_toml(run: AgentRun) -> None:
    path = run.workspace.parent / "script.toml"
    path.write_text('[[entry]]\nkey = "api"\nresult = { ok = true }\ndo = [{ say = "hm" }]\n')
    assert json.loads((await run.call(ScriptedAgent(path))).text) == {"ok": True}


async def test_an_answer_of_the_right_shape_is_handed_on_as_a_value(run: AgentRun) -> None:
    verdict = {"decision": "approve", "blockers": []}
    came = await _do(run, result=verdict, schema=VERDICT)
    assert (came.ending, came.value) == (Ending.COMPLETED, verdict)


async def test_an_answer_of_another_shape_fails_and_may_be_tried_again(run: AgentRun) -> None:
    came = await _do(run, result={"decision": "maybe"}, schema=VERDICT)
    assert (came.ending, came.cause_kind, came.retryable) == (Ending.FAILED, "output_schema_mismatch", True)
    assert came.issues == ("the answer: blockers is missing", 'decision: is "maybe", not one of "approve", "reject"')
    assert json.loads(came.text) == {"decision": "maybe"}
    prose = await _do(run, result="I think it is fine.", schema=VERDICT, attempt=2)
    assert "the answer is no JSON" in prose.cause


async def test_an_answer_of_a_person_gets_into_the_result(run: AgentRun) -> None:
    steps = [{"ask": "Which colour?", "id": "colour", "options": ["red", "blue"]}, {"say": "{{colour}} it is"}]
    call = asyncio.create_task(_do(run, *steps, result={"colour": "{{colour}}"}))
    question = await run.question("colour")
    assert (question.kind, question.subject, question.fields[0].allows_other) == ("question", "task api", True)
    run.answer(question, "blue")
    assert json.loads((await call).text) == {"colour": "blue"}
    assert b"blue it is\n" in run.kept("stdout.log")


async def test_what_a_person_says_is_heard(run: AgentRun) -> None:
    begun = run.workspace.parent / "begun"
    call = asyncio.create_task(_do(run, {"touch": "begun"}, {"hear": "wish"}, result="as you say: {{wish}}"))
    await run.until(begun)
    run.tell("api", Say(run.context.address, "be quick"))
    assert (await call).text == "as you say: be quick"
    assert run.of("said")[0]["text"] == "be quick"


async def test_it_waits_for_a_file(run: AgentRun) -> None:
    gate, begun = run.workspace.parent / "gate", run.workspace.parent / "begun"
    call = asyncio.create_task(_do(run, {"touch": "begun"}, {"wait": "gate"}, result="through"))
    await run.until(begun)
    assert not call.done()
    gate.touch()
    assert (await call).text == "through"


@pytest.mark.parametrize("stubborn", [False, True])
@pytest.mark.parametrize(("command", "ending"), [(Cancel, Ending.CANCELLED), (Interrupt, Ending.INTERRUPTED)])
async def test_cancel_and_interrupt_end_the_whole_group(
    run: AgentRun, stubborn: bool, command: type[Cancel | Interrupt], ending: Ending
) -> None:
    steps = [{"run": ["sh", "-c", "sleep 1000 & touch ../begun"]}, {"hang": True, "stubborn": stubborn}]
    call = asyncio.create_task(_do(run, *steps))
    await run.until(run.workspace.parent / "begun")
    assert bearers(run.children.marker)
    run.tell("api", command(run.context.address))
    assert (await call).ending is ending
    assert bearers(run.children.marker) == []
    assert run.children.left() == ()


async def test_a_cancelled_task_ends_the_process(run: AgentRun) -> None:
    call = asyncio.create_task(_do(run, {"touch": "begun"}, {"hang": True, "stubborn": True}))
    await run.until(run.workspace.parent / "begun")
    call.cancel()
    with pytest.raises(asyncio.CancelledError):
        await call
    assert bearers(run.children.marker) == []


async def test_one_that_hangs_is_ended_by_its_deadline(run: AgentRun) -> None:
    came = await _do(run, {"say": "hm"}, {"hang": True, "stubborn": True}, deadline_s=0.3)
    assert (came.ending, came.cause) == (Ending.FAILED, "it worked for 0.3 s without an end and was ended")
    assert not came.retryable


async def test_one_that_says_nothing_any_more_is_ended(run: AgentRun) -> None:
    came = await _do(run, {"hang": True}, silence_s=0.3)
    assert (came.ending, came.cause) == (Ending.FAILED, "it made no progress for 0.3 s and was ended")


async def test_time_in_which_a_person_is_asked_does_not_count(run: AgentRun) -> None:
    ask = {"ask": "Go on?", "options": ["yes"]}
    call = asyncio.create_task(_do(run, ask, deadline_s=20.0, silence_s=0.6))
    question = await run.question()
    loop = asyncio.get_running_loop()
    until = loop.time() + 1.0
    while loop.time() < until:
        assert not call.done()
        await asyncio.wait((call,), timeout=0.1)
    run.answer(question, "yes")
    assert (await call).ending is Ending.COMPLETED


@pytest.mark.parametrize(
    ("steps", "kind", "cause", "retryable"),
    [
        ([{"exit": 0}], "no_result", "its program ended without a result", True),
        ([{"print": "fatal: it broke"}, {"exit": 3}], "unknown", "fatal: it broke (exited with 3)", False),
        ([{"exit": 4}], "unknown", "its program said nothing (exited with 4)", False),
        ([{"signal": "KILL"}], "killed", "its program was ended by SIGKILL", True),
        ([{"signal": "SEGV"}], "killed", "its program was ended by SIGSEGV", True),
        ([{"fail": "429 Too Many Requests"}], "rate_limited", "", True),
        ([{"fail": "401 Unauthorized"}], "auth_invalid", "", False),
        ([{"fail": "I do not know how"}], "unknown", "I do not know how", False),
        ([{"run": ["false"]}], "unknown", "false exited with 1.", False),
        ([{"write": "../out", "text": "x"}], "unknown", "../out lies outside of the folder of the call", False),
        ([{"replace": "nothing", "old": "a", "new": "b"}], "unknown", "The script cannot change its files", False),
    ],
)
async def test_every_way_to_fail_has_its_cause(
    run: AgentRun, steps: list[object], kind: str, cause: str, retryable: bool
) -> None:
    came = await _do(run, *steps)
    assert came.ending is Ending.FAILED
    assert (came.cause_kind, came.retryable) == (kind, retryable)
    assert cause in came.cause
    assert came.cause
    [done] = run.of("agent_done")
    assert done["ok"] is False
    assert done["result"]["error"]["message"] == came.cause
    assert done["result"]["error"].get("retryable", False) is retryable


async def test_a_flood_on_stderr_is_kept_whole_beside_the_result(run: AgentRun) -> None:
    size = 20_000_000
    came = await _do(run, {"flood": size}, {"flood": 3_000_000, "to": "stdout"}, result="fine")
    assert (came.ending, came.text) == (Ending.COMPLETED, "fine")
    assert len(run.kept("stderr.log")) == size
    assert len(run.kept("stdout.log")) == 3_000_001


async def test_bytes_that_are_no_text_are_kept_and_do_no_harm(run: AgentRun) -> None:
    steps = [{"binary": 100_000}, {"binary": 70_000, "to": "stderr"}, {"say": "hm"}]
    came = await _do(run, *steps, result="fine")
    assert (came.ending, came.text) == (Ending.COMPLETED, "fine")
    assert len(run.kept("stdout.log")) == 100_004
    assert len(run.kept("stderr.log")) == 70_000


async def test_what_it_leaves_running_ends_with_it_and_is_told(run: AgentRun) -> None:
    came = await _do(run, {"run": ["sh", "-c", "sleep 1000 >&2 &"]})
    assert came.ending is Ending.COMPLETED
    assert bearers(run.children.marker) == []
    assert run.of("warning")[0]["message"] == "1 process it had left running ended with it"


async def test_what_is_told_of_the_end_may_be_left_to_the_caller(run: AgentRun) -> None:
    came = await _do(run, tells_end=False)
    assert came.ending is Ending.COMPLETED
    assert run.of("agent_done") == []


async def test_many_work_at_once_and_each_keeps_its_own(run: AgentRun) -> None:
    agent = _agent(run, {"do": [{"say": "{{key}}"}], "result": "{{key}}!"})
    keys = [f"task-{number}" for number in range(12)]
    came = await asyncio.gather(*(run.call(agent, key) for key in keys))
    assert [one.text for one in came] == [f"{key}!" for key in keys]
    assert [run.kept("stdout.log", key) for key in keys] == [f"{key}\n".encode() for key in keys]


_SUPERVISOR = """
import asyncio, sys
from pathlib import Path
sys.path.insert(0, sys.argv[3])
from drivers.agent_run import AgentRun
from odw_core.agents.scripted import ScriptedAgent
run = AgentRun(Path(sys.argv[1]))
asyncio.run(run.call(ScriptedAgent(Path(sys.argv[2]))))
"""


async def test_the_process_dies_with_its_supervisor_and_the_call_is_done_again(run: AgentRun, tmp_path: Path) -> None:
    first = [{"run": ["sh", "-c", "echo x >> count"]}, {"ask": "Which?", "id": "which", "options": ["a", "b"]}]
    agent = _agent(run, {"do": first, "result": "{{which}}"})
    words = [sys.executable, "-c", _SUPERVISOR, str(tmp_path), str(agent.script), str(Path(__file__).parents[1])]
    supervisor = await asyncio.create_subprocess_exec(*words)
    try:
        question = await run.question("Which")
    finally:
        players = bearers(run.children.marker)
        witness = Witness([pid for pid in players if pid != supervisor.pid])
        supervisor.send_signal(signal.SIGKILL)
        await supervisor.wait()
    assert players
    assert witness.all_end_within(10)
    assert processes_naming(str(agent.script)) == {}
    run.again()
    assert [one.id for one in run.open_questions] == [question.id]
    call = asyncio.create_task(run.call(agent))
    run.answer(await run.asking(), "b")
    assert (await call).text == "b"
    assert (run.workspace / "count").read_text() == "x\nx\n"
    assert len(run.of("agent_start")) == 1
    assert len(run.of("question")) == 1, "the same question is not a new one"
    assert "done again from its beginning" in run.of("warning")[0]["message"]


async def test_another_attempt_does_not_ask_again_what_was_answered(run: AgentRun) -> None:
    agent = _agent(
        run,
        {"attempt": 1, "do": [{"ask": "Which?", "options": ["a", "b"]}, {"signal": "KILL"}]},
        {"do": [{"ask": "Which?", "options": ["a", "b"]}], "result": "{{answer}} at {{attempt}}"},
    )
    call = asyncio.create_task(run.call(agent))
    run.answer(await run.question(), "b")
    assert (await call).retryable
    assert (await run.call(agent, attempt=2)).text == "b at 2"
    assert len(run.of("question")) == 1
    assert [one["attempt"] for one in run.of("agent_start")] == [1, 2]


async def test_the_card_of_a_call_that_was_cut_off_is_that_of_the_next_attempt(run: AgentRun) -> None:
    agent = _agent(run, {"do": [{"ask": "Which?", "options": ["a", "b"]}], "result": "{{answer}}"})
    call = asyncio.create_task(run.call(agent))
    question = await run.question()
    run.stop()
    call.cancel()
    await asyncio.gather(call, return_exceptions=True)
    run.again()
    later = asyncio.create_task(run.call(agent, attempt=2))
    run.answer(await run.asking(), "a")
    assert (await later).text == "a"
    assert [one["id"] for one in run.of("question_closed")] == [question.id]
    assert len(run.of("question")) == 1
