"""A whole session through commands alone, as a script drives it: real Codex, documented exit codes."""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Callable
from typing import Any

from drivers.command import Ran, odw_tui
from drivers.real_codex import RealCodex
from drivers.session_run import SessionRun


class Script:
    """Somebody's shell in the project; ``more`` stands in the configuration that it names."""

    def __init__(self, codex: RealCodex, more: str = "") -> None:
        self.codex = codex
        config = codex.base / "config.toml"
        config.write_text(f"codex = {json.dumps(str(codex.program))}\n{more}")
        self._words = ("--config", str(config))

    def __call__(self, *words: str) -> Ran:
        return odw_tui(*self._words, *words, cwd=self.codex.project)

    def start(self, script: str, *more: str) -> SessionRun:
        """Start a session by its prompt; its run."""
        return self.run(self("start", "session", "--set", f"prompt={self.codex.prompt(script)}", *more))

    def run(self, ran: Ran) -> SessionRun:
        """The run whose address was printed."""
        assert ran.code == 0, ran
        return SessionRun(self.codex, ran.out.strip().removeprefix("odw:"))

    def asked(self, run: SessionRun, kind: str) -> dict[str, Any]:
        """What ``inbox --json`` says the run asks."""

        def found() -> dict[str, Any] | None:
            questions = self("inbox", "--json").document["questions"]
            return next(
                (one for one in questions if one["address"].startswith(str(run.address)) and one["kind"] == kind), None
            )

        return self.until(run, found)

    def state(self, run: SessionRun) -> str:
        """The state of its row."""
        return str(self("show", str(run.address), "--json").document["state"])

    def until(self, run: SessionRun, holds: Callable[[], Any]) -> Any:
        return run.until(holds, "no command ever said so")


def test_an_approval_from_start_to_file(codex: RealCodex) -> None:
    script = Script(codex)
    run = script.start("approve_in_place")
    question = script.asked(run, "approval")
    assert script("status", "-q").code == 5
    looked = script("approve", question["id"])
    assert (looked.code, "echo approved > approved.txt" in looked.out) == (2, True)
    assert not (codex.project / "approved.txt").exists()
    assert script("--read-only", "approve", question["id"], "--yes").code == 7
    assert script("approve", question["id"], "--digest", "0" * 64).code == 6
    done = script("approve", question["id"], "--yes")
    assert (done.code, done.lines[0].split()) == (0, ["decided", "accept"]), done
    assert run.until_over()["status"] == "completed"
    assert (codex.project / "approved.txt").read_text() == "approved\n"
    assert script.state(run) == "done"
    assert script("approve", question["id"], "--yes").code in (4, 6)
    assert script("status", "-q").code == 0


def test_a_form_is_answered_and_the_agent_writes_what_it_heard(codex: RealCodex) -> None:
    script = Script(codex)
    options = [{"label": "PostgreSQL", "description": "A server."}, {"label": "SQLite", "description": "No server."}]
    asked = {"id": "db", "header": "Database", "question": "Which database?", "options": options}
    patch = "*** Begin Patch\n*** Add File: answered.txt\n+{{last_tool_output}}\n*** End Patch\n"
    codex.model.teach("heard", [{"ask": [asked]}, {"patch": patch}, {"say": "Written.", "phase": "final_answer"}])
    run = script.start("heard")
    question = script.asked(run, "question")
    assert script("answer", question["id"], "--choice", "7", "--yes").code == 2
    assert script("answer", question["id"], "--choice", "2").code == 2
    assert not (codex.project / "answered.txt").exists()
    done = script("answer", question["id"], "--choice", "2", "--yes")
    assert done.code == 0, done
    assert run.until_over()["status"] == "completed"
    assert "SQLite" in (codex.project / "answered.txt").read_text(), run.story


def test_a_rejection_a_cancel_and_a_rerun_with_another_prompt(codex: RealCodex) -> None:
    script = Script(codex)
    run = script.start("approve_in_place")
    question = script.asked(run, "approval")
    assert script("reject", question["id"], "--yes").code == 0
    run.until_over()
    assert not (codex.project / "approved.txt").exists()
    assert script("cancel", str(run.address)).code == 7

    sleeping = script.start("sleep_in_front")
    sleeping.until(lambda: codex.processes_of("sleep 5417"), "no sleep began")
    assert script("cancel", str(sleeping.address)).code == 0
    assert sleeping.until_over()["code"] is None
    assert codex.processes() == {}
    assert script.state(sleeping) == "idle"

    again = script.run(script("rerun", str(sleeping.address), "--set", f"prompt={codex.prompt('hello', 'other')}"))
    assert again.address != sleeping.address
    assert again.until_over()["status"] == "completed"
    assert script("show", str(again.address), "--json").document["goal"].endswith("other")


def test_a_session_whose_driver_was_killed_is_answered_from_a_script(codex: RealCodex) -> None:
    script = Script(codex)
    run = script.start("approve_in_place")
    question = script.asked(run, "approval")
    os.kill(run.supervisor, signal.SIGKILL)
    assert codex.ends_within([run.supervisor])
    gone = script.asked(run, "approval")
    assert (gone["digest"], "answering resumes it" in gone["answer_via"]) == (question["digest"], True)
    assert script("approve", gone["id"], "--yes").code == 0
    assert run.until_over()["status"] == "completed"
    assert (codex.project / "approved.txt").read_text() == "approved\n"


def test_the_deadline_for_silence_stands_in_the_configuration(codex: RealCodex) -> None:
    script = Script(codex, "codex_silence_s = 2.0\n")
    run = script.start("silent")
    assert run.until_over()["status"] == "failed"
    assert "no progress for 2 s" in run.of("agent_done")[0]["result"]["error"]["message"]


def test_a_supervisor_reads_the_configuration_that_its_starter_named(codex: RealCodex) -> None:
    told = codex.base / "told"
    hook = json.dumps(["sh", "-c", f'echo "$ODW_TUI_BODY" > {told}.new && mv {told}.new {told}'])
    script = Script(codex, f"attention_hook = {hook}\n")
    run = script.start("approve_in_place")
    run.until(told.exists, "the hook never ran")
    assert "approved.txt" in told.read_text()
    run.decide("decline")
    run.until_over()


def test_a_session_in_the_foreground_ends_as_it_did(codex: RealCodex) -> None:
    script = Script(codex)
    assert script("start", "session", "--foreground", "--set", f"prompt={codex.prompt('hello')}").code == 0
    failed = script("start", "session", "--foreground", "--set", f"prompt={codex.prompt('err_empty_model')}")
    assert failed.code == 1, failed
    assert "model" in failed.err
    assert script("start", "session").code == 2
