"""A batch with the real Codex, from one sentence to a commit: planned, written in worktrees, reviewed, landed."""

from __future__ import annotations

import json
import shlex
from collections.abc import Callable

import pytest

from drivers.codex_batch import REQUEST, SAID, SUM, WRONG, CodexBatch, asks, says, writes
from drivers.command import PROGRAM
from drivers.real_codex import RealCodex
from drivers.review_apply import approve, reject
from drivers.tmux import HAS_TMUX, terminal
from odw_core.runs.faults import VARIABLE


@pytest.fixture
def batch(codex: RealCodex) -> CodexBatch:
    return CodexBatch(codex)


def test_a_sentence_becomes_a_commit_through_commands_alone(batch: CodexBatch) -> None:
    batch.repository.write("notes.txt", "mine\n")
    run = batch.start()
    gate = batch.asked(run, "gate")
    assert batch.status() == "?? notes.txt\n", "nothing lands before somebody says so"
    assert batch("approve", gate["id"]).code == 2
    assert batch("approve", gate["id"], "--yes").code == 0
    result = batch.over(run)
    assert result["ok"], run.story
    assert batch("status", "-q").code == 0
    assert batch.tests_pass()
    committed = batch("commit", str(run.address), "--yes")
    assert committed.code == 0, committed
    assert batch.status() == "?? notes.txt\n"
    assert batch.repository.git("diff", "--name-only", batch.base, "HEAD").decode().split() == ["price.py", "words.py"]
    assert batch.tests_pass()
    assert batch.is_tidy(run)


def test_what_a_reviewer_rejects_is_repaired_by_the_task_it_is_about_alone(batch: CodexBatch) -> None:
    batch.works("price", writes("price.py", WRONG))
    batch.reviews("correctness", 1, reject("price.py:2 total counts the prices instead of adding them"))
    batch.repairs(writes("price.py", SUM))
    batch.reviews("correctness", 2, approve())
    run = batch.start(gate="auto")
    result = batch.over(run)
    assert result["ok"], run.story
    assert batch.sessions(run).count("words") == 1
    assert [key for key in batch.sessions(run) if "repair" in key] == ["price-repair-1"]
    assert batch.tests_pass() and batch.is_tidy(run)


def test_a_supervisor_killed_while_one_agent_waits_goes_on_and_does_nothing_again(batch: CodexBatch) -> None:
    batch.works("words", writes("words.py", SAID, asks("words")))
    run = batch.start(gate="auto")
    question = batch.asked(run, "approval")
    run.until_event("agent_done", key="price")
    run.kill_supervisor()
    assert batch("resume", str(run.address)).code == 0
    run.until(lambda: len(run.of("supervisor")) == 2, "nobody took it up")
    assert batch("approve", question["id"], "--yes").code == 0
    result = batch.over(run)
    assert result["ok"], run.story
    assert sorted(batch.sessions(run)) == ["planner", "price", "review-correctness-r1", "words"]
    assert len({request["thread"] for request in batch.codex.model.requests}) == 4
    assert len(run.of("landed")) == 1
    assert batch.tests_pass() and batch.is_tidy(run)


def test_answering_an_agent_whose_supervisor_was_killed_takes_the_run_to_its_end(batch: CodexBatch) -> None:
    batch.works("words", writes("words.py", SAID, asks("words")))
    run = batch.start(gate="auto")
    question = batch.asked(run, "approval")
    run.kill_supervisor()
    gone = batch.asked(run, "approval")
    assert (gone["digest"], "answering resumes it" in gone["answer_via"]) == (question["digest"], True)
    assert batch("approve", gone["id"], "--yes").code == 0
    assert batch.over(run)["ok"], run.story
    assert sorted(batch.sessions(run)) == ["planner", "price", "review-correctness-r1", "words"]
    assert batch.tests_pass() and batch.is_tidy(run)


def test_cancel_leaves_no_process_no_worktree_and_nothing_changed(batch: CodexBatch) -> None:
    batch.repository.write("notes.txt", "mine\n")
    sleeps = {"exec": "sleep 5418", "timeout_ms": 600_000, "yield_time_ms": 600_000}
    batch.works("words", [sleeps, says("never")])
    run = batch.start()
    run.until(lambda: batch.codex.processes_of("sleep 5418"), "no sleep began")
    run.until_event("agent_done", key="price")
    assert batch("cancel", str(run.address)).code == 0
    assert run.until_over()
    assert batch.is_tidy(run), batch.codex.processes()
    assert batch.status() == "?? notes.txt\n"
    assert batch.repository.head() == batch.base
    assert str(batch("show", str(run.address), "--json").document["state"]) == "idle"


def test_a_batch_whose_supervisor_and_server_are_both_gone_asks_before_it_goes_on(batch: CodexBatch) -> None:
    batch.works("words", writes("words.py", SAID, asks("words")))
    run = batch.start(gate="auto")
    batch.asked(run, "approval")
    run.until_event("agent_done", key="price")
    server = run.server
    assert server is not None
    run.kill_supervisor()
    run.kill_server()
    assert batch("resume", str(run.address)).code == 0
    lost = batch.asked(run, "question")
    assert "its server ended" in lost["title"]
    own = [one for one in batch("inbox", "--json").document["questions"] if one["address"].startswith(str(run.address))]
    assert [one["id"] for one in own] == [lost["id"]], "no answer to what the dead server asked would reach anybody"
    assert batch("answer", lost["id"], "--choice", "2", "--yes").code == 0
    assert batch.over(run)["ok"], run.story
    assert sorted(batch.sessions(run)) == ["planner", "price", "review-correctness-r1", "words"]
    assert batch.tests_pass() and batch.is_tidy(run)


def test_an_answer_that_is_no_review_is_asked_for_once_more(batch: CodexBatch) -> None:
    batch.plays("correctness-1", "You are the reviewer correctness, round 1.", [says("It is fine.")])
    batch.plays("again", "Your last answer could not be used", [says(json.dumps(approve()))])
    run = batch.start(gate="auto")
    assert batch.over(run)["ok"], run.story
    assert batch.sessions(run).count("review-correctness-r1") == 2
    assert len(run.of("agent_schema_invalid")) == 1
    assert batch.tests_pass() and batch.is_tidy(run)


def showing(words: str) -> Callable[[str], bool]:
    """Whether the screen has these words."""
    return lambda text: words in text


@pytest.mark.skipif(not HAS_TMUX, reason="tmux is not installed")
def test_a_sentence_becomes_a_commit_on_the_screen(batch: CodexBatch) -> None:
    batch.reviews("owner-risk", 1, approve())
    batch.plays("verify", "has landed in this folder", [says("Its tests pass.")])
    batch.repository.write("notes.txt", "mine\n")
    with terminal(batch.codex.base, 130, 45) as window:
        window.type(shlex.join(["cd", str(batch.codex.project)]))
        window.type(shlex.join([*PROGRAM, *batch.words, "."]))
        for shown, keys in (
            ("n start", ("n",)),
            ("parallel-review-apply", ("C-t", "C-t")),
            ("wanted as", ("-l", REQUEST)),
            (f"'request={REQUEST}'", ("C-s",)),
            ("◆ land 2 files of 2 tasks?", ("i",)),
            ("enter decide", ("Enter",)),
            ("approve and land", ("a",)),
        ):
            window.wait_for(showing(shown))
            window.press(*keys)

        def is_landed(text: str) -> bool:
            if "It came only just now" in text:
                # The guard against a key that was meant for what stood there before.
                window.press("a")
            return "is done now" in text

        window.wait_for(is_landed)
        window.press("o")
        window.wait_for(showing("c commit"))
        window.press("c")
        window.wait_for(showing("Commit what landed"))
        window.press("C-s")
        window.wait_for(showing("committed as"))
        window.press("q")
    assert batch.status() == "?? notes.txt\n"
    assert batch.repository.git("log", "-1", "--format=%s").decode() == f"{REQUEST}\n"
    assert batch.repository.git("diff", "--name-only", batch.base, "HEAD").decode().split() == ["price.py", "words.py"]
    assert batch.tests_pass()


def test_killed_anywhere_the_batch_comes_to_the_same_end_and_no_prompt_is_sent_twice(
    batch: CodexBatch, monkeypatch: pytest.MonkeyPatch
) -> None:
    count = batch.codex.base / "points"
    monkeypatch.setenv(VARIABLE, f"count:{count}")
    first = batch.start(gate="auto")
    assert batch.over(first)["ok"]
    passed, asked = count.read_text().splitlines(), len(batch.codex.model.requests)
    # What comes after its last line is no part of a run that could be taken up.
    points = len(passed) - passed[::-1].index("before a line of the journal")
    # Also where the work is done and its result is not written yet: three points belong to each line.
    kept = next(n for n, one in enumerate(first.events) if one.get("status") == "done" and one.get("key") == "price")
    killed_at = [*range(points // 5, points, points // 5 + 1), 3 * kept + 1]
    for number in killed_at:
        batch.repository.git("checkout", "-q", ".")
        monkeypatch.setenv(VARIABLE, str(number))
        run = batch.start(gate="auto")
        monkeypatch.delenv(VARIABLE)
        assert batch.codex.ends_within([run.supervisor], 60.0)
        assert batch("resume", str(run.address)).code == 0
        assert batch.over(run)["ok"], (number, run.story)
        assert len(run.of("landed")) == 1 and batch.is_tidy(run)
        assert batch.tests_pass()
    assert len(batch.codex.model.requests) == asked * (1 + len(killed_at))
