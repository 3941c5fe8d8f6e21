"""What goes wrong with a real session is told with its cause, and every session ends."""

from __future__ import annotations

import socket

from drivers.real_codex import RealCodex
from drivers.session_run import SessionRun
from drivers.unwritable import without_power_over_files


def failure(run: SessionRun) -> dict[str, str]:
    over = run.until_over()
    assert (over["status"], over["code"]) == ("failed", 1), run.story
    return run.of("agent_done")[0]["result"]["error"]


def test_an_empty_model_is_named_as_the_cause(codex: RealCodex) -> None:
    assert failure(SessionRun.start(codex, "err_empty_model"))["category"] == "model_empty"


def test_a_stream_that_is_cut_is_named_as_the_cause(codex: RealCodex) -> None:
    assert failure(SessionRun.start(codex, "disconnect"))["category"] == "stream_disconnected"


def test_a_dead_network_is_given_up_after_the_deadline(codex: RealCodex) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    codex.configure(port=port)
    error = failure(SessionRun.start(codex, "hello", silence_s=3.0))
    assert error["category"] == "network_unreachable", error
    assert "no progress for 3 s" in error["message"]


def test_a_silent_model_is_given_up_after_the_deadline(codex: RealCodex) -> None:
    error = failure(SessionRun.start(codex, "silent", silence_s=2.0))
    assert "no progress for 2 s" in error["message"]


def test_a_command_that_takes_long_is_no_silence(codex: RealCodex) -> None:
    run = SessionRun.start(codex, "writes_slowly", silence_s=1.0)
    assert run.until_over()["status"] == "completed"
    assert (codex.project / "slow.txt").exists()


def test_a_reroute_is_told_with_what_was_asked_for_and_what_served(codex: RealCodex) -> None:
    run = SessionRun.start(codex, "mismatch", model="gpt-5.5")
    run.until_over()
    told = run.of("model")[-1]
    assert (told["requested"], told["accepted"], told["served"]) == ("gpt-5.5", "gpt-5.5", "gpt-4o")
    assert any("gpt-5.5 -> gpt-4o" in event["message"] for event in run.of("warning"))


def test_a_home_that_cannot_be_written_is_named_as_the_cause(codex: RealCodex) -> None:
    codex.program = without_power_over_files(codex)
    codex.home.chmod(0o500)
    try:
        error = failure(SessionRun.start(codex, "hello"))
    finally:
        codex.home.chmod(0o700)
    assert error["category"] == "codex_home_not_writable", error
    assert "Permission denied (os error 13)" in error["evidence"]
    assert codex.processes() == {}


def test_sessions_that_cannot_be_written_are_told_though_the_turn_completed(codex: RealCodex) -> None:
    codex.program = without_power_over_files(codex)
    (codex.home / "sessions").mkdir(mode=0o500)
    run = SessionRun.start(codex, "hello")
    assert run.until_over()["status"] == "completed"
    warning = run.of("agent_done")[0]["result"]["warning"]
    assert warning["category"] == "codex_home_not_writable"
    assert "Permission denied (os error 13)" in warning["evidence"]


def test_a_transcript_that_cannot_be_written_is_told_with_its_evidence_though_the_turn_completed(
    codex: RealCodex,
) -> None:
    (codex.home / "sessions").write_text("not a folder")
    run = SessionRun.start(codex, "hello")
    assert run.until_over()["status"] == "completed"
    warning = run.of("agent_done")[0]["result"]["warning"]
    assert warning["category"] == "codex_home_broken_layout"
    assert "Not a directory (os error 20)" in warning["evidence"]
    assert "Not a directory (os error 20)" in (run.files / "stderr.log").read_text()


def test_a_home_that_is_no_folder_is_named_and_nothing_is_left(codex: RealCodex) -> None:
    codex.home = codex.home / "config.toml"
    error = failure(SessionRun.start(codex, "hello"))
    assert "ended at once" in error["message"]
    assert codex.processes() == {}


def test_a_program_that_is_not_there_is_named(codex: RealCodex) -> None:
    codex.program = codex.base / "nowhere" / "codex"
    run = SessionRun.start(codex, "hello")
    assert run.until_over()["status"] == "failed"
    assert "npm install" in run.of("workflow_error")[0]["message"]
