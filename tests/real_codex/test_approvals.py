"""What a person decides about a command or a patch is what the real Codex does: the file proves it."""

from __future__ import annotations

from dataclasses import replace

from drivers.real_codex import RealCodex
from drivers.session_run import SessionRun


def test_an_approved_command_runs(codex: RealCodex) -> None:
    run = SessionRun.start(codex, "approve_in_place")
    question = run.until_asked()
    assert question.kind == "approval"
    details = dict(question.details)
    assert (details["reason"], details["folder"]) == ("May I write approved.txt?", str(codex.project))
    assert "echo approved > approved.txt" in details["command"]
    assert not (codex.project / "approved.txt").exists()
    assert run.decide("accept").outcome == "accepted"
    assert run.until_over()["status"] == "completed"
    assert (codex.project / "approved.txt").read_text() == "approved\n"


def test_a_command_approved_for_the_session_is_asked_once(codex: RealCodex) -> None:
    run = SessionRun.start(codex, "approve_twice")
    assert "acceptForSession" in run.until_asked().decisions
    run.decide("acceptForSession")
    assert run.until_over()["status"] == "completed"
    assert (codex.project / "first.flag").exists()
    assert len(run.of("question")) == 1


def test_a_command_allowed_for_good_is_written_into_the_rules(codex: RealCodex) -> None:
    run = SessionRun.start(codex, "approve_twice")
    assert dict(run.until_asked().details)["always allow"] == "touch first.flag"
    run.decide("acceptWithExecpolicyAmendment")
    assert run.until_over()["status"] == "completed"
    assert (codex.project / "first.flag").exists()
    assert any("touch" in path.read_text() for path in (codex.home / "rules").glob("*"))


def test_a_declined_command_does_not_run_and_the_agent_goes_on(codex: RealCodex) -> None:
    run = SessionRun.start(codex, "approve_in_place")
    run.decide("decline")
    assert run.until_over()["status"] == "completed"
    assert "rejected by user" in run.of("agent_done")[0]["result"]["text"]
    assert not (codex.project / "approved.txt").exists()


def test_a_cancelled_command_ends_the_turn(codex: RealCodex) -> None:
    run = SessionRun.start(codex, "approve_in_place")
    run.decide("cancel")
    assert run.until_over() == {**run.of("exit")[0], "status": "failed", "code": None}
    assert run.of("cancelled")
    assert run.of("turn")[-1]["status"] == "interrupted"
    assert not (codex.project / "approved.txt").exists()


def test_an_approved_patch_is_shown_before_and_applied_after(codex: RealCodex) -> None:
    run = SessionRun.start(codex, "approve_patch", sandbox="read-only")
    question = run.until_asked()
    assert "+approved content" in dict(question.details)["patch"]
    assert str(codex.project / "approved.md") in dict(question.details)["file"]
    assert not (codex.project / "approved.md").exists()
    run.decide("accept")
    assert run.until_over()["status"] == "completed"
    assert (codex.project / "approved.md").read_text() == "approved content\n"
    assert "+approved content" in (run.files / "diff.patch").read_text()


def test_a_declined_patch_changes_nothing(codex: RealCodex) -> None:
    run = SessionRun.start(codex, "approve_patch", sandbox="read-only")
    run.decide("decline")
    run.until_over()
    assert not (codex.project / "approved.md").exists()


def test_a_decision_on_another_digest_is_stale_and_nothing_runs(codex: RealCodex) -> None:
    run = SessionRun.start(codex, "approve_in_place")
    question = run.until_asked()
    assert run.decide("accept", replace(question, digest="0" * 64)).outcome == "stale"
    assert run.open_questions == [question]
    run.decide("decline")
    run.until_over()
    assert not (codex.project / "approved.txt").exists()
