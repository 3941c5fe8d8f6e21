"""A batch with the real Codex: its files written under workspace-write, its tool calls in the log, the model it was
served by."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest

from drivers import form_server
from drivers.command import Ran, odw_tui
from drivers.real_codex import RealCodex
from drivers.scenario_batch import TEMPLATE, VARIABLES, listed
from drivers.session_run import SessionRun
from odw_core.workflows.scenario_batch.event_lines import END, START

MODEL = "gpt-5.5"


class Batches:
    """A list of two scenarios in the project of a Codex; everything is done through commands."""

    def __init__(self, codex: RealCodex) -> None:
        self.codex, self.root = codex, codex.project
        self.write("input/DataTransferScenarioList.md", listed(2))
        self.write("input/prompt_template.txt", TEMPLATE)
        self.write("src/.env", f"INTERLLM_MODEL={MODEL}\n")
        (self.root / "outputs").mkdir()
        config = codex.base / "config.toml"
        config.write_text(f"codex = {json.dumps(str(codex.program))}\n")
        self.words: tuple[str, ...] = ("--config", str(config), "--root", str(self.root))

    def write(self, path: str, text: str) -> None:
        """A file below the root."""
        (self.root / path).parent.mkdir(parents=True, exist_ok=True)
        (self.root / path).write_text(text)

    def plays(self, index: int, *steps: object, says: str = "done") -> None:
        """What the model does for a scenario."""
        last = {"say": says, "phase": "final_answer"}
        self.codex.model.teach(f"scenario-{index}", [*steps, last], when=f"Scenario {index} of 2")

    def run(self, *words: str) -> Ran:
        """One command, from another folder."""
        return odw_tui(*self.words, *words, cwd=self.codex.base)

    def rows(self, name: str) -> list[dict[str, Any]]:
        """What the checks say of one thing."""
        rows = self.run("start", "scenario-batch", "--check", "--json").document["checks"]
        return [row for row in rows if row["id"] == name]

    def records(self, kind: str) -> list[dict[str, Any]]:
        """Records of the newest log."""
        log = max((self.root / "logs").glob("run-*.log"))
        return [one for one in map(json.loads, log.read_text().splitlines()) if one["type"] == kind]


@pytest.fixture
def batches(codex: RealCodex, monkeypatch: pytest.MonkeyPatch) -> Batches:
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)
    return Batches(codex)


def adds(path: str, text: str) -> dict[str, str]:
    return {"patch": f"*** Begin Patch\n*** Add File: {path}\n+{text}\n*** End Patch\n"}


def test_every_check_is_fine_with_a_real_codex(batches: Batches) -> None:
    ran = batches.run("start", "scenario-batch", "--check", "--json")
    rows = {row["id"]: row for row in ran.document["checks"]}
    assert ran.code == 0, ran
    assert rows["executor"]["detail"].startswith("codex")
    assert rows["outputs"]["detail"] == "outputs/ can be written, also in the sandbox workspace-write."
    assert rows["tools"]["detail"].endswith("it has no tool server.")
    assert [*(batches.root / "outputs").iterdir()] == []
    other = batches.run("start", "scenario-batch", "--check", "--json", "--set", "model=gpt-4o")
    assert other.code == 1


def test_8_every_tool_server_lists_its_tools_with_a_schema(batches: Batches) -> None:
    server = f"command = {json.dumps(sys.executable)}\nargs = {json.dumps([str(Path(form_server.__file__))])}\n"
    batches.codex.configure(f"[mcp_servers.forms]\n{server}")
    (fine,) = batches.rows("tools")
    assert fine["level"] == "PASS" and fine["detail"].endswith("1 tool server with 2 tools.")
    batches.codex.configure('[mcp_servers.dead]\ncommand = "/bin/false"\n')
    (dead,) = batches.rows("tools")
    assert dead["level"] == "FAIL" and dead["detail"].startswith("The tools of Codex: dead: ")


def test_files_are_written_by_the_agent_and_the_model_is_seen(batches: Batches) -> None:
    batches.plays(1, {"exec": "ls input"}, adds("outputs/scenario_001.md", "# Transfer 1"))
    batches.plays(2, {"exec": "no-such-command-here"}, says="# Transfer 2, only in words")
    ran = batches.run("start", "scenario-batch", "--foreground")
    address, *lines = ran.out.splitlines()
    story = SessionRun(batches.codex, address.removeprefix("odw:")).events
    assert ran.code == 1, (ran, story)
    assert [START.match(line) is not None or END.match(line) is not None for line in lines] == [True] * 4
    assert (batches.root / "outputs" / "scenario_001.md").read_text() == "# Transfer 1\n"
    first, second = batches.records("scenario_end")
    assert (first["status"], first["model_seen"], first["bytes"]) == ("OK", MODEL, 13)
    assert (second["status"], second["final_output"]) == ("NO_FILE", "# Transfer 2, only in words")
    calls = [(one["index"], one["name"], one["ok"]) for one in batches.records("tool_call")]
    assert calls == [(1, "exec", True), (1, "patch", True), (2, "exec", False)], batches.records("tool_call")
    assert {request["model"] for request in batches.codex.model.requests if "model" in request} <= {MODEL}
    assert "-raw.jsonl" in " ".join(path.name for path in Path(batches.root, "logs").glob("*.d/*"))
    shown = batches.run("show", address, "--json").document
    assert shown["state"] == "failed" and "no file was written" in shown["why"]


def test_a_supervisor_killed_while_codex_works_takes_the_same_turn_up_again(batches: Batches) -> None:
    asks = {"exec": "echo hello", "escalate": True, "justification": "May I?"}
    batches.plays(1, asks, adds("outputs/scenario_001.md", "# Transfer 1"))
    batches.plays(2, adds("outputs/scenario_002.md", "# Transfer 2"))
    ran = batches.run("start", "scenario-batch")
    assert ran.code == 0, ran
    run = SessionRun(batches.codex, ran.out.strip().removeprefix("odw:"))
    question = run.until(lambda: next(iter(batches.run("inbox", "--json").document["questions"]), None), "nobody asked")
    run.kill_supervisor()
    assert batches.run("resume", str(run.address)).code == 0
    run.until(lambda: len(run.of("supervisor")) == 2, "nobody took it up")
    assert batches.run("approve", question["id"], "--yes").code == 0
    result = run.until_event("workflow_done")["result"]
    assert batches.codex.ends_within([run.supervisor], 60.0)
    assert result["ok"], run.story
    assert [one["index"] for one in batches.records("scenario_start")] == [1, 2]
    assert [one["status"] for one in batches.records("scenario_end")] == ["OK", "OK"]
    calls = [(one["index"], one["name"]) for one in batches.records("tool_call")]
    assert calls == [(1, "exec"), (1, "patch"), (2, "patch")]
    assert len({request["thread"] for request in batches.codex.model.requests}) == 2
    assert [event["key"] for event in run.of("agent_session") if event["runtime"] == "codex"] == [
        "scenario-001",
        "scenario-002",
    ]
