"""A batch in whose program there is a mistake: what had begun is told to its end all the same (E3, L3, L4)."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest

from drivers.agent_run import AgentRun
from drivers.scenario_batch import MODEL, TEMPLATE, VARIABLES, listed
from odw_core.agents.base import AgentCall, AgentHost, AgentResult
from odw_core.workflows.scenario_batch import WORKFLOW, running
from odw_core.workflows.scenario_batch.event_lines import END, START
from odw_core.workflows.scenario_batch.given import ScenarioBatchInput

GIVEN = ScenarioBatchInput(agent="scripted", script="/nobody/reads/it.json", jobs=2, force=True)


class _Mistaken:
    """An agent whose program has a mistake in it."""

    async def run(self, call: AgentCall, host: AgentHost) -> AgentResult:
        raise ZeroDivisionError("nobody thought of this")


@pytest.fixture
def one(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AgentRun:
    """A batch of three scenarios in this process."""
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)
    made = AgentRun(tmp_path)
    for path, body in (
        ("input/DataTransferScenarioList.md", listed(3)),
        ("input/prompt_template.txt", TEMPLATE),
        ("src/prompt_template_base.txt", TEMPLATE),
        ("src/.env", f"INTERLLM_MODEL={MODEL}\n"),
    ):
        (made.workspace / path).parent.mkdir(parents=True, exist_ok=True)
        (made.workspace / path).write_text(body)
    # The package gives its function the name of this module.
    monkeypatch.setattr(sys.modules[WORKFLOW.run.__module__], "agent_for", lambda *_, **__: _Mistaken())
    return made


def told(one: AgentRun) -> tuple[list[str], list[tuple[str, str]], list[dict[str, Any]]]:
    """(which began, which ended and how, the records of the log), once nobody writes any more."""
    lines = [str(event["line"]) for event in one.of("scenario_event")]
    one.close()
    begun = [found[2] for line in lines if (found := START.match(line))]
    ended = [(found[2], found[4]) for line in lines if (found := END.match(line))]
    (log,) = (one.workspace / "logs").glob("run-*.log")
    return begun, ended, [json.loads(line) for line in log.read_text().splitlines()]


async def test_an_exception_in_the_program_of_an_agent_fails_its_scenario_alone(one: AgentRun) -> None:
    result = await WORKFLOW.run(one.context, GIVEN)
    begun, ended, records = told(one)
    assert sorted(begun) == ["1", "2", "3"]
    assert sorted(ended) == [(index, "FAILED") for index in ("1", "2", "3")]
    assert {one["error"] for one in records if one["type"] == "scenario_end"} == {"nobody thought of this"}
    assert not result.ok and (records[-1]["type"], records[-1]["reason"]) == ("run_end", "completed")


async def test_an_exception_of_the_runner_ends_every_scenario_that_began_and_says_that_it_crashed(
    one: AgentRun, monkeypatch: pytest.MonkeyPatch
) -> None:
    def mistaken(*_: object) -> None:
        raise ZeroDivisionError("the runner is wrong")

    monkeypatch.setattr(running, "_judged", mistaken)
    with pytest.raises(BaseException) as raised:
        await WORKFLOW.run(one.context, GIVEN)
    assert "the runner is wrong" in repr(raised.value)
    begun, ended, records = told(one)
    assert begun and sorted(ended) == [(index, "FAILED") for index in sorted(begun)]
    ends = [one for one in records if one["type"] == "scenario_end"]
    assert sorted(str(one["index"]) for one in ends) == sorted(begun)
    assert all(one["error"].startswith("the runner crashed: ") for one in ends)
    assert (records[-1]["type"], records[-1]["reason"]) == ("run_end", "crashed")
